"""What is decided about the deployment before anything happens: what runs, where, and where its image goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slimdeploy.records import frozen

if TYPE_CHECKING:
    from slimdeploy.artifacts.deploy import Changes
    from slimdeploy.artifacts.plan import BuildPlan
    from slimdeploy.artifacts.workload import WorkloadPlan


@frozen
class RegistryPlan:
    """Where the image is pushed. `insecure` allows plain http and unknown certificates.

    `repository` is how the nodes name it; `push_to` is how this machine does, where that differs (KEP-1755). Seconds:
    `timeout` for everything, tries included; `idle` without a byte moved, which is more than the 60 s for which skopeo
    itself is silent after a 429.
    """

    repository: str
    tag: str
    insecure: bool
    timeout: float = 600.0
    idle: float = 75.0
    push_to: str = ""

    @property
    def address(self) -> str:
        """The repository as this machine reaches it."""
        return self.push_to or self.repository


@frozen
class StorePlan:
    """Local podman's store."""

    repository: str


@frozen
class NodePlan:
    """The nodes' own image store. `kind` is kind, k3d, minikube or containerd; `cluster` is the name it has there."""

    repository: str
    kind: str
    cluster: str


DeliveryPlan = RegistryPlan | StorePlan | NodePlan


@frozen
class ClusterTarget:
    """A Kubernetes cluster. `kubeconfig` None is kubectl's default search.

    `expect` is the SHA-256 of its CA, where slim.toml names it; `create` allows to make the namespace. `force` takes
    fields from other managers, `adopt` objects that somebody else made.
    """

    context: str
    namespace: str
    kubeconfig: str | None = None
    expect: str | None = None
    create: bool = False
    force: bool = False
    adopt: bool = False


@frozen
class LocalTarget:
    """Podman on this machine. `publish` is the port on 127.0.0.1; None publishes each port under its own number."""

    publish: int | None = None


Target = ClusterTarget | LocalTarget


@frozen
class DeployPlan:
    """Every decision of the deployment. `timeout` in seconds."""

    workload: WorkloadPlan
    target: Target
    delivery: DeliveryPlan
    timeout: float


@frozen
class Planned:
    """What `up` would do. `image` and `changes` are known only if these sources were built before."""

    build: BuildPlan
    deploy: DeployPlan
    image: str = ""
    changes: Changes | None = None
