"""Who we are to an API server: kubeconfig, credentials and TLS, by the `kubernetes` client, whose only user this is."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.errors import UnreadableFile, WrongCluster

_loading = threading.Lock()
"""The client writes keys to temporary files that it removes at the end; two threads at once, and it forgets one."""
IN_CLUSTER = "in-cluster"  # stands for the ServiceAccount of the pod that we run in


def connection_pool(settings: Any) -> Any:  # noqa: ANN401 - a urllib3 pool, or a proxy's, which have no type in common
    """The client's own pool, with its TLS and proxy settings."""
    from kubernetes.client.rest import RESTClientObject

    return RESTClientObject(settings).pool_manager


def settings_of(target: ClusterTarget) -> Any:  # noqa: ANN401 - a Configuration, which has no types
    """The server and the login of a context. Raises WrongCluster, UnreadableFile."""
    from kubernetes import client, config

    settings = client.Configuration()
    if target.context == IN_CLUSTER:
        config.load_incluster_config(client_configuration=settings)  # type: ignore[no-untyped-call]
        return settings
    files = target.kubeconfig or os.environ.get("KUBECONFIG") or str(Path("~/.kube/config").expanduser())
    if not any(Path(file).expanduser().exists() for file in files.split(os.pathsep) if file):
        hint = "give --kubeconfig, or set KUBECONFIG"
        raise UnreadableFile(f"there is no kubeconfig: {files} does not exist", hint=hint)
    try:
        with _loading:
            config.load_kube_config(files, context=target.context, client_configuration=settings)  # type: ignore[no-untyped-call]
    except config.ConfigException as error:
        known = _contexts(files)
        what = f"no context {target.context} in {files}" if target.context not in known else f"{files}: {error}"
        hint = f"contexts there: {', '.join(known) or 'none'}; give --context or change cluster.context"
        raise WrongCluster(what, hint=hint) from None
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{files}: {error}", hint="give --kubeconfig, or set KUBECONFIG") from None
    return settings


def _contexts(files: str) -> tuple[str, ...]:
    from kubernetes import config

    try:
        contexts, _ = config.list_kube_config_contexts(files)  # type: ignore[no-untyped-call]
    except (config.ConfigException, OSError, ValueError):
        return ()
    return tuple(context["name"] for context in contexts)
