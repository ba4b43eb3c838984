"""slimdeploy push: source -> image in its registry."""

from __future__ import annotations

from slimdeploy.cli.options import BUILD, LOCK, PROJECT, PUSH, VERIFY, Flags, request, verb
from slimdeploy.cli.output import Output


@verb("push", PROJECT, BUILD, VERIFY, PUSH, LOCK)
def command(output: Output, flags: Flags) -> None:
    """Build, and put the image into image.repository. Prints REPOSITORY@DIGEST, for `kubectl run --image=$(...)`."""
    from slimdeploy.pipeline import push

    delivered = push(request(flags, output), output.terminal)
    document = {"image": delivered.reference, "digest": delivered.digest, "uploaded": delivered.uploaded}
    output.result(delivered.reference, document)
