"""What is decided about the thing that runs: the same for a cluster and for local podman.

A secret's value is in here, and nowhere in a `repr`: a plan may be shown, its secrets never.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any

from slimdeploy.records import frozen


@frozen
class Port:
    """A port that the app listens on. `service` is the Service's own number, where that is another one."""

    name: str
    number: int
    protocol: str = "TCP"
    service: int | None = None


@frozen
class Health:
    """How the app is asked. `kind` is http, tcp or grpc; `path` belongs to http. Seconds; None is our default."""

    kind: str
    port: Port
    path: str = ""
    period: int | None = None
    timeout: int | None = None
    failures: int | None = None


@frozen
class ConfigFile:
    """A file of the project that is mounted, read-only. `key` is its name in the ConfigMap."""

    key: str
    target: str
    content: bytes = field(repr=False)


@frozen
class SecretValue:
    """A variable whose value comes from outside of slim.toml."""

    name: str
    value: str = field(repr=False)


@frozen
class ExistingSecret:
    """A variable whose value is in a Secret that somebody else made."""

    name: str
    secret: str
    key: str


@frozen
class Contents:
    """What slim.toml only refers to, read: files of the project, values from its environment."""

    config: tuple[ConfigFile, ...] = ()
    secrets: tuple[SecretValue, ...] = ()


@frozen
class Autoscale:
    """How many copies an autoscaler may run. Percent of what is requested; None: not looked at."""

    least: int
    most: int
    cpu: int | None
    memory: int | None


@frozen
class Expose:
    """How the first port is reached from outside: an Ingress, or an HTTPRoute of `gateway` (name or namespace/name)."""

    host: str
    path: str = "/"
    tls_secret: str = ""
    ingress_class: str = ""
    annotations: tuple[tuple[str, str], ...] = ()
    gateway: str = ""

    @property
    def url(self) -> str:
        """Where it answers. A Gateway's listener decides about TLS; most have it."""
        return f"http{'s' if self.tls_secret or self.gateway else ''}://{self.host}{self.path}"


@frozen
class NetworkRules:
    """Who may reach the app's ports (namespaces; none: its own), and what it may reach; None: everything."""

    sources: tuple[str, ...] = ()
    egress: tuple[str, ...] | None = None


@frozen
class Account:
    """The ServiceAccount's annotations, and whether pods get its token."""

    annotations: tuple[tuple[str, str], ...] = ()
    token: bool = False


@frozen
class Volume:
    """A folder that can be written to: empty at the start (`size` in bytes at most, 0: no limit), or a claim's."""

    name: str
    path: str
    claim: str = ""
    size: str = ""
    read_only: bool = False


@frozen
class PodRules:
    """What is said about pods beyond what they run. Seconds: `drain` before SIGTERM, `grace` after it."""

    grace: int = 30
    drain: int = 5
    pull_secrets: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    node_selector: tuple[tuple[str, str], ...] = ()
    tolerations: tuple[tuple[tuple[str, Any], ...], ...] = ()
    volumes: tuple[Volume, ...] = ()


@frozen
class JobRules:
    """How a program that ends is run. `schedule` makes it a CronJob; `deadline` in seconds, None: none."""

    schedule: str = ""
    time_zone: str = ""
    retries: int = 2
    deadline: int | None = None


@frozen
class Patch:
    """JSON patch operations (RFC 6902) on the object of this kind; `name` empty: on the app's own."""

    kind: str
    name: str
    operations: tuple[dict[str, Any], ...]
    allow: tuple[str, ...] = ()


@frozen
class WorkloadPlan:
    """One set of pods, wherever it runs; the app's own set has the others with it, in `processes` and `migration`."""

    app: str
    ports: tuple[Port, ...]
    health: Health | None
    args: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    user: int
    cpu: str
    memory: str
    memory_bytes: int
    replicas: int
    process: str = ""
    kind: str = "service"
    """service, job or cron."""
    liveness: Health | None = None
    startup: Health | None = None
    cpu_limit: str = ""
    config: tuple[ConfigFile, ...] = ()
    secrets: tuple[SecretValue, ...] = ()
    existing: tuple[ExistingSecret, ...] = ()
    autoscale: Autoscale | None = None
    expose: Expose | None = None
    network: NetworkRules | None = None
    account: Account = Account()
    pods: PodRules = PodRules()
    job: JobRules = JobRules()
    migration: WorkloadPlan | None = None
    processes: tuple[WorkloadPlan, ...] = ()
    patches: tuple[Patch, ...] = ()

    @property
    def name(self) -> str:
        """What its objects are called."""
        return f"{self.app}-{self.process}" if self.process else self.app

    @property
    def services(self) -> Iterator[WorkloadPlan]:
        """Every set of pods that runs for good."""
        yield from (each for each in (self, *self.processes) if each.kind == "service")
