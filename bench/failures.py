"""Writes docs/failures.md: each way to fail, let happen on the test cluster, and what a person then reads.

python bench/failures.py > docs/failures.md   (needs `make cluster-up`; takes half a minute)
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.cluster.cluster import attach  # noqa: E402 - the tests' own cluster, registry and scenarios
from tests.cluster.registry import running_registry  # noqa: E402
from tests.e2e.failures.running import Outcome, image_names, run_all  # noqa: E402
from tests.e2e.failures.scenarios import Scenario, scenarios  # noqa: E402

HEAD = """\
# What a failed rollout says
Each of these really happens in the tests (`tests/e2e/test_failures.py`), on a real Kubernetes; this page is written by
`bench/failures.py` from the same table. Seconds are from apply to the report, {together} at a time on {cores} cores.
What only the deadline can tell (never ready, no room on any node) is told at `deploy.timeout`, here 3 or 4 s; while it
waits, the live line says for what, and what lasts for 15 s is printed as a line of its own.

A program's end is reported when it has ended a second time: the kubelet starts it again at once, and the third start
would come 10 s later. Exit code 86 if the previous release was brought back, 87 if not. It is never brought back over
somebody else's doing (paused, deleted, superseded).

| what is wrong | seconds | exit code |
|--|--|--|
"""


def main() -> None:
    """Run all scenarios and print the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "registry").mkdir()
        with running_registry(folder / "registry") as registry, image_names(folder, registry.address) as images:
            found = run_all(scenarios(), attach(), images)
    outcomes = [found[each.name] for each in scenarios()]
    failed = [str(each) for each in outcomes if isinstance(each, BaseException)]
    if failed:
        sys.exit("\n".join(failed))
    print(page([each for each in outcomes if isinstance(each, Outcome)]), end="")


def page(outcomes: list[Outcome]) -> str:
    """The whole document."""
    import os

    from tests.e2e.failures.running import AT_ONCE

    rows = [
        f"| [{each.scenario.name}](#{anchor(each.scenario)}) | {each.seconds:.1f} | {each.error.code} |"
        for each in outcomes
    ]
    sections = [f"## {each.scenario.name}\n```\n{plain(each.printed)}```\n" for each in outcomes]
    head = HEAD.format(together=AT_ONCE, cores=os.cpu_count())
    return head + "\n".join(rows) + "\n\n" + "\n".join(sections)


def anchor(scenario: Scenario) -> str:
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w -]", "", scenario.name.lower()).replace(" ", "-")


def plain(printed: str) -> str:
    """Without what is different each time."""
    printed = re.sub(r"fails-[0-9a-f]{8}", "web", printed)
    printed = re.sub(r"breaks-[0-9a-f]{8,10}-[a-z0-9]{5}", "breaks-7d9f8c6b5-x2k4q", printed)
    printed = re.sub(r"127\.0\.0\.1:\d{5}/", "registry.example.com/", printed)
    return re.sub(r"from host 127\.0\.0\.1:\d{5}", "from host registry.example.com", printed)


if __name__ == "__main__":
    main()
