"""Durations and quantities, which the command line and the plans read too."""

import pytest

from slimdeploy.config.rules import cpu_millis, memory_bytes, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5m", 300), ("90s", 90), ("1h30m", 5400), ("1.5h", 5400), ("1500ms", 1.5), ("1m0.5s", 60.5), ("24h", 86400)],
)
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "m",
        "-5m",
        "+5m",
        "5 m",
        "5m ",
        "1m1h",
        "1m1m",
        "1h60m",
        "inf",
        "nan",
        "1e3s",
        "\u0665m",
        "0s",
        "999ms",
        "25h",
    ],
)
def test_what_is_no_duration(text):
    with pytest.raises(ValueError, match=r"duration|needs a unit|expected from"):
        parse_duration(text)


def test_the_words_for_the_command_line():
    with pytest.raises(ValueError, match=r'^needs a unit, such as "5m" or "1h30m"$'):
        parse_duration("5")


@pytest.mark.parametrize(
    ("text", "millis"), [("100m", 100), ("1", 1000), ("1.5", 1500), (".5", 500), ("1k", 1_000_000), ("1e1", 10_000)]
)
def test_cpu(text, millis):
    assert cpu_millis(text) == millis


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("64Mi", 67_108_864),
        ("64M", 64_000_000),
        ("1Gi", 1 << 30),
        ("0.5Gi", 1 << 29),
        ("1e9", 10**9),
        ("67108864", 1 << 26),
    ],
)
def test_memory(text, size):
    assert memory_bytes(text) == size


@pytest.mark.parametrize(
    "text", ["", "Mi", "64mi", "64 Mi", "64MiB", "1e99", "0x40Mi", "64Mi\n", "\u0666Mi", "1" * 5000, "1.1111111111Ki"]
)
@pytest.mark.parametrize("measure", [cpu_millis, memory_bytes])
def test_what_is_no_quantity(measure, text):
    with pytest.raises(ValueError, match=r"quantity|unit|bytes|cores|1m"):
        measure(text)
