"""Geometry and text of the pictures, as far as no browser is needed (tests/e2e/test_pages.py has one)."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slimdeploy.artifacts.ladder import Ladder, Rung
from slimdeploy.artifacts.sizes import OtherFile
from slimdeploy.errors import SlimdeployError, UsageError
from slimdeploy.ui import ladder, page
from slimdeploy.ui.columns import bar, columns
from slimdeploy.ui.size_page import size_page
from slimdeploy.ui.size_picture import fitting, picture, tree
from slimdeploy.ui.treemap import Box, squarify
from tests.unit.test_sizes import BEFORE, NOW, image


def test_the_example_of_the_paper():
    boxes = squarify([6, 6, 4, 3, 2, 2, 1], Box(0, 0, 6, 4))
    assert [round(each.width * each.height, 6) for each in boxes] == [6, 6, 4, 3, 2, 2, 1]
    assert (boxes[0], boxes[1]) == (Box(0, 0, 3, 2), Box(0, 2, 3, 2))


sizes = st.lists(st.integers(1, 10**9), min_size=1, max_size=40).map(lambda each: sorted(each, reverse=True))


@settings(max_examples=60, deadline=None, database=None)
@given(sizes, st.integers(1, 2000), st.integers(1, 2000))
def test_rectangles_fill_the_box_and_do_not_overlap(values, width, height):
    boxes = squarify(values, Box(10, 20, width, height))
    scale = width * height / sum(values)
    for value, box in zip(values, boxes, strict=True):
        assert box.width * box.height == pytest.approx(value * scale, rel=1e-6, abs=1e-6)
        assert box.x >= 10 - 1e-6
        assert box.y >= 20 - 1e-6
        assert box.x + box.width <= 10 + width + 1e-6
        assert box.y + box.height <= 20 + height + 1e-6
    for one, other in combinations(boxes, 2):
        across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
        down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
        assert min(across, down) <= 1e-6 * max(width, height)


@pytest.mark.parametrize("values", [[], [0], [0, 0], [5, 0]])
def test_nothing_has_no_area(values):
    boxes = squarify(values, Box(0, 0, 10, 10))
    assert [each.width * each.height for each in boxes] == [100.0 if value else 0.0 for value in values]


@pytest.mark.parametrize(
    ("text", "letters", "shown"),
    [
        ("net/http", 8, "net/http"),
        ("net/http", 7, "…/http"),
        ("net/http", 5, "http"),
        ("net/http", 3, ""),
        ("encoding", 6, "encod…"),
        ("/etc/ssl/certs/ca.crt", 10, "…/ca.crt"),
        ("a", 0, ""),
    ],
)
def test_labels_that_fit(text, letters, shown):
    assert fitting(text, letters) == shown
    assert len(fitting(text, letters)) <= letters


def test_the_picture_holds_every_byte():
    drawn = picture(NOW)
    assert sum(map(int, re.findall(r'data-size="(\d+)"', drawn))) == NOW.size
    assert sum(node.size for node in tree(NOW)) == NOW.size


def test_the_page_needs_nothing_else_and_is_safe():
    evil = OtherFile('/<script>alert("x")</script>', 10, "<b>&")
    text = size_page(image(NOW.program, evil), BEFORE, ())
    assert "<script" not in text
    assert not re.search(r"(src|href)=|url\(|@import|https?://", text)
    assert text.startswith("<!DOCTYPE html>")
    assert 'lang="en"' in text


def test_a_page_of_somebody_else_is_not_overwritten(tmp_path: Path):
    foreign, ours = tmp_path / "index.html", tmp_path / "size.html"
    foreign.write_text("<html>mine</html>")
    inside = page.write(page.check(ours), size_page(NOW), str(tmp_path))
    outside = page.write(page.check(ours), size_page(BEFORE), str(tmp_path / "project"))
    assert [f"wrote {ours}" in each.text for each in (inside, outside)] == [True, True]
    assert ["go again" in each.text for each in (inside, outside)] == [True, False]
    with pytest.raises(UsageError, match="not from slimdeploy"):
        page.check(foreign)
    assert foreign.read_text() == "<html>mine</html>"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["index.html", "size.html"]


@pytest.mark.parametrize("name", ["missing/size.html", "."])
def test_where_no_page_can_be(tmp_path: Path, name: str):
    with pytest.raises(SlimdeployError):
        page.check(tmp_path / name)


def test_bars_are_exact_to_an_eighth():
    assert [bar(value, 8, 1) for value in (0, 0.01, 1, 4, 8)] == ["", "▏", "▏", "▌", "█"]
    assert bar(3, 4, 2) == "█▌"
    assert bar(1, 0, 5) == ""


def test_columns_are_aligned_and_steer_no_terminal():
    assert columns(("N", "NAME"), [("1", "a\x1b[31m"), ("100", "b")], left=(1,)) == [
        "  N  NAME",
        "  1  a\\x1b[31m",
        "100  b",
    ]


LADDER = Ladder(
    "app",
    "through a registry",
    (
        Rung("full", "golang:1", "", note="golang:1 cannot be pulled: no such host"),
        Rung("builder", "alpine:3", "", 13_000_000, 6_000_000, 0.5, 1.0, 0.25),
        Rung(
            "scratch", "", "", 6_000_000, 2_600_000, 0.1, 0.5, None, "the program ended with exit code 1: no database"
        ),
    ),
)


def test_the_ladder_says_what_is_missing_and_why():
    text = ladder.text(LADDER)
    assert "full (golang:1): skipped: golang:1 cannot be pulled" in text
    assert "scratch: the program ended with exit code 1" in text
    assert re.search(r"builder +alpine:3 +13\.00 MB +█+ +6\.00 MB +0\.50 s +1\.00 s +0\.25 s +1\.25 s", text)
    assert re.search(r"scratch +scratch +6\.00 MB +█+. +2\.60 MB +0\.10 s +0\.50 s +- +-", text)
    html = ladder.ladder_page(LADDER)
    assert "2.2 times" in html
    assert "golang:1 cannot be pulled" in html
    assert [each["skipped"] for each in ladder.document(LADDER)["rungs"]] == [True, False, False]


def test_a_ladder_of_which_nothing_can_be_had():
    nothing = Ladder("app", "x", (LADDER.rungs[0],))
    assert "skipped" in ladder.text(nothing)
    assert "Not measured" in ladder.ladder_page(nothing)
