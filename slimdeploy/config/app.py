"""[app]: what it is, what it listens on, and how to see that it serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationInfo, field_validator, model_validator

from slimdeploy.config import environment, fields
from slimdeploy.config.health import Health, spelled
from slimdeploy.config.ports import check_distinct, check_either, check_listens
from slimdeploy.config.refusal import Refused
from slimdeploy.config.secrets import SecretSource, one_source
from slimdeploy.config.table import Table, key


class Port(Table):
    """A port that the app listens on."""

    name: fields.PortName = key("What the Service and the probes call the port.", example="http")
    port: fields.PortNumber = key("The number that the app listens on.", example=8080)
    protocol: Literal["TCP", "UDP"] = key("What is spoken on it.", default="TCP", example="UDP")
    service: fields.AnyPort | None = key(
        "The number that the Service has for it. Default: port.", default=None, example=80
    )


class ConfigFile(Table):
    """A file of the project that the program finds in its pod."""

    source: fields.Source = key("The file in the project.", alias="from", example="config.yaml")
    target: fields.Target = key("Where it is in the pod.", alias="to", example="/etc/hello/config.yaml")
    allow: bool = key("It looks like a secret and is none.", default=False, example=True)


class App(Table):
    """What it is."""

    name: fields.AppName | None = key(
        "The name of everything that is made of it. Default: the last element of the module path.",
        default=None,
        example="hello",
    )
    kind: Literal["service", "job", "cron"] = key(
        "service: it runs for good; job: it is run once a version, to its end; cron: by the clock.",
        default="service",
        example="service",
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
    env_allow: Annotated[tuple[fields.VariableName, ...], fields.AS_TUPLE, fields.FEW] = key(
        "Names in env that look like secrets and are none.", default=(), example=["PARTITION_TOKEN"]
    )
    secrets: Annotated[
        Mapping[fields.VariableName, Annotated[SecretSource, BeforeValidator(one_source)]], fields.FEW
    ] = key("Variables with values that must not be here.", default={}, example={"DB_URL": {"from_env": "DB_URL"}})
    config: Annotated[tuple[ConfigFile, ...], fields.AS_TUPLE, fields.FEW] = key(
        "Files of the project that are mounted read-only; a change of content is a new version.",
        default=(),
        example=[{"from": "config.yaml", "to": "/etc/hello/config.yaml"}],
    )

    @model_validator(mode="before")
    @classmethod
    def _allowed(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the file says
        return environment.mark_allowed(data)

    @field_validator("port", "ports", "health")
    @classmethod
    def _serves(cls, value: object, info: ValidationInfo) -> object:
        if value is not None and info.data.get("kind", "service") != "service":
            raise Refused("only a service listens", f'app.kind is "{info.data["kind"]}"', on_key=True)
        return value

    @field_validator("ports")
    @classmethod
    def _ports(cls, value: tuple[Port, ...] | None, info: ValidationInfo) -> tuple[Port, ...] | None:
        check_either(info.data.get("port"))
        check_distinct(value or (), named=True)
        return value

    @field_validator("health")
    @classmethod
    def _health(cls, value: Health, info: ValidationInfo) -> Health:
        check_listens(info.data.get("ports"))
        return value

    @field_validator("secrets")
    @classmethod
    def _secrets(cls, value: Mapping[str, SecretSource], info: ValidationInfo) -> Mapping[str, SecretSource]:
        both = next((name for name in value if name in info.data.get("env", {})), None)
        if both:
            raise Refused("also in app.env, line {line}", at=(both,), on_key=True, earlier=("app", "env", both))
        return value

    @field_validator("config")
    @classmethod
    def _config(cls, value: tuple[ConfigFile, ...]) -> tuple[ConfigFile, ...]:
        seen: set[str] = set()
        for index, each in enumerate(value):
            if each.target in seen or each.target.endswith("/"):
                message = "another file is there already" if each.target in seen else "expected a file, not a folder"
                raise Refused(message, at=(index, "to"))
            seen.add(each.target)
        return value
