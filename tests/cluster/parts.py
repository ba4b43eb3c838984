"""The command line of every part of Kubernetes, as pure functions of the run's settings.

Two parts take a file instead of flags (kubelet, kube-proxy): `config_files` returns what is in them. JSON is YAML.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.cluster.layout import (
    AUDIT_LOG,
    CGROUP,
    CONTAINERD_SOCKET,
    NODE_ADDRESS,
    NODE_NAME,
    PKI,
    POD_NETWORK,
    SERVICE_NETWORK,
    STATE,
    Settings,
)

KUBELET_CONFIG = STATE / "kubelet.json"
PROXY_CONFIG = STATE / "proxy.json"
VOLUME_PLUGINS = STATE / "volume-plugins"
AUDIT_POLICY = STATE / "audit-policy.json"
NEVER_EVICT = ("memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available", "imagefs.inodesFree")
# The cluster's own talk; what is left in the audit log was sent by tests, by what they test, or from inside a pod.
OWN_USERS = ("system:apiserver", "system:kube-controller-manager", "system:kube-scheduler", "system:kube-proxy")
OWN_GROUPS = ("system:nodes", "system:serviceaccounts:kube-system")


def command_lines(settings: Settings) -> dict[str, list[str]]:
    """Every part in the order in which they are started."""
    parts = {
        "etcd": _etcd(settings),
        "apiserver": _apiserver(settings),
        "controllers": _controllers(),
        "scheduler": [f"--kubeconfig={PKI}/scheduler.kubeconfig", "--leader-elect=false", "--secure-port=0"],
        "kubelet": _kubelet(),
        "proxy": [f"--config={PROXY_CONFIG}"],
    }
    return {part: [settings.kube, part, *flags] for part, flags in parts.items()}


def config_files(settings: Settings) -> dict[Path, str]:
    return {
        KUBELET_CONFIG: json.dumps(_kubelet_config(settings)),
        PROXY_CONFIG: json.dumps(_proxy_config(settings)),
        AUDIT_POLICY: json.dumps(_audit_policy()),
    }


def _etcd(settings: Settings) -> list[str]:
    client, peer = (f"http://127.0.0.1:{port}" for port in (settings.ports.etcd, settings.ports.etcd_peer))
    return [f"--data-dir={STATE}/etcd", f"--client={client}", f"--peer={peer}"]


def _apiserver(settings: Settings) -> list[str]:
    issuer = "https://kubernetes.default.svc"
    return [
        f"--etcd-servers=http://127.0.0.1:{settings.ports.etcd}",
        # The node's address and not loopback: pods reach it through the Service `kubernetes`.
        f"--bind-address={NODE_ADDRESS}",
        f"--advertise-address={NODE_ADDRESS}",
        f"--secure-port={settings.ports.api}",
        f"--tls-cert-file={PKI}/api.crt",
        f"--tls-private-key-file={PKI}/api.key",
        f"--token-auth-file={PKI}/tokens.csv",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        f"--service-account-issuer={issuer}",
        f"--service-account-key-file={PKI}/sa.pub",
        f"--service-account-signing-key-file={PKI}/sa.key",
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
        "--allow-privileged=true",
        f"--kubelet-client-certificate={PKI}/api.crt",
        f"--kubelet-client-key={PKI}/api.key",
        "--kubelet-preferred-address-types=InternalIP",
        f"--audit-policy-file={AUDIT_POLICY}",
        f"--audit-log-path={AUDIT_LOG}",
        "--audit-log-mode=blocking",
    ]


def _controllers() -> list[str]:
    return [
        f"--kubeconfig={PKI}/controllers.kubeconfig",
        f"--service-account-private-key-file={PKI}/sa.key",
        f"--root-ca-file={PKI}/ca.crt",
        f"--flex-volume-plugin-dir={VOLUME_PLUGINS}",
        "--use-service-account-credentials",
        "--leader-elect=false",
        "--secure-port=0",
        # At the default of 20 requests a second, making the controllers' service accounts takes 5 s.
        "--kube-api-qps=1000",
        "--kube-api-burst=1000",
    ]


def _kubelet() -> list[str]:
    return [
        f"--config={KUBELET_CONFIG}",
        f"--kubeconfig={PKI}/kubelet.kubeconfig",
        f"--root-dir={STATE}/kubelet",
        f"--cert-dir={PKI}/kubelet",
        f"--hostname-override={NODE_NAME}",
        f"--node-ip={NODE_ADDRESS}",
    ]


def _kubelet_config(settings: Settings) -> dict[str, object]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE_ADDRESS,
        "port": settings.ports.kubelet,
        "healthzPort": 0,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": False},
            "x509": {"clientCAFile": f"{PKI}/ca.crt"},
        },
        "authorization": {"mode": "AlwaysAllow"},
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{CGROUP}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "enforceNodeAllocatable": [],
        "evictionHard": dict.fromkeys(NEVER_EVICT, "0%"),
        "imageGCHighThresholdPercent": 100,
        "makeIPTablesUtilChains": False,
        "podLogsDir": f"{STATE}/pods",
        "volumePluginDir": str(VOLUME_PLUGINS),
        "serializeImagePulls": False,
    }


def _proxy_config(settings: Settings) -> dict[str, object]:
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": f"{PKI}/proxy.kubeconfig"},
        "hostnameOverride": NODE_NAME,
        "mode": "iptables",
        "clusterCIDR": POD_NETWORK,
        "healthzBindAddress": "",
        "metricsBindAddress": f"127.0.0.1:{settings.ports.proxy_metrics}",
        # Left alone: the machine's own connection tracking limits, and route_localnet.
        "conntrack": {"maxPerCore": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        # masqueradeAll: two pods on one bridge reach each other through a Service without br_netfilter, too.
        "iptables": {"localhostNodePorts": False, "masqueradeAll": True, "minSyncPeriod": "100ms"},
    }


def _audit_policy() -> dict[str, object]:
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "ResponseStarted"],
        "rules": [
            {"level": "None", "users": list(OWN_USERS)},
            {"level": "None", "userGroups": list(OWN_GROUPS)},
            {"level": "None", "nonResourceURLs": ["/readyz*", "/livez*", "/healthz*"]},
            {"level": "Metadata"},
        ],
    }
