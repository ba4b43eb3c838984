"""A value that we know is nowhere in what a program said, in whatever form it was printed."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from slimdeploy.tools.hiding import Hidden

DSN = 'postgres://shop:hunter2!"@db/shop?sslmode=off'


@pytest.mark.parametrize(
    "printed",
    [
        DSN,
        json.dumps(DSN),
        base64.b64encode(DSN.encode()).decode(),
        base64.urlsafe_b64encode(DSN.encode()).decode().rstrip("="),
        quote(DSN, safe=""),
        'password "hunter2!"" is wrong',
    ],
)
def test_every_form_is_hidden(printed: str) -> None:
    assert "hunter2" in printed or "aHVudGVyMi" in printed or base64.b64encode(DSN.encode()).decode()[:20] in printed
    shown = Hidden([DSN])(f"panic: {printed}")
    assert shown.startswith("panic: ")
    assert "(secret)" in shown
    assert not any(each in shown for each in ("hunter2", "cG9zdGdyZXM"))


def test_a_value_of_several_lines_is_hidden_line_by_line() -> None:
    hidden = Hidden(["-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----\n"])
    assert hidden("line 2: MIIEvQIBADANBg.") == "line 2: (secret)."


def test_the_longer_one_goes_first_and_short_ones_stay() -> None:
    assert Hidden(["abcd", "abcdef", "1", "secret"])("abcdef 1 abcd secret") == "(secret) 1 (secret) (secret)"
    assert Hidden()("as it is") == "as it is"


def test_of_a_document_only_the_messages_are_touched() -> None:
    pod = {"metadata": {"name": "true-1"}, "status": {"conditions": [{"status": "true", "message": "it is true"}]}}
    shown = Hidden(["true"]).messages(pod)
    assert shown["status"]["conditions"] == [{"status": "true", "message": "it is (secret)"}]
    assert shown["metadata"] == pod["metadata"]
