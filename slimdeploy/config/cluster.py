"""[cluster]: where it runs."""

from __future__ import annotations

from slimdeploy.config import fields
from slimdeploy.config.table import Table, key


class Cluster(Table):
    """Where it runs. Without this table: podman on this machine, never the context that happens to be current."""

    context: fields.Context = key("The context of the kubeconfig.", example="prod")
    namespace: fields.Namespace | None = key("The namespace. Default: app.name.", default=None, example="hello")
    create: bool = key(
        "Make the namespace, if it is missing, with Pod Security restricted.", default=False, example=True
    )
    expect: fields.Fingerprint | None = key(
        "SHA-256 of the cluster's CA; `slimdeploy config pin` writes it. Default: any cluster behind the context.",
        default=None,
        example="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    )
    delivery: fields.Delivery = key("How the image gets into the cluster.", default="auto", example="kind")
