"""The whole of slim.toml as types: every key, its default, and what it is for.

Strict (no "8080" for 8080), frozen, and closed: an unknown key is an error, since a setting that is silently ignored is
the worst failure. slim.toml.example shows the same keys to people; a test keeps the two together.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationInfo, field_validator, model_serializer

from slimdeploy.config import fields, flags, names
from slimdeploy.config.health import spelled
from slimdeploy.config.image import Image
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


class Build(Table):
    """How it is compiled and packed."""

    strategy: fields.Strategy = key("What the image starts from: nothing.", default="scratch", example="scratch")
    main: fields.MainPackage | None = key(
        "The folder of the main package. Default: the only one there is.", default=None, example="./cmd/hello"
    )
    platforms: fields.Platforms | None = key(
        "What it runs on, one entry. Default: linux on this machine's architecture.",
        default=None,
        example=["linux/amd64"],
    )
    tags: fields.BuildTags = key("Go build tags.", default=(), example=["netgo"])


class Static(Table):
    """The static-compile flags."""

    cgo: fields.Cgo = key("off: CGO_ENABLED=0, so nothing outside of Go is linked.", default="off", example="off")
    ldflags: fields.LinkerFlags = key(
        f"Linker flags, one an entry; allowed: {flags.ALLOWED}.",
        default=("-s", "-w"),
        example=["-s", "-w", "-X main.version=1.0"],
    )
    trimpath: bool = key("Leave this machine's folders out of the binary (-trimpath).", default=True, example=True)
    rebuild_all: bool = key(
        "Compile everything again each time (-a); needed before Go 1.10.", default=False, example=False
    )
    installsuffix: fields.Suffix = key(
        "Name of a separate package cache (-installsuffix).", default="", example="static"
    )


class Cluster(Table):
    """Where it runs. Without this table: podman on this machine, never the context that happens to be current."""

    context: fields.Context = key("The context of the kubeconfig.", example="prod")
    namespace: fields.Namespace | None = key("The namespace. Default: app.name.", default=None, example="hello")


class Resources(Table):
    """What each copy of the app may use."""

    cpu: fields.Cpu = key(
        "The share of processor time that is reserved; 100m is a tenth of a core.", default="100m", example="100m"
    )
    memory: fields.Memory = key("The memory that is reserved, and the limit.", default="64Mi", example="64Mi")


class Deploy(Table):
    """How it runs."""

    replicas: fields.Replicas = key("How many copies run in a cluster.", default=2, example=2)
    resources: Resources = key(
        "What each copy may use.", default=Resources(), example={"cpu": "100m", "memory": "64Mi"}
    )
    timeout: fields.Duration = key("How long to wait until the new version serves.", default="5m", example="5m")


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
    schedule: Schedule = key("When it is deployed again by itself.", default=Schedule(), example={})

    @field_validator("cluster")
    @classmethod
    def _cluster(cls, value: Cluster | None, info: ValidationInfo) -> Cluster | None:
        app = info.data.get("app")
        if value and value.namespace is None and app and app.name:
            names.check_as_namespace(app.name)
        return value
