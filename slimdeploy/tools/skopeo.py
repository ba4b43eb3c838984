"""skopeo: the one that moves images, from the OCI layout to a registry, into podman's store, or into a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from slimdeploy.artifacts.plan import Platform
from slimdeploy.records import frozen
from slimdeploy.tools import command
from slimdeploy.tools.command import Command, ToolFailed
from slimdeploy.tools.lines import LineSink
from slimdeploy.tools.traffic import Watch

HINT = "install skopeo (package skopeo)"
INHERIT = ("REGISTRY_AUTH_FILE", "DOCKER_CONFIG", "CONTAINERS_*", "AWS_*", "GOOGLE_*", "AZURE_*")
RETRIES = "0"  # skopeo would retry a 401, too: the policy is ours
HELPER_SECONDS = 30.0


@frozen
class Skopeo:
    """skopeo of this machine. `insecure` allows plain http and unknown certificates; `timeout` in seconds, a call."""

    insecure: bool = False
    on_line: LineSink | None = None
    timeout: float = 600.0
    watch: Watch | None = None

    def copy_to_registry(self, layout: Path, reference: str) -> None:
        """`skopeo copy --all oci:LAYOUT docker://REFERENCE`, digest kept; of an index, each image in it."""
        verify = f"--dest-tls-verify={str(not self.insecure).lower()}"
        flags = ("--all", "--preserve-digests", "--retry-times", RETRIES, verify)
        self._run("copy", *flags, f"oci:{layout}", f"docker://{reference}")

    def pull(self, reference: str, platform: Platform, layout: Path) -> None:
        """`skopeo copy docker://REFERENCE oci:LAYOUT`: of an index, the image for this platform."""
        verify = f"--src-tls-verify={str(not self.insecure).lower()}"
        wanted = ["--override-os", platform.os, "--override-arch", platform.architecture]
        wanted += ["--override-variant", platform.variant] if platform.variant else []
        self._run(*wanted, "copy", "--retry-times", RETRIES, verify, f"docker://{reference}", f"oci:{layout}")

    def copy_to_store(self, layout: Path, name: str) -> None:
        """`skopeo copy oci:LAYOUT containers-storage:NAME`: podman's own store, digest kept."""
        self._run("copy", "--preserve-digests", f"oci:{layout}", f"containers-storage:{name}", contained=False)

    def copy_to_layout(self, layout: Path, folder: Path, tag: str) -> None:
        """`skopeo copy --all oci:LAYOUT oci:FOLDER:TAG`, digest kept; what else is in there stays."""
        self._run("copy", "--all", "--preserve-digests", f"oci:{layout}", f"oci:{folder}:{tag}")

    def copy_to_archive(self, layout: Path, file: Path, name: str) -> None:
        """`skopeo copy oci:LAYOUT docker-archive:FILE:NAME`, for `docker load`. That format has another digest."""
        self._run("copy", f"oci:{layout}", f"docker-archive:{file}:{name}")

    def copy_from(self, source: str, layout: Path, platform: Platform) -> None:
        """`skopeo copy SOURCE oci:LAYOUT`: the image of one platform; from podman's store its layers get compressed."""
        variant = ("--override-variant", platform.variant) if platform.variant else ()
        chosen = ("--override-os", platform.os, "--override-arch", platform.architecture, *variant)
        verify = (f"--src-tls-verify={str(not self.insecure).lower()}",) if source.startswith("docker:") else ()
        stored = source.startswith("containers-storage:")  # it is in a namespace of its own, for a user
        copy = ("copy", "--retry-times", RETRIES, *verify, source, f"oci:{layout}")
        self._run(*chosen, *copy, contained=not stored)

    def compress(self, layout: Path, into: Path, form: str) -> None:
        """`skopeo copy oci:LAYOUT oci:INTO`, its layers compressed again; the config stays as it is."""
        self._run("copy", "--dest-compress-format", form, f"oci:{layout}", f"oci:{into}")

    def digest(self, reference: str) -> str | None:
        """The digest of what the registry really serves under this name, computed here; None if it has none."""
        verify = f"--tls-verify={str(not self.insecure).lower()}"
        try:
            silent = replace(self, on_line=None)  # "manifest unknown" is an answer here, and would read as a failure
            manifest = silent._run("inspect", "--raw", "--retry-times", RETRIES, verify, f"docker://{reference}")
        except ToolFailed as failure:
            if _is_absent(failure.text):
                return None
            raise
        return "sha256:" + hashlib.sha256(manifest.encode()).hexdigest()

    def login(self, host: str) -> str:
        """`skopeo login --get-login`: the user whose credentials it would use; it asks the credential helper for it."""
        command.require("skopeo", HINT)
        argv = ("skopeo", "login", "--get-login", host)
        own = logins(os.environ, f"/run/containers/{os.geteuid()}")
        run = Command(argv, own, inherit=INHERIT, contained=True, folder=Path("/"), timeout=HELPER_SECONDS)
        return command.run(run).strip()

    def _run(self, *arguments: str, contained: bool = True) -> str:
        command.require("skopeo", HINT)
        argv = ("skopeo", *arguments)
        own = logins(os.environ, f"/run/containers/{os.geteuid()}")
        run = Command(argv, own, inherit=INHERIT, contained=contained, timeout=self.timeout, watch=self.watch)
        return command.run(run, self.on_line)


def logins(known: Mapping[str, str], runtime: str) -> dict[str, str]:
    """Without XDG_RUNTIME_DIR (cron, su) skopeo looks into `runtime` first, and gives up where only root may: there it
    is sent on to the next of its files, whether that exists or not.
    """
    if known.get("REGISTRY_AUTH_FILE") or known.get("XDG_RUNTIME_DIR"):
        return {}
    try:
        Path(runtime).stat()
    except PermissionError:
        settings = known.get("XDG_CONFIG_HOME") or Path(known.get("HOME") or "~").expanduser() / ".config"
        docker = known.get("DOCKER_CONFIG")
        return {"REGISTRY_AUTH_FILE": f"{docker}/config.json" if docker else f"{settings}/containers/auth.json"}
    except OSError:
        pass
    return {}


def _is_absent(text: str) -> bool:
    if "credentials" in text:  # docker-credential-x: executable file not found
        return False
    return any(words in text for words in ("manifest unknown", "name unknown", "not found", "was deleted"))
