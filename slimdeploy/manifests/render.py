"""DeployPlan + image -> Manifests, and Manifests -> YAML.

Every string is double-quoted: PyYAML leaves 1e3, 0o17 or y bare, which Kubernetes' parser reads as something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from slimdeploy.artifacts.deploy import Manifest, Manifests
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.manifests import limits
from slimdeploy.manifests.ages import Version, fitting
from slimdeploy.manifests.autoscaler import autoscaler
from slimdeploy.manifests.content import config_map, secret
from slimdeploy.manifests.cron_job import cron_job
from slimdeploy.manifests.deployment import deployment
from slimdeploy.manifests.disruption_budget import disruption_budget
from slimdeploy.manifests.exposure import exposure
from slimdeploy.manifests.job import job
from slimdeploy.manifests.network_policy import network_policy
from slimdeploy.manifests.patches import patched
from slimdeploy.manifests.service import service
from slimdeploy.manifests.service_account import service_account

PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9./-]*")
RUNNERS = {"service": deployment, "job": job, "cron": cron_job}
WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def render(plan: WorkloadPlan, namespace: str | None, image: str, server: Version | None = None) -> Manifests:
    """All objects of the app, in the order in which they are applied: what is referred to comes first.

    For the newest API server, or without what this one is too old for. Raises PatchRefused, TooLarge.
    """
    found = (*_before(plan, namespace, image), *_running(plan, namespace, image), *_around(plan, namespace))
    objects, left_out = fitting([each for each in found if each is not None], server)
    made = patched(objects, plan.patches, plan.app)
    limits.check(made)
    return Manifests(made, left_out)


def _before(plan: WorkloadPlan, namespace: str | None, image: str) -> Iterator[Manifest | None]:
    """What has to be there before anything runs, and the migration, which has to be through."""
    yield service_account(plan, namespace)
    yield config_map(plan, namespace)
    yield secret(plan, namespace)
    for each in (plan, *plan.processes, *([plan.migration] if plan.migration else [])):
        yield network_policy(each, namespace)
    if plan.migration:
        yield job(plan.migration, namespace, image)


def _running(plan: WorkloadPlan, namespace: str | None, image: str) -> Iterator[Manifest | None]:
    for each in (plan, *plan.processes):
        yield service(each, namespace)
        yield disruption_budget(each, namespace) if each.kind == "service" else None
        yield RUNNERS[each.kind](each, namespace, image)


def _around(plan: WorkloadPlan, namespace: str | None) -> Iterator[Manifest | None]:
    for each in plan.services:
        yield autoscaler(each, namespace)
    yield exposure(plan, namespace)


def to_yaml(manifests: Manifests) -> str:
    """A YAML stream that any YAML 1.1 or 1.2 parser reads alike."""
    return yaml.dump_all(
        manifests.objects, Dumper=_Quoting, sort_keys=False, explicit_start=True, width=10_000, allow_unicode=False
    )


class _Quoting(yaml.SafeDumper):
    """Double quotes for every string value; keys stay plain where no parser can mistake them."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - no anchors, whatever repeats
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)  # noqa: FBT003 - lists indented


class OneLine(list[str]):
    """A list that is written in one line: [get, list]."""


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')


def _in_one_line(dumper: yaml.SafeDumper, items: OneLine) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


def _mapping(dumper: yaml.SafeDumper, data: dict[str, Any]) -> yaml.MappingNode:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=False)
    for key, _ in node.value:
        if PLAIN_KEY.fullmatch(key.value) and key.value.lower() not in WORDS:
            key.style = None
    return node


_Quoting.add_representer(str, _string)
_Quoting.add_representer(dict, _mapping)
_Quoting.add_representer(OneLine, _in_one_line)
