"""What is decided before anything happens: plans, and the facts about this machine they are made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from slimdeploy.records import frozen


@frozen
class Platform:
    """An OCI platform: Go's GOOS, GOARCH and, for arm and amd64, the variant (v7, v2)."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    @property
    def slug(self) -> str:
        """As part of a folder's name."""
        return str(self).replace("/", "-")


@frozen
class Pinned:
    """An image that a build starts from: its full name, and the digest that counts. `insecure` allows plain http."""

    reference: str
    digest: str
    insecure: bool = False
    key: str = "build.base_image"
    """Which key of slim.toml names it."""

    @property
    def repository(self) -> str:
        """host/path."""
        bare = self.reference.partition("@")[0]
        head, slash, last = bare.rpartition("/")
        return f"{head}{slash}{last.partition(':')[0]}"

    @property
    def exact(self) -> str:
        """repository@digest."""
        return f"{self.repository}@{self.digest}"


@frozen
class HostFiles:
    """What this machine can give to an image: its CA bundle and its tree of time zones; None where it has none."""

    bundle: Path | None = None
    zones: Path | None = None


@frozen
class LocalFacts:
    """What the machine and the Go module say. `packages` are the main packages, as ./relative folders."""

    project: Path
    module: str
    packages: tuple[str, ...]
    architecture: str
    version: str
    """What `{version}` stands for: git describe, or "dev" outside of git."""
    host: HostFiles = HostFiles()
    builder: Pinned | None = None
    base: Pinned | None = None
    processors: int = 1
    nodes: tuple[Platform, ...] = ()
    """What the cluster's nodes are, if that was asked."""
    stamps: tuple[tuple[str, str], ...] = ()
    """What {version}, {commit} and {date} in build.stamp stand for, if it asks for them."""
    seen: str = ""
    """What the packages were listed for."""


@frozen
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
    jobs: int | None = None
    """How much go may do at the same time; None leaves it to go."""
    module: str = ""

    @property
    def program(self) -> str:
        """The main package as people know it: the module itself, or a folder in it."""
        return self.module if self.module and self.package == "." else self.package


@frozen
class LinkagePlan:
    """What the linkage gate lets pass: packages that have C code and are known to work without it."""

    without_cgo: tuple[str, ...] = ()


@frozen
class FileRule:
    """Files of the project that go into the image; `source` is a folder, a file or a glob."""

    source: str
    target: str
    exclude: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    """What looks like a secret, and is none."""


@frozen
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


@frozen
class ImagePlan:
    """The OCI image config, and how the layers are packed. `user` is the numeric uid and gid."""

    platform: Platform
    entrypoint: str
    user: int
    workdir: str = "/"
    labels: tuple[tuple[str, str], ...] = ()
    compression: str = "gzip"
    base: Pinned | None = None
    """What the program is put onto; None is nothing."""


@frozen
class BuildPlan:
    """Every decision of the build. `compile` and `image` are those of the first of the `platforms`.

    `strategy` is scratch, builder or base; `side_by_side` is how many platforms are compiled at the same time.
    """

    app: str
    compile: CompilePlan
    rootfs: RootfsPlan
    image: ImagePlan
    linkage: LinkagePlan = LinkagePlan()
    max_size: int | None = None
    """How many bytes the files of the image may have, not compressed."""
    strategy: str = "scratch"
    builder: Pinned | None = None
    platforms: tuple[Platform, ...] = ()
    side_by_side: int = 1
    shelf: str = ""
    """The folder that keeps this platform's things apart from the others', where there are several."""

    @property
    def each(self) -> tuple[BuildPlan, ...]:
        """The same plan for one platform at a time."""
        return tuple(self._only(platform) for platform in self.platforms) if len(self.platforms) > 1 else (self,)

    def _only(self, platform: Platform) -> BuildPlan:
        compiling, packing = replace(self.compile, platform=platform), replace(self.image, platform=platform)
        return replace(self, compile=compiling, image=packing, platforms=(platform,), shelf=platform.slug)
