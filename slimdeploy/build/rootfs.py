"""RootfsPlan + StaticBinary -> RootFilesystem: the binary, the project's files, and what is linked in needs."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from slimdeploy.artifacts.build import ProjectFiles, RootFile, RootFilesystem, StaticBinary
from slimdeploy.artifacts.plan import RootfsPlan
from slimdeploy.build.authorities import host_bundle
from slimdeploy.build.needs import why_accounts, why_authorities, why_zones
from slimdeploy.build.zones import release, zone_files, zone_tree
from slimdeploy.config.assets import CERTIFICATES, GROUP, PASSWD, ZONES

ACCOUNT = "nonroot"  # the name that distroless images gave the user 65532


def collect_files(plan: RootfsPlan, binary: StaticBinary, own: ProjectFiles, made: Path) -> RootFilesystem:
    """Everything that the image will hold; `made` is a folder for what is written here.

    Raises ImageFailed when this machine lacks what the program needs.
    """
    program = RootFile(plan.entrypoint, binary.path, 0o555, binary.size, binary.sha256, "the program")
    return RootFilesystem(
        (
            program,
            *own.files,
            *_authorities(plan, binary, own.authorities, made),
            *_zones(plan, binary),
            *_accounts(plan, binary, made),
        )
    )


def _authorities(plan: RootfsPlan, binary: StaticBinary, added: bytes, made: Path) -> Iterator[RootFile]:
    why = why_authorities(plan, binary.functions)
    if not why:
        return
    source = host_bundle(plan.host)
    changed = time.strftime("%Y-%m-%d", time.gmtime(source.stat().st_mtime))
    why += f"; from {', '.join((f'{source} of {changed}', *plan.authorities))}"
    yield _make(made, CERTIFICATES, source.read_bytes() + added, why)


def _zones(plan: RootfsPlan, binary: StaticBinary) -> Iterator[RootFile]:
    why = why_zones(plan, binary.functions)
    if not why:
        return
    tree = zone_tree(plan.host)
    why += f"; tzdata {release(tree)}"
    for name, path in zone_files(tree):
        content = path.read_bytes()
        yield RootFile(f"{ZONES}/{name}", path, 0o444, len(content), hashlib.sha256(content).hexdigest(), why)


def _accounts(plan: RootfsPlan, binary: StaticBinary, made: Path) -> Iterator[RootFile]:
    why = why_accounts(binary.functions)
    if why:
        yield _make(made, PASSWD, passwd(plan.user).encode(), why)
        yield _make(made, GROUP, group(plan.user).encode(), why)


def passwd(user: int) -> str:
    """root, and the user that the program runs as. Nobody has a home or a shell: there are none."""
    return f"root:x:0:0:root:/:/sbin/nologin\n{ACCOUNT}:x:{user}:{user}:{ACCOUNT}:/:/sbin/nologin\n"


def group(user: int) -> str:
    """The groups of these two."""
    return f"root:x:0:\n{ACCOUNT}:x:{user}:\n"


def _make(folder: Path, target: str, content: bytes, why: str) -> RootFile:
    digest = hashlib.sha256(content).hexdigest()
    file = folder / digest
    file.write_bytes(content)
    return RootFile(target, file, 0o444, len(content), digest, why)
