"""Where an image without anything else cannot serve: said while it is built, before it fails where it runs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from slimdeploy.artifacts.build import RootFilesystem, StaticBinary
from slimdeploy.artifacts.plan import BuildPlan
from slimdeploy.build.calls import Call, Calls, find_calls, linked_folders
from slimdeploy.build.needs import OPENS_PLUGINS, STARTS_PROGRAMS, linked
from slimdeploy.config.assets import CERTIFICATES
from slimdeploy.events import Event, Note, Warned

OLD_DAYS = 180
SHOWN = 5


def advise(plan: BuildPlan, module: str, binary: StaticBinary, rootfs: RootFilesystem) -> Iterator[Event]:
    """Everything that should be looked at before this image runs anywhere."""
    targets = {file.target for file in rootfs.files}
    folders = linked_folders(binary.functions, module, plan.compile.package)
    calls = find_calls(plan.compile.project, folders)
    yield from about_programs(binary.functions, calls, targets)
    yield from about_ports(calls, plan.image.user)
    yield from about_files(calls, targets, plan.image.workdir, plan.compile.project)
    if CERTIFICATES in targets and plan.rootfs.host.bundle:
        yield from about_age(plan.rootfs.host.bundle, time.time())


def about_programs(functions: frozenset[str], calls: Calls, targets: set[str]) -> Iterator[Event]:
    """Programs that this one starts, and that the image does not hold."""
    if functions.intersection(OPENS_PLUGINS):
        yield Warned("plugin.Open is linked in: it fails in a static binary")
    if functions.isdisjoint(STARTS_PROGRAMS):
        return
    there = targets | {target.rpartition("/")[2] for target in targets}
    absent = [call for call in calls.starts if call.argument not in there]
    if absent:
        hint = "the image holds no other program and no shell: do it in Go, or add static ones with image.files"
        yield Warned(f"the program starts {_listed(absent)}; {hint}")
    elif not calls.starts:
        by = linked(functions, STARTS_PROGRAMS)
        yield Note(f"{by}: whatever it starts has to be in the image, which holds no other program")


def about_ports(calls: Calls, user: int) -> Iterator[Event]:
    """Ports that only root may open, or who has a capability that we take from everybody."""
    if calls.low:
        hint = f"user {user} may open no port below 1024, unless the runtime allows it: listen on PORT (app.port)"
        yield Warned(f"the program listens on {_listed(list(calls.low))}; {hint}")


def about_files(calls: Calls, targets: Iterable[str], workdir: str, project: Path) -> Iterator[Event]:
    """Files of the project that the program reads by a relative path, and that the image does not hold."""
    held = {place for target in targets for place in (target, *map(str, Path(target).parents))}
    places: dict[str, list[Call]] = {}
    for call in calls.reads:
        path = _plain(call.argument)
        if path and (project / path).exists() and f"{workdir.rstrip('/')}/{path}" not in held:
            places.setdefault(path.partition("/")[0], []).append(call)
    for first, found in places.items():
        rule = f'{{ from = "{first}", to = "{workdir.rstrip("/")}/{first}" }}'
        yield Warned(f"the program reads {_listed(found)}, which the image does not hold: image.files = [{rule}]")


def about_age(bundle: Path, now: float) -> Iterator[Event]:
    """A CA bundle that nobody has renewed for long: revoked authorities are in it, new ones are not."""
    days = int((now - bundle.stat().st_mtime) / 86_400)
    if days > OLD_DAYS:
        yield Warned(f"the CA bundle {bundle} is {days} days old: update the package ca-certificates")


def _plain(argument: str) -> str:
    """The relative path in front of the first wildcard; "" for another kind of path."""
    parts = argument.removeprefix("./").split("/")
    if argument.startswith("/") or ".." in parts or parts in ([""], ["."]):
        return ""
    wild = next((index for index, part in enumerate(parts) if set(part) & set("*?[")), len(parts))
    return "/".join(parts[:wild]).rstrip("/")


def _listed(calls: list[Call]) -> str:
    """git (main.go:14), /bin/sh (run.go:3); each argument once."""
    first: dict[str, Call] = {}
    for call in calls:
        first.setdefault(call.argument, call)
    shown = [f"{call.argument} ({call.place})" for call in list(first.values())[:SHOWN]]
    return ", ".join([*shown, *([f"and {len(first) - SHOWN} more"] if len(first) > SHOWN else [])])
