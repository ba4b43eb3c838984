"""The slim.toml that `slimdeploy init` writes: short, commented, valid as it is. slim.toml.example has every key."""

from __future__ import annotations

from collections.abc import Sequence

import tomlkit

EXAMPLE_MAIN = "./cmd/hello"


def render_template(name: str, main: str | None, port: int, others: Sequence[str] = ()) -> str:
    """A first slim.toml for an app; `main` is written down only if there is a choice; `others` could be it, too."""
    package = _line("main" if main else "# main", main or EXAMPLE_MAIN, "the folder of the main package")
    package += f"\n# or: {', '.join(others)}" if others else ""
    text = f"""\
# What slimdeploy makes of this project. slim.toml.example documents every key; what is left out has a good default.

[app]
{_line("name", name, "of the image, the pods and the Service")}
{_line("port", port, "the app also sees it as PORT")}
# health = "/healthz"                # ready when this path answers; without it, when the port opens
# env = {{ GREETING = "hi" }}          # literal strings; no secrets

[build]
{package}

[image]                              # without a repository it stays on this machine
# repository = "registry.example.com/team/{name}"
# tag = "{{version}}"                  # for people: what runs is always named by digest

# [cluster]                          # without this table: podman on this machine
# context = "prod"                   # kubectl config get-contexts
# namespace = "{name}"

[deploy]
replicas = 2                         # in a cluster
resources = {{ cpu = "100m", memory = "64Mi" }}

# [profiles.staging]                 # slimdeploy up --profile staging
# cluster.context = "staging"
# deploy.replicas = 1
"""
    return tomlkit.dumps(tomlkit.parse(text))


def _line(key: str, value: str | int, comment: str) -> str:
    return f"{f'{key} = {tomlkit.item(value).as_string()}':<36} # {comment}"
