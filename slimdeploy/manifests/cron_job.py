"""CronJob batch/v1: a program that ends, run by the clock."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.manifests.job import job_spec
from slimdeploy.manifests.labels import metadata

LATE_SECONDS = 600
"""A run that could not start for so long is skipped; without it, 100 missed ones end the schedule for good."""
KEPT = 3


def cron_job(plan: WorkloadPlan, namespace: str | None, image: str) -> Manifest:
    """The CronJob that runs `image` (repository@digest), one run at a time."""
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": metadata(plan, namespace),
        "spec": {
            "schedule": plan.job.schedule,
            **({"timeZone": plan.job.time_zone} if plan.job.time_zone else {}),
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": LATE_SECONDS,
            "successfulJobsHistoryLimit": KEPT,
            "failedJobsHistoryLimit": KEPT,
            "jobTemplate": {"spec": job_spec(plan, image)},
        },
    }
