"""Runs an image's program where it has nothing but what the image holds: chroot into its layers, as its user."""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.build import Image
from slimdeploy.build.layout import blob


def manifest(image: Image) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(blob(image.layout, image.digest).read_bytes())
    return found


def layers(image: Image) -> list[str]:
    """The layers' digests, the lowest first."""
    return [layer["digest"] for layer in manifest(image)["layers"]]


def image_config(image: Image) -> dict[str, Any]:
    content = blob(image.layout, manifest(image)["config"]["digest"]).read_bytes()
    found: dict[str, Any] = json.loads(content)["config"]
    return found


def unpack(image: Image, folder: Path) -> Path:
    """The root filesystem as a runtime makes it: a layer over the other."""
    folder.mkdir()
    folder.chmod(0o755)
    for digest in layers(image):
        with tarfile.open(blob(image.layout, digest)) as archive:
            archive.extractall(folder, filter="fully_trusted")
    return folder


def run(image: Image, folder: Path, *arguments: str, **environment: str) -> str:
    """What the program prints, run as the image's user in its working folder, with this environment only."""
    wanted = image_config(image)
    user, group = wanted["User"].split(":")
    place = ["--root", unpack(image, folder), "--wd", wanted.get("WorkingDir", "/")]
    done = subprocess.run(
        ["unshare", *place, "--setuid", user, "--setgid", group, *wanted["Entrypoint"], *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr
