"""Globs as .gitignore has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slimdeploy.build.globs import any_matches, fixed, matches

FITS = [
    ("a.css", "*.css"),
    ("a.css", "?.css"),
    ("a.css", "[a-c].css"),
    ("d.css", "[!a-c].css"),
    ("a/b/c.css", "a/**/*.css"),
    ("a/c.css", "a/**/*.css"),
    ("c.css", "**/*.css"),
    ("a/b/c", "a/**"),
    (".hidden", "*"),
    ("größe.css", "gr*e.css"),
    ("[", "["),
    ("a+b", "a+b"),
]
FAILS = [
    ("a/b.css", "*.css"),
    ("a.cssx", "*.css"),
    ("b/c.css", "a/**/*.css"),
    ("ab", "a?b"),
    ("d.css", "[a-c].css"),
    ("aXb", "a.b"),
    ("a/b", "a[/]b"),
    ("a\nb", "a?"),
]


@pytest.mark.parametrize(("path", "pattern"), FITS)
def test_what_fits(path: str, pattern: str) -> None:
    assert matches(path, pattern)


@pytest.mark.parametrize(("path", "pattern"), FAILS)
def test_what_does_not(path: str, pattern: str) -> None:
    assert not matches(path, pattern)


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("views", ("views", "")),
        ("a/b/*.css", ("a/b", "*.css")),
        ("a/**/x", ("a", "**/x")),
        ("*.html", ("", "*.html")),
    ],
)
def test_the_fixed_part(pattern: str, parts: tuple[str, str]) -> None:
    assert fixed(pattern) == parts


def test_a_pattern_without_a_slash_is_about_the_name() -> None:
    assert any_matches("a/b/c.tmp", ("*.tmp",))
    assert not any_matches("a/b/c.tmp", ("b/*.tmp", "a/*.tmp"))
    assert any_matches("a/b/c.tmp", ("a/b/*.tmp",))


@given(st.text(max_size=12), st.text("*?[]!-a/\\^.b", max_size=12))
def test_any_pattern_is_a_pattern(path: str, pattern: str) -> None:
    matches(path, pattern)


@given(st.text(st.characters(exclude_characters="*?["), max_size=12))
def test_without_wildcards_only_the_same_text_fits(text: str) -> None:
    assert matches(text, text)
    assert not matches(text + "x", text)
