"""Each way in which a release fails really happens on the cluster, and a person is told what, why and what to do.

All scenarios run once, a few at a time: alone they would take two minutes, of which most is waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.registry import Registry
from tests.e2e.failures.running import Outcome, image_names, run_all
from tests.e2e.failures.scenarios import Scenario, scenarios

BUSY_MACHINE = 4.0
"""Time-outs of the table are for a quiet machine; docs/failures.md has what was measured on one."""
MOST_LINES = 25


@pytest.fixture(scope="module")
def outcomes(
    cluster: Cluster, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Outcome | BaseException]]:
    """What became of each scenario."""
    with image_names(tmp_path_factory.mktemp("failures"), registry.address) as names:
        patient = tuple(replace(each, timeout=each.timeout * BUSY_MACHINE) for each in scenarios())
        yield run_all(patient, cluster, names)


@pytest.fixture
def outcome(outcomes: dict[str, Outcome | BaseException], scenario: Scenario) -> Outcome:
    found = outcomes[scenario.name]
    if isinstance(found, BaseException):
        raise found
    return found


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda each: each.name.replace(" ", "-"))
def test_failure_is_explained(scenario: Scenario, outcome: Outcome) -> None:
    error, printed = outcome.error, outcome.printed
    assert error.kind == scenario.kind, printed
    assert scenario.says in error.what, printed
    assert [words for words in scenario.shows if words not in "\n".join(error.details)] == [], printed
    assert [words for words in scenario.hides if words in printed] == [], printed
    assert scenario.advises in error.hint, printed
    assert error.ours is scenario.ours, "whether going back would be right"
    assert (error.code, printed.count("\n") <= MOST_LINES) == (87, True), printed
    waited_it_out = outcome.seconds > outcome.scenario.timeout / 2
    assert waited_it_out is (scenario.kind == "Timeout"), printed


def test_while_it_waits_it_says_for_what(outcomes: dict[str, Outcome | BaseException]) -> None:
    waits = outcomes["wrong path"]
    assert isinstance(waits, Outcome)
    assert any(line.endswith("Running, not ready: /health answers 404") for line in waits.waiting), waits.waiting
    unscheduled = outcomes["too large"]
    assert isinstance(unscheduled, Outcome)
    assert any("Insufficient cpu" in line for line in unscheduled.waiting), unscheduled.waiting
