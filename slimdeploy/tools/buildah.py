"""buildah, with a store of its own that is removed with the work folder.

A scratch image has no base to share, so a store a build costs nothing, and nothing can leak, lock or be corrupt
between builds. vfs needs no mounts and works for root, rootless and nested alike; the digest is the same as overlay's.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from slimdeploy.artifacts.plan import ImagePlan
from slimdeploy.errors import ToolMissing
from slimdeploy.records import frozen
from slimdeploy.tools import command
from slimdeploy.tools.command import Command, ToolFailed
from slimdeploy.tools.lines import LineSink

HINT = "install buildah 1.28 or newer (package buildah)"
OLDEST = (1, 28)
INHERIT = ("CONTAINERS_*", "BUILDAH_ISOLATION")
NAME = "working-container"
"""buildah's own for the first one of a store."""
LISTS = ("containers.json", "volatile-containers.json")
"""Where containers/storage keeps the containers of a store, and those that need not outlive a reboot."""


@frozen
class Container:
    """A working container. `root` is where its files are on this machine, if we may write there."""

    name: str
    root: Path | None = None


@frozen
class Run:
    """What a program in a container gets: folders of this machine, under their own names, and variables."""

    folder: Path
    mounts: tuple[Path, ...]
    writable: frozenset[Path]
    environment: Mapping[str, str]
    timeout: float | None = None


class Buildah:
    """buildah on the store below `folder`, which has to exist; `temporary` is for its temporary files, or `folder`."""

    def __init__(
        self, folder: Path, on_line: LineSink | None = None, *, driver: str = "vfs", temporary: Path | None = None
    ) -> None:
        self.folder = folder
        self.on_line = on_line
        self.driver = driver
        self.temporary = temporary or folder

    def from_scratch(self) -> Container:
        """`buildah from scratch`."""
        return self.container(self._run("from", "scratch").strip().splitlines()[-1])

    def container(self, name: str = NAME) -> Container:
        """A container of the store. Its files are plain ones with vfs; writing there takes 5 ms, `buildah copy` 80."""
        try:
            return Container(name, self._files_of(name) if self.driver == "vfs" else None)
        except (OSError, ValueError, LookupError, TypeError):
            return Container(name)

    def _files_of(self, name: str) -> Path:
        """As containers/storage writes it down. All is read that buildah will read: it may be damaged."""
        containers = self.store / "vfs-containers"
        lists = [json.loads(each.read_bytes()) for each in map(containers.joinpath, LISTS) if each.exists()]
        (found,) = (each for known in lists for each in known if name in each["names"])
        json.loads((containers / found["id"] / "userdata/buildah.json").read_bytes())
        json.loads((self.store / "vfs-layers/layers.json").read_bytes())
        return self.store / "vfs/dir" / str(found["layer"])

    @property
    def store(self) -> Path:
        """`--root`."""
        return self.folder / "store"

    def pull(self, layout: Path) -> str:
        """`buildah pull oci:LAYOUT`: the id that the image has in the store.

        buildah names the image as the path that it is given, and a name has no capitals, and no `_` at an end.
        """
        return self._run("pull", f"oci:{layout.name}", folder=layout.parent).strip().splitlines()[-1]

    def from_image(self, image: str, name: str) -> Container:
        """`buildah from --name NAME IMAGE`, of an image in the store."""
        self._run("from", "--pull-never", "--name", name, image)
        return Container(name)

    def remove(self, name: str) -> None:
        """`buildah rm`, if there is a container of this name."""
        with suppress(ToolFailed):
            self._run("rm", name)

    def run(self, container: Container, argv: Sequence[str], run: Run) -> str:
        """`buildah run`, as root in a chroot with the host's network: what it printed to stdout."""
        mounts = [f"--volume={path}:{path}:{'rw' if path in run.writable else 'ro'}" for path in run.mounts]
        variables = [f"--env={name}={value}" for name, value in run.environment.items()]
        settled = ("--isolation", "chroot", "--network", "host", "--user", "0:0", "--workingdir", str(run.folder))
        return self._run("run", *settled, *mounts, *variables, container.name, "--", *argv, limit=run.timeout)

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

    def check_version(self) -> None:
        """Raises ToolMissing when this buildah is too old: asked only when something went wrong, it takes 30 ms."""
        said = ""
        with suppress(ToolFailed):
            said = self._run("--version")
        number = re.search(r"(\d+)\.(\d+)\S*", said)
        if number and tuple(map(int, number.groups())) < OLDEST:
            raise ToolMissing(f"buildah {number[0]} is too old", hint=HINT)

    def version(self) -> str:
        """For instance 1.28.2."""
        return json.loads(self._run("version", "--json"))["version"]  # type: ignore[no-any-return]

    def remove_store(self) -> None:
        """All of the store, also what belongs to other ids: an ordinary user owns those in a namespace only."""
        places = [str(self.folder / each) for each in ("store", "run")]
        for each in places:
            shutil.rmtree(each, ignore_errors=True)
        if any(map(os.path.lexists, places)):
            self._run("unshare", "rm", "-rf", *places)

    def _home(self) -> Path:
        """The user's, for policy.json; system users have none that can be written to, and buildah wants one."""
        home = Path(command.environment()["HOME"])
        return home if os.access(home, os.W_OK) else self.folder

    def _run(self, *arguments: str, limit: float | None = 600, folder: Path | None = None) -> str:
        command.require("buildah", HINT)
        places = ("--root", str(self.store), "--runroot", str(self.folder / "run"))
        store = (*places, "--storage-driver", self.driver)
        return command.run(
            Command(
                ("buildah", *store, *arguments),
                environment={
                    "TMPDIR": str(self.temporary),
                    "STORAGE_DRIVER": self.driver,
                    "HOME": str(self._home()),
                },
                inherit=INHERIT,
                folder=folder,
                contained=True,
                timeout=limit,
            ),
            self.on_line,
        )
