"""skopeo asks a real registry."""

from __future__ import annotations

import pytest

from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.skopeo import Skopeo
from tests.cluster.registry import Registry


@pytest.mark.parametrize("name", ["nobody/nothing:latest", "nobody/nothing@sha256:" + "0" * 64])
def test_an_image_that_is_not_there_has_no_digest(registry: Registry, name: str) -> None:
    assert Skopeo(insecure=True).digest(f"{registry}/{name}") is None


def test_a_registry_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ToolFailed) as failure:
        Skopeo(insecure=True).digest("127.0.0.1:1/x:latest")
    assert "connection refused" in failure.value.text


def test_plain_http_has_to_be_allowed(registry: Registry) -> None:
    with pytest.raises(ToolFailed) as failure:
        Skopeo().digest(f"{registry}/x:latest")
    assert "HTTP response to HTTPS" in failure.value.text
