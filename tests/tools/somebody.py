"""Runs our code as an ordinary user, when the tests run as root: from a folder that everybody can read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")


def with_ids(folder: Path, *more: str) -> tuple[str, ...]:
    """NOBODY with a range of further ids, as useradd gives it to people; `more` are mounts for this one's eyes only."""
    ids = folder / "ids"
    ids.write_text("nobody:700000:65536\n")
    ids.chmod(0o644)
    mounts = (f"--bind {ids} /etc/subuid", f"--bind {ids} /etc/subgid", *more)
    prepare = " && ".join(f"mount {each}" for each in mounts)
    return ("unshare", "--mount", "sh", "-ec", f'{prepare} && exec "$@"', "sh", *NOBODY)


@contextmanager
def importable(*modules: str) -> Iterator[Path]:
    """A folder for everybody, with these packages in it: a virtual environment below /root is root's alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        for module in modules:
            source = import_module(module).__file__
            assert source is not None
            if Path(source).name != "__init__.py":
                shutil.copy(source, folder)
                continue
            shutil.copytree(Path(source).parent, folder / module, ignore=shutil.ignore_patterns("__pycache__"))
        made = folder / "slimdeploy-0.dist-info"  # what importlib.metadata is asked for
        made.mkdir()
        (made / "METADATA").write_text(f"Name: slimdeploy\nVersion: {version('slimdeploy')}\n")
        yield folder


def interpreter(user: tuple[str, ...]) -> str:
    """A Python that this user can start; without one the test is skipped."""
    for program in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([*user, program, "-c", ""], cwd="/", capture_output=True, check=False).returncode == 0:
            return program
    pytest.skip("an ordinary user cannot start any python here")


def variables(folder: Path) -> dict[str, str]:
    """The environment for code that imports from this folder and writes below it."""
    names = {"HOME": folder, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": 1, "PATH": os.environ["PATH"]}
    return {name: str(value) for name, value in names.items()}
