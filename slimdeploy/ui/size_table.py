"""The sizes of an image as text and as JSON."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.sizes import STANDARD, ImageSize, OtherFile, ProgramSize
from slimdeploy.build.growth import Growth
from slimdeploy.events import amount
from slimdeploy.ui.columns import bar, columns

BAR, FEW = 12, 10
Row = tuple[str, ...]


def text(size: ImageSize, top: int | None) -> str:
    """Tables of modules, packages, what belongs to none, and files; `top` rows each."""
    lines = [headline(size)]
    if size.program:
        lines += ["", *_modules(size, size.program, top), "", *_packages(size, size.program, top)]
        lines += ["", *_table("ELSE IN THE PROGRAM", [(each.name, each.size) for each in size.program.rest], size, top)]
        if size.program.embedded:
            embedded = [(f"{each.path}  in {each.package}", each.size) for each in _largest(size.program)]
            lines += ["", *_table("EMBEDDED FILES, LONG STRINGS (in the packages above)", embedded, size, top)]
    files = [(f"{each.path}  {each.why}", each.size) for each in gathered(size.files)]
    lines += ["", *_table("OTHER FILES" if size.program else "FILES", files, size, top)] if files else []
    return "\n".join([*lines, "", *_layers(size)])


def gathered(files: Sequence[OtherFile]) -> list[OtherFile]:
    """Many files that are there for the same reason as one; largest first."""
    by_why: dict[str, list[OtherFile]] = {}
    for each in files:
        by_why.setdefault(each.why or each.path, []).append(each)
    found = [_together(group) if len(group) > FEW else group for group in by_why.values()]
    return sorted((each for group in found for each in group), key=lambda each: -each.size)


def _together(files: list[OtherFile]) -> list[OtherFile]:
    folder = posixpath.commonpath([each.path for each in files]).rstrip("/")
    return [OtherFile(f"{folder}/ ({len(files)} files)", sum(each.size for each in files), files[0].why)]


def headline(size: ImageSize) -> str:
    """The image in a line."""
    return (
        f"{size.name}  {size.platform}\n"
        f"{amount(size.size)} in the image ({size.size:,} bytes), {amount(size.compressed_size)} compressed"
    )


def other(image: Image) -> str:
    """The same image for another platform, in a line."""
    return (
        f"{amount(image.size)} in the image for {image.platform}, {amount(image.compressed_size)} compressed: "
        f"slimdeploy size --platform {image.platform}"
    )


def _largest(program: ProgramSize) -> list[Any]:
    return sorted(program.embedded, key=lambda each: -each.size)


def modules(program: ProgramSize) -> list[tuple[str, int, int]]:
    """(module, number of packages, size), largest first."""
    sizes, numbers = Counter[str](), Counter[str]()
    for each in program.packages:
        sizes[each.module] += each.size
        numbers[each.module] += 1
    return [(name, numbers[name], size) for name, size in sizes.most_common()]


def module_name(module: str) -> str:
    """A module's path; Go's own packages have none."""
    return "Go's standard library" if module == STANDARD else module or "the program"


def _modules(size: ImageSize, program: ProgramSize, top: int | None) -> list[str]:
    rows = [
        (f"{module_name(name)}, {number} package{'s' if number > 1 else ''}", bytes_)
        for name, number, bytes_ in modules(program)
    ]
    return _table(f"MODULE in {program.path}, {program.go}", rows, size, top)


def _packages(size: ImageSize, program: ProgramSize, top: int | None) -> list[str]:
    shown = program.packages[:top]
    kinds = ["CODE", "TABLES", *(["DATA"] if program.named else [])]
    rows: list[Row] = []
    for each in shown:
        parts = [_short(part) for part in (each.code, each.tables, each.data)][: len(kinds)]
        rows.append((*_sized(each.size, size), *parts, each.package))
    left = program.packages[len(shown) :]
    if left:
        more = f"{len(left)} more packages"
        rows.append((*_sized(sum(each.size for each in left), size), *("" for _ in kinds), more))
    return columns(("SIZE", "SHARE", "", *kinds, "PACKAGE"), rows, left=(2, 3 + len(kinds)))


def _table(name: str, parts: Sequence[tuple[str, int]], size: ImageSize, top: int | None) -> list[str]:
    shown, left = parts[:top], parts[top:] if top else ()
    rows = [(*_sized(bytes_, size), what) for what, bytes_ in shown]
    if left:
        rows.append((*_sized(sum(bytes_ for _, bytes_ in left), size), f"{len(left)} more"))
    return columns(("SIZE", "SHARE", "", name), rows, left=(2, 3))


def _sized(part: int, size: ImageSize) -> Row:
    return amount(part), f"{100 * part / max(size.size, 1):.1f} %", bar(part, size.size, BAR)


def _short(size: int) -> str:
    return amount(size) if size else ""


def _layers(size: ImageSize) -> Iterator[str]:
    yield "COMPRESSED  LAYER, the lowest first"
    for digest, bytes_ in size.layers:
        yield f"{amount(bytes_):>10}  {digest[:19]}"


def changes_text(before: ImageSize, now: ImageSize, changes: Sequence[Growth], top: int | None) -> str:
    """What grew and what shrank."""
    lines = [headline(now), f"compared with {before.name}"]
    rows: list[Row] = [_change("the image", before.size, now.size)]
    rows.append(_change("compressed layers: what is pushed and pulled", before.compressed_size, now.compressed_size))
    lines += ["", *columns(("CHANGE", "BEFORE", "NOW", "ALL OF IT"), rows, left=(3,))]
    if not changes:
        return "\n".join([*lines, "", "no part of it grew or shrank"])
    shown = sorted(changes, key=lambda each: -abs(each.change))[:top]
    rows = [_change(each.name, each.before, each.now) for each in shown]
    if left := [each for each in changes if each not in shown]:
        rows.append(_change(f"{len(left)} more", sum(each.before for each in left), sum(each.now for each in left)))
    return "\n".join([*lines, "", *columns(("CHANGE", "BEFORE", "NOW", "PART"), rows, left=(3,))])


def _change(name: str, before: int, now: int) -> Row:
    more = now - before
    return f"{'-' if more < 0 else '+'}{amount(abs(more))}", amount(before), amount(now), name


def document(size: ImageSize) -> dict[str, Any]:
    """The sizes as JSON holds them: all of them, in bytes."""
    found = asdict(size) | {"platform": str(size.platform), "compressed_size": size.compressed_size}
    found["layers"] = [{"digest": digest, "compressed_size": bytes_} for digest, bytes_ in size.layers]
    if size.program:
        found["program"]["packages"] = [asdict(each) | {"size": each.size} for each in size.program.packages]
        found["program"]["modules"] = [
            {"module": name, "packages": number, "size": bytes_} for name, number, bytes_ in modules(size.program)
        ]
    return found
