"""Configuration and local facts -> BuildPlan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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
from slimdeploy.config.platforms import CLUSTER
from slimdeploy.config.refusal import Refused
from slimdeploy.config.stamps import filled
from slimdeploy.errors import CompileFailed, PolicyRefused

if TYPE_CHECKING:
    from slimdeploy.config.model import Config

MAJOR_VERSION = re.compile(r"^v\d+$")
WITH_C_TAGS = ("netgo", "osusergo")  # names, users: in Go, where glibc's own code wants shared libraries at run time
WITH_C_FLAGS = ("-linkmode=external", "-extldflags=-static")  # by C's linker, which takes the C libraries in whole
EMBED_ZONES = "timetzdata"  # links time/tzdata (Go's own copy of the time zones) into any program
MOST_SIDE_BY_SIDE = 4  # compilers and linkers of one platform take 1 GB and more together
NAME_LENGTH = 43  # so that pod names and labels made of it stay within 63


def make_build_plan(config: Config, local: LocalFacts) -> BuildPlan:
    """Decide everything about the build. Raises CompileFailed when there is not exactly one main package."""
    name = app_name(config, local.module)
    platforms = parse_platforms(config.build.platforms, local)
    side_by_side = min(len(platforms), config.build.jobs or min(local.processors, MOST_SIDE_BY_SIDE))
    entrypoint = f"/{name}"
    return BuildPlan(
        app=name,
        compile=_compile_plan(config, local, platforms[0], side_by_side),
        rootfs=_rootfs(config, entrypoint, local),
        image=ImagePlan(
            platform=platforms[0],
            entrypoint=entrypoint,
            user=config.image.user,
            workdir=config.image.workdir or "/",
            labels=tuple(sorted(config.image.labels.items())),
            compression=config.image.compression,
            base=local.base,
        ),
        linkage=LinkagePlan(config.static.without_cgo),
        max_size=size_bytes(config.image.max_size) if config.image.max_size else None,
        strategy=config.build.strategy,
        builder=local.builder,
        platforms=platforms,
        side_by_side=side_by_side,
    )


def app_name(config: Config, module: str) -> str:
    """app.name, or the module path's last element (not /v2) as a DNS-1035 label (RFC 1035)."""
    if config.app.name:
        return config.app.name
    elements = [part for part in module.split("/") if not MAJOR_VERSION.match(part)] or [module]
    name = re.sub(r"[^a-z0-9]+", "-", elements[-1].lower()).strip("-")
    return (name if name[:1].isalpha() else f"app-{name}")[:NAME_LENGTH].rstrip("-")


def parse_platforms(platforms: str | tuple[str, ...] | None, local: LocalFacts) -> tuple[Platform, ...]:
    """What is built, in a fixed order; by default linux on this machine's architecture."""
    if platforms == CLUSTER:
        return tuple(sorted(set(local.nodes), key=str))
    named = platforms if isinstance(platforms, tuple) and platforms else (f"linux/{local.architecture}",)
    return tuple(parse_platform(each) for each in sorted(named))


def parse_platform(text: str) -> Platform:
    """linux/arm/v7 -> its parts."""
    system, architecture, *variant = text.split("/")
    return Platform(system, architecture, variant[0] if variant else "")


def _jobs(config: Config, local: LocalFacts, side_by_side: int) -> int | None:
    """How much each go may do. One alone decides by itself, unless slim.toml does."""
    if config.build.jobs is None and side_by_side == 1:
        return None
    return max(1, (config.build.jobs or local.processors) // side_by_side)


def _compile_plan(config: Config, local: LocalFacts, platform: Platform, side_by_side: int) -> CompilePlan:
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
        jobs=_jobs(config, local, side_by_side),
        module=local.module,
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
