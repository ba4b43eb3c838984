"""[processes.NAME]: further programs of the same image, such as a worker: the app's own with other arguments."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo, field_validator, model_validator

from slimdeploy.config import fields
from slimdeploy.config.app import Port
from slimdeploy.config.health import Health, spelled
from slimdeploy.config.ports import check_distinct
from slimdeploy.config.refusal import Refused
from slimdeploy.config.scaling import Autoscale, Resources
from slimdeploy.config.table import Table, key


class Process(Table):
    """One more set of pods. What is not said here is as for the app."""

    args: fields.Arguments = key("Arguments of the program.", example=["worker"])
    env: fields.Variables = key("Variables over those of the app.", default={}, example={"QUEUE": "mail"})
    ports: Annotated[tuple[Port, ...], fields.AS_TUPLE, fields.FEW] = key(
        "What it listens on. Default: nothing.", default=(), example=[{"name": "metrics", "port": 9090}]
    )
    health: Annotated[Health, BeforeValidator(spelled)] = key(
        "How to see that it is ready, by its first port. Default: tcp.", default=Health(), example="/healthz"
    )
    replicas: fields.Replicas = key("How many copies run.", default=1, example=2)
    autoscale: Autoscale | None = key(
        "Let an autoscaler decide instead.", default=None, example={"min": 1, "max": 4, "cpu": 80}
    )
    resources: Resources | None = key(
        "What each copy may use. Default: as for the app.", default=None, example={"cpu": "200m", "memory": "128Mi"}
    )

    @field_validator("ports")
    @classmethod
    def _ports(cls, value: tuple[Port, ...]) -> tuple[Port, ...]:
        check_distinct(value)
        return value

    @field_validator("health")
    @classmethod
    def _health(cls, value: Health, info: ValidationInfo) -> Health:
        if not info.data.get("ports", True):
            raise Refused("a process without ports cannot be asked", "remove it", on_key=True)
        return value

    @model_validator(mode="after")
    def _either(self) -> Process:
        if self.autoscale and "replicas" in self.model_fields_set:
            raise Refused("remove it, autoscale decides about the number", at=("replicas",), on_key=True)
        return self
