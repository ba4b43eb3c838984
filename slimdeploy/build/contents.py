"""What an image holds, as lines for people: each file with its size and why it is there; many of a kind together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import groupby

from slimdeploy.artifacts.build import Image, ImageFile
from slimdeploy.events import amount, megabytes, short

FEW = 10


def table(image: Image) -> Iterator[str]:
    """Each file of an image, of several platforms one after the other."""
    for each in image.each:
        if image.variants:
            yield f"{each.platform}: {megabytes(each.size)}, {short(each.digest)}"
        yield from lines(each.files)


def lines(files: tuple[ImageFile, ...]) -> Iterator[str]:
    """One line a file, the size in front."""
    for why, group in groupby(files, key=lambda file: file.why):
        together = tuple(group)
        if len(together) > FEW:
            yield _line(f"{_folder(together)}/ ({len(together)} files)", sum(file.size for file in together), why)
        else:
            yield from (_line(file.path, file.size, why) for file in together)


def summary(files: tuple[ImageFile, ...]) -> str:
    """How many files there are, and what they add to the program, which comes first."""
    added = sum(file.size for file in files[1:])
    more = f"{len(files) - 1} files" if len(files) > 2 else "1 file"
    return f"the program and {more} ({amount(added).strip()})" if files[1:] else "the program alone"


def _line(path: str, size: int, why: str) -> str:
    return f"{size:>11,}  {path}  {why}"


def _folder(files: tuple[ImageFile, ...]) -> str:
    return os.path.commonpath([file.path for file in files]).rstrip("/")
