"""Configuration and local facts -> BuildPlan."""

from __future__ import annotations

import re

from slimdeploy.artifacts.plan import (
    BuildPlan,
    CompilePlan,
    FileRule,
    ImagePlan,
    LinkagePlan,
    LocalFacts,
    Platform,
    RootfsPlan,
)
from slimdeploy.config.capacity import size_bytes
from slimdeploy.config.flags import linker_flag
from slimdeploy.config.model import Config
from slimdeploy.config.refusal import Refused
from slimdeploy.config.stamps import filled
from slimdeploy.errors import CompileFailed, PolicyRefused

MAJOR_VERSION = re.compile(r"^v\d+$")
WITH_C_TAGS = ("netgo", "osusergo")  # names, users: in Go, where glibc's own code wants shared libraries at run time
WITH_C_FLAGS = ("-linkmode=external", "-extldflags=-static")  # by C's linker, which takes the C libraries in whole
EMBED_ZONES = "timetzdata"  # links time/tzdata (Go's own copy of the time zones) into any program
NAME_LENGTH = 43  # so that pod names and labels made of it stay within 63


def make_build_plan(config: Config, local: LocalFacts) -> BuildPlan:
    """Decide everything about the build. Raises CompileFailed when there is not exactly one main package."""
    name = app_name(config, local.module)
    platform = parse_platform(config.build.platforms, local)
    entrypoint = f"/{name}"
    return BuildPlan(
        app=name,
        compile=_compile_plan(config, local, platform),
        rootfs=_rootfs(config, entrypoint, local),
        image=ImagePlan(
            platform=platform,
            entrypoint=entrypoint,
            user=config.image.user,
            workdir=config.image.workdir or "/",
            labels=tuple(sorted(config.image.labels.items())),
            compression=config.image.compression,
        ),
        linkage=LinkagePlan(config.static.without_cgo),
        max_size=size_bytes(config.image.max_size) if config.image.max_size else None,
    )


def app_name(config: Config, module: str) -> str:
    """app.name, or the module path's last element (not /v2) as a DNS-1035 label (RFC 1035)."""
    if config.app.name:
        return config.app.name
    elements = [part for part in module.split("/") if not MAJOR_VERSION.match(part)] or [module]
    name = re.sub(r"[^a-z0-9]+", "-", elements[-1].lower()).strip("-")
    return (name if name[:1].isalpha() else f"app-{name}")[:NAME_LENGTH].rstrip("-")


def parse_platform(platforms: tuple[str, ...] | None, local: LocalFacts) -> Platform:
    """The one platform that is built; by default linux on this machine's architecture."""
    if not platforms:
        return Platform("linux", local.architecture)
    parts = platforms[0].split("/")
    return Platform(parts[0], parts[1], parts[2] if len(parts) > 2 else "")


def _compile_plan(config: Config, local: LocalFacts, platform: Platform) -> CompilePlan:
    static, with_c = config.static, config.static.cgo == "static"
    return CompilePlan(
        project=local.project,
        package=only_package(local.module, local.packages),
        platform=platform,
        tags=(*_tags(config), *(WITH_C_TAGS if with_c else ())),
        ldflags=(*static.ldflags, *stamps(config, local), *(WITH_C_FLAGS if with_c else ())),
        trimpath=static.trimpath,
        rebuild_all=static.rebuild_all,
        installsuffix=static.installsuffix,
        cgo=with_c,
    )


def stamps(config: Config, local: LocalFacts) -> tuple[str, ...]:
    """-X flags for build.stamp. Raises PolicyRefused for a tag in git that the linker would misread."""
    words, found = dict(local.stamps), []
    for name, text in sorted(config.build.stamp.items()):
        try:
            found.append(linker_flag(f"-X {name}={filled(text, words)}"))
        except Refused as refused:
            hint = f"rename that tag in git, or change build.stamp: {refused}"
            raise PolicyRefused(f"{name} cannot be stamped with {filled(text, words)}", hint=hint) from None
    return tuple(found)


def _rootfs(config: Config, entrypoint: str, local: LocalFacts) -> RootfsPlan:
    image = config.image
    added = image.ca if isinstance(image.ca, tuple) else ()
    return RootfsPlan(
        entrypoint=entrypoint,
        ca="system" if isinstance(image.ca, tuple) else image.ca,
        authorities=added,
        timezones=_timezones(config),
        files=tuple(FileRule(each.source, each.target, each.exclude, each.allow) for each in image.files),
        user=image.user,
        host=local.host,
    )


def _timezones(config: Config) -> str:
    """Go reads TZ without time.LoadLocation, so a zone that slim.toml sets always needs the tree."""
    if config.image.timezones == "auto":
        return "system" if config.app.env.get("TZ", "UTC") not in {"UTC", ""} else "auto"
    return "none"


def _tags(config: Config) -> tuple[str, ...]:
    embedded = (EMBED_ZONES,) if config.image.timezones == "embed" and EMBED_ZONES not in config.build.tags else ()
    return (*config.build.tags, *embedded)


def only_package(module: str, packages: tuple[str, ...]) -> str:
    """The one main package. Raises CompileFailed where there is none, or several."""
    if len(packages) == 1:
        return packages[0]
    if not packages:
        raise CompileFailed(
            f"module {module} has no main package", hint="a library cannot be deployed; add a `package main`"
        )
    raise CompileFailed(
        f"module {module} has {len(packages)} main packages: {', '.join(packages)}",
        hint=f'choose one in slim.toml: build.main = "{packages[0]}"',
    )
