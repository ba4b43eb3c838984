"""Modules of others: one that wants a newer Go, and those that are known to be nothing without their C code."""

from __future__ import annotations

import zipfile

import pytest

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
