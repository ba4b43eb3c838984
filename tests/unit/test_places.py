"""Where the user's files are, by the XDG Base Directory Specification."""

from __future__ import annotations

from pathlib import Path

import pytest

from slimdeploy.errors import UnreadableFile
from slimdeploy.state.places import cache
from slimdeploy.tools.places import cache_home, config_home, state_home


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_as_usual(tmp_path: Path) -> None:
    found = [cache_home(), config_home(), state_home()]
    assert found == [tmp_path / ".cache", tmp_path / ".config", tmp_path / ".local/state"]


def test_as_the_user_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert cache_home() == Path("/elsewhere")


@pytest.mark.parametrize("given", ["", "relative", "./cache", "~/cache"])
def test_a_path_that_is_not_absolute_is_ignored(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", given)
    assert cache_home() == tmp_path / ".cache"


def test_nobody_has_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user id without an entry in /etc/passwd, as containers have them."""
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    with pytest.raises(UnreadableFile, match="no home folder") as refused:
        cache_home()
    assert refused.value.hint == "HOME or XDG_CACHE_HOME names one"


def test_a_colon_in_the_cache_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """buildah and skopeo read `oci:FOLDER:TAG`, and `--volume FOLDER:FOLDER`."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a:b"))
    with pytest.raises(UnreadableFile, match="a colon in its name"):
        cache()
    assert list(tmp_path.iterdir()) == []
