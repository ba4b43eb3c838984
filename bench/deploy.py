"""From an edit to ready pods, beside a script of go, buildah, `kubectl apply` and `kubectl rollout status`.

On the tests' Kubernetes, with the manifests that slimdeploy itself renders: nothing changed, one line changed until the
new pods are ready, and a program that crashes until that is told (kubectl gets 30 s). Medians in seconds, and the
script's as a multiple of slimdeploy's, from one run: python bench/deploy.py [ROUNDS]
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.cluster.cluster import Cluster  # noqa: E402 - the tests' own cluster and registry
from tests.cluster.registry import running_registry  # noqa: E402
from tests.cluster.start import cluster_for_tests  # noqa: E402

SCRIPT = """set -e
CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o out/hello .
c=$(buildah from scratch)
buildah copy -q "$c" out/hello /hello >/dev/null
buildah config --user 65532 --entrypoint '["/hello"]' "$c"
buildah commit -q --rm --timestamp 0 "$c" "$REPOSITORY" >/dev/null 2>&1
buildah push -q --tls-verify=false --digestfile out/digest "$REPOSITORY" "docker://$REPOSITORY" >/dev/null 2>&1
sed "s|image: .*|image: \\"$REPOSITORY@$(cat out/digest)\\"|" rendered.yaml | "$KUBE" kubectl apply -f - >/dev/null
"$KUBE" kubectl rollout status deployment/hello --namespace "$NAMESPACE" --timeout=30s >/dev/null
"""
CRASH = 'import "os"\n\nfunc init() { println("fatal: DB_URL is not set"); os.Exit(3) }\n'


@dataclass(frozen=True)
class Contest:
    """One way to deploy, in a copy of examples/hello and a namespace of its own."""

    name: str
    command: list[str]
    folder: Path
    environment: dict[str, str]

    def seconds(self, *, well: bool = True) -> float:
        """Wall time of one run, which has to end well, or not."""
        started = time.perf_counter()
        done = subprocess.run(self.command, cwd=self.folder, env=self.environment, capture_output=True, check=False)
        seconds = time.perf_counter() - started
        if (done.returncode == 0) is not well:
            sys.exit(f"{self.name} ended with {done.returncode}:\n{done.stdout.decode()}{done.stderr.decode()}")
        return seconds

    def edit(self, number: int) -> None:
        """Change one line of the program."""
        main = self.folder / "main.go"
        main.write_text(re.sub("Hello[0-9]*", f"Hello{number}", main.read_text()))
        time.sleep(0.1)

    def breaks(self, number: int) -> None:
        """The program crashes from now on, each time in another way."""
        text = CRASH.replace("Exit(3)", f"Exit({number + 3})")
        (self.folder / "crash.go").write_text(f"package main\n\n{text}")
        time.sleep(0.1)


def hide_what_users_lack(folder: Path) -> Path:
    """The kubernetes client imports kubernetes_validate, which only our tests install, if it is there: 0.05 s."""
    place = folder / "hidden"
    place.mkdir(exist_ok=True)
    (place / "kubernetes_validate.py").write_text('raise ImportError("only the tests have it")\n')
    return place


def contest(name: str, folder: Path, cluster: Cluster) -> Contest:
    """A project, its namespace, and its environment."""
    namespace = cluster.namespace(f"bench-{secrets.token_hex(4)}")
    repository = f"{cluster.registry}/{namespace}/hello"
    place = folder / name
    shutil.copytree(ROOT / "examples/hello", place)
    (place / "slim.toml").write_text(
        f'[app]\nname = "hello"\nhealth = "/api/"\n[image]\nrepository = "{repository}"\n'
        f'[cluster]\ncontext = "{cluster.context}"\nnamespace = "{namespace}"\n'
    )
    gocache = subprocess.check_output(["go", "env", "GOCACHE"], text=True).strip()
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache"), "GOCACHE": gocache}
    environment |= {"KUBECONFIG": str(cluster.kubeconfig), "KUBE": str(cluster.binary)}
    environment |= {"REPOSITORY": repository, "NAMESPACE": namespace, "PYTHONPATH": str(hide_what_users_lack(folder))}
    slimdeploy = str(Path(sys.executable).with_name("slimdeploy"))
    rendered = subprocess.check_output([slimdeploy, "render", "-q"], cwd=place, env=environment)
    (place / "rendered.yaml").write_bytes(rendered)
    command = [slimdeploy, "up"] if name == "slimdeploy" else ["sh", "-c", SCRIPT]
    return Contest(name, command, place, environment)


def measure(contests: list[Contest], rounds: int) -> dict[str, dict[str, float]]:
    """Medians by case and name; the contests take turns, so that a slow moment hits all."""
    for each in contests:
        each.seconds()
    found: dict[str, dict[str, list[float]]] = {}
    for number in range(rounds):
        for each in contests:
            times = {"nothing changed": each.seconds()}
            each.edit(number + 100)
            times["one line changed, to ready"] = each.seconds()
            each.breaks(number)
            times["crashes, until it is told"] = each.seconds(well=False)
            (each.folder / "crash.go").unlink()
            each.seconds()
            for case, seconds in times.items():
                found.setdefault(case, {}).setdefault(each.name, []).append(seconds)
    return {
        case: {name: statistics.median(seconds) for name, seconds in by_name.items()} for case, by_name in found.items()
    }


def main(rounds: int) -> None:
    """Run all cases and print one table."""
    with (
        tempfile.TemporaryDirectory() as name,
        running_registry(Path(name)) as registry,
        cluster_for_tests(registry.address) as cluster,
    ):
        contests = [contest(each, Path(name), cluster) for each in ("slimdeploy", "script")]
        found = measure(contests, rounds)
        for each in contests:
            cluster.kubectl("delete", "namespace", each.environment["NAMESPACE"], "--wait=false")
    print(f"{'median of ' + str(rounds):<28}  slimdeploy      script")
    for case, times in found.items():
        ours, theirs = times["slimdeploy"], times["script"]
        print(f"{case:<28}  {ours:8.2f} s  {theirs:8.2f} s  x {theirs / ours:5.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
