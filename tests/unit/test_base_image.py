"""What is in a base image, layer over layer, and where its links lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Base
from slimdeploy.artifacts.plan import Pinned
from slimdeploy.build.held import resolve
from slimdeploy.build.layout import Layout, read_layout
from slimdeploy.build.listing import list_layers, read_listing
from slimdeploy.config.pulled import parse
from slimdeploy.errors import ImageFailed
from tests.build.bases import files, make


def layout(folder: Path, *contents: dict[str, str]) -> Layout:
    found = read_layout(make(folder / "layout", *(files(each) for each in contents)))
    assert found is not None
    return found


def test_layers_hide_what_is_below(tmp_path: Path) -> None:
    below = {"a/1": "x", "a/2": "xx", "b/1": "x", "etc/passwd": "old"}
    above = {"a/.wh.1": "", "b/.wh..wh..opq": "", "b/2": "xxx", "etc/passwd": "new", "c": "-> /a"}
    listing = list_layers(layout(tmp_path, below, above))
    assert listing.paths == {"/a/2": "", "/b/2": "", "/etc/passwd": "", "/c": "/a"}
    assert (listing.size, listing.passwd) == (8, "new")


def test_it_is_read_once(tmp_path: Path) -> None:
    found, kept = layout(tmp_path, {"a": "x"}), tmp_path / "kept.json"
    listing = read_listing(found, kept, lambda same: same)
    (tmp_path / "layout/index.json").unlink()
    assert read_listing(found, kept, lambda same: same) == listing
    kept.write_text("{")
    assert read_listing(found, kept, lambda same: same) == listing


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/lib/x", "/usr/lib/x"),
        ("/etc/ssl/certs/x", "/etc/pki/tls/certs/x"),
        ("/a/b", "/usr/lib/b"),
        ("/opt/x", "/opt/x"),
        ("/up/x", "/x"),
    ],
)
def test_where_links_lead(path: str, place: str) -> None:
    links = {"/lib": "usr/lib", "/etc/ssl/certs": "../pki/tls/certs", "/a": "/lib", "/up": "../.."}
    assert resolve(Base(Pinned("x", ""), Path(), 0, links), path) == place


def test_links_in_a_circle() -> None:
    with pytest.raises(ImageFailed, match="in a circle"):
        resolve(Base(Pinned("x", ""), Path(), 0, {"/a": "b", "/b": "a"}), "/a/x")


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("golang", "docker.io/library/golang:latest"),
        ("golang:1.26", "docker.io/library/golang:1.26"),
        ("team/x", "docker.io/team/x:latest"),
        ("gcr.io/distroless/static", "gcr.io/distroless/static:latest"),
        ("localhost:5000/x:v1", "localhost:5000/x:v1"),
        (f"debian@sha256:{'0' * 64}", f"docker.io/library/debian@sha256:{'0' * 64}"),
        (f"debian:12@sha256:{'0' * 64}", f"docker.io/library/debian:12@sha256:{'0' * 64}"),
    ],
)
def test_full_names(text: str, full: str) -> None:
    assert str(parse(text)) == full


def test_the_exact_name_has_no_tag() -> None:
    assert Pinned("localhost:5000/x:v1", "sha256:1").exact == "localhost:5000/x@sha256:1"
    assert Pinned("localhost:5000/x@sha256:1", "sha256:1").exact == "localhost:5000/x@sha256:1"
