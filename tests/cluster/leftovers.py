"""What the end of the processes does not take with it: interfaces, iptables chains, cgroups, one setting, files.

Everything is found by name, so this works after a crash, too, and twice in a row.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.cluster import cgroups, netfilter
from tests.cluster.layout import HIDDEN, NODE_BRIDGE, POD_BRIDGE, STATE
from tests.cluster.lock import machine_lock

BEFORE = STATE / "before.json"
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")  # the bridge plugin switches it on


def remember() -> None:
    """Note what will be changed, and make the folders that only serve as mount points."""
    missing = [folder for folder in HIDDEN if not Path(folder).exists()]
    BEFORE.write_text(json.dumps({"forwarding": FORWARDING.read_text(), "made": missing}))
    for folder in missing:
        Path(folder).mkdir(parents=True)


def exist() -> bool:
    return STATE.exists() or _interface_exists(NODE_BRIDGE)


def clean() -> None:
    if exist():  # chains without our interface or folder are another Kubernetes'
        netfilter.remove_chains()
    for bridge in (NODE_BRIDGE, POD_BRIDGE):
        if _interface_exists(bridge):
            subprocess.run(["ip", "link", "delete", bridge], check=True)
    cgroups.remove()
    _restore()
    if STATE.exists():
        _refuse_mounts()
        shutil.rmtree(STATE)


def _restore() -> None:
    if not BEFORE.exists():
        return
    before = json.loads(BEFORE.read_text())
    if before["forwarding"] != FORWARDING.read_text():
        FORWARDING.write_text(before["forwarding"])
    for folder in before["made"]:
        with suppress(OSError):  # not empty: somebody else uses it by now
            Path(folder).rmdir()


def _refuse_mounts() -> None:
    """Never delete through a mount: the cluster's own are in its own mount namespace, none may be here."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    inside = [mount for mount in mounts if Path(mount).is_relative_to(STATE)]
    if inside:
        raise RuntimeError(f"still mounted, unmount by hand: {', '.join(inside)}")


def _interface_exists(name: str) -> bool:
    # `ip` and not /sys/class/net: that shows the network namespace in which /sys was mounted
    return subprocess.run(["ip", "link", "show", name], capture_output=True, check=False).returncode == 0


def main() -> None:
    with machine_lock():
        clean()


if __name__ == "__main__":
    main()
