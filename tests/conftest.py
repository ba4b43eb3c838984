"""What every test may ask for is in tests/cluster/fixtures.py: `registry`, `cluster`, `namespace`.

With `-n` several processes run the tests; the one that hands them out starts the cluster, and they share it.
"""

import os
import signal
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # `tests.cluster` can be imported however pytest was started

pytest_plugins = ["tests.cluster.fixtures"]


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # of a shell's background job, and then of all its children
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
        return
    from tests.cluster.binary import BuildError
    from tests.cluster.lock import HeldError
    from tests.cluster.start import SHARED, StartError, cluster_for_tests

    started = ExitStack()
    with suppress(StartError, BuildError, HeldError):  # the tests that need it will fail, and say why
        started.enter_context(cluster_for_tests(registry=""))
        os.environ[SHARED] = "1"
    config.add_cleanup(started.close)
