"""`slimdeploy size` as typed, and its picture in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browser import ask
from tests.e2e.conftest import HELLO, Project, go_mod

# All that a picture promises, asked of the browser that has laid it out.
LAID_OUT = """
const svg = document.querySelector('svg'), scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
const leaves = [...svg.querySelectorAll('rect[data-size]')];
const boxes = leaves.map(each => each.getBBox());
let overlaps = 0;
boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (across > .05 && down > .05) overlaps++;
}));
const outside = [...svg.querySelectorAll('text')].filter(text => {
  const t = text.getBBox(), r = text.parentElement.querySelector('rect').getBBox();
  return t.x < r.x || t.y < r.y - .5 || t.x + t.width > r.x + r.width + .5 || t.y + t.height > r.y + r.height + 2;
}).map(text => text.textContent);
const beyond = boxes.filter(b => b.x < -.1 || b.y < -.1 || b.x + b.width > 1200.1 || b.y + b.height > 700.1).length;
const light = color => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map(v => v / 255)
  .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
const contrast = (a, b) => (Math.max(light(a), light(b)) + .05) / (Math.min(light(a), light(b)) + .05);
const contrasts = [...svg.querySelectorAll('text')].map(text =>
  contrast(getComputedStyle(text).fill, getComputedStyle(text.parentElement.querySelector('rect')).fill));
const tables = [...document.querySelectorAll('table')].map(table => table.rows.length);
return {
  sum: leaves.reduce((sum, each) => sum + Number(each.dataset.size), 0), leaves: leaves.length,
  overlaps, outside, beyond,
  texts: svg.querySelectorAll('text').length, tips: svg.querySelectorAll('g > title').length,
  groups: svg.querySelectorAll('g').length, contrast: Math.min(...contrasts), tables,
  ground: getComputedStyle(document.body).backgroundColor,
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  height: svg.getBoundingClientRect().height, scale, scripts: document.querySelectorAll('script').length - 1,
  label: svg.getAttribute('role') + ' ' + document.getElementById(svg.getAttribute('aria-labelledby')).textContent,
  names: [...svg.querySelectorAll('text')].map(text => text.textContent),
};
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """hello, in a project that tests only look at."""
    folder = tmp_path_factory.mktemp("size")
    project = Project(folder / "project", {"XDG_CACHE_HOME": str(folder / "cache"), "NO_COLOR": "1"})
    project.folder.mkdir()
    return project.write(go__mod=go_mod("hello"), main__go=HELLO)


@pytest.fixture(scope="module")
def page(measured: Project) -> tuple[dict[str, Any], Path]:
    """Its sizes as JSON, and the page."""
    file = measured.folder.with_name("size.html")
    result = measured.slimdeploy("size", "-o", "json", "--html", str(file))
    assert result.code == 0, result
    return result.json, file


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (400, False)])
def test_the_picture_in_a_browser(page: tuple[dict[str, Any], Path], width: int, dark: bool) -> None:
    size, file = page
    seen = ask(file, LAID_OUT, width, dark=dark)
    assert "error" not in seen, seen
    assert seen["sum"] == size["size"]
    assert (seen["overlaps"], seen["outside"], seen["beyond"]) == (0, [], 0)
    assert seen["leaves"] > 80
    assert seen["tips"] == seen["groups"]
    assert seen["texts"] > 40
    assert seen["contrast"] >= 4.5  # WCAG 2.2, AA
    assert seen["ground"] == ("rgb(20, 24, 29)" if dark else "rgb(255, 255, 255)")
    assert (seen["wide"], seen["scripts"]) == (0, 0)
    assert seen["height"] == pytest.approx(700 * seen["scale"], rel=0.01)
    assert re.match(r"img \d\.\d\d MB of localhost/hello@sha256:", seen["label"])
    assert {"Go's standard library", "crypto", "runtime", "net/http", "else in the program"} <= set(seen["names"])
    assert seen["tables"][0] == len(size["program"]["packages"]) + 1


def test_a_table_for_people_and_its_rows(measured: Project) -> None:
    result = measured.slimdeploy("size", "--top", "3")
    assert result.code == 0, result
    rows = result.stdout.splitlines()
    assert re.fullmatch(r"localhost/hello@sha256:[0-9a-f]{64}  linux/\w+", rows[0])
    assert re.fullmatch(r"\d\.\d\d MB in the image \([\d,]+ bytes\), \d\.\d\d MB compressed", rows[1])
    assert "runtime" in result.stdout
    assert re.search(r"\d+ more packages$", result.stdout, re.MULTILINE)
    everything = measured.slimdeploy("size", "--all", "-q")
    assert "more packages" not in everything.stdout
    assert everything.stdout.count("crypto/") > 20
    assert "unchanged" in measured.slimdeploy("size").stderr


def test_what_grew_since_what_runs(hello: Project, local_name: str, port: int) -> None:
    """Against the image that runs; its layout is here still. Then without our cache: out of podman's store."""
    hello.write(slim__toml=f'[app]\nname = "{local_name}"\nhealth = "/api/"\n')
    assert "nothing to compare with" in hello.slimdeploy("size", "--against", "running").stderr
    hello.up("--publish", str(port))
    try:
        hello.write(
            main__go=HELLO.replace('"os"', '"os"\n\t_ "embed"')
            .replace("func main()", "//go:embed big.txt\nvar big string\n\nfunc main()")
            .replace('"listening"', '"listening", len(big)')
        )
        hello.write(big__txt="x" * 300_000)
        running = hello.slimdeploy("size", "--against", "running", "-o", "json").json
        grown = running["size"] - running["against"]["size"]
        assert grown > 290_000, "sections are rounded"
        assert sum(each["change"] for each in running["changes"]) == grown
        hello.environment["XDG_CACHE_HOME"] += "-other"
        result = hello.slimdeploy("size", "--against", "running")
        assert result.code == 0, result
        assert re.search(
            r"^ *\+0\.3\d MB .* types, strings, constants, variables and embedded files$", result.stdout, re.M
        )
    finally:
        hello.slimdeploy("down")


def test_the_limit_names_what_grew_and_nothing_is_pushed(hello: Project) -> None:
    hello.write(slim__toml='image.max_size = "2MB"\n')
    result = hello.slimdeploy("build", "-o", "json")
    assert result.code == 82
    assert "image.max_size allows 2.00 MB" in result.stderr
    assert json.loads(result.stdout)["error"]["exit_code"] == 82
    assert hello.slimdeploy("size", "-q").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--top", "0"], 64, "--top"),
        (["--html", "main.go"], 64, "not from slimdeploy"),
        (["--html", "missing/x.html"], 64, "there is no folder missing"),
        (["--against", "last"], 64, "no other image of this project is kept here"),
        (["--against", "oci:nowhere"], 66, "next: an OCI layout is a folder with an index.json"),
        (["--against", "localhost/nope"], 66, "next: podman images lists"),
        (["--against", "Not/An:image:x"], 64, "--against Not/An:image:x: "),
        (["--against", "127.0.0.1:1/x:y"], 69, "127.0.0.1:1/x:y cannot be pulled"),
    ],
)
def test_what_cannot_be_done_is_said(measured: Project, arguments: list[str], code: int, said: str) -> None:
    result = measured.slimdeploy("size", *arguments)
    assert (result.code, said in result.stderr) == (code, True), result
