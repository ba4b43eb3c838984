"""What each copy of the app may use, and how many copies there are."""

from __future__ import annotations

from typing import Annotated

from pydantic import model_validator

from slimdeploy.config import fields
from slimdeploy.config.bounds import Between
from slimdeploy.config.refusal import Refused
from slimdeploy.config.rules import cpu_millis
from slimdeploy.config.table import Table, key

Copies = Annotated[int, Between(1, 1000)]
Percent = Annotated[int, Between(1, 1000)]


class Resources(Table):
    """What each copy of the app may use."""

    cpu: fields.Cpu = key(
        "The share of processor time that is reserved; 100m is a tenth of a core.", default="100m", example="100m"
    )
    memory: fields.Memory = key("The memory that is reserved, and the limit.", default="64Mi", example="64Mi")
    cpu_limit: fields.Cpu | None = key(
        "The most processor time; GOMAXPROCS follows it. Default: none, idle time may be used.",
        default=None,
        example="1",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Resources:
        if self.cpu_limit and cpu_millis(self.cpu_limit) < cpu_millis(self.cpu):
            raise Refused(f"less than what is reserved, {self.cpu}", at=("cpu_limit",))
        return self


class Autoscale(Table):
    """How many copies an autoscaler may run, and when it adds some."""

    least: Copies = key("The least copies.", example=2, alias="min")
    most: Copies = key("The most copies.", example=10, alias="max")
    cpu: Percent | None = key(
        "The processor time of all copies, in percent of what they reserve. Default: 80, unless memory is given.",
        default=None,
        example=70,
    )
    memory: Percent | None = key(
        "The memory of all copies, in percent of what they reserve. Default: it does not count.",
        default=None,
        example=80,
    )

    @model_validator(mode="after")
    def _ordered(self) -> Autoscale:
        if self.most < self.least:
            raise Refused(f"less than min, {self.least}", at=("max",))
        return self
