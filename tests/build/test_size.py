"""Where the bytes are, of real programs: sums are exact, and go's own tools agree."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from slimdeploy.artifacts.release import Order
from slimdeploy.artifacts.sizes import ProgramSize
from slimdeploy.build import program_size
from slimdeploy.build.packages import package_of
from slimdeploy.config.model import Config
from slimdeploy.config.reader import load
from slimdeploy.errors import ImageFailed, UnreadableFile, UsageError
from slimdeploy.measuring import Measured, size
from slimdeploy.plan.deploy import Overrides
from slimdeploy.workbench import Request
from tests.build.conftest import Workshop, binary_of, variables

ROOT = Path(__file__).parents[2]
ASSETS = {"assets/a.bin": 200_000, "assets/b.bin": 100_000, "page.html": 50_000, "inner/text.txt": 30_000}
MAIN = """package main

import (
	"embed"
	"fmt"
	"net/http"

	"example.com/sized/inner"
)

//go:embed assets
var assets embed.FS

//go:embed page.html
var page []byte

func main() {
	a, _ := assets.ReadFile("assets/a.bin")
	b, _ := assets.ReadFile("assets/b.bin")
	fmt.Println(len(a)+len(b)+len(page)+len(inner.Text), inner.Table[7])
	fmt.Println(http.Get("http://127.0.0.1:1"))
}
"""
INNER = """package inner

import _ "embed"

//go:embed text.txt
var Text string

var Table = [...]int{7: 1, 2000: 2}
"""


@pytest.fixture(scope="module")
def sized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program with embedded files, in all the ways that there are."""
    folder = tmp_path_factory.mktemp("sized")
    write(folder, {"go.mod": "module example.com/sized\n\ngo 1.21\n", "main.go": MAIN, "inner/inner.go": INNER})
    for name, length in ASSETS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(os.urandom(length))
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def measured(project: Path, workshop: Workshop, against: str = "", config: Config | None = None) -> Measured:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in variables(workshop.cache).items():
            environment.setenv(name, value)
        request = Request(project, config or Config(), Overrides(), Order(lock_wait=60))
        return size(request, lambda _: None, against)


def total(program: ProgramSize) -> int:
    return sum(each.size for each in program.packages) + sum(each.size for each in program.rest)


@pytest.fixture(scope="module")
def now(sized: Path, shared: Workshop) -> Measured:
    return measured(sized, shared)


def test_every_byte_is_somebodys(now: Measured, sized: Path, shared: Workshop) -> None:
    image, built = now.now, shared.build(sized).image
    program = image.program
    assert program is not None
    assert program.size == binary_of(built).stat().st_size
    assert total(program) == program.size
    assert program.size + sum(each.size for each in image.files) == image.size == built.size
    assert image.compressed_size == built.compressed_size
    assert [each.path for each in image.files] == ["/etc/ssl/certs/ca-certificates.crt"]
    assert "is linked in" in image.files[0].why
    assert all(each.size > 0 for each in program.rest)


def test_embedded_files_are_found_by_name(now: Measured) -> None:
    program = now.now.program
    assert program is not None
    assert program.named
    assert {each.path: each.size for each in program.embedded if each.package.startswith("example.com")} == {
        "assets/a.bin": 200_000,
        "assets/b.bin": 100_000,
        "inner.Text": 30_000,
    }
    packages = {each.package: each for each in program.packages}
    assert packages["example.com/sized"].data >= 350_000
    assert packages["example.com/sized/inner"].data >= 30_000 + 8 * 2001
    assert packages["example.com/sized"].module == "example.com/sized"
    assert packages["net/http"].module == "std"
    assert sum(each.size for each in program.packages) / program.size > 0.8


def test_go_nm_agrees_about_code(sized: Path, now: Measured, tmp_path: Path) -> None:
    """The symbols of the same program: code by package, but for padding, which the function table gives to somebody."""
    twin = tmp_path / "twin"
    flags = ["-trimpath", "-buildvcs=false", "-ldflags=-w", "-o", str(twin)]
    subprocess.run(["go", "build", *flags, "."], cwd=sized, env=os.environ | {"CGO_ENABLED": "0"}, check=True)
    lines = subprocess.run(["go", "tool", "nm", "-size", str(twin)], capture_output=True, text=True, check=True).stdout
    code, functions = Counter[str](), Counter[str]()
    for line in lines.splitlines():
        _, bytes_, kind, name = line.split(maxsplit=3)
        if kind in "Tt":
            code[package_of(name)] += int(bytes_)
            functions[package_of(name)] += 1
    program = now.now.program
    assert program is not None
    found = {each.package: each.code for each in program.packages if each.code}
    found["main"] = found.pop("example.com/sized")
    assert len(found) > 100
    assert {name for name, bytes_ in code.items() if bytes_} - {""} == set(found)
    for name, bytes_ in found.items():
        assert code[name] <= bytes_ <= code[name] + 64 * functions[name], name


def test_a_program_that_kept_its_symbols(sized: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    subprocess.run(["go", "build", "-o", str(whole), "."], cwd=sized, env=os.environ | {"CGO_ENABLED": "0"}, check=True)
    with whole.open("rb") as file:
        program = program_size.read(file, "/whole")
    assert program is not None
    assert program.named
    assert total(program) == whole.stat().st_size
    names = {each.name: each.size for each in program.rest}
    assert names[program_size.DEBUG] > 500_000
    assert names[program_size.SYMBOLS] > 100_000


@pytest.mark.parametrize("platform", ["linux/arm/v7", "linux/s390x"])
def test_other_word_sizes_and_byte_orders(platform: str, workshop: Workshop, tmp_path: Path) -> None:
    write(
        tmp_path / "p",
        {"go.mod": "module example.com/p\n\ngo 1.21\n", "main.go": 'package main\n\nfunc main() { println("x") }\n'},
    )
    config = Config.model_validate({"build": {"platforms": [platform]}})
    program = measured(tmp_path / "p", workshop, config=config).now.program
    assert program is not None
    assert total(program) == program.size
    assert program.named
    assert program.packages[0].package == "runtime"
    assert program.packages[0].code > 200_000


def test_another_image_is_measured_as_well(sized: Path, shared: Workshop, now: Measured, tmp_path: Path) -> None:
    """Its names of data are not known, so these are left out on both sides: nothing seems to have changed."""
    built = shared.build(sized).image
    elsewhere = Workshop(tmp_path / "cache")
    other = measured(sized, elsewhere, f"oci:{built.layout}")
    assert other.before is not None
    assert other.before.digest == built.digest == now.now.digest
    assert other.changes == ()


def test_what_grew_since_the_last_build(workshop: Workshop, tmp_path: Path) -> None:
    project = tmp_path / "grows"
    write(
        project,
        {
            "go.mod": "module example.com/grows\n\ngo 1.21\n",
            "main.go": 'package main\n\nfunc main() { println("x") }\n',
        },
    )
    with pytest.raises(UsageError, match="no other image"):
        measured(project, workshop, "last")
    write(project, {"main.go": 'package main\n\nimport "encoding/json"\n\nfunc main() { json.Marshal(1) }\n'})
    found = measured(project, workshop, "last")
    assert found.before is not None
    assert sum(each.change for each in found.changes) == found.now.size - found.before.size > 500_000
    added = {each.name for each in found.changes if not each.before}
    assert {"encoding/json", "reflect", "strconv"} <= added


@pytest.mark.parametrize(
    ("against", "error", "said"),
    [
        ("running", UsageError, "is not deployed"),
        ("oci:/nowhere", UnreadableFile, "no image oci:/nowhere"),
        ("localhost/nothing-of-this-name", UnreadableFile, "no image localhost/nothing-of-this-name"),
    ],
)
def test_nothing_to_compare_with(
    sized: Path, shared: Workshop, *, against: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        measured(sized, shared, against)


def limit_of(size: str, **image: str) -> Config:
    return Config.model_validate({"image": {"max_size": size, **image}})


PRINTS = 'package main\n\nfunc main() { println("x") }\n'


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_an_image_that_grew_too_large_fails_with_what_grew(form: str, workshop: Workshop, tmp_path: Path) -> None:
    project, limited = tmp_path / "limited", lambda size: limit_of(size, compression=form)
    write(project, {"go.mod": "module example.com/limited\n\ngo 1.21\n", "main.go": PRINTS})
    with pytest.raises(ImageFailed) as first:
        workshop.build(project, limited("500kB"))
    assert first.value.details[0].startswith("none that fitted is known")
    assert any(line.endswith("MB  runtime") for line in first.value.details)

    small = workshop.build(project, limited("1.5MB")).image
    write(project, {"main.go": 'package main\n\nimport "encoding/json"\n\nfunc main() { json.Marshal(1) }\n'})
    for _ in range(2):  # built, and as it is remembered
        with pytest.raises(
            ImageFailed, match=r"the image for linux/\w+ has [\d.]+ MB, and image.max_size allows 1.50 MB"
        ) as failed:
            workshop.build(project, limited("1.5MB"))
        assert small.digest[:19] in failed.value.details[0]
        assert any(line.endswith("  reflect (new)") for line in failed.value.details)
        assert failed.value.code == 82
    assert measured(project, workshop, config=limited("1.5MB")).now.size > 1_500_000  # size itself is never refused
    assert workshop.build(project, limited("20MB")).image.size > 1_500_000


def test_layers_in_zstd(workshop: Workshop, tmp_path: Path) -> None:
    project = tmp_path / "zstd"
    write(project, {"go.mod": "module example.com/zstd\n\ngo 1.21\n", "main.go": PRINTS})
    config = Config.model_validate({"image": {"compression": "zstd"}})
    found, built = measured(project, workshop, config=config).now, workshop.build(project, config).image
    assert found.program is not None
    assert total(found.program) == found.program.size
    assert (found.digest, found.compressed_size) == (built.digest, built.compressed_size)


@pytest.mark.parametrize("name", ["examples/hello", "bench/programs/assets"])
def test_what_an_image_adds_to_the_binary(name: str, shared: Workshop, tmp_path: Path) -> None:
    """The promise of docs/sizes.md, which bench/sizes.py holds for the dear ones, too: a quarter of a megabyte."""
    project = shutil.copytree(ROOT / name, tmp_path / "project")
    image = shared.build(project, load(project / "slim.toml")).image
    assert binary_of(image).stat().st_size == image.files[0].size
    assert image.size - image.files[0].size < 250_000
