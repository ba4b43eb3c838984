"""The tables [build] and [static]: from source to a program."""

from __future__ import annotations

from slimdeploy.config import fields, flags
from slimdeploy.config.table import Table, key


class Build(Table):
    """How it is compiled and packed."""

    strategy: fields.Strategy = key("What the image starts from: nothing.", default="scratch", example="scratch")
    main: fields.MainPackage | None = key(
        "The folder of the main package. Default: the only one there is.", default=None, example="./cmd/hello"
    )
    platforms: fields.Platforms | None = key(
        "What it runs on, one entry. Default: linux on this machine's architecture.",
        default=None,
        example=["linux/amd64"],
    )
    tags: fields.BuildTags = key("Go build tags.", default=(), example=["netgo"])
    stamp: fields.Stamp = key(
        "String variables that the linker sets (-X); {version}, {commit} and {date} are those of the git commit.",
        default={},
        example={"main.version": "{version}"},
    )


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
