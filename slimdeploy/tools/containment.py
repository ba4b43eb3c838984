"""What stands before a command that must not outlive us, nor anything that it starts, however we end.

As root it runs in a process and mount namespace of its own: with its first process, which the kernel kills when our
thread ends, everything in there dies and every mount is gone. Otherwise a shell is told by the kernel (prctl(2),
PR_SET_PDEATHSIG) and kills its process group, which command.py has made for it.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

AS_ROOT = (
    "setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "--pid", "--fork",
    "--kill-child=SIGKILL", "--mount-proc", "--",
)  # fmt: skip
AS_USER = (
    "setpriv", "--pdeathsig", "TERM", "/bin/sh", "-c",
    'trap "kill -KILL 0" TERM; exec 3<&0; "$@" <&3 3<&- & exec 3<&-; wait "$!"', "sh",
)  # fmt: skip
CAP_SYS_ADMIN = 21  # capabilities(7)


@functools.cache
def containment() -> tuple[str, ...]:
    """The words before the command; none where util-linux is not installed."""
    if shutil.which("setpriv") is None:
        return ()
    return AS_ROOT if os.geteuid() == 0 and shutil.which("unshare") and _may_unshare() else AS_USER


def _may_unshare() -> bool:
    """Root in a container may lack the capability."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    effective = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(effective, 16) >> CAP_SYS_ADMIN & 1)


def kill_group(leader: int) -> None:
    """Kill a process group, if it is still there."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
