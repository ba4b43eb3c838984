"""As whom an image would be pushed, and which file or credential helper says so. Never the secret itself.

The same files in the same order as skopeo 1.9 (strace); in each, a helper comes before what the file itself holds.
https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from slimdeploy.errors import NotAllowed, UnreadableFile
from slimdeploy.records import frozen
from slimdeploy.tools import command
from slimdeploy.tools.command import ToolFailed, ToolTimeout
from slimdeploy.tools.skopeo import Skopeo

HELPER = "docker-credential-"


@frozen
class Access:
    """What would be shown to a registry. `file` is empty when there are no credentials; then `looked` says where."""

    user: str = ""
    file: str = ""
    helper: str = ""
    looked: tuple[str, ...] = ()
    unread: str = ""
    """A file that names a credsStore, which skopeo does not ask."""

    def __str__(self) -> str:
        if not self.file:
            return "nobody"
        return f"{self.user or 'someone'} ({self.helper + ', named in ' if self.helper else ''}{self.file})"


def auth_files(environment: Mapping[str, str], user: int) -> tuple[Path, ...]:
    """The files that may hold credentials, in the order in which they count."""
    home = Path(environment.get("HOME") or "~").expanduser()
    docker = Path(environment.get("DOCKER_CONFIG") or home / ".docker") / "config.json"
    runtime = environment.get("XDG_RUNTIME_DIR") or f"/run/containers/{user}"
    runtime_file = Path(runtime) / ("containers/auth.json" if environment.get("XDG_RUNTIME_DIR") else "auth.json")
    first = docker if environment.get("DOCKER_CONFIG") else runtime_file
    settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "containers/auth.json"
    return tuple(dict.fromkeys((Path(environment.get("REGISTRY_AUTH_FILE") or first), settings, docker)))


def find_access(repository: str, files: Iterable[Path]) -> Access:
    """The credentials for this repository. Raises UnreadableFile for a file that is no JSON."""
    looked, unread = tuple(files), ""
    for file in looked:
        document = _read(file)
        if found := match(repository, document, str(file)):
            return found
        unread = unread or (str(file) if document.get("credsStore") else "")
    return Access(looked=tuple(map(str, looked)), unread=unread)


def match(repository: str, document: Mapping[str, Any], file: str) -> Access | None:
    """What one file holds for this repository: for its host, or for the longest path that leads to it."""
    host, *path = repository.split("/")
    if helper := (document.get("credHelpers") or {}).get(host):
        return Access(file=file, helper=f"{HELPER}{helper}")
    logins = document.get("auths") or {}
    hosts = {key.partition("://")[2].partition("/")[0]: login for key, login in logins.items() if "://" in key}
    for length in range(len(path), -1, -1):
        login = logins.get("/".join([host, *path[:length]]))
        if login and (found := _login(login, file)):
            return found
    return _login(hosts.get(host) or {}, file)


def my_access(repository: str) -> Access:
    """The credentials of this process for this repository."""
    return find_access(repository, auth_files(os.environ, os.geteuid()))


def proven(repository: str) -> Access:
    """The same, when a pull has failed. Raises NotAllowed when that was the credential helper."""
    return prove(my_access(repository), repository, Skopeo())


def prove(access: Access, repository: str, skopeo: Skopeo) -> Access:
    """Ask the credential helper, if there is one. Raises NotAllowed, naming it, when it does not answer."""
    if not access.helper:
        return access
    host, named = repository.partition("/")[0], f"credHelpers in {access.file} names it for this registry"
    if command.find(access.helper) is None:
        raise NotAllowed(
            f"the credential helper {access.helper} is not installed", details=(named,), hint=f"or: skopeo login {host}"
        )
    try:
        return replace(access, user=skopeo.login(host))
    except ToolFailed as failure:
        cause = failure.what if isinstance(failure, ToolTimeout) else failure.output[-1]
        raise NotAllowed(
            f"the credential helper {access.helper} gives no login for {host}",
            details=(f"{access.helper}: {cause}", named),
            hint=f"echo {host} | {access.helper} get",
        ) from None


def refusal(access: Access, host: str, *said: str) -> NotAllowed:
    """The registry wants another login than what is there."""
    if access.file:
        what = f"the registry {host} does not take the login of {access}: wrong, or expired"
        return NotAllowed(what, details=said, hint=f"skopeo login {host}")
    unread = (f"{access.unread} keeps logins in a credsStore, which skopeo does not ask",) if access.unread else ()
    details = (*said, f"looked in {', '.join(access.looked)}", *unread)
    what = f"the registry {host} wants a login, and there is none for it"
    return NotAllowed(what, details=details, hint=f"skopeo login {host}")


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return {}
    try:
        document = json.loads(text or "{}")
    except ValueError as error:
        raise UnreadableFile(
            f"{file}: {error}", hint="it holds the logins to registries: repair or remove it"
        ) from None
    return document if isinstance(document, dict) else {}


def _login(login: Mapping[str, str], file: str) -> Access | None:
    if login.get("identitytoken"):
        return Access(user="a token", file=file)
    try:
        user = base64.b64decode(login.get("auth") or "").decode().partition(":")[0]
    except ValueError:
        return None
    return Access(user=user, file=file) if user else None
