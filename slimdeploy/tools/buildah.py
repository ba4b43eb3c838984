"""buildah, with a store of its own that is removed with the work folder.

A scratch image has no base to share, so a store a build costs nothing, and nothing can leak, lock or be corrupt
between builds. vfs needs no mounts and works for root, rootless and nested alike; the digest is the same as overlay's.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from slimdeploy.artifacts.plan import ImagePlan
from slimdeploy.tools import command
from slimdeploy.tools.command import Command
from slimdeploy.tools.lines import LineSink

HINT = "install buildah 1.28 or newer (package buildah)"
INHERIT = ("CONTAINERS_*", "BUILDAH_ISOLATION")


@dataclass(frozen=True)
class Container:
    """A working container's name."""

    name: str


class Buildah:
    """buildah on the store below `folder`, which has to exist and is also its temporary folder."""

    def __init__(self, folder: Path, on_line: LineSink | None = None) -> None:
        self.folder = folder
        self.on_line = on_line

    def from_scratch(self) -> Container:
        """`buildah from scratch`."""
        return Container(self._run("from", "scratch").strip().splitlines()[-1])

    def config(self, container: Container, plan: ImagePlan) -> None:
        """`buildah config`: platform, numeric user, entrypoint, working folder, labels."""
        flags = ["--variant", plan.platform.variant] if plan.platform.variant else []
        flags += ["--workingdir", plan.workdir] if plan.workdir != "/" else []
        flags += [part for name, value in plan.labels for part in ("--label", f"{name}={value}")]
        entrypoint = json.dumps([plan.entrypoint])
        self._run(
            "config", "--os", plan.platform.os, "--arch", plan.platform.architecture, *flags,
            "--user", f"{plan.user}:{plan.user}", "--entrypoint", entrypoint, container.name,
        )  # fmt: skip

    def copy(self, container: Container, tree: Path) -> None:
        """`buildah copy`: the content of `tree` becomes the root of the container, owned by root."""
        self._run("copy", "--chown", "0:0", container.name, str(tree), "/")

    def commit(self, container: Container, layout: Path) -> None:
        """`buildah commit` into an OCI layout: gzip layers, no timestamps, no identity label, no history."""
        self._run(
            "commit", "--disable-compression=false", "--timestamp", "0", "--identity-label=false", "--omit-history",
            "--format", "oci", container.name, f"oci:{layout}",
        )  # fmt: skip

    def version(self) -> str:
        """For instance 1.28.2."""
        return json.loads(self._run("version", "--json"))["version"]  # type: ignore[no-any-return]

    def _home(self) -> Path:
        """The user's, for policy.json; system users have none that can be written to, and buildah wants one."""
        home = Path(command.environment()["HOME"])
        return home if os.access(home, os.W_OK) else self.folder

    def _run(self, *arguments: str) -> str:
        command.require("buildah", HINT)
        store = ("--root", str(self.folder / "store"), "--runroot", str(self.folder / "run"), "--storage-driver", "vfs")
        return command.run(
            Command(
                ("buildah", *store, *arguments),
                environment={"TMPDIR": str(self.folder), "STORAGE_DRIVER": "vfs", "HOME": str(self._home())},
                inherit=INHERIT,
                contained=True,
                timeout=600,
            ),
            self.on_line,
        )
