"""An image's program on top of another base than nothing: what the same binary would weigh elsewhere.

Layers are added as lists (layers.py), so that takes no time and no program, whatever the base's size. The base's own
environment and shell stay unused; sizes and times are the same.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from slimdeploy.build.layers import join
from slimdeploy.build.layout import Layout
from slimdeploy.build.packing import whole


def stack(base: Layout, image: Layout, folder: Path) -> Layout:
    """The image with the base's layers below its own, as a new layout."""
    shutil.copytree(image.folder, folder, copy_function=_link)
    index = folder / "index.json"
    content = index.read_bytes()
    index.unlink()  # not written through its link
    index.write_bytes(content)
    join([base], whole(folder))
    return whole(folder)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, target)
