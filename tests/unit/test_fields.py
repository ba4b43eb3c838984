"""What is said about fields that differ: by name, and never a secret."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slimdeploy.artifacts.deploy import FieldChange
from slimdeploy.deploy.comparing.fields import CHANGED, HIDDEN, discreet, field_changes


def named(*items: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in items]


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        (named(("A", "1")), named(("B", "2"), ("A", "1")), [FieldChange("x[B]", None, {"name": "B", "value": "2"})]),
        (named(("A", "1"), ("B", "2")), named(("A", "1")), [FieldChange("x[B]", {"name": "B", "value": "2"}, None)]),
        (
            named(("A", "1"), ("B", "2")),
            named(("B", "3"), ("A", "1")),
            [FieldChange("x[B].value", "2", "3"), FieldChange("x (order)", ["A", "B"], ["B", "A"])],
        ),
        (
            [{"port": 80, "protocol": "TCP"}, {"port": 80, "protocol": "UDP", "x": 1}],
            [{"port": 80, "protocol": "TCP"}, {"port": 80, "protocol": "UDP", "x": 2}],
            [FieldChange("x[80/UDP].x", 1, 2)],
        ),
        (
            [{"name": "tmp", "mountPath": "/a"}, {"name": "tmp", "mountPath": "/b"}],
            [{"name": "tmp", "mountPath": "/b"}],
            [FieldChange("x[/a]", {"name": "tmp", "mountPath": "/a"}, None)],
        ),
        (["a", "b"], ["b"], [FieldChange("x", ["a", "b"], ["b"])]),
        (
            [{"name": "a"}, {"name": "a"}],
            [{"name": "a"}, {"name": "b"}],
            [FieldChange("x[1].name", "a", "b")],
        ),
        ([], named(("A", "1")), [FieldChange("x[A]", None, {"name": "A", "value": "1"})]),
    ],
)
def test_items_of_a_list_have_names(old: Any, new: Any, changes: list[FieldChange]) -> None:
    assert list(field_changes(old, new, "x")) == changes


PASSWORD = "hunter2-correct-horse"
ENV = "spec.template.spec.containers[hello].env"


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("Secret", FieldChange("data", None, {"DB_URL": PASSWORD})),
        ("Secret", FieldChange("data.DB_URL", "other", PASSWORD)),
        ("Secret", FieldChange("stringData.DB_URL", PASSWORD, None)),
        (
            "Secret",
            FieldChange("metadata.annotations", {"kubectl.kubernetes.io/last-applied-configuration": PASSWORD}, None),
        ),
        ("Deployment", FieldChange(f"{ENV}[DB_PASSWORD].value", PASSWORD, "other")),
        ("Deployment", FieldChange(f"{ENV}[DB_PASSWORD]", {"name": "DB_PASSWORD", "value": PASSWORD}, None)),
        ("Deployment", FieldChange("spec", None, {"env": [{"name": "API_TOKEN", "value": PASSWORD}]})),
        ("Deployment", FieldChange(f"{ENV}[URL].value", f"https://me:{PASSWORD}@example.com", "x")),
        ("ConfigMap", FieldChange("data.x", "ghp_" + "a" * 30 + PASSWORD, None)),
    ],
)
def test_a_secret_is_not_in_what_is_shown(kind: str, change: FieldChange) -> None:
    assert PASSWORD not in repr(discreet(kind, change))


def test_a_secret_that_changes_is_seen_to_change() -> None:
    assert discreet("Secret", FieldChange("data.A", "x", "y")) == FieldChange("data.A", HIDDEN, CHANGED)
    assert discreet("Secret", FieldChange("data.A", None, "y")) == FieldChange("data.A", None, HIDDEN)


@pytest.mark.parametrize(
    "change",
    [
        FieldChange("data.x", "a", "b"),
        FieldChange(f"{ENV}[GREETING].value", "a", "b"),
        FieldChange("spec.replicas", 1, None),
        FieldChange("spec.x", ["a", {"b": 1}], []),
    ],
)
def test_everything_else_is_shown_as_it_is(change: FieldChange) -> None:
    assert discreet("ConfigMap", change) == change


VALUES = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "value", "port", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_nothing_differs_unnoticed(old: Any, new: Any) -> None:
    assert bool(list(field_changes({"x": old}, {"x": new}))) == (old != new)
