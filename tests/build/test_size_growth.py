"""What grew: since the last build, since what runs, since an image that fitted; of each platform, on a base."""

from __future__ import annotations

from pathlib import Path

import pytest

from slimdeploy.config.model import Config
from slimdeploy.errors import ImageFailed, UnreadableFile, UsageError
from slimdeploy.tools.go import host
from tests.build import bases
from tests.build.conftest import Workshop
from tests.build.measured import LARGER, measured, module, write
from tests.cluster.registry import Registry

SEVERAL = ("linux/amd64", "linux/arm64")


def test_what_grew_since_the_last_build(workshop: Workshop, tmp_path: Path) -> None:
    project = tmp_path / "grows"
    write(project, module("grows"))
    with pytest.raises(UsageError, match="no other image"):
        measured(project, workshop, "last")
    write(project, {"main.go": LARGER})
    found = measured(project, workshop, "last")
    assert found.before is not None
    assert sum(each.change for each in found.changes) == found.now.size - found.before.size > 500_000
    added = {each.name for each in found.changes if not each.before}
    assert {"encoding/json", "reflect", "strconv"} <= added


@pytest.mark.parametrize(
    ("against", "error", "said"),
    [
        ("running", UsageError, "is not deployed"),
        ("oci:/nowhere", UnreadableFile, "no image oci:/nowhere"),
        ("localhost/nothing-of-this-name", UnreadableFile, "no image localhost/nothing-of-this-name"),
    ],
)
def test_nothing_to_compare_with(
    workshop: Workshop, tmp_path: Path, *, against: str, error: type[Exception], said: str
) -> None:
    write(tmp_path / "p", module("alone"))
    with pytest.raises(error, match=said):
        measured(tmp_path / "p", workshop, against)


def limit_of(size: str, **image: str) -> Config:
    return Config.model_validate({"image": {"max_size": size, **image}})


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_an_image_that_grew_too_large_fails_with_what_grew(form: str, workshop: Workshop, tmp_path: Path) -> None:
    project, limited = tmp_path / "limited", lambda size: limit_of(size, compression=form)
    write(project, module("limited"))
    with pytest.raises(ImageFailed) as first:
        workshop.build(project, limited("500kB"))
    assert first.value.details[0].startswith("none that fitted is known")
    assert any(line.endswith("MB  runtime") for line in first.value.details)
    assert any(line.endswith("kB  internal/cpu") for line in first.value.details)

    small = workshop.build(project, limited("1.5MB")).image
    write(project, {"main.go": LARGER})
    for _ in range(2):  # built, and as it is remembered
        with pytest.raises(
            ImageFailed, match=r"the image for linux/\w+ has [\d.]+ MB, and image.max_size allows 1.50 MB"
        ) as failed:
            workshop.build(project, limited("1.5MB"))
        assert small.digest[:19] in failed.value.details[0]
        assert any(line.endswith("  reflect (new)") for line in failed.value.details)
        assert failed.value.code == 82
    assert measured(project, workshop, config=limited("1.5MB")).now.size > 1_500_000  # size itself is never refused
    assert workshop.build(project, limited("20MB")).image.size > 1_500_000


def on_a_base(image: str, *platforms: str, limit: str = "20MB") -> Config:
    build = {"strategy": "base", "base_image": image, "platforms": list(platforms)}
    return Config.model_validate({"build": build, "image": {"max_size": limit}})


@pytest.fixture
def base(registry: Registry, tmp_path: Path) -> str:
    """One for two platforms, with files of other sizes in zstd and gzip: 100 kB more on arm64."""
    folders = [tmp_path / each.partition("/")[2] for each in SEVERAL]
    for number, folder in enumerate(folders):
        content = bases.files({"data": "x" * (300_000 + number * 100_000)})
        made = bases.make(tmp_path / f"{folder.name}-gzip", content, architecture=folder.name)
        made.rename(folder) if number else bases.in_zstd(made, folder)
    return f"{registry}/sized@{bases.push_index(folders, f'{registry}/sized')}"


def test_of_several_platforms_each_on_a_base(workshop: Workshop, tmp_path: Path, base: str) -> None:
    """The base's files count; the other platforms are listed; what grew is of the same platform, also by --platform."""
    project = tmp_path / "several"
    write(project, module("several"))
    wanted = on_a_base(base, *SEVERAL)
    before = workshop.build(project, wanted).image
    write(project, {"main.go": LARGER})
    here, there = (
        f"linux/{each}" for each in (host().architecture, {"amd64": "arm64"}.get(host().architecture, "amd64"))
    )
    for number, (config, platform) in enumerate([(wanted, here), (on_a_base(base, there), there)]):
        found = measured(project, workshop, "last", config)
        assert found.before is not None
        was = next(each for each in before.variants if str(each.platform) == platform)
        assert (str(found.now.platform), found.before.digest, found.before.size) == (platform, was.digest, was.size)
        assert sum(each.change for each in found.changes) == found.now.size - was.size > 500_000
        assert {file.path: file.size for file in found.now.files} == {
            "/data": 300_000 + SEVERAL.index(platform) * 100_000
        }
        assert [str(each.platform) for each in found.others] == ([there] if not number else [])
    again = measured(project, workshop, f"localhost/several@{before.digest}", wanted)  # an index that is kept here
    assert again.before is not None
    assert again.before.digest in {each.digest for each in before.variants}


def test_each_platform_has_to_fit(workshop: Workshop, tmp_path: Path, base: str) -> None:
    """arm64's base is larger, so that one alone does not fit."""
    project = tmp_path / "fits"
    write(project, module("fits"))
    sizes = [each.size for each in workshop.build(project, on_a_base(base, *SEVERAL)).image.variants]
    limit = f"{(max(sizes) + min(sizes)) // 2000}kB"
    larger = SEVERAL[sizes.index(max(sizes))]
    with pytest.raises(ImageFailed, match=f"the image for {larger} has "):
        workshop.build(project, on_a_base(base, *SEVERAL, limit=limit))
