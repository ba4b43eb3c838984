"""Bit for bit: 20 builds of one source that share nothing else give one binary and one manifest digest.

Every pair of values below is in one of the builds. What is not varied: the machine's CA bundle, its versions of Go and
buildah, on which a digest depends; and the kernel's clock, which every build sees at another second.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from slimdeploy.tools import command
from tests.build import programs
from tests.build.conftest import go_cache
from tests.build.pairs import all_pairs, covering, pairs_of
from tests.tools import somebody
from tests.tools.test_git import git

BUILDS = 20
EXPORTED = {
    "CGO_ENABLED": "1",
    "GOOS": "darwin",
    "GOARCH": "arm64",
    "GOAMD64": "v3",
    "GOEXPERIMENT": "noswissmap",
    "GODEBUG": "madvdontneed=1",
    "GOFLAGS": "-trimpath=false -ldflags=-X=main.x=y -tags=other -buildvcs=true",
    "CC": "/bin/false",
    "SOURCE_DATE_EPOCH": "1700000000",
    "BUILDAH_FORMAT": "docker",
    "STORAGE_DRIVER": "overlay",
}
FACTORS: dict[str, tuple[str, ...]] = {
    "place": ("p", "a folder/of \u00fcnusual depth/with another name", "link"),
    "zone": ("UTC", "Pacific/Kiritimati", "America/St_Johns"),
    "language": ("C", "tr_TR.UTF-8", "C.utf8"),
    "umask": ("022", "077", "000"),
    "dates": ("0", "1000000000", "4000000000"),  # of the files: 1970, 2001, 2096
    "modes": ("644", "600", "666"),  # whether a file is executable is kept, as git keeps it
    "processors": ("1", "2", "7"),
    "home": ("old", "new", "none"),
    "user": ("root", "nobody"),
    "host": ("this", "another"),
    "git": ("none", "dirty"),
    "exported": ("little", "much"),
    "caller": ("inside", "outside"),
}
MODULES = (
    "slimdeploy", "annotated_types", "click", "elftools", "pydantic", "pydantic_core",
    "sh", "tomlkit", "typing_extensions", "typing_inspection", "yaml",
)  # fmt: skip
SLIM = """[app]
name = "plain"
[image]
ca = "system"
files = [{ from = "views", to = "/views" }]
labels = { "org.opencontainers.image.licenses" = "MIT" }
"""
MAIN = """package main

import _ "embed"

//go:embed views/a.html
var page string

func main() { println(page) }
"""


def test_the_design_holds_all_pairs() -> None:
    cases = covering(FACTORS, BUILDS)
    assert len(cases) == BUILDS
    assert {pair for case in cases for pair in pairs_of(case)} == all_pairs(FACTORS)


@dataclass(frozen=True)
class Bed:
    """Where the builds are made: code that everybody can read, go's warm cache of each user."""

    folder: Path
    python: str

    def build(self, number: int, case: dict[str, str], *, cold: bool) -> tuple[str, str]:
        """Digests of the binary and of the manifest."""
        room = self.folder / f"room{number}"
        room.mkdir(mode=0o755)
        write_settings(room / ".config/containers")
        project = place(case, room)
        if case["user"] == "nobody":
            subprocess.run(["chown", "-R", "nobody:nogroup", room], check=True)
        done = subprocess.run(
            [*around(case), self.python, "-m", "slimdeploy", "build", "-o", "json", "-C", *seen_from(case, project)],
            env=self.variables(case, room, cold=cold),
            umask=int(case["umask"], 8),
            cwd=project if case["caller"] == "inside" else "/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{case}\n{done.stderr}"
        (binary,) = (room / "cache").rglob("binaries/plain")
        return hashlib.sha256(binary.read_bytes()).hexdigest(), json.loads(done.stdout)["digest"]

    def variables(self, case: dict[str, str], room: Path, *, cold: bool) -> dict[str, str]:
        if case["user"] == "nobody":
            gocache = self.folder / "gocache"  # cold, for the first one
        else:
            gocache = room / "gocache" if cold else Path(go_cache())
        homes = {"old": {"HOME": str(self.folder / case["user"])}, "new": {"HOME": str(room)}, "none": {}}
        return (
            {"PATH": os.environ["PATH"], "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
            | (EXPORTED if case["exported"] == "much" else {})
            | homes[case["home"]]
            | {"TZ": case["zone"], "LANG": case["language"], "LC_ALL": case["language"]}
            | {"GOMAXPROCS": case["processors"], "GOCACHE": str(gocache), "XDG_CACHE_HOME": str(room / "cache")}
        )


def place(case: dict[str, str], room: Path) -> Path:
    """The source as this case has it."""
    project = programs.write("plain", room / ("real" if case["place"] == "link" else case["place"]))
    (project / "views").mkdir()
    for name, text in {"main.go": MAIN, "slim.toml": SLIM, "views/a.html": "<p>a</p>", "views/b.css": "b {}"}.items():
        (project / name).write_text(text)
    if case["git"] == "dirty":
        for each in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
            git(project, *each)
        (project / "untracked.txt").touch()
    for file in project.rglob("*"):
        os.utime(file, (int(case["dates"]),) * 2)
        if file.is_file() and ".git" not in file.parts:
            file.chmod(int(case["modes"], 8))
    if case["place"] == "link":
        (room / "link").symlink_to("real")
        return room / "link"
    return project


def write_settings(folder: Path) -> None:
    """What a user may have told podman: it must not get into the image."""
    folder.mkdir(parents=True)
    (folder / "containers.conf").write_text(
        '[containers]\nenv = ["FROM=settings"]\nlabel = false\n[engine]\nimage_volume_mode = "ignore"\n'
    )
    (folder / "storage.conf").write_text('[storage]\ndriver = "overlay"\n')


def around(case: dict[str, str]) -> list[str]:
    """The words before the command that make it another host and another user."""
    host = ["unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh"]
    user = list(somebody.NOBODY)
    return (host if case["host"] == "another" else []) + (user if case["user"] == "nobody" else [])


def seen_from(case: dict[str, str], project: Path) -> list[str]:
    return ["."] if case["caller"] == "inside" else [str(project)]


@pytest.fixture
def bed() -> Iterator[Bed]:
    with somebody.importable(*MODULES) as folder:
        for name in ("gocache", "root", "nobody"):
            (folder / name).mkdir()
            (folder / name).chmod(0o777)
        yield Bed(folder, somebody.interpreter(somebody.NOBODY))


@somebody.needs_root
def test_twenty_builds_give_one_digest(bed: Bed) -> None:
    cases = covering(FACTORS, BUILDS)
    cold = {next(at for at, case in enumerate(cases) if case["user"] == user) for user in ("root", "nobody")}
    built: dict[int, tuple[str, str]] = {}
    with ThreadPoolExecutor(max_workers=2) as two:
        for some in (sorted(cold), [at for at in range(BUILDS) if at not in cold]):
            running = {at: two.submit(bed.build, at, cases[at], cold=at in cold) for at in some}
            built |= {at: each.result() for at, each in running.items()}
    assert len(set(built.values())) == 1, suspects([(got, cases[at]) for at, got in built.items()])


def suspects(built: list[tuple[tuple[str, str], dict[str, str]]]) -> str:
    """The values that all builds with one of the results have, and no other build."""
    lines = []
    for result in {got for got, _ in built}:
        those = [set(case.items()) for got, case in built if got == result]
        others = set().union(*(case.items() for got, case in built if got != result))
        lines.append(
            f"{len(those)} builds gave {result}; theirs alone: {set.intersection(*those) - others or 'nothing'}"
        )
    return "\n".join(lines)


OVERLAY = ("--storage-driver", "overlay")


@somebody.needs_root
def test_overlay_gives_the_same_layer_as_our_vfs(tmp_path: Path) -> None:
    """buildah as one would type it, on the driver that it takes by itself."""
    tree = tmp_path / "tree"
    tree.mkdir(mode=0o755)
    (tree / "file").write_text("a")
    digests = {driver: layout(driver, tree, tmp_path / driver) for driver in ("vfs", "overlay")}
    assert digests["vfs"] == digests["overlay"]


def layout(driver: str, tree: Path, folder: Path) -> str:
    store = ["--root", f"{folder}/root", "--runroot", f"{folder}/run", "--storage-driver", driver]

    def buildah(*words: str) -> str:
        argv = [command.require("buildah", ""), *store, *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()

    name = buildah("from", "scratch")
    buildah("copy", "--chown", "0:0", name, str(tree), "/")
    commit = ["--disable-compression=false", "--timestamp", "0", "--identity-label=false", "--omit-history"]
    buildah("commit", *commit, "--format", "oci", name, f"oci:{folder}/layout")
    buildah("rm", name)
    index = json.loads((folder / "layout/index.json").read_text())
    return str(index["manifests"][0]["digest"])
