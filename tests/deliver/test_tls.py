"""What is wrong with a registry's certificate is said in words, and nothing falls back to plain http by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.deploy_plan import RegistryPlan
from slimdeploy.deliver.registry import push
from slimdeploy.errors import Unreachable
from slimdeploy.tools.skopeo import Skopeo
from tests.deliver.images import silent
from tests.deliver.registries import registry_with_tls


@pytest.mark.parametrize(
    ("name", "years", "what", "hint"),
    [
        ("IP:127.0.0.1", "valid", "is signed by nobody that this machine trusts", "/etc/containers/certs.d/127.0.0.1:"),
        ("IP:127.0.0.1", "past", "expired at 2021-01-01T00:00:00Z", "this machine's clock says 2"),
        ("IP:127.0.0.1", "future", "is not valid before 2080-01-01T00:00:00Z", "check the clock"),
        ("IP:127.0.0.2", "valid", "is made out to another name: 127.0.0.2", "image.repository"),
        ("DNS:registry.example.com", "valid", "is not made out to that name or address", "subjectAltName"),
    ],
)
def test_a_certificate_that_is_not_good(
    tmp_path: Path, image: Image, *, name: str, years: str, what: str, hint: str
) -> None:
    with registry_with_tls(tmp_path, name=name, years=years) as address, pytest.raises(Unreachable) as failure:
        push(RegistryPlan(f"{address}/team/hello", "", insecure=False), image, Skopeo(), silent()[0])
    assert what in failure.value.what
    assert address in failure.value.what
    assert hint in failure.value.hint


def test_insecure_gives_up_the_check(tmp_path: Path, image: Image) -> None:
    with registry_with_tls(tmp_path, name="IP:127.0.0.1", years="valid") as address:
        plan = RegistryPlan(f"{address}/team/hello", "", insecure=True)
        assert push(plan, image, Skopeo(insecure=True), silent()[0]).uploaded
