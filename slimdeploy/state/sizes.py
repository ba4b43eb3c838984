"""What was measured of images, kept by digest: a table of packages outlives the image that it is about."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.plan import Platform
from slimdeploy.artifacts.sizes import Embedded, ImageSize, OtherFile, PackageSize, ProgramSize, Rest

FORM = 1
"""Counts up when what is measured changes."""
KEPT = 20


def keep(folder: Path, size: ImageSize) -> None:
    """Written whole or not at all; the newest KEPT stay."""
    folder.mkdir(parents=True, exist_ok=True)
    file = _file(folder, size.digest)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(size)), encoding="utf-8")
    fresh.replace(file)
    for old in sorted(folder.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)[KEPT:]:
        old.unlink(missing_ok=True)


def recall(folder: Path, digest: str) -> ImageSize | None:
    """What was measured of this image; None when that is not known, or damaged."""
    try:
        known = json.loads(_file(folder, digest).read_bytes())
        return _image(known) if known["digest"] == digest else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _file(folder: Path, digest: str) -> Path:
    return folder / f"{digest.removeprefix('sha256:')}.{FORM}.json"


def _image(known: dict[str, Any]) -> ImageSize:
    program = known["program"]
    return ImageSize(
        **known
        | {
            "platform": Platform(**known["platform"]),
            "program": _program(program) if program else None,
            "files": tuple(OtherFile(**each) for each in known["files"]),
            "layers": tuple((digest, size) for digest, size in known["layers"]),
        }
    )


def _program(known: dict[str, Any]) -> ProgramSize:
    return ProgramSize(
        **known
        | {
            "packages": tuple(PackageSize(**each) for each in known["packages"]),
            "rest": tuple(Rest(**each) for each in known["rest"]),
            "embedded": tuple(Embedded(**each) for each in known["embedded"]),
        }
    )
