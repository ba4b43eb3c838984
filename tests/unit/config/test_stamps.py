"""build.stamp: which variables, which words, and what never gets into a binary."""

from __future__ import annotations

import pytest

from slimdeploy.errors import PolicyRefused
from slimdeploy.plan.build import make_build_plan
from tests.unit.samples import config, facts

WRONG = [
    ('version = "{version}"', 11, 'build.stamp.version: expected package.variable, such as "main.version", in quotes'),
    ('"-X main.v" = "x"', 11, 'build.stamp."-X main.v": expected package.variable, such as "main.version"'),
    ('"main.v" = "{verson}"', 22, 'build.stamp."main.v": {verson} is unknown; did you mean "version"?, '),
    ('"main.v" = "{now}"', 22, 'build.stamp."main.v": {now} is unknown, {version}, {commit} and {date} are what can '),
    ('"main.v" = "{"', 22, 'build.stamp."main.v": a brace without its other half, '),
    ('"main.v" = "a -o /etc/x"', 22, 'build.stamp."main.v": "-o" is not allowed, '),
    ('"main.v" = "a\'b"', 22, 'build.stamp."main.v": character \' not allowed, '),
    ('"main.v" = 5', 22, 'build.stamp."main.v": expected a string, got an integer, '),
    ('"main.apiToken" = "x"', 11, 'build.stamp."main.apiToken": looks like a secret, a binary is not a secret store'),
]


@pytest.mark.parametrize(("written", "column", "said"), WRONG)
def test_what_is_refused(problem, written, column, said):
    found = problem(f"[build]\nstamp = {{ {written} }}\n")
    assert (found.line, found.column) == (2, column)
    assert f"{found.message}, {found.hint}".startswith(said)


def test_a_secret_is_not_shown(problem):
    token = "ghp_" + "a" * 30
    found = problem(f'[build]\nstamp = {{ "main.v" = "{token}" }}\n')
    assert "looks like a secret" in found.message
    assert token not in str(found)


def test_free_text_gets_an_example(problem):
    assert problem('build.stamp = "{version}"').hint == 'such as { "main.version" = "{version}" }'


def test_one_variable_is_set_once(problem):
    found = problem('[build]\nstamp = { "main.v" = "x" }\n[static]\nldflags = ["-s", "-X main.v=y"]\n')
    assert (found.line, found.column) == (4, 18)
    assert found.message == "static.ldflags[1]: main.v is set by build.stamp, too"


def test_words_become_flags() -> None:
    stamp = {"main.version": "v{version}", "example.com/x/info.Date": "{date} {commit}", "main.fixed": "1"}
    words = (("version", "1.2"), ("commit", "abc-dirty"), ("date", "2026-01-02T03:04:05Z"))
    plan = make_build_plan(config(build={"stamp": stamp}), facts(stamps=words)).compile
    assert plan.ldflags == (
        "-s",
        "-w",
        "-X example.com/x/info.Date=2026-01-02T03:04:05Z abc-dirty",
        "-X main.fixed=1",
        "-X main.version=v1.2",
    )


@pytest.mark.parametrize("tag", ['v1"x', "v1'x", "v1`x", "ghp_" + "a" * 30])
def test_a_tag_that_the_linker_would_misread(tag: str) -> None:
    words = (("version", tag), ("commit", ""), ("date", ""))
    with pytest.raises(PolicyRefused, match=r"main\.v cannot be stamped") as refused:
        make_build_plan(config(build={"stamp": {"main.v": "{version}"}}), facts(stamps=words))
    assert "rename that tag" in refused.value.hint
