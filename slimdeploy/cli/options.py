"""The flags that verbs share, named as kubectl and docker name them; each is also a variable SLIMDEPLOY_*."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slimdeploy.cli.session import Session
from slimdeploy.cli.values import Filled
from slimdeploy.events import Note, Warned
from slimdeploy.records import frozen

if TYPE_CHECKING:
    from slimdeploy.cli.output import Output
    from slimdeploy.facts.head_start import HeadStart
    from slimdeploy.workbench import Request

CONFIG_FILE = "slim.toml"
Function = Callable[..., Any]


@frozen
class Flags:
    """The values of the shared flags."""

    file: str | None = None
    profile: str | None = None
    directory: str = "."
    context: str | None = None
    namespace: str | None = None
    kubeconfig: str | None = None
    timeout: float | None = None
    publish: int | None = None
    local: bool = False
    push_timeout: float | None = None
    build_timeout: float | None = None
    verify: bool = False
    lock_wait: float | None = None
    rollback: bool | None = None
    retry: bool = True
    force_conflicts: bool = False
    adopt: bool = False
    platforms: str | tuple[str, ...] | None = None
    pull: bool = False
    head: HeadStart | None = None


def duration(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:  # noqa: ARG001
    """Seconds, from a Go duration with its unit: 90s, 5m, 1h30m."""
    from slimdeploy.config.rules import parse_duration

    try:
        return None if value is None else parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def listed_platforms(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:  # noqa: ANN401, ARG001
    """What build.platforms could hold."""
    from slimdeploy.config.platforms import CLUSTER, platforms

    try:
        return None if value is None else platforms(value if value == CLUSTER else value.split(","))
    except ValueError as error:
        raise click.BadParameter(str(error).replace(" (line {line})", "")) from None


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:  # noqa: ANN401 - click's own keywords
    """A click option that is also SLIMDEPLOY_<its long name>; a variable that is empty counts as unset."""
    long = next(name for name in names if name.startswith("--")).partition("/")[0]
    variable = "SLIMDEPLOY_" + long.lstrip("-").replace("-", "_").upper()
    if "metavar" in settings:
        settings.setdefault("type", Filled())
    return click.option(*names, envvar=variable, **settings)


OUTPUT = (
    option("-o", "--output", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the result."),
    option("-q", "--quiet", is_flag=True, help="No progress; only the result and errors."),
    option("-v", "--verbose", is_flag=True, help="Also what the tools print."),
    option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours on stderr."),
)
PROJECT = (
    option("--file", metavar="FILE", help="The configuration (default: slim.toml, if there is one)."),
    option("-P", "--profile", metavar="NAME", help="A [profiles.NAME] of slim.toml to lay over it."),
    option("-C", "--directory", metavar="DIR", default=".", help="The project's folder."),
)
TARGET = (
    option("--context", metavar="NAME", help="Context of the kubeconfig, instead of cluster.context."),
    option("-n", "--namespace", metavar="NAME", help="Namespace, instead of cluster.namespace."),
    option("--kubeconfig", metavar="FILE", help="The kubeconfig (default: KUBECONFIG, ~/.kube/config)."),
    option("--local", is_flag=True, help="Local podman, whatever slim.toml names."),
)
PLATFORM = (
    option(
        "--platform",
        "platforms",
        callback=listed_platforms,
        metavar="OS/ARCH,...",
        help='Instead of build.platforms: linux/amd64,linux/arm64; or "cluster".',
    ),
)
BUILD = (
    option("--build-timeout", callback=duration, metavar="DURATION", help="Limit of each call of go (30m)."),
    *PLATFORM,
    option("--pull", is_flag=True, help="Look up again what the tags of base and builder images name (slim.lock)."),
)
VERIFY = (option("--verify", is_flag=True, help="Build twice, the second time with an empty cache, and compare."),)
PUSH = (option("--push-timeout", callback=duration, metavar="DURATION", help="Limit of a push, tries included (10m)."),)
TAKEOVER = (
    option("--force-conflicts", is_flag=True, help="Take fields that somebody else manages."),
    option("--adopt", is_flag=True, help="Take over objects that kubectl, Helm and the like made under this name."),
)
ROLLOUT = (
    option("--timeout", callback=duration, metavar="DURATION", help="How long to wait for the rollout, e.g. 5m."),
    option("--publish", "-p", type=click.IntRange(1, 65535), metavar="PORT", help="Local target: port on 127.0.0.1."),
)
LOCK = (
    option(
        "--lock-wait", callback=duration, metavar="DURATION", help="Wait for another run; by default exit 75 at once."
    ),
)
ROLLBACK = (
    option(
        "--rollback/--no-rollback", default=None, help="Whether a release that does not serve is rolled back (yes)."
    ),
)
PROCESS = (
    option("--process", default="", metavar="NAME", help="Only this one of [processes]; the app's own has its name."),
)
UP = (*PROJECT, *BUILD, *VERIFY, *TARGET, *PUSH, *ROLLOUT, *ROLLBACK, *LOCK, *TAKEOVER)
"""What `up` takes, attended or not."""


def verb(name: str, *groups: tuple[Callable[[Function], Function], ...]) -> Callable[[Function], click.Command]:
    """A click command whose function gets (output, flags, **what is left)."""

    def decorate(function: Function) -> click.Command:
        @click.pass_obj
        def called(session: Session, /, **values: Any) -> Any:  # noqa: ANN401
            output = session.output
            output.configure(**{key: values.pop(key) for key in ("quiet", "verbose", "color", "form")})
            flags = Flags(**{key: values.pop(key) for key in Flags.__dataclass_fields__ if key in values})
            head = session.head_of(Path(flags.directory).resolve())
            return function(output, replace(flags, head=head), **values)

        command: Function = called
        for each in reversed([*(one for group in groups for one in group), *OUTPUT]):
            command = each(command)
        return click.command(name, help=function.__doc__)(command)

    return decorate


def request(flags: Flags, output: Output) -> Request:
    """What the flags ask for. Raises ConfigError, UnreadableFile."""
    from slimdeploy.artifacts.release import Order
    from slimdeploy.config.placing import Source
    from slimdeploy.config.settings import changed
    from slimdeploy.config.source import find
    from slimdeploy.plan.deploy import Overrides
    from slimdeploy.state.settings import read
    from slimdeploy.workbench import Building, Request

    project = Path(flags.directory).resolve()
    file, source = Path(flags.file) if flags.file else find(project), None
    if file or flags.profile:
        source = Source(file or project / CONFIG_FILE, flags.profile)
    else:
        output.terminal(Note(f"no {CONFIG_FILE} here: defaults, local target (`slimdeploy init` writes one)"))
    loaded = read(project, source.file if source else None, flags.profile)
    config = loaded.config
    for warning in loaded.warnings:
        output.terminal(Warned(warning))
    overrides = Overrides(**{key: getattr(flags, key) for key in Overrides.__dataclass_fields__})
    if flags.platforms is not None:
        config = changed(config, build=changed(config.build, platforms=flags.platforms))
    building = Building(flags.build_timeout or Building.timeout, flags.verify, flags.pull)
    rollback = config.deploy.rollback if flags.rollback is None else flags.rollback
    order = Order(lock_wait=flags.lock_wait or 0.0, rollback=rollback, retry=flags.retry)
    return Request(project, config, overrides, order, building, source, flags.head)
