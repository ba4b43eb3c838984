"""slimdeploy config: slim.toml as it counts, its schema for editors, the cluster that it means, the rights it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slimdeploy.cli.group import Group
from slimdeploy.cli.options import CONFIG_FILE, PROJECT, TARGET, Flags, option, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.errors import UsageError

if TYPE_CHECKING:
    from slimdeploy.artifacts.deploy_plan import ClusterTarget
    from slimdeploy.workbench import Request

FOLDER = (option("-C", "--directory", metavar="DIR", default=".", help="The project's folder."),)
WHOSE = (
    option("--operate", is_flag=True, help="Also what `port-forward` and `debug` need."),
    option("--user", metavar="NAME", help="Bind the Role to this user."),
    option("--group", metavar="NAME", help="Bind it to this group."),
    option("--serviceaccount", metavar="NAMESPACE:NAME", help="Bind it to this ServiceAccount."),
)


@click.group(cls=Group)
def command() -> None:
    """Look at slim.toml, and pin the cluster that it means."""


@verb("show", PROJECT)
def show(output: Output, flags: Flags) -> None:
    """Print the configuration as it counts: with its defaults, and the profile laid over it."""
    import tomlkit

    from slimdeploy.config.reader import spelled
    from slimdeploy.config.source import read_text, shown_name

    source = request(flags, output).source
    values = spelled(read_text(source.file), shown_name(source.file), source.profile) if source else spelled("", "")
    output.result(tomlkit.dumps(values), values)


@verb("schema", FOLDER)
def schema(output: Output, flags: Flags) -> None:
    """Write .slim.schema.json, by which editors complete and explain the keys of slim.toml."""
    from slimdeploy.config.schema import DIRECTIVE, NAME
    from slimdeploy.config.schema import schema as made

    file = Path(flags.directory).resolve() / NAME
    file.write_text(json.dumps(made(), indent=1) + "\n", encoding="utf-8")
    output.closing(f"wrote {NAME}; the first line of {CONFIG_FILE} should be: {DIRECTIVE}")
    output.result("", {"file": str(file), "directive": DIRECTIVE})


@verb("pin", PROJECT, TARGET)
def pin(output: Output, flags: Flags) -> None:
    """Write the cluster's fingerprint into slim.toml (cluster.expect): no other is touched from then on."""
    from slimdeploy.config.editing import set_key
    from slimdeploy.deploy.releasing.guard import found_at

    asked = request(flags, output)
    file, target = Path(flags.file) if flags.file else asked.project / CONFIG_FILE, _cluster(asked)
    if not asked.config.cluster or flags.context:
        raise UsageError("only the cluster of slim.toml can be pinned", hint="write cluster.context there first")
    expect, server = found_at(target)
    table = ("profiles", flags.profile, "cluster") if flags.profile else ("cluster",)
    changed = set_key(file, (*table, "expect"), expect)
    output.closing(
        f"{'.'.join(table)}.expect {'is now' if changed else 'is already'} the CA of {target.context} ({server})"
    )
    output.result(expect, {"expect": expect, "context": target.context, "server": server, "changed": changed})


@verb("rbac", PROJECT, TARGET, WHOSE)
def rbac(output: Output, flags: Flags, *, operate: bool, **whose: str | None) -> None:
    """Print the Role that `up`, `status`, `logs`, `restart` and `down` of this app need, and its binding.

    Asks no cluster.
    """
    from slimdeploy.deploy.releasing.permissions import needed
    from slimdeploy.manifests.render import to_yaml
    from slimdeploy.plan.workload import workload_plan
    from slimdeploy.workbench import name_of

    subject, asked = _subject(**whose), request(flags, output)
    found = needed(workload_plan(asked.config, name_of(asked)), _cluster(asked).namespace, subject, operate=operate)
    text = "" if output.json else to_yaml(found)
    output.result(text, {"kind": "List", "apiVersion": "v1", "items": list(found.objects)})


for each in (show, schema, pin, rbac):
    command.add_command(each)


def _subject(user: str | None, group: str | None, serviceaccount: str | None) -> dict[str, str] | None:
    if sum(each is not None for each in (user, group, serviceaccount)) > 1:
        raise UsageError("give one of --user, --group, --serviceaccount")
    if serviceaccount is not None:
        namespace, found, name = serviceaccount.partition(":")
        if not (namespace and found and name):
            raise UsageError("--serviceaccount: expected NAMESPACE:NAME", hint="such as ci:deployer")
        return {"kind": "ServiceAccount", "namespace": namespace, "name": name}
    kind, name = ("User", user) if user is not None else ("Group", group or "")
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name} if name else None


def _cluster(asked: Request) -> ClusterTarget:
    from slimdeploy.artifacts.deploy_plan import ClusterTarget
    from slimdeploy.plan.deploy import choose_target
    from slimdeploy.workbench import name_of

    target = choose_target(asked.config, name_of(asked), asked.overrides)
    if not isinstance(target, ClusterTarget):
        raise UsageError("the target is podman on this machine", hint="a [cluster] table names a cluster")
    return target
