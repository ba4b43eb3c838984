"""The tables [build] and [static]: from source to a program."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from slimdeploy.config import fields, flags
from slimdeploy.config.pulled import check_images
from slimdeploy.config.table import Table, key


class Build(Table):
    """How it is compiled and packed."""

    strategy: fields.Strategy = key(
        "scratch: compiled here, put into an empty image; builder: compiled inside of builder_image; base: compiled "
        "here, put onto base_image.",
        default="scratch",
        example="scratch",
    )
    main: fields.MainPackage | None = key(
        "The folder of the main package. Default: the only one there is.", default=None, example="./cmd/hello"
    )
    platforms: fields.Platforms | None = key(
        "What it runs on; several make an index, cluster is whatever the nodes are. Default: linux on this machine's "
        "architecture.",
        default=None,
        example=["linux/amd64", "linux/arm64"],
    )
    jobs: fields.Jobs | None = key(
        "How much go may do at the same time, all platforms together. Default: what this machine has.",
        default=None,
        example=2,
    )
    tags: fields.BuildTags = key("Go build tags.", default=(), example=["netgo"])
    builder_image: fields.PulledImage | None = key(
        "Strategy builder: the image that go is in. Its digest is kept in slim.lock.",
        default=None,
        example="golang:1.26",
    )
    base_image: fields.PulledImage | None = key(
        "Strategies base and builder: what the program is put onto. Its digest is kept in slim.lock.",
        default=None,
        example="gcr.io/distroless/static",
    )
    stamp: fields.Stamp = key(
        "String variables that the linker sets (-X); {version}, {commit} and {date} are those of the git commit.",
        default={},
        example={"main.version": "{version}"},
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        check_images(self.strategy, self.builder_image, self.base_image, chosen="strategy" in self.model_fields_set)
        return self


class Static(Table):
    """The static-compile flags."""

    cgo: fields.Cgo = key(
        "off: nothing outside of Go is linked; static: C is linked in, whole.", default="off", example="static"
    )
    without_cgo: fields.ImportPaths = key(
        "Packages that have C code and are known to work without it.", default=(), example=["github.com/team/fast"]
    )
    ldflags: fields.LinkerFlags = key(
        f"Linker flags, one an entry; allowed: {flags.ALLOWED}.",
        default=("-s", "-w"),
        example=["-s", "-w", "-X main.version=1.0"],
    )
    trimpath: bool = key("Leave this machine's folders out of the binary (-trimpath).", default=True, example=True)
    rebuild_all: bool = key(
        "Compile everything again each time (-a); needed before Go 1.10.", default=False, example=False
    )
    installsuffix: fields.Suffix = key(
        "Name of a separate package cache (-installsuffix).", default="", example="static"
    )
