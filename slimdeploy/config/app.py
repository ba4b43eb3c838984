"""[app]: what it is, what it listens on, and how to see that it serves."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationInfo, field_validator, model_serializer

from slimdeploy.config import fields
from slimdeploy.config.health import spelled
from slimdeploy.config.ports import check_distinct, check_either, check_listens
from slimdeploy.config.table import Strict, Table, key


class Port(Table):
    """A TCP port that the app listens on."""

    name: fields.PortName = key("What the Service and the probes call the port.", example="http")
    port: fields.PortNumber = key("The number that the app listens on.", example=8080)


class Health(Strict):
    """How to see that the app serves. `path` belongs to http."""

    kind: Literal["http", "tcp", "grpc"] = key("How the app is asked.", default="tcp", example="http")
    path: str | None = key("What is asked for by http.", default=None, example="/healthz")

    @model_serializer
    def _spelled(self) -> dict[str, str | bool]:
        return {self.kind: self.path or True}


class App(Table):
    """What it is."""

    name: fields.AppName | None = key(
        "The name of everything that is made of it. Default: the last element of the module path.",
        default=None,
        example="hello",
    )
    port: fields.PortNumber | None = key(
        "The one port that the app listens on, which it also sees as PORT. Default: 8080.", default=None, example=8080
    )
    ports: Annotated[tuple[Port, ...], fields.AS_TUPLE, fields.FEW] | None = key(
        "Several ports instead of one; [] for a worker that listens on none.",
        default=None,
        example=[{"name": "http", "port": 8080}],
    )
    health: Annotated[Health, BeforeValidator(spelled)] = key(
        "How to see that the app is ready: an http path, or { grpc = true }. Default: tcp.",
        default=Health(),
        example="/healthz",
    )
    args: fields.Arguments = key("Arguments of the program.", default=(), example=["--verbose"])
    env: fields.Variables = key(
        "Environment variables: literal strings, no secrets.", default={}, example={"GREETING": "hi"}
    )

    @field_validator("ports")
    @classmethod
    def _ports(cls, value: tuple[Port, ...] | None, info: ValidationInfo) -> tuple[Port, ...] | None:
        check_either(info.data.get("port"))
        check_distinct(value or ())
        return value

    @field_validator("health")
    @classmethod
    def _health(cls, value: Health, info: ValidationInfo) -> Health:
        check_listens(info.data.get("ports"))
        return value
