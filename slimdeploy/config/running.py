"""What is said about the app's pods beyond the program: identity, folders, nodes, and programs that end."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from slimdeploy.config import fields
from slimdeploy.config.bounds import Between
from slimdeploy.config.refusal import Refused
from slimdeploy.config.table import Table, key


class ServiceAccount(Table):
    """The identity that the pods have."""

    annotations: fields.Annotations = key(
        "Annotations, as workload identity wants them.",
        default={},
        example={"iam.gke.io/gcp-service-account": "hello@project.iam.gserviceaccount.com"},
    )
    token: bool = key("Give the pods its token, for the API server.", default=False, example=True)


class Volume(Table):
    """A folder of the program, besides /tmp."""

    name: fields.VolumeName = key("What it is called.", example="cache")
    path: fields.Folder = key("Where it is.", example="/var/cache/hello")
    size: fields.Memory | None = key(
        "The most that fits into a folder that is empty at the start. Default: no limit.", default=None, example="1Gi"
    )
    claim: fields.ObjectName | None = key(
        "The PersistentVolumeClaim that keeps it. Default: none, it goes with the pod.", default=None, example="data"
    )
    read_only: bool = key("Nothing can be written to it.", default=False, example=True)

    @model_validator(mode="after")
    def _whole(self) -> Volume:
        if self.claim and self.size:
            raise Refused("a claim has its own size", "remove it", at=("size",), on_key=True)
        if self.read_only and not self.claim:
            raise Refused("an empty folder that nothing can be written to", at=("read_only",), on_key=True)
        if self.path in {"/", "/tmp"}:  # noqa: S108 - a place in the pod
            raise Refused(f"{self.path} is there already", at=("path",))
        return self


class Toleration(Table):
    """A taint that does not keep the pods off a node."""

    taint: fields.LabelKey | None = key(
        "The taint's key. Default: any.", default=None, example="dedicated", alias="key"
    )
    operator: Literal["Equal", "Exists"] = key("How it is compared.", default="Equal", example="Exists")
    value: fields.LabelValue | None = key("The taint's value.", default=None, example="hello")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = key(
        "What the taint does. Default: any.", default=None, example="NoSchedule"
    )

    @model_validator(mode="after")
    def _whole(self) -> Toleration:
        if self.operator == "Exists" and self.value is not None:
            raise Refused("Exists has no value", "remove it", at=("value",), on_key=True)
        if self.operator == "Equal" and self.taint is None:
            raise Refused("needs a key", 'or operator = "Exists"', on_key=True)
        return self


class Migrate(Table):
    """What has to be run, and to end well, before a new version is started."""

    args: fields.Arguments = key("Arguments of the program.", example=["migrate"])
    timeout: fields.Duration = key("How long it may take.", default="5m", example="10m")


class Job(Table):
    """How a program that ends is run: app.kind is "job" or "cron"."""

    schedule: fields.CronLine | None = key("For cron: when it is run.", default=None, example="*/15 * * * *")
    time_zone: fields.TimeZone | None = key(
        "The time zone of the schedule. Default: the cluster's, mostly UTC.", default=None, example="Europe/Berlin"
    )
    backoff_limit: Annotated[int, Between(0, 100)] = key(
        "How often a run that failed is tried again.", default=2, example=0
    )
    active_deadline: fields.Duration | None = key(
        "How long a run may take. Default: as long as it takes.", default=None, example="10m"
    )
