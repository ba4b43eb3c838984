"""What the last builds of a project gave, kept under a value for everything that went into them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slimdeploy.records import frozen

if TYPE_CHECKING:  # go begins before anything else is imported
    from slimdeploy.artifacts.build import Image
    from slimdeploy.artifacts.plan import BuildPlan

KEPT = 5
Asked = tuple[tuple[str, ...], dict[str, str]]
"""What go was asked: arguments, and the variables that were set for it."""


@frozen
class Memory:
    """The memory of one project. Without a fingerprint of the sources it knows nothing and keeps nothing."""

    file: Path
    fingerprint: str | None

    def knows_sources(self) -> bool:
        """Whether these very sources were built before."""
        return bool(self._read())

    def packages(self) -> Mapping[str, tuple[str, ...]]:
        """The main packages of these very sources, as far as they were listed before: by what they were listed for."""
        known = self._read().get("packages")
        return {seen: tuple(names) for seen, names in known.items()} if isinstance(known, dict) else {}

    def image(self, plan: BuildPlan, *, verified: bool = False) -> Image | None:
        """The image that this plan gave for these very sources; its layout may have gone meanwhile."""
        try:
            known = dict(self._read()["images"][_key(plan)])
            return _image(known) if known.pop("verified", False) or not verified else None
        except (LookupError, TypeError, ValueError):
            return None

    def calls(self) -> list[Asked]:
        """What go was asked by the last build, whatever its sources were."""
        try:
            return [(tuple(arguments), dict(variables)) for arguments, variables in self._content()["calls"]]
        except (LookupError, TypeError, ValueError):
            return []

    def digests(self) -> frozenset[str]:
        """The images that the last build gave, whatever its sources were."""
        try:
            return frozenset(str(image["digest"]) for image in self._content()["images"].values())
        except (LookupError, TypeError, AttributeError):
            return frozenset()

    def keep(
        self,
        packages: Mapping[str, tuple[str, ...]],
        plan: BuildPlan,
        image: Image,
        *,
        verified: bool = False,
        calls: Sequence[Asked] = (),
    ) -> None:
        """Remember what these sources gave. Written whole or not at all."""
        if self.fingerprint is None:
            return
        images = self._read().get("images")
        fresh_one = {_key(plan): asdict(image) | {"verified": verified}}
        recent = list(((images if isinstance(images, dict) else {}) | fresh_one).items())[-KEPT:]
        content = {
            "fingerprint": self.fingerprint,
            "packages": {**self.packages(), **packages},
            "calls": list(calls),
            "images": dict(recent),
        }
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(content, default=str), encoding="utf-8")
        fresh.replace(self.file)

    def _read(self) -> dict[str, Any]:
        """What is kept for this fingerprint; nothing when it is another one."""
        content = self._content()
        return content if content.get("fingerprint") == self.fingerprint is not None else {}

    def _content(self) -> dict[str, Any]:
        """What is kept; nothing when the file is damaged."""
        try:
            content = json.loads(self.file.read_bytes())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


def _image(known: dict[str, Any]) -> Image:
    from slimdeploy.artifacts.build import Image, ImageFile
    from slimdeploy.artifacts.plan import Platform

    files = tuple(ImageFile(**each) for each in known["files"])
    fields = {"layout": Path(known["layout"]), "platform": Platform(**known["platform"]), "files": files}
    return Image(**known | fields | {"variants": tuple(_image(each) for each in known["variants"])})


def _key(plan: BuildPlan) -> str:
    return hashlib.sha256(json.dumps(asdict(plan), default=str).encode()).hexdigest()[:32]
