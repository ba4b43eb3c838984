"""slimdeploy render: source -> manifests."""

from __future__ import annotations

from slimdeploy.cli.options import BUILD, PROJECT, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output


@verb("render", PROJECT, BUILD, TARGET)
def command(output: Output, flags: Flags) -> None:
    """Build, and print the Kubernetes manifests with the image's digest. Asks no cluster, pushes nothing."""
    from slimdeploy.manifests.render import to_yaml
    from slimdeploy.pipeline import render

    manifests = render(request(flags, output), output.terminal)
    output.result(
        "" if output.json else to_yaml(manifests),
        {"kind": "List", "apiVersion": "v1", "items": list(manifests.objects)},
    )
