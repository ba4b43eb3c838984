"""`python -m tests.cluster up | down | status`: a cluster that stays until `down`, for test runs too."""

from __future__ import annotations

import sys
import time

from tests.cluster.binary import BuildError
from tests.cluster.lock import HeldError, holder
from tests.cluster.start import StartError, down, running_by_hand, up


def main(arguments: list[str]) -> str:
    verbs = {"up": _up, "down": _down, "status": _status}
    if len(arguments) != 1 or arguments[0] not in verbs:
        sys.exit("usage: python -m tests.cluster up|down|status")
    try:
        return verbs[arguments[0]]()
    except (StartError, BuildError, HeldError) as error:
        sys.exit(f"tests.cluster: {error}")


def _up() -> str:
    began = time.monotonic()
    up()
    return f"# ready after {time.monotonic() - began:.1f} s\n{_status()}"


def _down() -> str:
    began = time.monotonic()
    done = down()
    return f"{done} ({time.monotonic() - began:.1f} s)"


def _status() -> str:
    cluster = running_by_hand()
    if cluster:
        return "\n".join(
            [
                f"export KUBECONFIG={cluster.kubeconfig}",
                f"# context: {cluster.context}",
                f"# registry, plain http: {cluster.registry}",
                f"# kubectl: {cluster.binary} kubectl",
                f"# images on the node: ctr --address {cluster.containerd} --namespace k8s.io images list",
            ]
        )
    pid = holder()
    return "no cluster is running" if pid is None else str(HeldError(pid))


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1:])}\n")
