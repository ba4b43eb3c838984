"""Few cases that hold every pair of values of two factors: what differs by one factor, or by two, is found.

Greedy, as AETG: each case takes, factor by factor, the value that has most pairs left with those chosen before.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from random import Random
from typing import TypeVar

Value = TypeVar("Value", bound=Hashable)
Case = dict[str, Value]
Pair = frozenset[tuple[str, Value]]


def pairs_of(case: Mapping[str, Value]) -> Iterator[Pair[Value]]:
    """The pairs that one case holds."""
    yield from map(frozenset, combinations(case.items(), 2))


def all_pairs(factors: Mapping[str, Sequence[Value]]) -> set[Pair[Value]]:
    """Every pair of values of two factors."""
    return {
        frozenset(((one, left), (two, right)))
        for one, two in combinations(factors, 2)
        for left in factors[one]
        for right in factors[two]
    }


def covering(factors: Mapping[str, Sequence[Value]], count: int, seed: int = 1) -> list[Case[Value]]:
    """So many cases that hold all pairs; the last ones are filled up by chance. Raises ValueError if it takes more."""
    left, chance, cases = all_pairs(factors), Random(seed), list[Case[Value]]()
    while left:
        best = max((_case(factors, left, chance) for _ in range(50)), key=lambda case: len(left & set(pairs_of(case))))
        left -= set(pairs_of(best))
        cases.append(best)
    if len(cases) > count:
        raise ValueError(f"{len(cases)} cases are needed")
    cases += [{name: chance.choice(values) for name, values in factors.items()} for _ in range(count - len(cases))]
    return cases


def _case(factors: Mapping[str, Sequence[Value]], left: set[Pair[Value]], chance: Random) -> Case[Value]:
    case: Case[Value] = {}
    for name in chance.sample(list(factors), len(factors)):

        def gain(value: Value, name: str = name) -> tuple[int, float]:
            return sum(frozenset(((name, value), other)) in left for other in case.items()), chance.random()

        case[name] = max(factors[name], key=gain)
    return case
