"""Files for people who look for a cause: tracebacks of our own mistakes, in the XDG state folder."""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

import platformdirs


def write_traceback(error: BaseException) -> Path | None:
    """Where the traceback was written; None when that is not possible. It holds no values of variables."""
    folder = platformdirs.user_state_path("slimdeploy")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / f"traceback-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return None
    return file
