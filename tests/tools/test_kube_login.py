"""Several threads read the kubeconfig at once, as `up` does: no key of it is left behind in temporary files."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

DATA = base64.b64encode(b"-----BEGIN CERTIFICATE-----\n").decode()
KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1", "certificate-authority-data": DATA}}],
    "users": [{"name": "u", "user": {"client-certificate-data": DATA, "client-key-data": DATA}}],
    "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
}
THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.tools.kube_login import settings_of

import kubernetes.config
together = Barrier(40)

def login(number):
    together.wait()
    return settings_of(ClusterTarget("c", "n", sys.argv[1])).ssl_ca_cert

sys.setswitchinterval(1e-6)
with ThreadPoolExecutor(40) as pool:
    print(len(set(pool.map(login, range(40)))))
"""


def test_threads_share_the_files(tmp_path: Path) -> None:
    kubeconfig, temporary = tmp_path / "config", tmp_path / "temporary"
    kubeconfig.write_text(json.dumps(KUBECONFIG))
    temporary.mkdir()
    for _ in range(8):
        done = subprocess.run(
            [sys.executable, "-c", THREADS, str(kubeconfig)],
            env=os.environ | {"TMPDIR": str(temporary)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "1\n", done.stderr
        assert list(temporary.iterdir()) == []
