"""skopeo: the one that moves images, from the OCI layout to a registry or into podman's store."""

from __future__ import annotations

import hashlib
from pathlib import Path

from slimdeploy.tools import command
from slimdeploy.tools.command import Command, ToolFailed
from slimdeploy.tools.lines import LineSink

HINT = "install skopeo (package skopeo)"
INHERIT = ("REGISTRY_AUTH_FILE", "DOCKER_CONFIG", "CONTAINERS_*", "AWS_*", "GOOGLE_*", "AZURE_*")
RETRIES = "0"  # skopeo would retry a 401, too: the policy is ours


class Skopeo:
    """skopeo of this machine. `insecure` allows plain http and unknown certificates."""

    def __init__(self, *, insecure: bool = False, on_line: LineSink | None = None) -> None:
        self.insecure = insecure
        self.on_line = on_line

    def copy_to_registry(self, layout: Path, reference: str) -> None:
        """`skopeo copy oci:LAYOUT docker://REFERENCE`, digest kept."""
        verify = f"--dest-tls-verify={str(not self.insecure).lower()}"
        self._run(
            "copy", "--preserve-digests", "--retry-times", RETRIES, verify, f"oci:{layout}", f"docker://{reference}"
        )

    def copy_to_store(self, layout: Path, name: str) -> None:
        """`skopeo copy oci:LAYOUT containers-storage:NAME`: podman's own store, digest kept."""
        self._run("copy", "--preserve-digests", f"oci:{layout}", f"containers-storage:{name}", contained=False)

    def compress(self, layout: Path, into: Path, form: str) -> None:
        """`skopeo copy oci:LAYOUT oci:INTO`, its layers compressed again; the config stays as it is."""
        self._run("copy", "--dest-compress-format", form, f"oci:{layout}", f"oci:{into}")

    def digest(self, reference: str) -> str | None:
        """The digest of what the registry really serves under this name, computed here; None if it has none."""
        verify = f"--tls-verify={str(not self.insecure).lower()}"
        try:
            manifest = self._run("inspect", "--raw", "--retry-times", RETRIES, verify, f"docker://{reference}")
        except ToolFailed as failure:
            if _is_absent(failure.text):
                return None
            raise
        return "sha256:" + hashlib.sha256(manifest.encode()).hexdigest()

    def _run(self, *arguments: str, contained: bool = True) -> str:
        command.require("skopeo", HINT)
        run = Command(("skopeo", *arguments), inherit=INHERIT, contained=contained, timeout=600)
        return command.run(run, self.on_line)


def _is_absent(text: str) -> bool:
    return any(words in text for words in ("manifest unknown", "name unknown", "not found", "was deleted"))
