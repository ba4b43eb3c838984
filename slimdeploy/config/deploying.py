"""[deploy]: how it runs there."""

from __future__ import annotations

from slimdeploy.config import fields
from slimdeploy.config.table import Table, key


class Resources(Table):
    """What each copy of the app may use."""

    cpu: fields.Cpu = key(
        "The share of processor time that is reserved; 100m is a tenth of a core.", default="100m", example="100m"
    )
    memory: fields.Memory = key("The memory that is reserved, and the limit.", default="64Mi", example="64Mi")


class Deploy(Table):
    """How it runs."""

    replicas: fields.Replicas = key("How many copies run in a cluster.", default=2, example=2)
    resources: Resources = key(
        "What each copy may use.", default=Resources(), example={"cpu": "100m", "memory": "64Mi"}
    )
    timeout: fields.Duration = key("How long to wait until the new version serves.", default="5m", example="5m")
    rollback: bool = key(
        "When the new version does not serve, apply the last one that did.", default=True, example=False
    )
