"""What the program needs is in the image, and serves: each program runs with nothing but its own image."""

from __future__ import annotations

import http.server
import os
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import ProjectFiles, StaticBinary
from slimdeploy.artifacts.plan import HostFiles, RootfsPlan
from slimdeploy.build.rootfs import collect_files
from slimdeploy.config.assets import CERTIFICATES, GROUP, PASSWD, ZONES
from slimdeploy.errors import ConfigError, ImageFailed
from slimdeploy.events import Event, ToolOutput, Warned
from slimdeploy.workbench import Built
from tests.build import inside, programs
from tests.build.conftest import Workshop
from tests.tools.somebody import needs_root
from tests.unit.samples import AMD64, config

FILES = [{"from": "views", "to": "/srv/views", "exclude": ["*.tmp"]}]
WORKS = """zone 2024-07-01T05:00:00-07:00
user nonroot 65532 / <nil>
file hello <nil>
start true
"""


@dataclass(frozen=True)
class Seen:
    """A build, and what was reported while it went on."""

    built: Built
    events: list[Event]

    def warnings(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Warned)]


@pytest.fixture(scope="session")
def needy(shared: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A program that needs everything, in an image that has it."""
    events: list[Event] = []
    project = programs.write("needy", tmp_path_factory.mktemp("needy"))
    built = shared.build(project, config(image={"files": FILES, "workdir": "/srv"}), events)
    return Seen(built, events)


def test_only_what_is_linked_in_and_named_is_there(needy: Seen) -> None:
    why = {file.path: file.why for file in needy.built.image.files if not file.path.startswith(ZONES)}
    assert list(why) == ["/needy", "/srv/views/a.html", CERTIFICATES, PASSWD, GROUP]
    assert why["/needy"] == "the program"
    assert why["/srv/views/a.html"] == "image.files"
    assert why[CERTIFICATES].startswith("crypto/x509.systemRootsPool is linked in; from /etc/")
    assert why[PASSWD] == "os/user.Current is linked in"


def test_zones_are_zones_and_nothing_else(needy: Seen) -> None:
    zones = {file.path.removeprefix(f"{ZONES}/"): file for file in needy.built.image.files if ZONES in file.path}
    assert {"Europe/Berlin", "US/Pacific", "UTC", "Asia/Calcutta"} <= zones.keys()
    assert not zones.keys() & {"tzdata.zi", "zone.tab", "posixrules", "localtime", "right/UTC", "posix/UTC"}
    assert 500 < len(zones) < 700
    assert sum(file.size for file in zones.values()) < 1_000_000
    assert zones["UTC"].why.startswith("time.LoadLocation is linked in; tzdata 20")


@needs_root
def test_everything_works_inside(needy: Seen, tmp_path: Path) -> None:
    assert inside.run(needy.built.image, tmp_path / "root") == WORKS


def test_programs_that_are_not_there_are_named(needy: Seen) -> None:
    (warning,) = needy.warnings()
    assert warning.startswith("the program starts git (main.go:22); the image holds no other program")


def test_a_table_says_what_and_why(needy: Seen) -> None:
    lines = [event.line for event in needy.events if isinstance(event, ToolOutput) and event.tool == "image"]
    assert "          5  /srv/views/a.html  image.files" in lines
    assert any(f"  {ZONES}/ (" in line and " files)  time.LoadLocation is linked in" in line for line in lines)
    assert len(lines) == 6


@needs_root
def test_without_its_files_the_image_is_warned_about(shared: Workshop, tmp_path: Path) -> None:
    events: list[Event] = []
    project = programs.write("needy", tmp_path / "project")
    built = shared.build(project, config(image={"timezones": "none"}), events)
    told = Seen(built, events).warnings()
    assert told[1].endswith('image.files = [{ from = "views", to = "/views" }]')
    assert "unknown time zone US/Pacific" in inside.run(built.image, tmp_path / "root")


@needs_root
def test_embedded_zones_need_no_tree(shared: Workshop, needy: Seen, tmp_path: Path) -> None:
    project = programs.write("needy", tmp_path / "project")
    built = shared.build(project, config(image={"files": FILES, "workdir": "/srv", "timezones": "embed"}))
    assert not [file for file in built.image.files if ZONES in file.path]
    assert built.image.size < needy.built.image.size
    assert inside.run(built.image, tmp_path / "root") == WORKS


@needs_root
@pytest.mark.parametrize("timezones", ["auto", "embed"])
def test_a_zone_in_app_env_is_found(timezones: str, shared: Workshop, tmp_path: Path) -> None:
    project = programs.write("local", tmp_path / "project")
    tables = config(app={"env": {"TZ": "Asia/Tokyo"}}, image={"timezones": timezones})
    built = shared.build(project, tables)
    assert inside.run(built.image, tmp_path / "root", TZ="Asia/Tokyo") == "2024-07-01T12:00:00+09:00\n"


@needs_root
def test_a_zone_that_nobody_asks_for_is_left_out(shared: Workshop, tmp_path: Path) -> None:
    built = shared.build(programs.write("local", tmp_path / "project"))
    assert [file.path for file in built.image.files] == ["/local"]
    assert inside.run(built.image, tmp_path / "root", TZ="Asia/Tokyo") == "2024-07-01T12:00:00Z\n"


KEY = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A company's own authority, and a server's certificate that it issued."""
    folder = tmp_path / "company"
    folder.mkdir()
    server = ("-subj", "/CN=server", "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE")
    for arguments in (
        ("-subj", "/CN=company", "-keyout", "ca.key", "-out", "corp.pem"),
        (*server, "-CA", "corp.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem"),
    ):
        subprocess.run(["openssl", *KEY, *arguments], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def address(company: Path) -> Iterator[str]:
    """A server that only those who know the company trust."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(company / "server.pem", company / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@needs_root
def test_a_companys_authority_is_trusted_too(shared: Workshop, company: Path, address: str, tmp_path: Path) -> None:
    project = programs.write("needy", tmp_path / "project")
    known = {"files": FILES, "workdir": "/srv"}
    (project / "corp.pem").write_bytes((company / "corp.pem").read_bytes())
    trusting = shared.build(project, config(image=known | {"ca": ["corp.pem"]})).image
    assert inside.run(trusting, tmp_path / "a", address) == f"{WORKS}get true <nil>\n"
    assert "unknown authority" in inside.run(shared.build(project, config(image=known)).image, tmp_path / "b", address)
    (why,) = (file.why for file in trusting.files if file.path == CERTIFICATES)
    assert why.startswith("asked for by image.ca; from /etc/")
    assert why.endswith(", corp.pem")


def test_a_server_certificate_is_no_authority(
    workshop: Workshop, company: Path, project: Callable[[str], Path]
) -> None:
    folder = project("plain")
    (folder / "corp.pem").write_bytes((company / "server.pem").read_bytes())
    with pytest.raises(ConfigError, match=r"corp\.pem:1:1: error: image\.ca: holds a certificate that is no CA's"):
        workshop.build(folder, config(image={"ca": ["corp.pem"]}))


BINARY = StaticBinary(
    Path("/bin/true"), AMD64, "0" * 64, 1, frozenset({"time.LoadLocation", "crypto/x509.systemRootsPool"})
)


@pytest.mark.parametrize(
    ("plan", "said", "hint"),
    [
        (RootfsPlan("/app", "auto"), "has none to copy", "install the package ca-certificates"),
        (RootfsPlan("/app", "none", timezones="auto"), "has none to copy", "install the package tzdata"),
    ],
)
def test_a_machine_without_them_says_so(plan: RootfsPlan, said: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(ImageFailed, match=said) as caught:
        collect_files(plan, BINARY, ProjectFiles(), tmp_path)
    assert caught.value.hint.startswith(hint)


def test_an_old_bundle_is_warned_about(
    workshop: Workshop, project: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.crt"
    bundle.write_bytes(Path(CERTIFICATES).read_bytes())
    os.utime(bundle, (1_600_000_000, 1_600_000_000))
    host = HostFiles(bundle)
    monkeypatch.setattr("slimdeploy.facts.local.host_files", lambda: host)
    events: list[Event] = []
    built = workshop.build(project("hello"), seen=events)
    (warning,) = Seen(built, events).warnings()
    assert warning.startswith(f"the CA bundle {bundle} is ")
    assert [f"from {bundle} of 2020-09-13" in file.why for file in built.image.files] == [False, True]
