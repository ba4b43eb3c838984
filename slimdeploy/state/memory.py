"""What the last builds of a project gave, kept under a value for everything that went into them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.build import Image, ImageFile
from slimdeploy.artifacts.plan import BuildPlan, Platform

KEPT = 5


@dataclass(frozen=True)
class Memory:
    """The memory of one project. Without a fingerprint of the sources it knows nothing and keeps nothing."""

    file: Path
    fingerprint: str | None

    def packages(self) -> tuple[str, ...] | None:
        """The main packages of these very sources, if they were listed before."""
        known = self._read().get("packages")
        return tuple(known) if isinstance(known, list) else None

    def image(self, plan: BuildPlan, *, verified: bool = False) -> Image | None:
        """The image that this plan gave for these very sources; its layout may have gone meanwhile."""
        try:
            known = dict(self._read()["images"][_key(plan)])
            return _image(known) if known.pop("verified", False) or not verified else None
        except (LookupError, TypeError, ValueError):
            return None

    def keep(self, packages: tuple[str, ...], plan: BuildPlan, image: Image, *, verified: bool = False) -> None:
        """Remember what these sources gave. Written whole or not at all."""
        if self.fingerprint is None:
            return
        images = self._read().get("images")
        fresh_one = {_key(plan): asdict(image) | {"verified": verified}}
        recent = list(((images if isinstance(images, dict) else {}) | fresh_one).items())[-KEPT:]
        content = {"fingerprint": self.fingerprint, "packages": packages, "images": dict(recent)}
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(content, default=str), encoding="utf-8")
        fresh.replace(self.file)

    def _read(self) -> dict[str, Any]:
        """What is kept for this fingerprint; nothing when it is another one, or the file is damaged."""
        try:
            content = json.loads(self.file.read_bytes())
        except (OSError, ValueError):
            return {}
        same = isinstance(content, dict) and content.get("fingerprint") == self.fingerprint is not None
        return content if same else {}


def _image(known: dict[str, Any]) -> Image:
    files = tuple(ImageFile(**each) for each in known["files"])
    fields = {"layout": Path(known["layout"]), "platform": Platform(**known["platform"]), "files": files}
    return Image(**known | fields | {"variants": tuple(_image(each) for each in known["variants"])})


def _key(plan: BuildPlan) -> str:
    return hashlib.sha256(json.dumps(asdict(plan), default=str).encode()).hexdigest()[:32]
