"""The whole of slim.toml as types: every key, its default, and what it is for.

Strict (no "8080" for 8080), frozen, and closed: an unknown key is an error, since a setting that is silently ignored is
the worst failure. slim.toml.example shows the same keys to people; a test keeps the two together.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from slimdeploy.config.rules import cpu_millis, memory_bytes, parse_duration

class Table(BaseModel):
    """What all tables of slim.toml have in common."""
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

Strings = Annotated[tuple[str, ...], Field(strict=False)]

class Port(Table):
    """A TCP port."""
    name: str = Field(description="x")
    port: int = Field(description="x")

class Health(Table):
    """How to see that the app serves."""
    kind: Literal["http", "tcp", "grpc"] = Field(default="tcp", description="x")
    path: str | None = Field(default=None, description="x")

def read_health(value: object) -> object:
    if isinstance(value, str):
        return {"kind": "http", "path": value}
    if isinstance(value, dict) and len(value) == 1:
        (kind, what), = value.items()
        return {"kind": "http", "path": what} if kind == "http" else {"kind": kind}
    return value

class App(Table):
    name: str | None = None
    port: int | None = None
    ports: Annotated[tuple[Port, ...], Field(strict=False)] | None = None
    health: Annotated[Health, BeforeValidator(read_health)] = Health()
    args: Strings = ()
    env: dict[str, str] = {}

class Build(Table):
    strategy: Literal["scratch"] = "scratch"
    main: str | None = None
    platforms: Strings | None = None
    tags: Strings = ()

class Static(Table):
    cgo: Literal["off"] = "off"
    ldflags: Strings = ("-s", "-w")
    trimpath: bool = True
    rebuild_all: bool = False
    installsuffix: str = ""

class Image(Table):
    repository: str | None = None
    tag: str | None = None
    insecure: bool = False
    ca: Literal["auto", "system", "none"] = "auto"
    user: int = 65532

class Cluster(Table):
    context: str
    namespace: str | None = None

class Resources(Table):
    cpu: str = "100m"
    memory: str = "64Mi"

class Deploy(Table):
    replicas: int = 2
    resources: Resources = Resources()
    timeout: str = "5m"

class Schedule(Table):
    cron: str = "0 3 * * *"

class Config(Table):
    app: App = App()
    build: Build = Build()
    static: Static = Static()
    image: Image = Image()
    cluster: Cluster | None = None
    deploy: Deploy = Deploy()
    schedule: Schedule = Schedule()
