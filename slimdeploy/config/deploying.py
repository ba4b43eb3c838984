"""[deploy]: how it runs there."""

from __future__ import annotations

from typing import Annotated

from pydantic import model_validator

from slimdeploy.config import fields
from slimdeploy.config.exposing import Expose, NetworkPolicy
from slimdeploy.config.refusal import Refused
from slimdeploy.config.running import Job, Migrate, ServiceAccount, Toleration, Volume
from slimdeploy.config.scaling import Autoscale, Resources
from slimdeploy.config.table import Table, key


class Deploy(Table):
    """How it runs."""

    replicas: fields.Replicas = key("How many copies run in a cluster.", default=2, example=2)
    resources: Resources = key(
        "What each copy may use.", default=Resources(), example={"cpu": "100m", "memory": "64Mi"}
    )
    autoscale: Autoscale | None = key(
        "Let an autoscaler decide instead.", default=None, example={"min": 2, "max": 10, "cpu": 70}
    )
    expose: Expose | None = key(
        "How it is reached from outside. Default: not at all.", default=None, example={"host": "hello.example.com"}
    )
    network_policy: NetworkPolicy | None = key(
        "Who may reach it inside. Default: everybody.", default=None, example={"from": ["ingress-nginx"]}
    )
    migrate: Migrate | None = key(
        "What has to end well before a new version starts.", default=None, example={"args": ["migrate"]}
    )
    job: Job = key("How a program that ends is run.", default=Job(), example={"backoff_limit": 0})
    service_account: ServiceAccount = key(
        "The identity that the pods have.", default=ServiceAccount(), example={"token": True}
    )
    volumes: Annotated[tuple[Volume, ...], fields.AS_TUPLE, fields.FEW] = key(
        "Folders that can be written to, besides /tmp.",
        default=(),
        example=[{"name": "cache", "path": "/var/cache/hello", "size": "1Gi"}],
    )
    pull_secrets: Annotated[tuple[fields.ObjectName, ...], fields.AS_TUPLE, fields.FEW] = key(
        "Secrets with which the nodes pull the image.", default=(), example=["registry-login"]
    )
    labels: fields.ObjectLabels = key("Labels of all objects and pods.", default={}, example={"team": "shop"})
    annotations: fields.Annotations = key(
        "Annotations of the pods.", default={}, example={"prometheus.io/scrape": "true"}
    )
    node_selector: fields.NodeLabels = key(
        "Labels that a node must have.", default={}, example={"kubernetes.io/arch": "amd64"}
    )
    tolerations: Annotated[tuple[Toleration, ...], fields.AS_TUPLE, fields.FEW] = key(
        "Taints that do not matter.", default=(), example=[{"key": "dedicated", "value": "hello"}]
    )
    drain: fields.Seconds = key(
        "How long a pod still serves after it is taken out of the Service.", default="5s", example="10s"
    )
    grace_period: fields.Seconds = key(
        "How long the program has from SIGTERM to its end.", default="30s", example="60s"
    )
    timeout: fields.Duration = key("How long to wait until the new version serves.", default="5m", example="5m")
    rollback: bool = key(
        "When the new version does not serve, apply the last one that did.", default=True, example=False
    )

    @model_validator(mode="after")
    def _either(self) -> Deploy:
        if self.autoscale and "replicas" in self.model_fields_set:
            raise Refused("remove it, autoscale decides about the number", at=("replicas",), on_key=True)
        return self
