"""What slimdeploy adds to `go build`, beside go alone and a shell script of go and buildah.

One line changed, nothing changed; with --cold also empty caches (once: minutes). Medians in seconds and ratios to
`go build`, all from one run, since machines differ: python bench/build.py [ROUNDS] [--cold]
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.cluster.registry import running_registry  # noqa: E402 - the tests' own registry

BUILD = """set -e
CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o out/hello .
c=$(buildah from scratch)
buildah copy -q "$c" out/hello /hello >/dev/null
buildah config --user 65532 --entrypoint '["/hello"]' "$c"
buildah commit -q --rm "$c" "$REPOSITORY" >/dev/null 2>&1
"""
PUSH = """buildah push -q --tls-verify=false "$REPOSITORY" "docker://$REPOSITORY" >/dev/null 2>&1
"""
GO = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", "out/hello", "."]


class Contest:
    """One way to do it, in a copy of examples/hello of its own."""

    def __init__(self, name: str, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.name = name
        self.command = command
        self.folder = folder / name.replace(" ", "-")
        self.environment = os.environ | environment | {"CGO_ENABLED": "0"}
        self.cold = {name: str(folder / "cold" / self.folder.name / name) for name in ("GOCACHE", "XDG_CACHE_HOME")}
        shutil.copytree(ROOT / "examples/hello", self.folder)
        (self.folder / "slim.toml").write_text(f'image.repository = "{environment["REPOSITORY"]}"\n')

    def seconds(self, **over: str) -> float:
        """Wall time of one run."""
        started = time.perf_counter()
        subprocess.run(self.command, cwd=self.folder, env=self.environment | over, check=True, capture_output=True)
        seconds = time.perf_counter() - started
        if self.name.startswith("script"):  # its image is in the user's own store
            subprocess.run(["buildah", "rmi", self.environment["REPOSITORY"]], check=True, capture_output=True)
        return seconds

    def edit(self, number: int) -> None:
        """Change one line of the program."""
        main = self.folder / "main.go"
        before, _, after = main.read_text().partition("Hello")
        main.write_text(f"{before}Hello{number}{after.lstrip('0123456789')}")
        time.sleep(0.1)


def measure(contests: list[Contest], rounds: int, change: Callable[[Contest, int], None]) -> dict[str, float]:
    """Medians by name; the contests take turns, so that a slow moment hits all."""
    times: dict[str, list[float]] = {contest.name: [] for contest in contests}
    for number in range(rounds):
        for contest in contests:
            change(contest, number)
            times[contest.name].append(contest.seconds())
    return {name: statistics.median(found) for name, found in times.items()}


def main(rounds: int, *, cold: bool) -> None:
    """Run all cases and print one table."""
    with tempfile.TemporaryDirectory() as name, running_registry(Path(name)) as registry:
        folder = Path(name)
        cache = {
            "XDG_CACHE_HOME": str(folder / "cache"),
            "GOCACHE": subprocess.check_output(["go", "env", "GOCACHE"], text=True).strip(),
        }
        slimdeploy = [str(Path(sys.executable).with_name("slimdeploy"))]
        ways = {
            "go build": GO,
            "slimdeploy build": [*slimdeploy, "build"],
            "script": ["sh", "-c", BUILD],
            "slimdeploy push": [*slimdeploy, "push"],
            "script with push": ["sh", "-c", BUILD + PUSH],
        }
        contests = [
            Contest(name, command, folder, cache | {"REPOSITORY": f"{registry.address}/{number}"})
            for number, (name, command) in enumerate(ways.items())
        ]
        empty = {contest.name: contest.seconds(**contest.cold) for contest in contests} if cold else {}
        for contest in contests:
            contest.seconds()
        changed = measure(contests, rounds, lambda contest, number: contest.edit(number + 100))
        unchanged = measure(contests, rounds, lambda *_: None)
    cases = {"one line changed": changed, "nothing changed": unchanged} | ({"cold, once": empty} if cold else {})
    print(f"{'median of ' + str(rounds):<18}" + "".join(f"  {name:>20}" for name in cases))
    for contest in contests:
        cells = [
            f"{case[contest.name]:8.2f} s  x{case[contest.name] / case['go build']:6.2f}" for case in cases.values()
        ]
        print(f"{contest.name:<18}" + "".join(f"  {cell:>20}" for cell in cells))


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    main(numbers[0] if numbers else 5, cold="--cold" in sys.argv)
