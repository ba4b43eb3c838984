"""containerd's configuration, the pods' network, and the pause image.

The network has no masquerading to the outside: pods reach the node, the Services and each other, and CNI leaves no
iptables rule behind. The pause image is written here as an archive (one layer, one file): no tool has to be asked.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from pathlib import Path

from tests.cluster.layout import CONTAINERD_SOCKET, PAUSE_IMAGE, POD_BRIDGE, POD_NETWORK, STATE, Settings

CONFIG = STATE / "containerd.toml"
NETWORK = STATE / "cni" / "10-pods.conflist"
# Stays empty: containerd asks a registry on loopback by plain http unless a hosts.toml in here says otherwise.
REGISTRIES = STATE / "certs.d"
PAUSE_ARCHIVE = STATE / "pause.tar"
PLUGIN_FOLDERS = ("/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni")  # Debian, upstream, Fedora
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
TEMPLATE = """\
version = 2
root = "{state}/containerd"
state = "{state}/containerd-run"
[grpc]
  address = "{socket}"
  uid = {owner}
  gid = {owner}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  disable_apparmor = {no_apparmor}
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "{plugins}"
  conf_dir = "{network}"
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "overlayfs"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false
  Root = "{state}/runc"
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "{registries}"
"""


def config_files(settings: Settings) -> dict[Path, str]:
    return {CONFIG: _config(settings.owner), NETWORK: json.dumps(_network())}


def command_line() -> list[str]:
    return ["containerd", "--config", str(CONFIG)]


def import_pause(binary: Path) -> None:
    PAUSE_ARCHIVE.write_bytes(image_archive("pause", binary.read_bytes(), PAUSE_IMAGE))
    ctr("images", "import", str(PAUSE_ARCHIVE))


def ctr(*arguments: str) -> str:
    command = ["ctr", "--address", str(CONTAINERD_SOCKET), "--namespace", "k8s.io", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _config(owner: int) -> str:
    return TEMPLATE.format(
        state=STATE,
        socket=CONTAINERD_SOCKET,
        owner=owner,
        pause=PAUSE_IMAGE,
        plugins=next((folder for folder in PLUGIN_FOLDERS if Path(folder, "bridge").exists()), PLUGIN_FOLDERS[0]),
        network=NETWORK.parent,
        registries=REGISTRIES,
        no_apparmor=str(not Path("/sys/module/apparmor").exists()).lower(),
    )


def _network() -> dict[str, object]:
    addresses = {"type": "host-local", "ranges": [[{"subnet": POD_NETWORK}]], "dataDir": str(STATE / "addresses")}
    bridge = {"type": "bridge", "bridge": POD_BRIDGE, "isDefaultGateway": True, "hairpinMode": True, "ipam": addresses}
    return {"cniVersion": "0.4.0", "name": "slimdeploy-test", "plugins": [bridge]}


def image_archive(program: str, binary: bytes, reference: str) -> bytes:
    """What `docker save` would write for an image with nothing but one program in it."""
    layer = tar({program: binary})
    config = {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {"Entrypoint": [f"/{program}"], "User": "65535:65535"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [reference], "Layers": ["layer.tar"]}]
    documents = {"config.json": config, "manifest.json": manifest}
    return tar({"layer.tar": layer, **{name: json.dumps(value).encode() for name, value in documents.items()}})


def tar(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()
