"""What an empty image could not serve, and what must not get into it: said by the command, of real programs."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Project

CANNOT = """package main

import (
	"net/http"
	"os"
	"plugin"
	"syscall"
)

func main() {
	found, err := plugin.Open("x.so")
	println(found, err)
	page, _ := os.OpenFile("page.txt", os.O_RDONLY, 0)
	println(page)
	syscall.Exec("/bin/ls", nil, nil)
	http.ListenAndServe(":80", nil)
}
"""
WARNINGS = (
    "warning: plugin.Open is linked in: it fails in a static binary",
    "warning: the program starts /bin/ls (main.go:15)",
    "warning: the program listens on :80 (main.go:16); user 65532 ",
    "warning: the program reads page.txt (main.go:13), which the image does not hold",
)


def test_what_cannot_work_there_is_warned_of(hello: Project) -> None:
    result = hello.write(main__go=CANNOT, page__txt="x").slimdeploy("build")
    assert result.code == 0, result
    assert [each for each in WARNINGS if each not in result.stderr] == [], result.stderr


def test_the_files_are_shown_also_when_nothing_changed(hello: Project) -> None:
    first, second = hello.slimdeploy("build", "-v").stderr, hello.slimdeploy("build", "-v").stderr
    assert "unchanged" in second
    for shown in (first, second):
        assert "/hello  the program\n" in shown
        assert "/etc/ssl/certs/ca-certificates.crt  crypto/x509.systemRootsPool is linked in" in shown
    assert "the program\n" not in hello.slimdeploy("build").stderr


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("../secrets", "../secrets"),
        ("/etc/passwd", "/etc/passwd"),
        ("views", "views/link:1:1: error: "),
        ("conf", "conf/.env:1:1: error: "),
        ("keys", "holds a private key"),
    ],
)
def test_files_that_must_not_get_into_the_image(hello: Project, source: str, said: str) -> None:
    """Before anything is compiled: the source is not even right."""
    hello.write(main__go="package main\n\nfunc main() { x }\n")
    for name, text in {
        "views/a.html": "",
        "conf/.env": "A=b",
        "keys/data.txt": "-----BEGIN RSA PRIVATE KEY-----\n",
    }.items():
        (hello.folder / name).parent.mkdir()
        (hello.folder / name).write_text(text)
    (hello.folder / "views/link").symlink_to("/etc/shadow")
    hello.write(slim__toml=f'image.files = [{{ from = "{source}", to = "/data" }}]\n')
    result = hello.slimdeploy("build")
    assert (result.code, said in result.stderr, "undefined" in result.stderr) == (65, True, False), result


@pytest.mark.parametrize(
    ("mode", "code", "said"),
    [
        ("plugin", 80, "GOFLAGS asks for something that needs cgo"),
        ("c-shared", 80, "GOFLAGS asks for something that needs cgo"),
        ("pie", 81, "is a position-independent executable"),
    ],
)
def test_what_is_no_static_program_is_refused_with_the_flag(hello: Project, mode: str, code: int, said: str) -> None:
    hello.environment["GOFLAGS"] = f"-buildmode={mode}"
    hello.write(main__go="package main\n\nfunc main() {}\n")
    result = hello.slimdeploy("build")
    assert (result.code, said in result.stderr, "buildmode" in result.stderr) == (code, True, True), result


def test_c_files_that_no_go_file_asks_for(hello: Project) -> None:
    hello.write(main__go="package main\n\nfunc main() {}\n", x__c="int two() { return 2; }\n")
    assert hello.slimdeploy("build").code == 0
    result = hello.write(slim__toml='static.cgo = "static"\n').slimdeploy("build")
    assert (result.code, "example.com/hello has C files that no Go file of it asks for: x.c" in result.stderr) == (
        80,
        True,
    )
    assert 'static.cgo = "off"' in result.stderr
