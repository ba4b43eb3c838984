"""Programs that end, in a real cluster: a Job is waited for and run once a version, a CronJob keeps the time."""

from __future__ import annotations

import json
from typing import Any

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project, for_cluster

ENDS = """package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println("report", os.Getenv("DAY"))
	if os.Getenv("DAY") == "sunday" {
		os.Exit(4)
	}
}
"""


def toml(cluster: Cluster, namespace: str, kind: str, more: str) -> str:
    text = for_cluster(cluster, namespace, "report", more)
    return text.replace('health = "/api/"\n', f'kind = "{kind}"\n')


def items(cluster: Cluster, namespace: str, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cluster.kubectl("get", kind, "-n", namespace, "-o", "json"))["items"]
    return found


def test_a_job_and_then_a_schedule(deployed: Project, cluster: Cluster, namespace: str) -> None:
    job = "[deploy.job]\nbackoff_limit = 0\n[app.env]\nDAY = {day!r}\n"
    deployed.write(main__go=ENDS, slim__toml=toml(cluster, namespace, "job", job.format(day="monday")))
    result = deployed.up()
    assert f"run to its end in {namespace}" in result.stderr
    (first,) = items(cluster, namespace, "jobs")
    assert first["status"]["succeeded"] == 1
    log = cluster.audit.mark()
    deployed.up()
    assert log.mutating("slimdeploy", namespace) == []
    deployed.write(slim__toml=toml(cluster, namespace, "job", job.format(day="sunday")))
    failed = deployed.slimdeploy("up", "--no-rollback")
    assert failed.code == 87, failed
    assert "exit code 4" in failed.stderr
    assert "report sunday" in failed.stderr
    cron = '[deploy.job]\nschedule = "0 3 * * *"\ntime_zone = "Europe/Berlin"\n'
    deployed.write(slim__toml=toml(cluster, namespace, "cron", cron))
    assert f"scheduled in {namespace}" in deployed.up().stderr
    (made,) = items(cluster, namespace, "cronjobs")
    assert (made["spec"]["schedule"], made["spec"]["timeZone"]) == ("0 3 * * *", "Europe/Berlin")
    assert items(cluster, namespace, "jobs") == [], "the Jobs of before are pruned"
    cluster.kubectl("create", "job", "now", "--from=cronjob/report", "-n", namespace)
    cluster.kubectl("wait", "--for=condition=complete", "job/now", "-n", namespace, "--timeout=2m")
