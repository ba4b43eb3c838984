"""image.max_size: what is a size, and what was meant."""

import pytest

from slimdeploy.config.capacity import size_bytes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("15MB", 15_000_000),
        ("7.5MB", 7_500_000),
        ("15 MB", 15_000_000),
        ("14MiB", 14 << 20),
        ("100kB", 100_000),
        ("1GB", 10**9),
    ],
)
def test_sizes(text, size):
    assert size_bytes(text) == size


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("15", 'needs a unit, did you mean "15MB"?'),
        ("15mb", 'unit "mb" is unknown, did you mean "15MB"?'),
        ("15M", 'unit "M" is unknown, did you mean "15MB"?'),
        ("15Mi", 'unit "Mi" is unknown, did you mean "15MiB"?'),
        ("200KB", 'unit "KB" is unknown, did you mean "200kB"?'),
        ("200ki", 'unit "ki" is unknown, did you mean "200KiB"?'),
        ("1TB", 'unit "TB" is unknown, kB, MB, GB, KiB, MiB or GiB, such as "15MB"'),
        ("1kB", '"1kB" is 1,000 bytes, expected from 100kB to 100GB'),
        ("101GB", '"101GB" is 101,000,000,000 bytes, expected from 100kB to 100GB'),
        ("-15MB", 'not a size, such as "15MB"'),
        ("1e3MB", 'not a size, such as "15MB"'),
        ("", 'not a size, such as "15MB"'),
        ("\u0661MB", 'not a size, such as "15MB"'),
    ],
)
def test_what_is_no_size(text, said):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the words are what is tested
        size_bytes(text)
    assert str(refused.value) == said


def test_its_place_in_the_file(problem):
    found = problem('[image]\nmax_size = "15"\n')
    assert (found.line, found.column, found.message) == (2, 12, "image.max_size: needs a unit")


def test_a_number_is_no_size(problem):
    found = problem("image.max_size = 15000000")
    assert found.message == "image.max_size: expected a string, got an integer"
    assert found.hint == 'such as "15MB"'
