"""The next step, by what is seen: Kubernetes' words, and the program's own, translated for an image that holds only
the program. Pure. The first rule that fits is taken, so what says more stands first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from slimdeploy.deploy.rollout.advice_rules import CLUSTER, LISTENS, LOG, REFUSED, Rule
from slimdeploy.records import frozen

LAST = "slimdeploy logs shows more"
WORDS = {
    "limit": "its limit",
    "node": "the node",
    "port": "app.port",
    "wanted": ": build.platforms has to name that one (kubectl get nodes -o wide, or ask who runs the cluster)",
}
"""For what is not known: who may not read nodes does not know their architecture."""


@frozen
class Clues:
    """What is known about a failure. `facts` fill the {names} in an advice: port, path, limit, node, arch ..."""

    cause: str
    states: Sequence[str] = ()
    log: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


def advise(clues: Clues) -> str:
    """What to do next."""
    cluster, log = "\n".join((clues.cause, *clues.states)), "\n".join(clues.log)
    arch, facts = clues.facts.get("arch"), clues.facts
    if arch:
        facts = {**facts, "wanted": f', which is {arch}: build.platforms = ["linux/{arch}"]'}
    return (
        _first(CLUSTER, cluster, facts)
        or _first(LOG, log, facts)
        or (_where_it_listens(log, facts) if REFUSED.search(cluster) else "")
        or LAST
    )


def advice(cause: str, states: Sequence[str], log: Sequence[str]) -> str:
    """The same, without facts."""
    return advise(Clues(cause, states, log))


def _first(rules: Sequence[Rule], text: str, facts: Mapping[str, str]) -> str:
    for pattern, advice in rules:
        if found := pattern.search(text):
            return advice.format_map(_Known({**facts, **found.groupdict()}))
    return ""


def _where_it_listens(log: str, facts: Mapping[str, str]) -> str:
    """Nothing answers on the pod's address: what the program says about its own."""
    port = facts.get("port", "app.port")
    found = LISTENS.findall(log)
    if facts.get("loopback") or any(host or six for host, six, _ in found):
        sure = "it answers on its own 127.0.0.1 only" if facts.get("loopback") else "its log names a loopback address"
        return f'{sure}, where nobody else can reach it: listen on ":{port}", on all addresses'
    others = [number for *_, number in found if number != port]
    if others:
        return f"its log names port {others[-1]}, app.port is {port}: let it listen on PORT, or change app.port"
    return f"does it listen on port {port} (PORT), and on all addresses? slimdeploy logs shows what it does instead"


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return WORDS.get(key, key)
