"""Which key of slim.toml a field of a Kubernetes object comes from, so that messages name what a person can edit.

Fields that no key decides have none: they are ours, and a complaint about them is our mistake or the cluster's rule.
"""

from __future__ import annotations

import re

CONTAINER = r"spec\.template\.spec\.(?:initC|c)ontainers\[[^\]]*\]"
KEYS: tuple[tuple[str, str], ...] = (
    (r"metadata\.name$", "app.name"),
    (r"metadata\.namespace$", "cluster.namespace"),
    (r"spec\.replicas$", "deploy.replicas"),
    (r"spec\.(?:min|max)Replicas$|spec\.metrics", "deploy.autoscale"),
    (rf"{CONTAINER}\.image$", "image.repository"),
    (rf"{CONTAINER}\.args", "app.args"),
    (rf'{CONTAINER}\.env\[(?:name=)?"?([A-Za-z_][\w.-]*)"?\]', "app.env.{0}"),
    (rf"{CONTAINER}\.env", "app.env"),
    (rf"{CONTAINER}\.ports", "app.port"),
    (rf"{CONTAINER}\.resources\.\w+\.cpu$", "deploy.resources.cpu"),
    (rf"{CONTAINER}\.resources\.\w+\.memory$", "deploy.resources.memory"),
    (rf"{CONTAINER}\.resources", "deploy.resources"),
    (rf"{CONTAINER}\.(?:readiness|liveness|startup)Probe", "app.health"),
    (r"spec\.template\.spec\.securityContext\.runAs(?:User|Group)$", "image.user"),
    (r"spec\.ports", "app.port"),
    (r"spec\.(?:rules|tls|ingressClassName|hostnames|parentRefs)", "deploy.expose"),
    (r"spec\.(?:schedule|timeZone)$", "schedule.cron"),
)


def key_of(path: str) -> str:
    """The key for a field, in a diff's notation or the server's (with or without a leading dot); empty if none."""
    for pattern, key in KEYS:
        if found := re.match(pattern, path.lstrip(".")):
            return key.format(*found.groups())
    return ""
