"""pytest fixtures: a real cluster, a real registry, a namespace of its own.

The cluster starts with the first test that needs it (about 4 s) and ends with the test run. One that was started by
`python -m tests.cluster up` is used instead, and stays. With `-n` all processes share one (tests/conftest.py). The
registry is always this process's own.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.cluster.binary import BuildError
from tests.cluster.cluster import Cluster, attach
from tests.cluster.lock import HeldError
from tests.cluster.registry import Registry, running_registry
from tests.cluster.start import SHARED, StartError, cluster_for_tests


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry on loopback, plain http; the cluster pulls from it."""
    with running_registry(tmp_path_factory.mktemp("registry")) as started:
        yield started


@pytest.fixture(scope="session")
def cluster(registry: Registry) -> Iterator[Cluster]:
    """A real Kubernetes; without root and without sudo this fails, it never skips."""
    if SHARED in os.environ:
        yield replace(attach(), registry=registry.address)
        return
    try:
        with cluster_for_tests(registry.address) as started:
            yield started
    except (StartError, BuildError, HeldError) as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A new namespace in which Pod Security `restricted` is enforced."""
    name = cluster.namespace(f"test-{secrets.token_hex(4)}")
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")
