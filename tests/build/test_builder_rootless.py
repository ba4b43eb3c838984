"""Strategy builder as an ordinary user: with either store, with C, without ids, killed at any moment."""

from __future__ import annotations

import json
import os
import random
import signal
import tarfile
import time
from pathlib import Path

import pytest

from tests.build import bases
from tests.build.compilers import gcc_tree
from tests.build.rootless import user
from tests.cluster.registry import Registry
from tests.tools.somebody import needs_root
from tests.waiting import comes_true

pytestmark = needs_root
KILLS = 4
SEED = int(os.environ.get("SEED", "1"))


def of_others(layer: tarfile.TarFile) -> None:
    """As Debian has: a folder that only its owner may look into, and one that nobody may write to."""
    for path, mode, owner in (("var/lib", 0o755, 0), ("var/lib/own", 0o700, 42), ("var/ro", 0o555, 0)):
        member = tarfile.TarInfo(path)
        member.type, member.mode, member.uid, member.gid = tarfile.DIRTYPE, mode, owner, owner
        layer.addfile(member)
    bases.files({"var/lib/own/file": "x", "var/ro/file": "x"})(layer)


@pytest.fixture(scope="module")
def image(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A builder image with go and gcc, in one layer: vfs would copy each one below the next."""

    def all_of_it(layer: tarfile.TarFile) -> None:
        for fill in (bases.files({"etc/passwd": "root:x:0:0::/:/bin/sh\n"}), of_others, bases.go_tree, gcc_tree):
            fill(layer)

    settings = {"Env": ["PATH=/usr/local/go/bin:/usr/bin:/bin"]}
    layout = bases.make(tmp_path_factory.mktemp("builder") / "layout", all_of_it, **settings)
    return f"{registry}/rootless@{bases.push(layout, f'{registry}/rootless:1')}"


def test_c_with_either_store_and_nothing_stays_that_was_pruned(image: str) -> None:
    digests = {}
    for driver in ("overlay", "vfs"):
        with user(image, layered=driver == "vfs", cgo="static") as nobody:
            digests[driver] = json.loads(nobody.slimdeploy("build", "-o", "json")[0])["digest"]
            kept = next(nobody.room.rglob("ready.json"))
            assert json.loads(kept.read_text())["driver"] == driver
            nobody.slimdeploy("cache", "prune", "--all")
            assert {each.suffix for each in kept.parent.iterdir()} <= {"", ".lock"}
            assert [each.name for each in kept.parent.iterdir() if each.is_dir()] == []
            assert nobody.left() == []
    assert len(set(digests.values())) == 1


@pytest.mark.parametrize(("owner", "fill"), [("others", of_others), ("root", bases.files({"x": "x"}))])
def test_without_further_ids_the_way_out_is_said(
    registry: Registry, tmp_path: Path, owner: str, fill: bases.Filler
) -> None:
    name = f"{registry}/files-of-{owner}:1"
    bases.push(bases.make(tmp_path / "layout", fill), name)
    with user(name, ids=False) as nobody:
        err = nobody.slimdeploy("build", code=72)[1]
        assert "has no ids for the users of an image" in err
        assert "usermod --add-subuids 100000-165535" in err
        assert [each.name for each in (nobody.cache / "builders").glob("*/store")] == []


def test_killed_at_any_moment(image: str) -> None:
    """Each time from the pull on; what go compiled before is kept. Then it converges."""
    chance = random.Random(SEED)
    with user(image) as nobody:
        nobody.slimdeploy("build")
        started, wanted = time.monotonic(), ""
        for number in range(KILLS + 1):
            for each in (*nobody.cache.glob("builders/*/ready.json"), *nobody.cache.glob("projects/*/memory.json")):
                each.unlink()
            if not number:
                wanted, duration = nobody.slimdeploy("build")[0], time.monotonic() - started
                continue
            process = nobody.start("build")
            time.sleep(chance.uniform(0.3, duration))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            comes_true(lambda: not nobody.left())
            assert nobody.left() == [], f"SEED={SEED}, kill {number}"
        assert nobody.slimdeploy("build")[0] == wanted
        assert [each.name for each in (nobody.cache / "work").iterdir() if each.is_dir()] == []
