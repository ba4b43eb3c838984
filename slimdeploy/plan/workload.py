"""Configuration -> WorkloadPlan: what runs, wherever it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from slimdeploy.artifacts.workload import (
    Account,
    Autoscale,
    ConfigFile,
    Contents,
    ExistingSecret,
    Expose,
    JobRules,
    NetworkRules,
    Patch,
    PodRules,
    SecretValue,
    Volume,
    WorkloadPlan,
)
from slimdeploy.config.rules import memory_bytes, parse_duration, whole_seconds
from slimdeploy.plan.listening import environment, listed, ports_of, probe

if TYPE_CHECKING:
    from slimdeploy.config.deploying import Deploy
    from slimdeploy.config.exposing import Expose as Exposed
    from slimdeploy.config.model import Config
    from slimdeploy.config.patching import Operation
    from slimdeploy.config.processes import Process
    from slimdeploy.config.running import Toleration
    from slimdeploy.config.scaling import Autoscale as Scaling

DEFAULT_PERCENT = 80
MIGRATE = "migrate"


def workload_plan(config: Config, app: str, contents: Contents | None = None) -> WorkloadPlan:
    """What runs, wherever it runs. Without `contents`, what slim.toml only refers to is empty."""
    deploy, ports, read = config.deploy, ports_of(config), contents or unread(config)
    plan = WorkloadPlan(
        app=app,
        kind=config.app.kind,
        ports=ports,
        health=probe(config.app.health, ports),
        liveness=probe(config.app.health.liveness, ports),
        startup=probe(config.app.health.startup, ports),
        args=tuple(config.app.args),
        env=environment(config.app.env, ports, deploy.resources),
        user=config.image.user,
        cpu=deploy.resources.cpu,
        memory=deploy.resources.memory,
        memory_bytes=memory_bytes(deploy.resources.memory),
        replicas=deploy.replicas,
        cpu_limit=deploy.resources.cpu_limit or "",
        config=read.config,
        secrets=read.secrets,
        existing=_existing(config),
        autoscale=_autoscale(deploy.autoscale),
        account=Account(_pairs(deploy.service_account.annotations), deploy.service_account.token),
        pods=_pods(deploy),
        network=_network(deploy),
    )
    return replace(
        plan,
        expose=_expose(deploy.expose),
        job=_job(deploy),
        migration=_migration(plan, config),
        processes=tuple(_process(plan, name, each, config) for name, each in sorted(config.processes.items())),
        patches=_patches(config),
    )


def unread(config: Config) -> Contents:
    """Placeholders, for verbs that only need to know which kinds of objects there are."""
    files = tuple(ConfigFile(str(number), each.target, b"") for number, each in enumerate(config.app.config))
    named = (name for name, each in config.app.secrets.items() if not each.existing)
    return Contents(files, tuple(SecretValue(name, "") for name in sorted(named)))


def _existing(config: Config) -> tuple[ExistingSecret, ...]:
    found = ((name, each.existing.partition("/")) for name, each in config.app.secrets.items() if each.existing)
    return tuple(sorted((ExistingSecret(name, secret, key) for name, (secret, _, key) in found), key=lambda e: e.name))


def _autoscale(wanted: Scaling | None) -> Autoscale | None:
    if wanted is None:
        return None
    cpu = DEFAULT_PERCENT if wanted.cpu is None and wanted.memory is None else wanted.cpu
    return Autoscale(wanted.least, wanted.most, cpu, wanted.memory)


def _expose(wanted: Exposed | None) -> Expose | None:
    if wanted is None:
        return None
    return Expose(
        host=wanted.host,
        path=wanted.path,
        tls_secret=wanted.tls_secret or "",
        ingress_class=wanted.ingress_class or "",
        annotations=_pairs(wanted.annotations),
        gateway=wanted.gateway or "",
    )


def _network(deploy: Deploy) -> NetworkRules | None:
    wanted = deploy.network_policy
    return NetworkRules(wanted.sources, wanted.egress) if wanted else None


def _pods(deploy: Deploy) -> PodRules:
    return PodRules(
        grace=whole_seconds(deploy.grace_period),
        drain=whole_seconds(deploy.drain),
        pull_secrets=deploy.pull_secrets,
        labels=_pairs(deploy.labels),
        annotations=_pairs(deploy.annotations),
        node_selector=_pairs(deploy.node_selector),
        tolerations=tuple(_toleration(each) for each in deploy.tolerations),
        volumes=tuple(
            Volume(each.name, each.path, each.claim or "", each.size or "", each.read_only) for each in deploy.volumes
        ),
    )


def _toleration(wanted: Toleration) -> tuple[tuple[str, str], ...]:
    said = {"key": wanted.taint, "operator": wanted.operator, "value": wanted.value, "effect": wanted.effect}
    return tuple((name, each) for name, each in said.items() if each is not None)


def _job(deploy: Deploy) -> JobRules:
    wanted = deploy.job
    return JobRules(
        wanted.schedule or "", wanted.time_zone or "", wanted.backoff_limit, _seconds(wanted.active_deadline)
    )


def _migration(plan: WorkloadPlan, config: Config) -> WorkloadPlan | None:
    """The app with other arguments, run to its end once; not tried again by itself: it may have done half."""
    wanted = config.deploy.migrate
    if wanted is None:
        return None
    rules = JobRules(retries=0, deadline=_seconds(wanted.timeout))
    return replace(_without_ports(plan, config), process=MIGRATE, kind="job", args=wanted.args, job=rules, replicas=1)


def _process(plan: WorkloadPlan, name: str, wanted: Process, config: Config) -> WorkloadPlan:
    """The app with other arguments, for good."""
    ports, resources = listed(wanted.ports), wanted.resources or config.deploy.resources
    return replace(
        _without_ports(plan, config),
        process=name,
        kind="service",
        args=wanted.args,
        env=environment({**config.app.env, **wanted.env}, ports, resources),
        ports=ports,
        health=probe(wanted.health, ports),
        liveness=probe(wanted.health.liveness, ports),
        startup=probe(wanted.health.startup, ports),
        replicas=wanted.replicas,
        autoscale=_autoscale(wanted.autoscale),
        cpu=resources.cpu,
        cpu_limit=resources.cpu_limit or "",
        memory=resources.memory,
        memory_bytes=memory_bytes(resources.memory),
    )


def _without_ports(plan: WorkloadPlan, config: Config) -> WorkloadPlan:
    env = environment(config.app.env, (), config.deploy.resources)
    return replace(plan, ports=(), health=None, liveness=None, startup=None, autoscale=None, env=env)


def _patches(config: Config) -> tuple[Patch, ...]:
    return tuple(
        Patch(each.kind, each.name or "", tuple(_operation(one) for one in each.ops), each.allow)
        for each in config.patch
    )


def _operation(wanted: Operation) -> dict[str, object]:
    value = {} if wanted.op == "remove" else {"value": wanted.value}
    return {"op": wanted.op, "path": wanted.path, **value}


def _pairs(table: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(table.items()))


def _seconds(text: str | None) -> int | None:
    return None if text is None else int(parse_duration(text))
