"""What in a pod's spec breaks the Pod Security Standard `restricted`, by the name of the field.

https://kubernetes.io/docs/concepts/security/pod-security-standards/: what we render never does; a [[patch]] may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Spec = Mapping[str, Any]
HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
VOLUMES = frozenset(
    {"name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
)
FORBIDDEN_CONTEXT = ("seLinuxOptions", "windowsOptions", "procMount", "sysctls", "appArmorProfile")
CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
HANDLERS = ("startupProbe", "readinessProbe", "livenessProbe")


def violations(pod: Spec) -> Iterator[str]:
    """The fields that are not allowed, or not as they have to be."""
    yield from (name for name in HOST_NAMESPACES if pod.get(name))
    for volume in pod.get("volumes", ()):
        yield from sorted(set(volume) - VOLUMES)
    shared = pod.get("securityContext", {})
    yield from _context(shared)
    for each in (container for kind in CONTAINERS for container in pod.get(kind, ())):
        yield from _container(each, shared)


def _container(container: Spec, shared: Spec) -> Iterator[str]:
    context = container.get("securityContext", {})
    yield from _context(context)
    both = {**shared, **context}
    capabilities = context.get("capabilities", {})
    wrong = {
        "privileged": context.get("privileged"),
        "allowPrivilegeEscalation": context.get("allowPrivilegeEscalation") is not False,
        "capabilities": "ALL" not in capabilities.get("drop", ())
        or set(capabilities.get("add", ())) - {"NET_BIND_SERVICE"},
        "runAsNonRoot": both.get("runAsNonRoot") is not True,
        "runAsUser": both.get("runAsUser") == 0,
        "seccompProfile": both.get("seccompProfile", {}).get("type") not in {"RuntimeDefault", "Localhost"},
        "hostPort": any(port.get("hostPort") for port in container.get("ports", ())),
        "host": any(_names_host(container.get(name, {})) for name in HANDLERS) or _names_host_at_end(container),
    }
    yield from (name for name, found in wrong.items() if found)


def _context(context: Spec) -> Iterator[str]:
    yield from (name for name in FORBIDDEN_CONTEXT if context.get(name))


def _names_host(handler: Spec) -> bool:
    return any(isinstance(way, Mapping) and way.get("host") for way in handler.values())


def _names_host_at_end(container: Spec) -> bool:
    return any(_names_host(handler) for handler in container.get("lifecycle", {}).values())
