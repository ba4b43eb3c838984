"""RootfsPlan + StaticBinary -> RootFilesystem: the binary, the project's files, and what is linked in needs."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from slimdeploy.artifacts.build import Base, ProjectFiles, RootFile, RootFilesystem, StaticBinary
from slimdeploy.artifacts.plan import RootfsPlan
from slimdeploy.build.authorities import host_bundle
from slimdeploy.build.held import has_account, has_authorities, has_zones, through_links
from slimdeploy.build.needs import why_accounts, why_authorities, why_zones
from slimdeploy.build.zones import release, zone_files, zone_tree
from slimdeploy.config.assets import CERTIFICATES, GROUP, PASSWD, ZONES
from slimdeploy.records import frozen

ACCOUNT = "nonroot"  # the name that distroless images gave the user 65532


def collect_files(
    plan: RootfsPlan, binary: StaticBinary, own: ProjectFiles, made: Path, *, base: Base | None = None
) -> RootFilesystem:
    """Everything that the image will hold above its base; `made` is a folder for what is written here.

    Raises ImageFailed when this machine lacks what the program needs, or a folder in the way is none in the base.
    """
    program = RootFile(plan.entrypoint, binary.path, 0o555, binary.size, binary.sha256, "the program")
    files = (
        program,
        *own.files,
        *_authorities(plan, binary, own.authorities, _Place(made, base)),
        *_zones(plan, binary, base),
        *_accounts(plan, binary, _Place(made, base)),
    )
    return RootFilesystem(tuple(through_links(file, base) for file in files) if base else files)


@frozen
class _Place:
    """Where files are written here, and what they go onto there."""

    made: Path
    base: Base | None


def _authorities(plan: RootfsPlan, binary: StaticBinary, added: bytes, place: _Place) -> Iterator[RootFile]:
    why = why_authorities(plan, binary.functions)
    if not why or (plan.ca == "auto" and has_authorities(place.base)):
        return
    source = host_bundle(plan.host)
    changed = time.strftime("%Y-%m-%d", time.gmtime(source.stat().st_mtime))
    why += f"; from {', '.join((f'{source} of {changed}', *plan.authorities))}"
    yield _make(place.made, CERTIFICATES, source.read_bytes() + added, why)


def _zones(plan: RootfsPlan, binary: StaticBinary, base: Base | None) -> Iterator[RootFile]:
    why = why_zones(plan, binary.functions)
    if not why or has_zones(base):
        return
    tree = zone_tree(plan.host)
    why += f"; tzdata {release(tree)}"
    for name, path in zone_files(tree):
        content = path.read_bytes()
        yield RootFile(f"{ZONES}/{name}", path, 0o444, len(content), hashlib.sha256(content).hexdigest(), why)


def _accounts(plan: RootfsPlan, binary: StaticBinary, place: _Place) -> Iterator[RootFile]:
    why = why_accounts(binary.functions)
    before = (place.base.passwd, place.base.group) if place.base else ("", "")
    if why and not has_account(before[0], plan.user):
        yield _make(place.made, PASSWD, (before[0] + passwd(plan.user, before[0])).encode(), why)
        yield _make(place.made, GROUP, (before[1] + group(plan.user, before[1])).encode(), why)


def passwd(user: int, before: str = "") -> str:
    """root, and the user that the program runs as. Nobody has a home or a shell: there are none."""
    root = "" if before else "root:x:0:0:root:/:/sbin/nologin\n"
    name = account(before, user)
    return f"{root}{name}:x:{user}:{user}:{name}:/:/sbin/nologin\n"


def group(user: int, before: str = "") -> str:
    """The groups of these two."""
    return ("" if before else "root:x:0:\n") + f"{account(before, user)}:x:{user}:\n"


def account(before: str, user: int) -> str:
    """The name of the program's user, which must not be another one's already."""
    return f"{ACCOUNT}{user}" if any(line.startswith(f"{ACCOUNT}:") for line in before.splitlines()) else ACCOUNT


def _make(folder: Path, target: str, content: bytes, why: str) -> RootFile:
    digest = hashlib.sha256(content).hexdigest()
    file = folder / digest
    file.write_bytes(content)
    return RootFile(target, file, 0o444, len(content), digest, why)
