"""A layout whose layers Python cannot unpack (zstd, before 3.14), packed again for looking into it only."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.build.layout import Layout, is_readable
from slimdeploy.build.packing import whole
from slimdeploy.tools.skopeo import Skopeo


def readable(layout: Layout, work: Path, skopeo: Skopeo) -> Layout:
    """The same layout if it can be read as it is, otherwise a copy below `work` with gzip layers."""
    if is_readable(layout):
        return layout
    again = work / f"{layout.digest[7:19]}.gzip"
    skopeo.compress(layout.folder, again, "gzip")
    return whole(again)
