"""What is in an image that somebody else made: its paths, links and accounts, layer over layer.

Read once and kept beside the layout: a Debian base of 5,000 paths takes 1 s to unpack, and 5 ms to read again.
OCI image spec, layer.md: `.wh.NAME` takes NAME away again, `.wh..wh..opq` everything that lower layers have there.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from slimdeploy.build.layout import Layout, blob
from slimdeploy.config.assets import GROUP, PASSWD
from slimdeploy.errors import ImageFailed

WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
MOST_TEXT = 1 << 20
HINT = "layers have to be tar, compressed with gzip or zstd: `skopeo copy` makes such an image of another one"


@dataclass
class Listing:
    """`paths` leads from each path to where it links, or to "". `size` is the bytes of the files."""

    size: int = 0
    paths: dict[str, str] = field(default_factory=dict)
    passwd: str = ""
    group: str = ""


def read_listing(layout: Layout, kept: Path, readable: Callable[[Layout], Layout]) -> Listing:
    """From `kept`, or from the layers, and then kept; `readable` makes them such that Python can unpack them."""
    try:
        return Listing(**json.loads(kept.read_bytes()))
    except (OSError, ValueError, TypeError):
        listing = list_layers(readable(layout))
    fresh = kept.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(listing)), encoding="utf-8")
    fresh.replace(kept)
    return listing


def list_layers(layout: Layout) -> Listing:
    """Layer over layer, the lowest first. Raises ImageFailed for a layer that cannot be read."""
    listing, sizes = Listing(), dict[str, int]()
    for digest, _ in layout.layers:
        try:
            with tarfile.open(blob(layout.folder, digest)) as layer:
                _add(layer, listing, sizes)
        except tarfile.TarError as error:
            raise ImageFailed(f"a layer of the base image cannot be read: {error}", hint=HINT) from None
    listing.size = sum(sizes[path] for path in listing.paths if path in sizes)
    return listing


def _add(layer: tarfile.TarFile, listing: Listing, sizes: dict[str, int]) -> None:
    below = set(listing.paths)
    for member in layer:
        path = "/" + member.name.strip("/").removeprefix("./")
        folder, _, name = path.rpartition("/")
        if name == OPAQUE:
            _drop(listing, below, folder, itself=False)
        elif name.startswith(WHITEOUT):
            _drop(listing, below, f"{folder}/{name.removeprefix(WHITEOUT)}", itself=True)
        elif path not in {"/", "/."}:
            _put(member, path, listing, layer)
            sizes[path] = member.size if member.isfile() else 0


def _put(member: tarfile.TarInfo, path: str, listing: Listing, layer: tarfile.TarFile) -> None:
    listing.paths[path] = member.linkname if member.issym() else ""
    if path in {PASSWD, GROUP} and member.isfile() and member.size < MOST_TEXT:
        file = layer.extractfile(member)
        content = file.read().decode("utf-8", "replace") if file else ""
        setattr(listing, path.rpartition("/")[2], content)


def _drop(listing: Listing, below: set[str], place: str, *, itself: bool) -> None:
    """What lower layers have at or below this place."""
    gone = [path for path in below if path.startswith(f"{place}/") or (itself and path == place)]
    for path in gone:
        listing.paths.pop(path, None)
        below.discard(path)
