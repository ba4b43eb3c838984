"""What the API server and etcd take of one object, known before anybody is asked.

A dry-run does not tell: it ends before etcd, which then refuses the real write ("etcdserver: request is too large",
1.37), with half of the set written. Files, secrets and annotations have limits of their own, checked where they are
read.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.errors import PolicyRefused

OBJECT = 1_400_000
"""Bytes. etcd's limit for a request is 1.5 MiB (--max-request-bytes). The server adds its note of whose each field is
(managedFields): 0.1 MB for as many variables as slim.toml may have.
"""
RECORD = 1_000_000
"""Bytes of a release in the history. The server's limit for a ConfigMap is 1 MiB (validation.go, MaxSecretSize)."""
HASHED = frozenset({"ConfigMap", "Secret"})
HINT = "put large values into files (app.config, image.files)"


class TooLarge(PolicyRefused):
    """Objects that could never be stored."""

    def __init__(self, what: str, size: int, most: int) -> None:
        self.why = f"{what} would have {size:,} bytes, at most {most:,}"
        super().__init__(self.why, hint=HINT)


def check(objects: Sequence[Manifest]) -> None:
    """Raises TooLarge."""
    kept = [each for each in objects if each["kind"] not in HASHED]
    for each in kept:
        name = f"{each['kind'].lower()}/{each['metadata']['name']}"
        if (size := len(_json(each))) > OBJECT:
            raise TooLarge(f"{name} in etcd", size, OBJECT)
    plain = _json(kept)
    if len(plain) > RECORD and (size := len(gzip.compress(plain))) > RECORD:
        raise TooLarge("a release in the history, packed,", size, RECORD)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
