"""Configuration -> DeployPlan: what runs, where, and where its image goes."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from slimdeploy.artifacts.deploy_plan import (
    ClusterTarget,
    DeliveryPlan,
    DeployPlan,
    LocalTarget,
    NodePlan,
    RegistryPlan,
    StorePlan,
    Target,
)
from slimdeploy.config.names import SYSTEM, namespace
from slimdeploy.config.rules import parse_duration
from slimdeploy.errors import PolicyRefused, UsageError
from slimdeploy.plan.delivery import LocalRegistry, side_load
from slimdeploy.records import frozen

if TYPE_CHECKING:
    from slimdeploy.artifacts.workload import Contents
    from slimdeploy.config.model import Config

TAG_LENGTH = 128  # OCI distribution spec 1.1, "pulling manifests"


@frozen
class Overrides:
    """What the command line says about the target, over slim.toml."""

    context: str | None = None
    namespace: str | None = None
    kubeconfig: str | None = None
    timeout: float | None = None
    publish: int | None = None
    local: bool = False
    push_timeout: float | None = None
    force_conflicts: bool = False
    adopt: bool = False


def make_deploy_plan(
    config: Config,
    app: str,
    version: str,
    overrides: Overrides,
    *,
    found: LocalRegistry | None = None,
    contents: Contents | None = None,
) -> DeployPlan:
    """Decide everything about the deployment. Raises UsageError when the target cannot have the image."""
    from slimdeploy.plan.workload import workload_plan

    target = choose_target(config, app, overrides)
    delivery = delivery_plan(config, app, version, overrides, found=found)
    if isinstance(target, LocalTarget):
        if overrides.namespace:
            raise UsageError("--namespace needs a cluster", hint="add a [cluster] table, or give --context")
        delivery = StorePlan(f"localhost/{app}")
    elif isinstance(delivery, StorePlan):
        raise UsageError(
            f"the cluster of context {target.context} cannot pull {delivery.repository}",
            hint='name a registry that it can reach: image.repository = "registry.example.com/team/hello"\n'
            "or how to load it into the nodes: cluster.delivery (it names no registry of its own)",
        )
    return DeployPlan(workload_plan(config, app, contents), target, delivery, rollout_seconds(config, overrides))


def rollout_seconds(config: Config, overrides: Overrides) -> float:
    """How long to wait until a release serves."""
    return overrides.timeout or parse_duration(config.deploy.timeout)


def choose_target(config: Config, app: str, overrides: Overrides) -> Target:
    """A cluster only if slim.toml or --context names one: never whatever context is current. Raises UsageError."""
    context = overrides.context or (config.cluster.context if config.cluster else None)
    for flag in ("namespace", "context"):
        if overrides.local and getattr(overrides, flag):
            hint = f"leave one of the two out; --{flag} may come from SLIMDEPLOY_{flag.upper()}"
            raise UsageError(f"--local is podman on this machine, which has no {flag}", hint=hint)
    if overrides.local or context is None:
        return LocalTarget(overrides.publish)
    wanted = overrides.namespace or (config.cluster.namespace if config.cluster else None) or app
    return ClusterTarget(
        context,
        _namespace(wanted),
        overrides.kubeconfig,
        expect=config.cluster.expect if config.cluster else None,
        create=config.cluster.create if config.cluster else False,
        force=overrides.force_conflicts,
        adopt=overrides.adopt,
    )


def _namespace(wanted: str) -> str:
    if wanted.startswith(SYSTEM):
        raise PolicyRefused(
            f"namespace {wanted} belongs to the cluster itself", hint="give --namespace, or cluster.namespace"
        )
    try:
        return namespace(wanted)
    except ValueError as error:
        raise UsageError(f"namespace {wanted}: {error}", hint="give --namespace, or cluster.namespace") from None


def asks_for_registry(config: Config, app: str, overrides: Overrides) -> ClusterTarget | None:
    """The cluster that has to be asked for a registry of its own before anything can be decided."""
    target, delivery = choose_target(config, app, overrides), config.cluster.delivery if config.cluster else "auto"
    asked = config.image.repository is None and delivery in {"auto", "registry"}
    return target if asked and isinstance(target, ClusterTarget) else None


def delivery_plan(
    config: Config, app: str, version: str, overrides: Overrides, *, found: LocalRegistry | None = None
) -> DeliveryPlan:
    """Where `push` goes: image.repository, the cluster's own registry, its nodes, or else podman's store."""
    repository, target = config.image.repository, choose_target(config, app, overrides)
    push_to = ""
    if isinstance(target, ClusterTarget):
        delivery = config.cluster.delivery if config.cluster else "auto"
        loader = side_load(delivery, target.context, repository=bool(repository or found))
        if loader:
            return NodePlan(repository or f"localhost/{app}", *loader)
        if repository is None and found:
            repository, push_to = f"{found.runtime}/{app}", f"{found.host}/{app}"
    if repository is None:
        return StorePlan(f"localhost/{app}")
    tag = (config.image.tag or "").replace("{version}", re.sub(r"[^A-Za-z0-9_.-]", "_", version))[:TAG_LENGTH]
    insecure, seconds = config.image.insecure or is_loopback(push_to or repository), overrides.push_timeout
    return RegistryPlan(repository, tag, insecure, seconds or RegistryPlan.timeout, push_to=push_to)


def is_loopback(repository: str) -> bool:
    """Docker's rule: plain http is fine on loopback. `repository` is host[:port]/path."""
    host = re.sub(r":\d+$", "", repository.partition("/")[0]).strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
