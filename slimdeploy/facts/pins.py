"""slim.lock: which digest a tag had when it was first used. People commit it, so that everybody builds from the same.

A reference with a digest needs no entry. The registry is asked for what is not there yet, or when that is wished.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from slimdeploy.artifacts.plan import Pinned
from slimdeploy.config.pulled import DIGEST, Reference, parse
from slimdeploy.errors import ImageFailed, UnreadableFile
from slimdeploy.events import Note, Report, Step, Warned, step
from slimdeploy.facts.source import SETTLED
from slimdeploy.plan.deploy import is_loopback
from slimdeploy.records import frozen
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.credentials import proven
from slimdeploy.tools.persistence import persist
from slimdeploy.tools.registry_errors import explain
from slimdeploy.tools.skopeo import Skopeo

FILE, TABLE = "slim.lock", "images"
HEAD = "Written by slimdeploy: the images that builds start from. Commit it; `slimdeploy build --pull` renews it."
SECONDS = 60.0
LOOK_SECONDS = 5.0  # for news that nobody waits for


@frozen
class Wanted:
    """An image as slim.toml names it, and by which key."""

    image: str
    key: str


def pinned(project: Path, wanted: Sequence[Wanted], report: Report, *, pull: bool = False) -> tuple[Pinned, ...]:
    """Each image with its digest. What was not known is looked up, and written down."""
    if not wanted:
        return ()
    file = project / FILE
    known = read(file)
    unknown = [each for each in wanted if _asks(parse(each.image), known, pull=pull)]
    found = look_up(unknown, report) if unknown else {}
    if changed := {name: digest for name, digest in found.items() if known.get(name) != digest}:
        _tell(changed, known, report)
        _write(file, changed, report)
    return tuple(_pin(each, known | found) for each in wanted)


def last_written(project: Path) -> int:
    """When slim.lock was changed last, in nanoseconds; 0 without one."""
    file = project / FILE
    return file.stat().st_mtime_ns if file.exists() else 0


def read(file: Path) -> dict[str, str]:
    """What is written down. Raises UnreadableFile for what nobody can have meant, a merge conflict for instance."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _damaged(file, str(getattr(error, "strerror", None) or error)) from None
    images = document.get(TABLE, {})
    if not isinstance(images, dict):
        raise _damaged(file, f"[{TABLE}] is no table")
    for name, digest in images.items():
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            raise _damaged(file, f'{TABLE}."{name}" is not sha256: and 64 hexadecimal digits')
    return images


def look_up(wanted: Sequence[Wanted], report: Report) -> dict[str, str]:
    """What the registries say now. Raises Unreachable, NotAllowed, ImageFailed."""
    with step(report, "resolve") as running:
        found = {str(parse(each.image)): _ask(each, running) for each in wanted}
        running.summary = ", ".join(found)
    return found


def moved(pins: Sequence[Pinned]) -> tuple[tuple[Pinned, str], ...]:
    """Those whose tag names something else by now, with that digest. A registry that does not answer is no news."""
    found = []
    for pin in pins:
        if "@" in pin.reference:
            continue
        try:
            now = Skopeo(pin.insecure, timeout=LOOK_SECONDS).digest(pin.reference)
        except ToolFailed:
            continue
        if now and now != pin.digest:
            found.append((pin, now))
    return tuple(found)


def _asks(reference: Reference, known: Mapping[str, str], *, pull: bool) -> bool:
    return not reference.digest and (pull or str(reference) not in known)


def _pin(wanted: Wanted, digests: Mapping[str, str]) -> Pinned:
    reference = parse(wanted.image)
    digest = reference.digest or digests[str(reference)]
    return Pinned(str(reference), digest, is_loopback(reference.repository), wanted.key)


def _ask(wanted: Wanted, running: Step) -> str:
    reference = parse(wanted.image)
    insecure = is_loopback(reference.repository)
    ask: Callable[[float], str | None] = lambda left: Skopeo(insecure, timeout=left).digest(str(reference))  # noqa: E731
    try:
        digest = persist(ask, SECONDS, running)
    except ToolFailed as failure:
        access = proven(reference.repository)
        raise explain(failure, reference.repository, access, pulled_for=wanted.key) from None
    if digest is None:
        raise ImageFailed(f"there is no image {reference}", hint=f"see {wanted.key} in slim.toml")
    return digest


def _tell(changed: Mapping[str, str], known: Mapping[str, str], report: Report) -> None:
    for name, digest in changed.items():
        before = f"{known[name][:19]} -> " if name in known else ""
        report(Note(f"{FILE}: {name} is {before}{digest[:19]}; commit it"))


def _write(file: Path, changed: Mapping[str, str], report: Report) -> None:
    """Comments stay. The whole file or nothing; then a moment, so that it does not look as if it still changed."""
    import tomlkit

    document = tomlkit.parse(file.read_text(encoding="utf-8")) if file.exists() else tomlkit.document()
    if not file.exists():
        document.add(tomlkit.comment(HEAD))
        document.add(TABLE, tomlkit.table())
    document.setdefault(TABLE, tomlkit.table()).update(changed)
    fresh = file.with_name(f".{file.name}.new")
    try:
        fresh.write_text(tomlkit.dumps(document), encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        report(Warned(f"{file} cannot be written ({error.strerror}): the next build looks the images up again"))
    time.sleep(2 * SETTLED)


def _damaged(file: Path, why: str) -> UnreadableFile:
    return UnreadableFile(f"{file}: {why}", hint="take it from git again, or remove it to look the images up anew")
