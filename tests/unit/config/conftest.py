"""What the tests of slim.toml share: a text goes in, a Config or the problems come out."""

from pathlib import Path

import pytest

from slimdeploy.config.reader import load
from slimdeploy.errors import ConfigError


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Loads a text as the project's slim.toml."""
    monkeypatch.chdir(tmp_path)

    def read(text, profile=None):
        file = Path("slim.toml")
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(file, profile=profile)

    return read


@pytest.fixture
def problems(read):
    """Loads a text that is wrong, and returns what is said about it."""

    def problems(text, profile=None):
        with pytest.raises(ConfigError) as caught:
            read(text, profile)
        return list(caught.value.problems)

    return problems


@pytest.fixture
def problem(problems):
    """Loads a text with one thing wrong."""

    def problem(text, profile=None):
        (only,) = problems(text, profile)
        return only

    return problem
