"""Which files of a project get into its image, and what is refused: rows 26 to 31 of the faults, with real files."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from slimdeploy.artifacts.build import RootFile
from slimdeploy.artifacts.plan import FileRule, RootfsPlan
from slimdeploy.build import files
from slimdeploy.build.authorities import certificates
from slimdeploy.build.files import stage_files
from slimdeploy.config.beneath import open_beneath
from slimdeploy.errors import ConfigError

KEY = "-----BEGIN RSA PRIVATE KEY-----\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a folder of views."""
    for name in ("views/a.html", "views/sub/b.html", "views/sub/c.tmp", "views/run", "README.md"):
        file = tmp_path / "project" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (tmp_path / "project/views/run").chmod(0o4775)
    return tmp_path / "project"


def stage(project: Path, *rules: FileRule) -> dict[str, RootFile]:
    """What gets into the image, by target."""
    plan = RootfsPlan("/app", "none", files=rules)
    return {file.target: file for file in stage_files(plan, project, project.parent / "staged")}


def views(**options: Any) -> FileRule:
    return FileRule("views", "/views", **options)


def refused(project: Path, *rules: FileRule) -> list[str]:
    """What is said about each file that is refused."""
    with pytest.raises(ConfigError) as caught:
        stage(project, *rules)
    assert caught.value.code == 65
    return [f"{problem.file}: {problem.message}" for problem in caught.value.problems]


def test_a_folder_goes_with_all_that_is_in_it(project: Path) -> None:
    staged = stage(project, views())
    assert list(staged) == ["/views/a.html", "/views/run", "/views/sub/b.html", "/views/sub/c.tmp"]
    assert staged["/views/a.html"].source.read_text() == "views/a.html"


def test_modes_are_fixed_whatever_they_were(project: Path) -> None:
    (project / "views/a.html").chmod(0o666)
    modes = {target: oct(file.mode) for target, file in stage(project, views()).items()}
    assert (modes["/views/a.html"], modes["/views/run"]) == ("0o444", "0o555")  # setuid is gone


@pytest.mark.parametrize(
    ("rule", "targets"),
    [
        (views(exclude=("*.tmp", "run")), ["/views/a.html", "/views/sub/b.html"]),
        (views(exclude=("sub",)), ["/views/a.html", "/views/run"]),
        (views(exclude=("sub/*.html", "run")), ["/views/a.html", "/views/sub/c.tmp"]),
        (FileRule("views", "/"), ["/a.html", "/run", "/sub/b.html", "/sub/c.tmp"]),
        (FileRule("views/*.html", "/v"), ["/v/a.html"]),
        (FileRule("views/**/*.html", "/v/"), ["/v/a.html", "/v/sub/b.html"]),
        (FileRule("**/*.html", "/v"), ["/v/views/a.html", "/v/views/sub/b.html"]),
        (FileRule("README.md", "/doc/readme"), ["/doc/readme"]),
        (FileRule("README.md", "/doc/"), ["/doc/README.md"]),
    ],
)
def test_where_files_go(project: Path, rule: FileRule, targets: list[str]) -> None:
    assert list(stage(project, rule)) == targets


def test_links_are_not_followed(project: Path) -> None:
    (project / "views/inside").symlink_to("a.html")
    (project / "views/outside").symlink_to("/etc")
    assert refused(project, views()) == [
        "views/inside: image.files[0]: is a symbolic link to a.html",
        "views/outside: image.files[0]: is a symbolic link to /etc",
    ]


@pytest.mark.parametrize("source", ["link", "link/passwd", "link/*"])
def test_the_way_to_a_file_is_no_link(project: Path, source: str) -> None:
    (project / "link").symlink_to("/etc")
    assert refused(project, FileRule(source, "/x"))[0].endswith(": image.files[0]: is a symbolic link to /etc")


def test_special_files_are_refused_and_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "views/pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(project / "views/socket"))
        assert refused(project, views()) == [
            "views/pipe: image.files[0]: is a pipe",
            "views/socket: image.files[0]: is a socket",
        ]


SECRETS = [".env", ".env.production", "id_rsa", "tls.pem", "tls.KEY", "kubeconfig", ".npmrc", "prod.tfvars"]


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_are_refused_unless_they_are_none(project: Path, name: str) -> None:
    (project / "views/sub" / name).touch()
    assert refused(project, views()) == [f"views/sub/{name}: image.files[0]: looks like a secret"]


@pytest.mark.parametrize("allow", ["demo.pem", "*.pem", "sub/demo.pem"])
def test_what_is_no_secret_is_accepted(project: Path, allow: str) -> None:
    (project / "views/sub/demo.pem").write_text(KEY)
    assert "/views/sub/demo.pem" in stage(project, views(allow=(allow,)))


@pytest.mark.parametrize("name", [".env.example", "environment", "monkey.html", "keys.html"])
def test_harmless_names(project: Path, name: str) -> None:
    (project / "views" / name).touch()
    assert f"/views/{name}" in stage(project, views())


def test_a_name_that_no_json_can_hold(project: Path) -> None:
    (project / "views/sub" / os.fsdecode(b"caf\xe9")).touch()
    (said,) = refused(project, views())
    assert said == "views/sub/caf\\udce9: image.files[0]: has a name that is not UTF-8"
    said.encode()


def test_a_private_key_is_refused_under_any_name(project: Path) -> None:
    (project / "views/notes.txt").write_text(f"see below\n{KEY}")
    assert refused(project, views()) == ["views/notes.txt: image.files[0]: holds a private key"]


def test_the_repository_is_refused_whatever_is_allowed(project: Path) -> None:
    (project / "views/.git").mkdir()
    (project / "views/.git/config").touch()
    assert refused(project, views(allow=(".git",))) == ["views/.git: image.files[0]: is the repository"]
    assert refused_again(project, FileRule("views/.git/config", "/x")) == "is the repository"


def refused_again(project: Path, rule: FileRule) -> str:
    with pytest.raises(ConfigError) as caught:
        stage_files(RootfsPlan("/app", "none", files=(rule,)), project, project.parent / "again")
    return caught.value.problems[0].message.rpartition(": ")[2]


def test_what_is_excluded_is_not_looked_at(project: Path) -> None:
    (project / "views/.git").mkdir()
    (project / "views/.env").touch()
    os.mkfifo(project / "views/pipe")
    staged = stage(project, views(exclude=(".git", ".env", "pipe", "sub", "run")))
    assert list(staged) == ["/views/a.html"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("gone", "does not exist"),
        ("views/gone/x", "does not exist"),
        ("views/a.html/x", "does not exist"),
        ("views/*.css", "names no file"),
    ],
)
def test_nothing_is_an_error(project: Path, source: str, said: str) -> None:
    assert refused(project, FileRule(source, "/x")) == [f"{source}: image.files[0]: {said}"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([FileRule("README.md", "/app")], "README.md: image.files[0]: to: /app is the program"),
        ([FileRule("README.md", "/app/x")], "README.md: image.files[0]: to: /app is the program"),
        ([FileRule("README.md", "/etc")], "README.md: image.files[0]: to: /etc is a folder"),
        (
            [FileRule("README.md", "/x"), FileRule("views/run", "/x")],
            "views/run: image.files[1]: to: /x is another file already",
        ),
        (
            [FileRule("README.md", "/x"), FileRule("views/run", "/x/y")],
            "README.md: image.files[0]: to: /x is a folder",
        ),
    ],
)
def test_places_that_are_taken(project: Path, rules: list[FileRule], said: str) -> None:
    assert refused(project, *rules) == [said]


def test_a_folder_does_not_bring_what_slim_toml_may_not_name(project: Path) -> None:
    (project / "views/etc").mkdir()
    (project / "views/etc/passwd").touch()
    (project / "views/app").touch()
    said = refused(project, FileRule("views", "/"))
    assert "views/app: image.files[0]: to: /app is the program" in said
    assert "views/etc/passwd: image.files[0]: to: /etc/passwd cannot be replaced: it is made for image.user" in said


def test_all_problems_are_said_at_once_and_twenty_shown(project: Path) -> None:
    for number in range(30):
        (project / "views" / f"{number}.pem").touch()
    with pytest.raises(ConfigError) as caught:
        stage(project, views())
    assert (len(caught.value.problems), caught.value.details) == (20, ("and 10 more",))


def test_a_hint_says_how_to_accept(project: Path) -> None:
    (project / "views/demo.pem").touch()
    with pytest.raises(ConfigError) as caught:
        stage(project, views())
    assert caught.value.problems[0].hint == 'exclude it, or allow = ["demo.pem"] if it is none'


def test_a_file_that_becomes_a_link_is_not_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking and reading, another program may do anything."""

    def swap(root: Path, path: str) -> Any:
        (root / path).unlink()
        (root / path).symlink_to("/etc/hostname")
        return open_beneath(root, path)

    monkeypatch.setattr(files, "open_beneath", swap)
    assert refused(project, FileRule("README.md", "/x"))[0].startswith("README.md: image.files[0]: cannot be read")


def test_a_folder_that_becomes_a_link_is_not_entered(project: Path) -> None:
    (project / "etc").symlink_to("/etc")
    with pytest.raises(OSError, match=r"directory|symbolic"):
        open_beneath(project, "etc/hostname")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read(project: Path) -> None:
    (project / "README.md").chmod(0)
    assert refused(project, FileRule("README.md", "/x"))[0].endswith("cannot be read: Permission denied")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", "holds no certificates"),
        (b"\xff\xfe", "is not PEM"),
        (KEY.encode(), "holds a private key: keep the certificates only"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no certificates"),
    ],
)
def test_what_is_no_certificate(project: Path, content: bytes, said: str) -> None:
    (project / "corp.pem").write_bytes(content)
    with pytest.raises(ConfigError, match=f"^corp.pem:1:1: error: image.ca: {said}"):
        certificates("corp.pem", project)


def test_a_certificate_file_is_no_link(project: Path) -> None:
    (project / "corp.pem").symlink_to("/etc/ssl/certs/ca-certificates.crt")
    with pytest.raises(ConfigError, match=r"image\.ca: cannot be read"):
        certificates("corp.pem", project)
