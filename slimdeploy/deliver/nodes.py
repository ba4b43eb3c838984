"""Image -> Delivered, in the image store of a local cluster's nodes: no registry, the same digest.

The OCI layout goes there as one archive. Its index names the image repository@digest, in containerd's own annotation
(`ctr images import --digests` would call it import-DATE@digest), so a pod finds it without pulling.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
from pathlib import Path

from slimdeploy.artifacts.build import Delivered, Image
from slimdeploy.artifacts.deploy_plan import NodePlan
from slimdeploy.errors import IntegrityError, NotAllowed, PushFailed, SlimdeployError, Unreachable
from slimdeploy.tools import loaders
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.lines import LineSink

NAME = "io.containerd.image.name"


def load(plan: NodePlan, image: Image, folder: Path, on_line: LineSink) -> Delivered:
    """Make the nodes hold this digest. Raises Unreachable, NotAllowed, PushFailed, IntegrityError, ToolMissing."""
    reference, ours = f"{plan.repository}@{image.digest}", plan.kind == "containerd"
    try:
        if ours and loaders.held(reference) == image.digest:
            return Delivered(reference, image.digest, uploaded=False)
        archive = write_archive(image.layout, reference, folder / "image.tar")
        loaders.load(plan.kind, plan.cluster, archive, on_line)
        archive.unlink()
        if ours and (there := loaders.held(reference)) != image.digest:
            raise IntegrityError(
                f"containerd holds {there} under {reference}", hint="look at `ctr -n k8s.io images ls`"
            )
    except ToolFailed as failure:
        raise _explain(failure, plan) from None
    return Delivered(reference, image.digest, uploaded=True)


def write_archive(layout: Path, reference: str, file: Path) -> Path:
    """The layout as one file, in which the image is called `reference`."""
    index = json.loads((layout / "index.json").read_bytes())
    for manifest in index["manifests"]:
        manifest["annotations"] = {NAME: reference}
    with tarfile.open(file, "w") as archive:
        for path in sorted(each for each in layout.rglob("*") if each.is_file() and each.name != "index.json"):
            archive.add(path, path.relative_to(layout).as_posix())
        content = json.dumps(index).encode()
        member = tarfile.TarInfo("index.json")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file


def _explain(failure: ToolFailed, plan: NodePlan) -> SlimdeployError:
    details, where = failure.output[-1:], f"cluster {plan.cluster}" if plan.kind != "containerd" else "containerd"
    if re.search("permission denied", failure.text):
        return NotAllowed(f"{failure.tool} may not talk to {where}", details=details, hint="its socket belongs to root")
    if re.search("refused|no such file or directory|error while dialing|no nodes found|not found", failure.text):
        return Unreachable(
            f"{failure.tool} does not find {where}",
            details=details,
            hint="CONTAINERD_ADDRESS names another socket" if plan.kind == "containerd" else "is the cluster up?",
        )
    return PushFailed(f"{failure.tool} did not load the image into {where}", details=failure.output[-3:])
