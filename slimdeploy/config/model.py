"""The whole of slim.toml as types: every key, its default, and what it is for.

Strict (no "8080" for 8080), frozen, and closed: an unknown key is an error, since a setting that is silently ignored is
the worst failure. slim.toml.example shows the same keys to people; a test keeps the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import ValidationInfo, field_validator, model_validator

from slimdeploy.config import fields, names
from slimdeploy.config.app import App
from slimdeploy.config.cluster import Cluster
from slimdeploy.config.compiling import Build, Static
from slimdeploy.config.deploying import Deploy
from slimdeploy.config.image import Image
from slimdeploy.config.patching import Patch
from slimdeploy.config.processes import Process
from slimdeploy.config.refusal import Refused
from slimdeploy.config.table import Table, key

ONLY_SERVICES = ("replicas", "autoscale", "expose", "drain", "migrate")


class Schedule(Table):
    """When `slimdeploy redeploy` runs by itself."""

    cron: fields.CronLine = key(
        "Minute, hour, day of month, month, day of week.", default="0 3 * * *", example="0 3 * * *"
    )


class Config(Table):
    """Everything that slim.toml says. Profiles are already merged."""

    app: App = key("What it is.", default=App(), example={})
    build: Build = key("How it is compiled and packed.", default=Build(), example={})
    static: Static = key("The static-compile flags.", default=Static(), example={})
    image: Image = key("What is made of the binary, and where it is kept.", default=Image(), example={})
    cluster: Cluster | None = key(
        "Where it runs. Default: podman on this machine.", default=None, example={"context": "prod"}
    )
    deploy: Deploy = key("How it runs.", default=Deploy(), example={})
    processes: Annotated[Mapping[fields.ProcessName, Process], fields.FEW] = key(
        "Further programs of the same image, such as a worker.", default={}, example={"worker": {"args": ["worker"]}}
    )
    patch: Annotated[tuple[Patch, ...], fields.AS_TUPLE, fields.FEW] = key(
        "What slim.toml has no key for.",
        default=(),
        example=[{"kind": "Service", "ops": [{"op": "add", "path": "/spec/sessionAffinity", "value": "ClientIP"}]}],
    )
    schedule: Schedule = key("When it is deployed again by itself.", default=Schedule(), example={})

    @field_validator("static")
    @classmethod
    def _static(cls, value: Static, info: ValidationInfo) -> Static:
        build = info.data.get("build")
        set_by = {flag.split("=")[0].removeprefix("-X "): at for at, flag in enumerate(value.ldflags)}
        for name in build.stamp if build else ():
            if name in set_by:
                raise Refused(f"{name} is set by build.stamp, too", "keep one of the two", at=("ldflags", set_by[name]))
        return value

    @field_validator("cluster")
    @classmethod
    def _cluster(cls, value: Cluster | None, info: ValidationInfo) -> Cluster | None:
        app = info.data.get("app")
        if value and value.namespace is None and app and app.name:
            names.check_as_namespace(app.name)
        return value

    @field_validator("deploy")
    @classmethod
    def _deploy(cls, value: Deploy, info: ValidationInfo) -> Deploy:
        if app := info.data.get("app"):
            check_fits(app, value)
        return value

    @field_validator("processes")
    @classmethod
    def _processes(cls, value: Mapping[str, Process], info: ValidationInfo) -> Mapping[str, Process]:
        secrets = app.secrets if (app := info.data.get("app")) else {}
        for name, variable in ((name, variable) for name, each in value.items() for variable in each.env):
            if variable in secrets:
                where, place = ("app", "secrets", variable), (name, "env", variable)
                raise Refused("also in app.secrets, line {line}", at=place, on_key=True, earlier=where)
        return value

    @model_validator(mode="after")
    def _scheduled(self) -> Config:
        if self.app.kind == "cron" and not self.deploy.job.schedule:
            hint = 'such as deploy.job.schedule = "*/15 * * * *"'
            raise Refused('"cron" needs a schedule', hint, at=("app", "kind"))
        return self


def check_fits(app: App, deploy: Deploy) -> None:
    """Refuse what [deploy] says about another kind of app."""
    if app.kind != "cron" and (deploy.job.schedule or deploy.job.time_zone):
        raise Refused('only app.kind = "cron" has a schedule', at=("job",), on_key=True)
    if app.kind != "service":
        given = [each for each in ONLY_SERVICES if each in deploy.model_fields_set]
        if given:
            raise Refused(f'only a service has it, and app.kind is "{app.kind}"', at=(given[0],), on_key=True)
    if deploy.expose and app.ports is not None and not any(each.protocol == "TCP" for each in app.ports):
        raise Refused("an app without a TCP port cannot be exposed", at=("expose",), on_key=True)
