"""Names to packages to modules, what grew, layers that hide files: the pure half of `slimdeploy size`."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from slimdeploy.artifacts.plan import Platform
from slimdeploy.artifacts.sizes import ImageSize, OtherFile, PackageSize, ProgramSize, Rest
from slimdeploy.build import function_table
from slimdeploy.build.growth import ALL_DATA, growth, unnamed
from slimdeploy.build.image_size import measure
from slimdeploy.build.layout import Layout, read_layout
from slimdeploy.build.packages import BuildInfo, build_info, package_of
from slimdeploy.build.program_size import CONSTANTS, FUNCTION_TABLE, VARIABLES
from slimdeploy.state import sizes
from slimdeploy.ui import size_table

NAMES = {
    "main.main": "main",
    "net/http.(*conn).serve": "net/http",
    "net/http.(*conn).serve.func1": "net/http",
    "gopkg.in/yaml%2ev3.Marshal": "gopkg.in/yaml.v3",
    "example.com/a.b/c.F": "example.com/a.b/c",
    "slices.SortFunc[go.shape.[]example.com/x/y.T,go.shape.struct { A/b.C }]": "slices",
    "sync/atomic.(*Pointer[go.shape.struct { net/http.a }]).Load": "sync/atomic",
    "type:.eq.net/http.cookie": "net/http",
    "type:.hash.[2]example.com/x.T": "example.com/x",
    "vendor/golang.org/x/net/idna.(*Profile).process": "vendor/golang.org/x/net/idna",
    "go:buildid": "",
    "go.shape.struct { encoding/json.v reflect.Value }.Lock": "",
    "type:*": "",
    "struct { io.Reader }.Read": "",
    "_rt0_amd64_linux": "",
    "memeqbody": "",
    "": "",
    ".": "",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_package_in_a_name(name):
    assert package_of(name) == NAMES[name]


INFO = BuildInfo("go1.26", "example.com/app/cmd/app", "example.com/app", ("example.com/app/sub", "golang.org/x/net"))


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("main", "example.com/app"),
        ("example.com/app/store", "example.com/app"),
        ("example.com/app/sub/x", "example.com/app/sub"),
        ("example.com/apple", "std"),
        ("golang.org/x/net/http2", "golang.org/x/net"),
        ("vendor/golang.org/x/net/idna", "std"),
        ("net/http", "std"),
    ],
)
def test_the_module_of_a_package(package, module):
    assert INFO.module_of(package) == module


def varint(text: bytes) -> bytes:
    return bytes([len(text) & 127 | 128, len(text) >> 7]) + text


def test_what_a_binary_says_of_its_modules():
    lines = (
        "path\texample.com/app\nmod\texample.com/app\t(devel)\t\ndep\tgolang.org/x/net\tv0.1.0\th1:x\nbuild\t-ldflags=x"
    )
    framed = b"0" * 16 + lines.encode() + b"1" * 16
    section = b"\xff Go buildinf:" + b"\x08\x02" + bytes(16) + varint(b"go1.26.8") + varint(framed)
    assert build_info(section) == BuildInfo("go1.26.8", "example.com/app", "example.com/app", ("golang.org/x/net",))


@pytest.mark.parametrize("section", [b"", b"\xff Go buildinf:\x08\x02", b"\xff Go buildinf:\x08\x00" + bytes(40)])
def test_what_is_no_build_information(section):
    assert build_info(section).module == ""


@pytest.mark.parametrize("table", [b"", bytes(200), b"\xf1\xff\xff\xff\0\0\1\x08" + b"\xff" * 200])
def test_what_is_no_function_table(table):
    assert function_table.read(table, "<", package_of) is None


def program(*packages: PackageSize, rest: tuple[Rest, ...] = (), named: bool = True) -> ProgramSize:
    size = sum(each.size for each in packages) + sum(each.size for each in rest)
    return ProgramSize("/app", size, "go1.26.8", packages, rest, (), named)


def image(made: ProgramSize | None, *files: OtherFile) -> ImageSize:
    size = (made.size if made else 0) + sum(each.size for each in files)
    digest = "sha256:" + hashlib.sha256(repr((made, files)).encode()).hexdigest()
    layers = (("sha256:" + "1" * 64, 100),)
    return ImageSize("localhost/app@" + digest, digest, Platform("linux", "amd64"), made, files, size, layers)


BEFORE = image(
    program(PackageSize("net/http", "std", 50, 40, 3), PackageSize("old", "example.com/old", 7, 0)),
    OtherFile("/etc/a", 5, "asked"),
)
NOW = image(
    program(PackageSize("net/http", "std", 60, 40, 3), PackageSize("new", "example.com/new", 900, 90, 10)),
    OtherFile("/etc/a", 4, "asked"),
)


def test_what_grew_comes_first_and_adds_up():
    changes = growth(BEFORE, NOW)
    assert [(each.name, each.change) for each in changes] == [
        ("new", 1000),
        ("net/http", 10),
        ("/etc/a", -1),
        ("old", -7),
    ]
    assert sum(each.change for each in changes) == NOW.size - BEFORE.size


def test_without_names_data_is_one_row_and_nothing_is_lost():
    rest = (Rest(CONSTANTS, 11), Rest(VARIABLES, 22), Rest(FUNCTION_TABLE, 33))
    size = image(program(PackageSize("a", "std", 1, 2, 3), rest=rest))
    plain = unnamed(size).program
    assert plain is not None
    assert plain.packages == (PackageSize("a", "std", 1, 2, 0),)
    assert {each.name: each.size for each in plain.rest} == {ALL_DATA: 36, FUNCTION_TABLE: 33}
    assert growth(unnamed(size), unnamed(size)) == ()


def test_sizes_are_kept_by_digest(tmp_path):
    sizes.keep(tmp_path, NOW)
    assert sizes.recall(tmp_path, NOW.digest) == NOW
    assert sizes.recall(tmp_path, BEFORE.digest) is None
    next(tmp_path.glob("*.json")).write_text("{")
    assert sizes.recall(tmp_path, NOW.digest) is None


def test_only_the_newest_sizes_are_kept(tmp_path):
    for number in range(sizes.KEPT + 3):
        sizes.keep(tmp_path, replace(NOW, digest=f"sha256:{number:064x}"))
    assert len(list(tmp_path.iterdir())) == sizes.KEPT


def test_the_text_says_all_of_it_in_few_rows():
    text = size_table.text(NOW, 1)
    assert "Go's standard library" in size_table.text(NOW, None)
    assert "1 more packages" in text
    assert "1.0 kB" in text
    assert "/etc/a  asked" in text


def test_changes_as_text():
    text = size_table.changes_text(BEFORE, NOW, growth(BEFORE, NOW), 2)
    assert [line.split()[0] for line in text.splitlines() if line.lstrip().startswith(("+", "-"))] == [
        "+1.0",
        "+0",
        "+1.0",
        "+10",
        "-8",
    ]
    assert "no part of it grew" in size_table.changes_text(NOW, NOW, (), 2)


def layer(folder: Path, files: Mapping[str, bytes | str | None]) -> dict[str, object]:
    """A layer as a blob: bytes are a file, a string is where a link leads, None is a folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            if content is None:
                member.type = tarfile.DIRTYPE
            elif isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
            else:
                member.size = len(content)
            archive.addfile(member, io.BytesIO(content) if isinstance(content, bytes) else None)
    return blob(folder, packed.getvalue())


def blob(folder: Path, content: bytes) -> dict[str, object]:
    digest = hashlib.sha256(content).hexdigest()
    (folder / "blobs/sha256").mkdir(parents=True, exist_ok=True)
    (folder / "blobs/sha256" / digest).write_bytes(content)
    return {"digest": f"sha256:{digest}", "size": len(content)}


def layout(folder: Path, config: dict[str, object], *layers: Mapping[str, bytes | str | None]) -> Layout:
    described = {"os": "linux", "architecture": "arm", "variant": "v7", "config": config}
    manifest = {
        "config": blob(folder, json.dumps(described).encode()),
        "layers": [layer(folder, files) for files in layers],
    }
    (folder / "index.json").write_text(json.dumps({"manifests": [blob(folder, json.dumps(manifest).encode())]}))
    found = read_layout(folder)
    assert found is not None
    return found


def test_all_layers_count_as_docker_counts_them(tmp_path):
    made = layout(
        tmp_path,
        {"Entrypoint": ["/app"]},
        {"etc": None, "etc/a": b"12345", "etc/gone": b"123", "tmp/x": b"1", "tmp/y": b"22", "var/z": b"1"},
        {"etc/a": b"1234567", "etc/.wh.gone": b"", "tmp/.wh..wh..opq": b"", "tmp/new": b"4444", ".wh.var": b""},
    )
    size = measure(made, "x", why={"/etc/a": "because"})
    assert {each.path: each.size for each in size.files} == {
        "/etc/a": 7,
        "/tmp/new": 4,
        "(replaced or deleted by a later layer)": 12,
    }
    assert (size.size, size.platform, size.program) == (23, Platform("linux", "arm", "v7"), None)
    assert size.files[0].why or size.files[1].why == "because"
    assert size.compressed_size == sum(bytes_ for _, bytes_ in made.layers)


@pytest.mark.parametrize("config", [{}, {"Cmd": ["app"]}, {"Entrypoint": ["/bin/app"]}, {"Entrypoint": ["/loop"]}])
def test_a_program_that_cannot_be_read_is_a_file(tmp_path, config):
    made = layout(
        tmp_path, config, {"usr/bin/app": b"#!/bin/sh", "bin": "usr/bin", "loop": "loop", "app": "bin/../bin/app"}
    )
    size = measure(made, "x", why={})
    assert (size.program, [each.path for each in size.files]) == (None, ["/usr/bin/app"])
