"""podman: the local target. Never contained: in a namespace of its own the published port would not answer."""

from __future__ import annotations

import json
import os
import resource
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from slimdeploy.records import frozen
from slimdeploy.tools import command, foreground
from slimdeploy.tools.command import Command, ToolFailed
from slimdeploy.tools.lines import LineSink

HINT = "install podman (package podman); as an ordinary user also uidmap and slirp4netns"
MOST_FILES = 1_048_576  # podman's own default
MOST_PROCESSES = 32_768
INHERIT = ("CONTAINERS_*", "DBUS_SESSION_BUS_ADDRESS")


@frozen
class Engine:
    """How podman has to be called here. Without `limits`, memory limits cannot be set (rootless on cgroup v1).

    `network` says how a container is connected; empty: as podman does it.
    """

    flags: tuple[str, ...]
    ulimits: tuple[str, ...]
    limits: bool
    runtime_folder: str | None
    network: tuple[str, ...] = ()


class Podman:
    """podman of this machine."""

    def __init__(self, engine: Engine, on_line: LineSink | None = None) -> None:
        self.engine = engine
        self.on_line = on_line

    def run(self, arguments: Iterable[str], given: Mapping[str, str] | None = None) -> str:
        """`podman run`, with `arguments` up to the image and its own; the container's id.

        `given` are variables of podman's own: `--env NAME` hands one on, and no command line shows it.
        """
        return self._run("run", *arguments, given=given).strip()

    def containers(self, name: str) -> list[dict[str, Any]]:
        """`podman ps --all`: those whose names begin so."""
        found = json.loads(self._run("ps", "--all", "--format=json", f"--filter=name=^{name}") or "[]")
        return list(found or [])

    def remove_volume(self, volume: str) -> None:
        """`podman volume rm`; nothing when there is none."""
        with suppress(ToolFailed):
            self._run("volume", "rm", volume)

    def stop(self, container: str, grace: int) -> None:
        """`podman stop`."""
        self._run("stop", f"--time={grace}", container)

    def rename(self, container: str, name: str) -> None:
        """`podman rename`."""
        self._run("rename", container, name)

    def start(self, container: str) -> None:
        """`podman start`."""
        self._run("start", container)

    def run_in_foreground(
        self, arguments: Iterable[str], grace: int, given: Mapping[str, str] | None = None
    ) -> tuple[int, int | None]:
        """`podman run` with our streams, to the end: its exit code, and the signal that we were told to end by."""
        argv = ("podman", *self.engine.flags, "run", *arguments)
        environment = {**(given or {}), **self._environment()}
        return foreground.run(Command(argv, environment=environment, inherit=INHERIT), HINT, grace)

    def pull(self, reference: str, *, insecure: bool) -> None:
        """`podman pull`."""
        self._run("pull", "--quiet", f"--tls-verify={str(not insecure).lower()}", reference)

    def remove_everything(self) -> None:
        """`podman rmi --all --force`: only for a store of our own; a user's files in it belong to other ids."""
        self._run("rmi", "--all", "--force")

    def inspect(self, container: str) -> dict[str, Any] | None:
        """`podman container inspect`; None if there is none."""
        return self._inspect("container", container)

    def inspect_image(self, image: str) -> dict[str, Any] | None:
        """`podman image inspect`; None if there is none."""
        return self._inspect("image", image)

    def logs(self, container: str, tail: int, *more: str) -> str:
        """`podman logs`: the last `tail` lines of stdout, then those of stderr.

        All is read: with `--tail` podman 4.3 turns around what was written in pieces, as Go's panics are.
        """
        out, err = deque[str](maxlen=tail), deque[str](maxlen=tail)
        Podman(self.engine, err.append)._run("logs", *more, container, on_output=out.append)
        return "".join(f"{line}\n" for line in (*out, *err))

    def follow(self, container: str, sink: LineSink, *more: str) -> None:
        """`podman logs -f`: each line of both streams with its time in front, until the container ends."""
        podman = (*foreground.ends_with_us(), command.require("podman", HINT), *self.engine.flags)
        argv = (*podman, "logs", "-f", "--timestamps", *more, container)
        command.run(Command(argv, environment=self._environment(), inherit=INHERIT), sink, sink)

    def restart(self, container: str, grace: int) -> None:
        """`podman restart`, with `grace` seconds between SIGTERM and SIGKILL."""
        self._run("restart", f"--time={grace}", container)

    def remove(self, container: str, grace: int) -> None:
        """`podman rm -f`, with `grace` seconds between SIGTERM and SIGKILL."""
        self._run("rm", "--force", "--ignore", f"--time={grace}", container)

    def remove_image(self, image: str) -> None:
        """`podman rmi`."""
        self._run("rmi", image)

    def drop_nameless(self, image: str) -> None:
        """`podman rmi`, if no name is left for this image and no container runs it."""
        found = self.inspect_image(image)
        if found is None or found.get("RepoTags"):
            return
        with suppress(ToolFailed):
            self.remove_image(image)

    def images(self, repository: str) -> tuple[str, ...]:
        """Ids of the images under this name."""
        out = self._run("images", "--quiet", "--no-trunc", "--filter", f"reference={repository}")
        return tuple(dict.fromkeys(out.split()))

    def _inspect(self, kind: str, name: str) -> dict[str, Any] | None:
        try:
            found = json.loads(self._run(kind, "inspect", name))
        except ToolFailed as failure:
            if "no such" in failure.text.lower() or "not known" in failure.text.lower():
                return None
            raise
        return dict(found[0])

    def _run(self, *arguments: str, given: Mapping[str, str] | None = None, on_output: LineSink | None = None) -> str:
        command.require("podman", HINT)
        argv, environment = ("podman", *self.engine.flags, *arguments), {**(given or {}), **self._environment()}
        return command.run(
            Command(argv, environment=environment, inherit=INHERIT, timeout=300), self.on_line, on_output
        )

    def _environment(self) -> dict[str, str]:
        return {"XDG_RUNTIME_DIR": self.engine.runtime_folder} if self.engine.runtime_folder else {}


def local_engine() -> Engine:
    """How podman has to be called on this machine: old cgroups, no systemd, low limits, an ordinary user."""
    v2 = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    flags: list[str] = []
    if not v2 and command.find("runc"):
        flags += ["--runtime", "runc"]
    if not Path("/run/systemd/system").exists():
        flags += ["--cgroup-manager", "cgroupfs", "--events-backend", "file"]
    files, processes = (_hard(each) for each in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC))
    files, processes = min(files, MOST_FILES), min(processes, MOST_PROCESSES)
    return Engine(
        flags=tuple(flags),
        ulimits=(f"nofile={files}:{files}", f"nproc={processes}:{processes}"),
        limits=v2 or os.geteuid() == 0,
        runtime_folder=_runtime_folder(),
        network=_network(),
    )


def _network() -> tuple[str, ...]:
    """One network for root and user, podman 4 and 5. Left alone, podman 5 wants pasta as a user, and as root a bridge:
    always 10.88.0.0/16, which on a node is often taken (containerd's example uses it), so that the port never answers.
    A bridge would also stay behind, with iptables rules.
    """
    usable = command.find("slirp4netns") and Path("/dev/net/tun").exists()
    return ("--network=slirp4netns",) if usable else ()


def _hard(limit: int) -> int:
    value = resource.getrlimit(limit)[1]
    return MOST_FILES if value == resource.RLIM_INFINITY else value


def _runtime_folder() -> str | None:
    """podman's rootless network works only in /run/user/UID; su and cron do not set it."""
    folder = Path(f"/run/user/{os.geteuid()}")
    return str(folder) if os.geteuid() != 0 and folder.is_dir() else None
