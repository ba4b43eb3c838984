"""All checks at the same time, in the order in which they are shown: config, programs, machine, places."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from slimdeploy.artifacts.deploy_plan import ClusterTarget, NodePlan, RegistryPlan
from slimdeploy.config.reader import default_config
from slimdeploy.config.stamps import asked
from slimdeploy.doctor import machine, places, programs
from slimdeploy.doctor.finding import Finding, failure, fine
from slimdeploy.errors import SlimdeployError
from slimdeploy.facts.local import programs as programs_of
from slimdeploy.facts.main_folder import check_main
from slimdeploy.facts.modules import module_path
from slimdeploy.plan.build import only_package
from slimdeploy.plan.deploy import choose_target, delivery_plan
from slimdeploy.plan.workload import workload_plan
from slimdeploy.tools.git import revision
from slimdeploy.tools.go import Go
from slimdeploy.workbench import Request, name_of

Check = Callable[[], Finding | Iterable[Finding]]
STAMPED = "build.stamp asks it"
LOADERS = {"containerd": "ctr"}


def examine(project: Path, request: Request | SlimdeployError) -> tuple[Finding, ...]:
    """Everything that can be known here. With a slim.toml that is wrong, what it would ask for is not looked at."""
    known = request if isinstance(request, Request) else None
    checks: list[Check] = [lambda: _config(request), lambda: _program(project, known)]
    checks += _programs(project, _needs(known))
    checks += [programs.wrapped, lambda: tuple(machine.rootless(podman="podman" in _needs(known))), machine.room]
    checks.append(lambda: machine.authorities(str(known.config.image.ca) if known else "auto"))
    checks += [lambda: tuple(_commit(known)), *_places(known)] if known else []
    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        running = [pool.submit(each) for each in checks]
        return tuple(finding for each in running for finding in _listed(each.result()))


def _config(request: Request | SlimdeployError) -> Finding:
    if isinstance(request, SlimdeployError):
        return failure("slim.toml", request)
    return fine("slim.toml", "valid" if request.source else "none: defaults")


def _program(project: Path, request: Request | None) -> Finding:
    """The Go module and its main package, as far as they can be told without compiling."""
    config = request.config if request else default_config()
    main = config.build.main
    try:
        check_main(project, main, request.source if request else None)
        module = module_path(project, main)
        found = main or only_package(module, programs_of(Go(project, timeout=20.0), config.build))
        return fine("program", module if found == "." else f"{module}, {found}")
    except SlimdeployError as error:
        return failure("program", error)


def _needs(request: Request | None) -> dict[str, str]:
    """Each program that this configuration starts, and why."""
    found = {"go": "it compiles", "buildah": "it makes the image", "skopeo": "it delivers the image"}
    if request is None:
        return found
    config = request.config
    if asked(config.build.stamp.values()):
        found["git"] = STAMPED
    target = _target(request)
    if target is None:
        found["podman"] = "the target is this machine"
    elif isinstance(plan := _delivery(request), NodePlan):
        found[LOADERS.get(plan.kind, plan.kind)] = f"it loads images into {plan.cluster}"
    return found


def _programs(project: Path, needs: dict[str, str]) -> list[Check]:
    names = dict.fromkeys((*programs.ALWAYS, "podman", "git", *needs))
    del names["go"]
    others: list[Check] = [_asking(name, needs.get(name, "")) for name in names]
    return [lambda: programs.examine_go(project), *others]


def _asking(name: str, why: str) -> Check:
    return lambda: programs.examine(name, why)


def _commit(request: Request) -> Iterable[Finding]:
    """Where the program is stamped with a commit, there has to be one."""
    if asked(request.config.build.stamp.values()):
        try:
            yield fine("commit", revision(request.project).version)
        except SlimdeployError as error:
            yield failure("commit", error)


def _places(request: Request) -> list[Check]:
    try:
        target, plan = _target(request), _delivery(request)
    except SlimdeployError as error:
        return [_said(failure("target", error))]
    checks: list[Check] = []
    if isinstance(plan, RegistryPlan):
        checks.append(lambda: places.registry(plan))
    if target:
        checks.append(lambda: tuple(places.cluster(target, workload_plan(request.config, _app(request)))))
    return checks or [_said(fine("target", "this machine, podman"))]


def _said(finding: Finding) -> Check:
    return lambda: finding


def _target(request: Request) -> ClusterTarget | None:
    found = choose_target(request.config, _app(request), request.overrides)
    return found if isinstance(found, ClusterTarget) else None


def _delivery(request: Request) -> object:
    return delivery_plan(request.config, _app(request), "dev", request.overrides)


def _app(request: Request) -> str:
    try:
        return name_of(request)
    except SlimdeployError:  # no go.mod: another check says so
        return "app"


def _listed(found: Finding | Iterable[Finding]) -> Iterable[Finding]:
    return (found,) if isinstance(found, Finding) else found
