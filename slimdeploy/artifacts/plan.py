"""What is decided before anything happens: plans, and the facts about this machine they are made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Platform:
    """An OCI platform: Go's GOOS, GOARCH and, for arm and amd64, the variant (v7, v2)."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


@dataclass(frozen=True)
class HostFiles:
    """What this machine can give to an image: its CA bundle and its tree of time zones; None where it has none."""

    bundle: Path | None = None
    zones: Path | None = None


@dataclass(frozen=True)
class LocalFacts:
    """What the machine and the Go module say. `packages` are the main packages, as ./relative folders."""

    project: Path
    module: str
    packages: tuple[str, ...]
    architecture: str
    version: str
    """What `{version}` stands for: git describe, or "dev" outside of git."""
    host: HostFiles = HostFiles()
    stamps: tuple[tuple[str, str], ...] = ()
    """What {version}, {commit} and {date} in build.stamp stand for, if it asks for them."""


@dataclass(frozen=True)
class CompilePlan:
    """One `go build`. With `cgo`, C is compiled, too, and linked in statically."""

    project: Path
    package: str
    platform: Platform
    tags: tuple[str, ...]
    ldflags: tuple[str, ...]
    trimpath: bool
    rebuild_all: bool
    installsuffix: str
    cgo: bool = False


@dataclass(frozen=True)
class LinkagePlan:
    """What the linkage gate lets pass: packages that have C code and are known to work without it."""

    without_cgo: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileRule:
    """Files of the project that go into the image; `source` is a folder, a file or a glob."""

    source: str
    target: str
    exclude: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    """What looks like a secret, and is none."""


@dataclass(frozen=True)
class RootfsPlan:
    """What the image's root filesystem must hold. `ca` and `timezones` are auto, system (always) or none."""

    entrypoint: str
    ca: str
    authorities: tuple[str, ...] = ()
    """Files of the project with certificates that are added to this machine's."""
    timezones: str = "none"
    files: tuple[FileRule, ...] = ()
    user: int = 65532
    host: HostFiles = HostFiles()


@dataclass(frozen=True)
class ImagePlan:
    """The OCI image config, and how the layers are packed. `user` is the numeric uid and gid."""

    platform: Platform
    entrypoint: str
    user: int
    workdir: str = "/"
    labels: tuple[tuple[str, str], ...] = ()
    compression: str = "gzip"


@dataclass(frozen=True)
class BuildPlan:
    """Every decision of the build."""

    app: str
    compile: CompilePlan
    rootfs: RootfsPlan
    image: ImagePlan
    linkage: LinkagePlan = LinkagePlan()
    max_size: int | None = None
    """How many bytes the files of the image may have, not compressed."""
