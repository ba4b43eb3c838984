"""A plan's target -> the destination that it names."""

from __future__ import annotations

from slimdeploy.artifacts.deploy_plan import ClusterTarget, Target
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deploy.destination import Destination
from slimdeploy.events import Note, Report


def connect(workload: WorkloadPlan, target: Target, timeout: float, report: Report = lambda _: None) -> Destination:
    """The cluster or the local podman. Imports only what that one needs: a cluster's client takes 0.3 s.

    `report` hears when the API server keeps us waiting.

    Raises WrongCluster, UnreadableFile for a context or kubeconfig that is not there, or that is another cluster than
    slim.toml expects.
    """
    if isinstance(target, ClusterTarget):
        from slimdeploy.deploy.cluster import Cluster
        from slimdeploy.deploy.releasing import guard
        from slimdeploy.tools.kube import Kube

        kube = Kube(target, lambda text: report(Note(text)))
        guard.check(kube)
        return Cluster(workload, target, kube, timeout)
    from slimdeploy.deploy.podman.local import Local
    from slimdeploy.tools.podman import Podman, local_engine

    return Local(workload, target, Podman(local_engine()), timeout)
