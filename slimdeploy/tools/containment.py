"""What stands before a command that must not outlive us, nor anything that it starts, however we end.

As root it runs in a process and mount namespace of its own: with its first process, which the kernel kills when our
thread ends, everything in there dies and every mount is gone. Otherwise a shell is told by the kernel (prctl(2),
PR_SET_PDEATHSIG) and kills its process group, which command.py has made for it.

The kernel is told a few milliseconds after a fork. What was started just then goes on when we are killed: the next run
ends it, before it removes the folder.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import time
from collections.abc import Iterator
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
LONGEST = 2.0
"""Seconds that a killed program may take to be gone."""
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


def end_strays(folder: Path) -> None:
    """Kill what still works in the folder of a run that is gone: every program that has its temporary files there."""
    end = time.monotonic() + LONGEST
    while strays := list(_working_in(folder)):
        for each in strays:
            with suppress(OSError):
                os.kill(each, signal.SIGKILL)
        if time.monotonic() > end:
            return
        time.sleep(0.01)


def _working_in(folder: Path) -> Iterator[int]:
    wanted = b"TMPDIR=" + os.fsencode(folder)  # and GOTMPDIR
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if wanted in (process / "environ").read_bytes():
                yield int(process.name)
