"""What Kubernetes calls things and hangs on them: names of objects, labels, annotations, hosts, JSON pointers.

Rules: k8s.io/apimachinery pkg/util/validation and pkg/api/validation.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from slimdeploy.config.confidential import secret_shape
from slimdeploy.config.near import did_you_mean
from slimdeploy.config.refusal import Refused, named, visible

OURS = ("app.kubernetes.io/", "slimdeploy.io/", "applyset.kubernetes.io/", "pod-template-hash")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
MOST_ANNOTATIONS = 262_144
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?", re.ASCII)
SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.ASCII)
DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.ASCII)
LONGEST_PROCESS = 15
KINDS = (  # not ConfigMap and Secret: their names say what they hold
    "ServiceAccount", "NetworkPolicy", "Job", "Service", "Deployment", "CronJob",
    "PodDisruptionBudget", "HorizontalPodAutoscaler", "Ingress", "HTTPRoute",
)  # fmt: skip
RESERVED_PROCESSES = {"migrate", "redeploy"}


def label_key(name: str) -> str:
    """[prefix/]name, and none that we set ourselves."""
    visible(name)
    if name.startswith(OURS):
        raise Refused(f'"{name}" is set by slimdeploy', "choose another name", on_key=True)
    return qualified(name)


def annotation_key(name: str) -> str:
    """[prefix/]name."""
    visible(name)
    if name == LAST_APPLIED:
        raise Refused("it belongs to kubectl", "remove it", on_key=True)
    return qualified(name)


def label_value(value: str) -> str:
    """At most 63 of a few characters."""
    visible(value)
    if len(value) > 63 or not LABEL_VALUE.fullmatch(value):
        raise Refused("at most 63 of letters, digits, '-', '_', '.', beginning and ending with a letter or digit")
    return value


def small_enough(found: Mapping[str, str]) -> Mapping[str, str]:
    """All together at most 256 KiB."""
    size = sum(len(key.encode()) + len(value.encode()) for key, value in found.items())
    if size > MOST_ANNOTATIONS:
        raise Refused(f"{size:,} bytes, at most {MOST_ANNOTATIONS:,}")
    return found


def object_name(name: str) -> str:
    """A DNS-1123 subdomain: how most objects are called."""
    visible(name)
    if len(name) > 253 or not SUBDOMAIN.fullmatch(name):
        raise Refused("the name of an object: lower case letters, digits, '-' and '.'", 'such as "hello-tls"')
    return name


def volume_name(name: str) -> str:
    """A DNS-1123 label that is not one of ours."""
    visible(name)
    if len(name) > 63 or not DNS_LABEL.fullmatch(name) or name in {"tmp", "config"}:
        raise Refused("at most 63 of a-z, 0-9 and '-', and not tmp or config", 'such as "cache"')
    return name


def process_name(name: str) -> str:
    """Appended to the app's name, wherever that is used."""
    visible(name)
    if len(name) > LONGEST_PROCESS or not DNS_LABEL.fullmatch(name) or not name[0].isalpha():
        raise Refused(
            f"at most {LONGEST_PROCESS} of a-z, 0-9 and '-', from a letter on",
            "such as [processes.worker]",
            on_key=True,
        )
    if name in RESERVED_PROCESSES:
        raise Refused(f'"{name}" is reserved', f"objects of slimdeploy are called <app>-{name}", on_key=True)
    return name


def host_name(host: str) -> str:
    """A DNS name; *.example.com is one, too."""
    visible(host)
    if len(host) > 253 or not SUBDOMAIN.fullmatch(host.removeprefix("*.")) or _is_address(host):
        raise Refused(
            "expected a host name in lower case, without scheme, port and path", 'such as "hello.example.com"'
        )
    return host


def gateway(name: str) -> str:
    """A Gateway's name, or namespace/name."""
    if name.count("/") > 1:
        raise Refused("expected a Gateway: its name, or namespace/name")
    for part in name.split("/"):
        object_name(part)
    return name


def text(value: str) -> str:
    """The text of an annotation: several lines are fine."""
    if found := re.search(r"[\x00-\x08\x0b-\x1f\x7f]", value):
        raise Refused(f"character {named(found[0])} not allowed")
    if secret_shape(value):
        raise Refused(
            "looks like a secret (value not shown)", "annotations can be read by all", on_key=True, confidential=True
        )
    return value


def kind(name: str) -> str:
    """The kind of an object that we render."""
    if name not in KINDS:
        raise Refused(
            f'slimdeploy renders no "{visible(name)}"{did_you_mean(name, KINDS)}', f"one of {', '.join(KINDS)}"
        )
    return name


def secret_key(text: str) -> str:
    """secret/key: one value in a Secret."""
    visible(text)
    name, _, key = text.partition("/")
    if not SUBDOMAIN.fullmatch(name) or not re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", key, re.ASCII):
        raise Refused("expected a Secret and a key in it", 'such as "hello-db/password"')
    return text


def peer(text: str) -> str:
    """A namespace, or addresses as a CIDR."""
    visible(text)
    if "/" in text:
        try:
            ipaddress.ip_network(text)
        except ValueError as error:
            raise Refused(f"not a CIDR: {error}", 'such as "10.0.0.0/8"') from None
    elif len(text) > 63 or not DNS_LABEL.fullmatch(text):
        raise Refused("expected a namespace or a CIDR", 'such as "postgres" or "10.0.0.0/8"')
    return text


def pointer(text: str) -> str:
    """A JSON pointer (RFC 6901)."""
    visible(text)
    if not re.fullmatch(r"(/([^~/]|~0|~1)*)+", text):
        raise Refused("expected a JSON pointer", 'such as "/spec/template/spec/priorityClassName"')
    return text


def qualified(name: str) -> str:
    """[prefix/]name."""
    visible(name)
    prefix, slash, last = name.rpartition("/")
    fits = LABEL_VALUE.fullmatch(last) and 0 < len(last) <= 63
    if not fits or (slash and (len(prefix) > 253 or not SUBDOMAIN.fullmatch(prefix))):
        raise Refused(
            "a key is [prefix/]name: a DNS name, and at most 63 of letters, digits, '-', '_', '.'", on_key=True
        )
    return name


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
