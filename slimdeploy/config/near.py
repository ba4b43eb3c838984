"""Did you mean ...? For keys and words that are almost right, and for what other tools call the same thing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

ALIASES = {
    "environment": "app.env", "enviroment": "app.env", "envs": "app.env", "env_vars": "app.env", "variables": "app.env",
    "arguments": "app.args", "command": "app.args", "cmd": "app.args",
    "healthcheck": "app.health", "health_check": "app.health", "probe": "app.health", "readiness": "app.health",
    "listen": "app.port", "docker": "image.repository", "repo": "image.repository", "registry": "image.repository",
    "image_name": "image.repository", "uid": "image.user", "run_as_user": "image.user", "certificates": "image.ca",
    "package": "build.main", "target": "build.main", "platform": "build.platforms", "arch": "build.platforms",
    "goarch": "build.platforms", "build_tags": "build.tags", "ld_flags": "static.ldflags", "cgo_enabled": "static.cgo",
    "instances": "deploy.replicas", "scale": "deploy.replicas", "limits": "deploy.resources",
    "requests": "deploy.resources", "mem": "deploy.resources.memory", "ram": "deploy.resources.memory",
    "k8s": "cluster", "kubernetes": "cluster", "kube": "cluster", "ns": "cluster.namespace",
    "profile": "profiles",
}  # fmt: skip


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    lowered = word.lower()[:64]
    found = difflib.get_close_matches(lowered, sorted(known), 1, 0.6)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The question to append to a message, or nothing."""
    found = nearest(word, known)
    return f'; did you mean "{found}"?' if found else ""
