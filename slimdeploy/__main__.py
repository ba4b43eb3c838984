"""`python -m slimdeploy`, and the console script."""

import atexit
import gc
import os
import sys

SELDOM = 100_000
"""Objects. A run lives for seconds and makes few cycles: Python's 700 cost it a seventh of its time."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(SELDOM)
    from slimdeploy.cli import run

    code = run(sys.argv[1:])
    atexit._run_exitfuncs()  # the `kubernetes` client removes the files of keys that it has written
    os._exit(code)  # all is written and ended: Python would only take itself apart, for 15 ms


if __name__ == "__main__":
    main()
