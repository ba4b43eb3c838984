"""What the go command gets to see, whatever was exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from slimdeploy.artifacts.plan import Platform
from slimdeploy.errors import PolicyRefused
from slimdeploy.tools.command import environment
from slimdeploy.tools.go import go_environment, host
from slimdeploy.tools.go_places import INHERIT
from slimdeploy.tools.go_settings import remarks
from tests.unit.samples import AMD64

HOSTILE = {
    "CGO_ENABLED": "1",
    "GOOS": "plan9",
    "GOARCH": "mips",
    "GOTOOLCHAIN": "auto",
    "GOEXPERIMENT": "arenas",
    "GODEBUG": "gocachehash=1",
    "GOAMD64": "v4",
    "GOARM": "5",
    "CC": "evil",
    "CGO_LDFLAGS": "-L/evil",
    "GOROOT": "/evil",
    "LD_PRELOAD": "/evil.so",
    "GOGCCFLAGS": "-evil",
}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GOENV", str(tmp_path / "goenv"))
    monkeypatch.delenv("GOFLAGS", raising=False)


def seen_by_go(target: Platform = AMD64) -> dict[str, str]:
    """The environment as command.run puts it together."""
    return environment(INHERIT) | go_environment(target)


def test_nothing_exported_changes_what_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = seen_by_go()
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    assert seen_by_go() == clean


def test_no_cgo_this_platform_this_toolchain() -> None:
    wanted = {"CGO_ENABLED": "0", "GOOS": "linux", "GOARCH": "amd64", "GOTOOLCHAIN": "local"}
    assert go_environment(AMD64).items() >= wanted.items()
    assert list(go_environment(AMD64))[-3:] == ["CGO_ENABLED", "GOOS", "GOARCH"]


@pytest.mark.parametrize("name", ["GOCACHE", "GOMODCACHE", "GOPROXY", "GOPRIVATE", "GOFLAGS", "HOME", "HTTPS_PROXY"])
def test_where_modules_come_from_is_the_users(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "-mod=vendor")
    assert seen_by_go()[name] == "-mod=vendor"


@pytest.mark.parametrize(
    ("platform", "variable", "value"),
    [
        (Platform("linux", "arm", "v6"), "GOARM", "6"),
        (Platform("linux", "arm"), "GOARM", "7"),
        (Platform("linux", "amd64", "v3"), "GOAMD64", "v3"),
        (Platform("linux", "amd64"), "GOAMD64", "v1"),
        (Platform("linux", "arm64", "v9.0"), "GOARM64", "v9.0"),
        (Platform("linux", "arm64"), "GOARM64", "v8.0"),
    ],
)
def test_variants(platform: Platform, variable: str, value: str) -> None:
    assert go_environment(platform)[variable] == value


REFUSED = [
    "-toolexec=/evil",
    "--toolexec=/evil",
    "-mod=vendor -toolexec=/evil",
    "'-toolexec=/evil one'",
    '"-toolexec=/evil"',
    "-overlay=/evil.json",
    "-exec=/evil",
    "-modfile=/evil.mod",
    "-pgo=/somewhere/else.pprof",
]


@pytest.mark.parametrize("flags", REFUSED)
def test_goflags_that_run_or_read_other_things_are_refused(flags: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", flags)
    with pytest.raises(PolicyRefused, match="GOFLAGS") as refusal:
        go_environment(AMD64)
    assert refusal.value.code == 78


@pytest.mark.parametrize("flags", REFUSED)
def test_also_when_go_env_has_kept_them(flags: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(f"GOPROXY=off\nGOFLAGS={flags}\n")
    monkeypatch.setenv("GOENV", str(kept))
    with pytest.raises(PolicyRefused, match="GOFLAGS"):
        go_environment(AMD64)


def test_what_is_exported_wins_over_what_go_env_has_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("GOFLAGS=-toolexec=/evil\n")
    monkeypatch.setenv("GOENV", str(kept))
    monkeypatch.setenv("GOFLAGS", "-mod=vendor")
    go_environment(AMD64)


@pytest.mark.parametrize(
    "flags", ["", "-mod=vendor", "-mod=mod -buildvcs=false", "-p=1", "-ldflags='-X a.b=-toolexec=x'"]
)
def test_other_goflags_are_the_users(flags: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", flags)
    go_environment(AMD64)


@pytest.mark.parametrize(
    ("flags", "remark"),
    [
        ("-mod=vendor -p=1 -v -x -work -modcacherw -buildvcs=true -trimpath=false -pgo=off", ""),
        ("-tags=other", "-tags of GOFLAGS is not used: build.tags"),
        ("'-ldflags=-X a.b=c'", "-ldflags of GOFLAGS is not used: static.ldflags"),
        ("--gcflags=all=-N", "-gcflags of GOFLAGS changes the program"),
        ("-cover", "-cover of GOFLAGS changes the program"),
        ("-unheard", "-unheard of GOFLAGS changes the program"),
    ],
)
def test_what_is_said_of_goflags(flags: str, remark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", flags)
    said = list(remarks())
    assert len(said) == bool(remark)
    assert all(each.startswith(remark) for each in said)


def test_goflags_that_nobody_can_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", "'-mod=vendor")
    with pytest.raises(PolicyRefused, match="GOFLAGS"):
        go_environment(AMD64)


def test_temporary_files_go_into_the_work_folder(tmp_path: Path) -> None:
    assert go_environment(AMD64, tmp_path)["GOTMPDIR"] == str(tmp_path)


def test_this_machine_is_linux() -> None:
    assert host().os == "linux"
