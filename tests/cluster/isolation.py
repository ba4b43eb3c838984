"""The cluster's own pid and mount namespace: when its first process ends, all processes and mounts in it end.

That holds after `kill -9` of anything, because the kernel does it: the supervisor's death kills `unshare` (pdeathsig),
that kills `node` (--kill-child), and with pid 1 everything goes.
"""

from __future__ import annotations

import subprocess
import sys

from tests.cluster.layout import HIDDEN, STATE

END_WITH_ME = "setpriv --pdeathsig KILL --"
NAMESPACES = "unshare --mount --propagation private --pid --fork --kill-child=KILL --mount-proc --"
# What the kubelet would set on the whole machine. It finds these values here, and changes nothing.
KERNEL_SETTINGS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}


def command_line() -> list[str]:
    return [*END_WITH_ME.split(), *NAMESPACES.split(), sys.executable, "-B", "-m", "tests.cluster.node"]


def hide_machine() -> None:
    """Called inside: an empty folder where parts insist on writing, and kernel settings that are already right."""
    for folder in HIDDEN:
        _mount("-t", "tmpfs", "tmpfs", folder)
    for name, value in KERNEL_SETTINGS.items():
        shown = STATE / "kernel" / name.replace("/", "-")
        shown.parent.mkdir(exist_ok=True)
        shown.write_text(f"{value}\n")
        _mount("--bind", str(shown), f"/proc/sys/{name}")


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)
