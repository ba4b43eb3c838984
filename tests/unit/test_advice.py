"""Warnings about what an empty image cannot serve: what is seen is there, and nothing is guessed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slimdeploy.build.advice import about_age, about_files, about_ports, about_programs
from slimdeploy.build.calls import Call, Calls, find_calls, linked_folders
from slimdeploy.events import Note, Warned

DAY = 86_400
STARTS = frozenset({"os/exec.Command", "main.main"})

SOURCE = """package main

func main() {
	exec.Command("git", "status")
	exec.CommandContext(ctx, "/bin/sh", "-c", "x")
	exec.CommandContext(context.Background(), `tar`)
	exec.Command(name)
	exec.LookPath(
		"convert")
	// exec.Command("commented")
	os.StartProcess("/bin/ls", nil, nil)
	syscall.Exec("/bin/ps", []string{"ps"}, nil)
	os.Open("views/a.html")
	template.Must(template.ParseGlob("views/*.html"))
	http.FileServer(http.Dir("./static"))
	assets.Open("embedded")
	os.ReadFile(path)
	os.OpenFile("data/a.db", os.O_RDWR, 0)
	http.ServeFile(w, r, "page.html")
	router.LoadHTMLGlob("t/*")
	router.LoadHTMLFiles("t/a.html", "t/b.html")
	router.Static("/assets", "./assets")
	router.StaticFile("/favicon.ico", "icons/f.ico")
	template.ParseFiles(
		"one.html",
		"two.html")
	http.ListenAndServe(":80", nil)
	http.ListenAndServe(":8080", nil)
	net.Listen("tcp", "0.0.0.0:443")
	server := &http.Server{Addr:   ":https"}
	router.Run(":1023")
	router.Run(":1024")
	router.Run("fast:mode")
	client := &redis.Options{Addr: "db.example.com:443"}
}
"""


def test_literals_are_found_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text(SOURCE)
    calls = find_calls(tmp_path, frozenset({"."}))
    assert calls.starts == (
        Call("git", "main.go:4"),
        Call("/bin/sh", "main.go:5"),
        Call("tar", "main.go:6"),
        Call("convert", "main.go:8"),
        Call("/bin/ls", "main.go:11"),
        Call("/bin/ps", "main.go:12"),
    )
    assert calls.reads == (
        Call("views/a.html", "main.go:13"),
        Call("views/*.html", "main.go:14"),
        Call("./static", "main.go:15"),
        Call("data/a.db", "main.go:18"),
        Call("page.html", "main.go:19"),
        Call("t/*", "main.go:20"),
        Call("t/a.html", "main.go:21"),
        Call("t/b.html", "main.go:21"),
        Call("./assets", "main.go:22"),
        Call("icons/f.ico", "main.go:23"),
        Call("one.html", "main.go:24"),
        Call("two.html", "main.go:24"),
    )
    assert calls.low == (
        Call(":80", "main.go:27"),
        Call("0.0.0.0:443", "main.go:29"),
        Call(":https", "main.go:30"),
        Call(":1023", "main.go:31"),
    )


def test_tests_and_packages_that_are_not_linked_in_do_not_count(tmp_path: Path) -> None:
    for name in ("main_test.go", "tools/gen.go", "vendor/x/x.go"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('package x\n\nvar c = exec.Command("git")\n')
    assert find_calls(tmp_path, frozenset({".", "vendor/x", "gone"})) == Calls()


@pytest.mark.parametrize(
    ("function", "folder"),
    [
        ("main.main", "cmd/app"),
        ("example.com/app.F", "."),
        ("example.com/app/internal/views.(*T).Show", "internal/views"),
        ("example.com/app/yaml%2ev3.Load", "yaml.v3"),
        ("example.com/app/set.Of[go.shape.struct { example.com/other/x.T }]", "set"),
    ],
)
def test_folders_of_what_is_linked_in(function: str, folder: str) -> None:
    assert folder in linked_folders(frozenset({function}), "example.com/app", "./cmd/app")


@pytest.mark.parametrize("function", ["example.com/application/x.F", "net/http.Get", "os/exec.Command"])
def test_other_modules_have_no_folder_here(function: str) -> None:
    assert linked_folders(frozenset({function}), "example.com/app", ".") == {"."}


def test_programs_are_named_with_their_places() -> None:
    calls = Calls(starts=(Call("git", "main.go:4"), Call("git", "main.go:9"), Call("/bin/sh", "run.go:3")))
    (warned,) = about_programs(STARTS, calls, {"/app"})
    assert isinstance(warned, Warned)
    assert warned.text.startswith("the program starts git (main.go:4), /bin/sh (run.go:3); ")


def test_programs_that_the_image_holds_are_fine() -> None:
    calls = Calls(starts=(Call("helper", "main.go:4"), Call("/usr/bin/helper", "main.go:5")))
    assert list(about_programs(STARTS, calls, {"/app", "/usr/bin/helper"})) == []


def test_source_that_cannot_be_reached_is_no_alarm() -> None:
    assert list(about_programs(frozenset({"main.main"}), Calls(starts=(Call("git", "a.go:1"),)), set())) == []


def test_a_library_that_might_start_something_is_only_noted() -> None:
    (note,) = about_programs(STARTS, Calls(), set())
    assert isinstance(note, Note)


def test_a_low_port_is_named_with_its_place_and_the_user() -> None:
    (warned,) = about_ports(Calls(low=(Call(":80", "main.go:27"),)), 65532)
    assert isinstance(warned, Warned)
    assert warned.text.startswith("the program listens on :80 (main.go:27); user 65532 may open no port below 1024")
    assert list(about_ports(Calls(), 65532)) == []


def test_plugins_cannot_be_opened() -> None:
    (warned,) = about_programs(frozenset({"plugin.Open"}), Calls(), set())
    assert "plugin.Open" in getattr(warned, "text", "")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "views").mkdir()
    (tmp_path / "views/a.html").touch()
    return tmp_path


READS = Calls(reads=(Call("views/a.html", "main.go:3"), Call("views/*.html", "main.go:4")))


def test_a_relative_file_that_is_not_in_the_image(project: Path) -> None:
    (warned,) = about_files(READS, {"/app"}, "/srv", project)
    assert warned == Warned(
        "the program reads views/a.html (main.go:3), views/*.html (main.go:4), which the image does not hold: "
        'image.files = [{ from = "views", to = "/srv/views" }]'
    )


def test_the_working_folder_decides(project: Path) -> None:
    assert list(about_files(READS, {"/app", "/srv/views/a.html"}, "/srv", project)) == []
    assert list(about_files(READS, {"/app", "/srv/views/a.html"}, "/", project)) != []


@pytest.mark.parametrize("argument", ["/views/a.html", "../views", "gone.html", ".", "*.html", "./"])
def test_paths_that_say_nothing(project: Path, argument: str) -> None:
    assert list(about_files(Calls(reads=(Call(argument, "main.go:1"),)), {"/app"}, "/", project)) == []


@pytest.mark.parametrize(("days", "warned"), [(0, False), (180, False), (181, True), (400, True)])
def test_an_old_bundle(tmp_path: Path, days: int, warned: bool) -> None:
    bundle = tmp_path / "bundle.crt"
    bundle.touch()
    os.utime(bundle, (1_000_000, 1_000_000))
    found = list(about_age(bundle, 1_000_000 + days * DAY))
    assert bool(found) is warned
    assert all(f"is {days} days old" in getattr(each, "text", "") for each in found)
