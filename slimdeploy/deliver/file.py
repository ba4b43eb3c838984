"""Image -> a folder or a file that other tools read: an OCI layout, or what `docker load` takes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from slimdeploy.artifacts.build import Image
from slimdeploy.errors import DiskFull, PushFailed, UsageError
from slimdeploy.records import frozen
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.go import host
from slimdeploy.tools.lines import LineSink
from slimdeploy.tools.registry_errors import said
from slimdeploy.tools.skopeo import Skopeo

KINDS = ("oci", "docker-archive")
FORMS = "oci:FOLDER or docker-archive:FILE"


@frozen
class OutputImage:
    """Where a copy of the image is written. `kind` is one of KINDS."""

    kind: str
    path: Path

    def __str__(self) -> str:
        return f"{self.kind}:{self.path}"

    @classmethod
    def parse(cls, text: str) -> OutputImage:
        """Of `oci:FOLDER` or `docker-archive:FILE`. Raises UsageError."""
        kind, colon, path = text.partition(":")
        if kind not in KINDS or not colon or not path:
            raise UsageError(f"--output-image {text}: expected {FORMS}")
        if ":" in path:
            raise UsageError(f"--output-image {text}: no ':' in the path", hint="skopeo would take it for a tag")
        return cls(kind, Path(path).absolute())


def write(output: OutputImage, image: Image, name: str, on_line: LineSink | None = None) -> str:
    """Write the image as `name` (repository:tag); what was written, in a line. A file is replaced whole, other images
    in a layout stay. docker's format holds one platform: of several, this machine's.

    Raises UsageError, PushFailed, DiskFull.
    """
    _check(output)
    skopeo = Skopeo(on_line=on_line)
    fresh = output.path.with_name(f".{output.path.name}.new")
    try:
        output.path.parent.mkdir(parents=True, exist_ok=True)
        if output.kind == "oci":
            skopeo.copy_to_layout(image.layout, output.path, name.rpartition(":")[2])
            return str(output)
        fresh.unlink(missing_ok=True)
        one = image.fitting(host().architecture)
        _archive(one.layout, fresh, name, skopeo)
        fresh.replace(output.path)
    except (ToolFailed, OSError) as failure:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        cause = said(failure) if isinstance(failure, ToolFailed) else str(failure)
        kind = DiskFull if "no space left" in cause.lower() else PushFailed
        hint = "make room, or name another place" if kind is DiskFull else f"name a place to write to: {FORMS}"
        raise kind(f"cannot write {output}", details=(cause,), hint=hint) from None
    return f"{output}, {one.platform} alone: docker's format holds one platform" if image.variants else str(output)


def _archive(layout: Path, file: Path, name: str, skopeo: Skopeo) -> None:
    """docker's format knows no zstd: such layers are packed again, which the config does not see."""
    try:
        skopeo.copy_to_archive(layout, file, name)
    except ToolFailed as failure:
        if "zstd compression is not supported" not in failure.text:
            raise
        file.unlink(missing_ok=True)
        with TemporaryDirectory(prefix=".slimdeploy-", dir=file.parent) as folder:
            skopeo.compress(layout, Path(folder, "gzip"), "gzip")
            skopeo.copy_to_archive(Path(folder, "gzip"), file, name)


def _check(output: OutputImage) -> None:
    if output.kind == "docker-archive" and output.path.is_dir():
        raise UsageError(f"{output.path} is a folder", hint=f"--output-image is {FORMS}")
    if output.kind == "oci" and not _may_hold_a_layout(output.path):
        raise UsageError(f"{output.path} is there, and is no OCI layout", hint="name a new or an empty folder")


def _may_hold_a_layout(path: Path) -> bool:
    if not path.exists() or (path / "oci-layout").is_file():
        return True
    return path.is_dir() and not any(path.iterdir())
