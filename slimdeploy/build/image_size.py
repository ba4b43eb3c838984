"""An OCI layout -> where the bytes of its image are: of ours, of an earlier one, or of one that somebody else built.

As `docker images` does, every file of every layer counts, also one that a later layer replaces or deletes.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from elftools.common.exceptions import ELFError

from slimdeploy.artifacts.plan import Platform
from slimdeploy.artifacts.sizes import ImageSize, OtherFile, ProgramSize
from slimdeploy.build import program_size
from slimdeploy.build.layout import Layout, blob
from slimdeploy.records import frozen

HIDDEN = "replaced or deleted by a later layer"
WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
DEEPEST_LINKS = 8
Twin = Callable[[], Path | None]
"""Makes the program once more with the symbols that it lacks; None when that is not possible."""


@frozen
class Contents:
    """The files of an image as a container would see them: path -> (size, layer). `links` are symbolic ones."""

    files: Mapping[str, tuple[int, int]]
    links: Mapping[str, str]
    size: int

    def find(self, path: str) -> str:
        """The file that a path leads to, through links; "" when there is none."""
        for _ in range(DEEPEST_LINKS):
            if path in self.files:
                return path
            path = self._followed(path)
        return ""

    def _followed(self, path: str) -> str:
        for folder in (Path(path), *Path(path).parents):
            if target := self.links.get(str(folder)):
                return _normal(folder.parent / target / Path(path).relative_to(folder))
        return ""


def measure(layout: Layout, name: str, *, why: Mapping[str, str], twin: Twin | None = None) -> ImageSize:
    """The sizes of an image with gzip or plain layers. `why` says what a file is there for, by path."""
    contents = _contents(layout)
    program = _program(layout, contents, twin)
    files = tuple(
        OtherFile(path, size, why.get(path, ""))
        for path, (size, _) in sorted(contents.files.items(), key=lambda item: (-item[1][0], item[0]))
        if not program or path != program.path
    )
    hidden = contents.size - sum(size for size, _ in contents.files.values())
    files += (OtherFile(f"({HIDDEN})", hidden, ""),) if hidden else ()
    return ImageSize(name, layout.digest, platform_of(layout), program, files, contents.size, layout.layers)


def total(layout: Layout) -> int:
    """Bytes of all files in all layers, as `docker images` counts."""
    return sum(size for _, size in layout.files())


def platform_of(layout: Layout) -> Platform:
    """What an image is for."""
    return Platform(*(layout.config.get(each, "") for each in ("os", "architecture", "variant")))


def _contents(layout: Layout) -> Contents:
    files: dict[str, tuple[int, int]] = {}
    links: dict[str, str] = {}
    total = 0
    for number, (digest, _) in enumerate(layout.layers):
        members = [(_normal(Path(member.name)), member) for member in _members(layout, digest)]
        _remove((path for path, _ in members), files, links)
        for path, member in members:
            if WHITEOUT in path:
                continue
            if member.issym() or member.islnk():
                links[path] = member.linkname if member.issym() else _normal(Path("/", member.linkname))
            elif member.isfile():
                files[path] = member.size, number
                total += member.size
    return Contents(files, links, total)


def _remove(paths: Iterator[str], files: dict[str, tuple[int, int]], links: dict[str, str]) -> None:
    """A later layer's entry takes the place of what had its name; a whiteout takes it away, with all below."""
    for path in paths:
        folder, _, name = path.rpartition("/")
        gone = f"{folder}/{name.removeprefix(WHITEOUT)}"
        below = f"{folder}/" if name == OPAQUE else f"{gone}/"
        within = [each for each in (*files, *links) if each.startswith(below)] if name.startswith(WHITEOUT) else []
        for each in (gone, *within):
            files.pop(each, None)
            links.pop(each, None)


def _members(layout: Layout, digest: str) -> Iterator[tarfile.TarInfo]:
    with tarfile.open(blob(layout.folder, digest)) as layer:
        yield from layer


def _normal(path: Path) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts = parts[:-1]
        elif part not in {"/", "."}:
            parts.append(part)
    return "/" + "/".join(parts)


def _program(layout: Layout, contents: Contents, twin: Twin | None) -> ProgramSize | None:
    """What the image starts, if that is a Go program."""
    config = layout.config.get("config") or {}
    started = next(iter([*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())]), "")
    path = contents.find(
        started if started.startswith("/") else _normal(Path(config.get("WorkingDir") or "/", started))
    )
    if not path:
        return None
    content = _extract(layout, contents, path)
    symbols = twin() if twin else None
    try:
        if symbols is None:
            return program_size.read(content, path)
        with symbols.open("rb") as named:
            return program_size.read(content, path, named)
    except ELFError:
        return None


def _extract(layout: Layout, contents: Contents, path: str) -> BinaryIO:
    digest = layout.layers[contents.files[path][1]][0]
    with tarfile.open(blob(layout.folder, digest)) as layer:
        for member in layer:
            if member.isfile() and _normal(Path(member.name)) == path and (file := layer.extractfile(member)):
                return io.BytesIO(file.read())
    return io.BytesIO()
