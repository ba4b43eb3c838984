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
    "source": "image.files.from", "src": "image.files.from", "dest": "image.files.to", "assets": "image.files",
    "static_files": "image.files", "working_dir": "image.workdir", "tz": "image.timezones", "tzdata": "image.timezones",
    "package": "build.main", "platform": "build.platforms", "arch": "build.platforms",
    "goarch": "build.platforms", "build_tags": "build.tags", "ld_flags": "static.ldflags", "cgo_enabled": "static.cgo",
    "instances": "deploy.replicas", "scale": "deploy.replicas", "limits": "deploy.resources",
    "requests": "deploy.resources", "mem": "deploy.resources.memory", "ram": "deploy.resources.memory",
    "k8s": "cluster", "kubernetes": "cluster", "kube": "cluster", "ns": "cluster.namespace",
    "profile": "profiles", "image": "image.repository",
}  # fmt: skip


def did_you_mean(word: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The question to append to a message, or nothing. Of dotted keys, the last parts are compared."""
    by_last_part = {each.rpartition(".")[2].lower(): each for each in sorted(known)}
    found = difflib.get_close_matches(word.lower()[:64], by_last_part, 1, alike)
    return f'; did you mean "{by_last_part[found[0]]}"?' if found else ""
