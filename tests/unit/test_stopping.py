"""We stop when we are told to, even at the moment when Python would drop the exception."""

from __future__ import annotations

import signal
import subprocess
import sys

IN_A_FINALIZER = """
import os, signal, time
from slimdeploy.cli import stopping

class Held:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        sum(range(1000))

stopping.handle_signals()
try:
    held = Held()
    del held
    time.sleep(5)
    print("went on")
except stopping.Stopped as stopped:
    print(stopped.reason.code)
"""


def test_a_signal_within_a_finalizer_is_not_lost() -> None:
    done = subprocess.run([sys.executable, "-c", IN_A_FINALIZER], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (f"{128 + signal.SIGTERM}\n", "")
