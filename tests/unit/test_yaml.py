"""Manifests as YAML: every parser must read back exactly what was written."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from slimdeploy.artifacts.deploy import Manifests
from slimdeploy.manifests.render import render, to_yaml
from tests.unit.samples import IMAGE, workload

MISREAD = [
    "1e3", "1E3", "0o17", "017", "0x1F", "0b1", "1_000", "1.", ".5", "-1", "+1", "12:30:45", "1:1", "190:20:30.15",
    "y", "Y", "n", "yes", "No", "on", "OFF", "true", "False", "null", "Null", "~", "", " ", ".inf", "-.INF", ".nan",
    "2026-01-02", "2026-01-02T03:04:05Z", "=", "<<", "-", "- a", "?", ": ", "a: b", "a #b", "#", "&a", "*a", "!t", "%",
    "@", "`", "'", '"', "\\", "\\n", "{}", "[]", "|", ">", "---", "...", "a\nb", "a\n", "\n", "\na", "a\r\nb", "\t",
    " a", "a ", "a\u0085b", "\u2028", "\u2029", "\ufeff", "\u00a0", "\x00", "\x1b[31m",
    "\x7f", "\x9b", "größe", "\U0001f680",
    "$(PORT)", "a" * 500, "word " * 200,
]  # fmt: skip
STRINGS = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | STRINGS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4),
    max_leaves=12,
)


def written(value: Any) -> str:
    return to_yaml(Manifests(({"value": value},)))


def value_scalars(text: str) -> list[yaml.ScalarNode]:
    """Every scalar that stands as a value, as the parser met it."""
    found: list[yaml.ScalarNode] = []

    def walk(node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            for _, value in node.value:
                walk(value)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                walk(item)
        elif isinstance(node, yaml.ScalarNode):
            found.append(node)

    for document in yaml.compose_all(text, yaml.SafeLoader):
        walk(document)
    return found


def assert_quoted(text: str) -> None:
    for scalar in value_scalars(text):
        if scalar.tag == "tag:yaml.org,2002:str":
            assert scalar.style == '"', f"{scalar.value!r} stands without quotes"


@pytest.mark.parametrize("text", MISREAD)
def test_what_looks_like_something_else_stays_a_string(text: str) -> None:
    for value in (text, [text], {text: text}):
        assert yaml.safe_load(written(value)) == {"value": value}
        assert_quoted(written(value))


@given(VALUES)
def test_everything_comes_back(value: Any) -> None:
    text = written(value)
    assert yaml.safe_load(text) == {"value": value}
    assert_quoted(text)
    assert text.isascii()


@given(STRINGS)
def test_keys_that_look_like_something_else_are_quoted(key: str) -> None:
    node = yaml.compose(written({key: 1}), yaml.SafeLoader)
    ((_, inner),) = node.value
    ((found, _),) = inner.value
    assert (found.tag, found.value) == ("tag:yaml.org,2002:str", key)


@pytest.mark.parametrize(
    "key", ["1e3", "0o17", "1_000", "y", "N", "no", "ON", "true", "null", "~", "", ".inf", "a: b", "größe"]
)
def test_keys_that_some_parser_would_misread_are_quoted(key: str) -> None:
    ((_, inner),) = yaml.compose(written({key: 1}), yaml.SafeLoader).value
    assert inner.value[0][0].style == '"'


def test_several_objects_are_several_documents() -> None:
    manifests = render(workload(), "web", IMAGE)
    assert list(yaml.safe_load_all(to_yaml(manifests))) == list(manifests.objects)


def test_nothing_is_shortened_to_an_alias() -> None:
    text = to_yaml(render(workload(), "web", IMAGE))
    tokens = {type(token) for token in yaml.scan(text)}
    assert not tokens & {yaml.AliasToken, yaml.AnchorToken, yaml.TagToken}
