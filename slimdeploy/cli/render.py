"""slimdeploy render: source -> manifests."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Manifests, ObjectRef
from slimdeploy.cli.options import BUILD, LOCK, PROJECT, TARGET, Flags, option, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.events import Note

SECRETS = (option("--with-secrets", is_flag=True, help="Print Secrets, too, with their values."),)


@verb("render", PROJECT, BUILD, TARGET, LOCK, SECRETS)
def command(output: Output, flags: Flags, *, with_secrets: bool) -> None:
    """Build, and print the Kubernetes manifests with the image's digest. Asks no cluster, pushes nothing."""
    from slimdeploy.manifests.render import to_yaml
    from slimdeploy.pipeline import render

    manifests = render(request(flags, output), output.terminal)
    if not with_secrets:
        manifests = shown(manifests, output)
    output.result(
        "" if output.json else to_yaml(manifests),
        {"kind": "List", "apiVersion": "v1", "items": list(manifests.objects)},
    )


def shown(manifests: Manifests, output: Output) -> Manifests:
    """Without Secrets. Said aloud, since pods that are applied without theirs do not start."""
    for each in manifests.objects:
        if each["kind"] == "Secret":
            output.terminal(Note(f"{ObjectRef.of(each)} is left out: --with-secrets prints it, with its values"))
    return Manifests(tuple(each for each in manifests.objects if each["kind"] != "Secret"))
