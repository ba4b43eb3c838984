"""How the app is reached from outside of the cluster, and who may reach it inside."""

from __future__ import annotations

from typing import Annotated

from pydantic import model_validator

from slimdeploy.config import fields
from slimdeploy.config.refusal import Refused
from slimdeploy.config.table import Table, key


class Expose(Table):
    """Reached from outside: an Ingress, or an HTTPRoute of a Gateway."""

    host: fields.HostName = key("The host name.", example="hello.example.com")
    path: fields.HttpPath = key("Where the paths begin that lead to the app.", default="/", example="/api")
    tls_secret: fields.ObjectName | None = key(
        "The Secret with the certificate. Default: plain http.", default=None, example="hello-tls"
    )
    ingress_class: fields.ObjectName | None = key(
        "The IngressClass. Default: the cluster's own.", default=None, example="nginx", alias="class"
    )
    annotations: fields.Annotations = key(
        "Annotations of the Ingress or the HTTPRoute.",
        default={},
        example={"cert-manager.io/cluster-issuer": "letsencrypt"},
    )
    gateway: fields.GatewayName | None = key(
        "A Gateway, by name or namespace/name: an HTTPRoute of it instead of an Ingress.",
        default=None,
        example="infra/public",
    )

    @model_validator(mode="after")
    def _either(self) -> Expose:
        for name, value in (("tls_secret", self.tls_secret), ("class", self.ingress_class)):
            if self.gateway and value:
                raise Refused("a Gateway decides about it", "remove it", at=(name,), on_key=True)
        return self


class NetworkPolicy(Table):
    """Who may reach the app, and what it may reach."""

    sources: Annotated[tuple[fields.NamespaceName, ...], fields.AS_TUPLE, fields.FEW] = key(
        "The namespaces that may reach the app's ports. Default: its own.",
        default=(),
        example=["ingress-nginx"],
        alias="from",
    )
    egress: Annotated[tuple[fields.Peer, ...], fields.AS_TUPLE, fields.FEW] | None = key(
        "The namespaces and addresses that the app may reach, besides DNS. Default: all.",
        default=None,
        example=["postgres", "10.20.0.0/16"],
    )
