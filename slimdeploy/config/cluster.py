"""[cluster]: where it runs."""

from __future__ import annotations

from slimdeploy.config import fields
from slimdeploy.config.table import Table, key


class Cluster(Table):
    """Where it runs. Without this table: podman on this machine, never the context that happens to be current."""

    context: fields.Context = key("The context of the kubeconfig.", example="prod")
    namespace: fields.Namespace | None = key("The namespace. Default: app.name.", default=None, example="hello")
    delivery: fields.Delivery = key("How the image gets into the cluster.", default="auto", example="kind")
