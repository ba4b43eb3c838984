"""Modules of others: one that wants a newer Go, and those that are known to be nothing without their C code."""

from __future__ import annotations

import subprocess
import zipfile

import pytest

from slimdeploy.build.cgo import STATIC
from slimdeploy.build.known import REPLACEMENTS, STUBS
from tests.compile.conftest import Project

USES_LIB = 'package main\n\nimport "example.com/lib"\n\nfunc main() { lib.X() }\n'


def test_a_newer_go_line_in_a_dependency(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a module proxy that is a folder."""
    proxy, module = project.folder.parent / "proxy", "module example.com/lib\n\ngo 1.99\n"
    kept_there = {"v1.0.0.mod": module, "v1.0.0.info": '{"Version": "v1.0.0"}'}
    project.write({f"../proxy/example.com/lib/@v/{name}": text for name, text in kept_there.items()})
    for name, value in {"GOPROXY": proxy.as_uri(), "GONOSUMDB": "example.com", "GOFLAGS": "-mod=mod"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GOMODCACHE", str(project.folder.parent / "modules"))
    with zipfile.ZipFile(proxy / "example.com/lib/@v/v1.0.0.zip", "w") as archive:
        archive.writestr("example.com/lib@v1.0.0/go.mod", module)
        archive.writestr("example.com/lib@v1.0.0/lib.go", "package lib\n\nfunc X() {}\n")
    refused = project.module("\nrequire example.com/lib v1.0.0\n").write({"main.go": USES_LIB}).refusal()
    assert "example.com/lib@v1.0.0 asks for Go 1.99, and this is 1." in refused.what
    assert refused.hint.endswith("or an older version of that module")


USED = {
    "github.com/DataDog/zstd": ("v1.5.7", "zstd.NewWriter"),
    "github.com/pebbe/zmq4": ("v1.4.0", "zmq4.NewSocket"),
    "github.com/godror/godror": ("v0.40.4", "godror.ParseDSN"),
    "github.com/mattn/go-oci8": ("v0.1.1", "oci8.NewConnector"),
    "github.com/linxGnu/grocksdb": ("v1.11.1", "grocksdb.OpenDb"),
    "github.com/jmhodges/levigo": ("v1.0.0", "levigo.Open"),
    "github.com/google/gopacket/pcap": ("v1.1.19", "pcap.OpenLive"),
}
"""What is known and small: confluent-kafka-go and gozstd bring libraries of 100 MB, git2go is no longer served."""


def module_of(package: str) -> str:
    return "/".join(package.split("/")[:3])


@pytest.mark.parametrize("package", USED)
def test_a_known_package_with_c_is_named_with_what_does_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    version, used = USED[package]
    alias = used.partition(".")[0]
    uses = f'package main\n\nimport {alias} "{package}"\n\nfunc main() {{ println({used}) }}\n'
    refused = project.module(f"\nrequire {module_of(package)} {version}\n").write({"main.go": uses}).refusal()
    assert refused.code == 80
    assert refused.what == f"{package} needs C (cgo), and example.com/team/app is built with CGO_ENABLED=0"
    assert refused.details[0] == f"imported by example.com/team/app -> {package}"
    assert refused.hint == f"use {REPLACEMENTS[package]} instead, which needs no C\n{STATIC}"


def test_a_known_stub_of_another_version_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """go-sqlite3 has a test of its own."""
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    package = "github.com/mutecomm/go-sqlcipher"
    uses = f'package main\n\nimport _ "{package}/v4"\n\nfunc main() {{}}\n'
    refused = project.module(f"\nrequire {package}/v4 v4.4.2\n").write({"main.go": uses}).refusal()
    assert refused.code == 81
    assert refused.details[1] == f"at run time {STUBS[package]}"
    assert refused.hint == f'{STATIC}\nif that code never runs: static.without_cgo = ["{package}/v4"]'


def test_a_stub_does_at_run_time_what_is_said(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    package = "github.com/mutecomm/go-sqlcipher/v4"
    uses = (
        f'package main\n\nimport (\n\t"database/sql"\n\n\t_ "{package}"\n)\n\n'
        'func main() {\n\tdb, _ := sql.Open("sqlite3", ":memory:")\n\tprint(db.Ping().Error())\n}\n'
    )
    project.write({"slim.toml": f'static.without_cgo = ["{package}"]\n'})
    program = project.module(f"\nrequire {package} v4.4.2\n").write({"main.go": uses}).compile().path
    said = subprocess.run([program], capture_output=True, text=True, check=True).stderr
    assert "go-sqlite3 requires cgo to work. This is a stub" in said
