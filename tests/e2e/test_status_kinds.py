"""`status` of programs that end, in a real cluster: what ran and how it ended, and when the clock comes next."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.e2e.test_apply_rights import kubeconfig_of, pasted
from tests.e2e.test_kinds_ending import ENDS, toml

JOB = "[deploy.job]\nbackoff_limit = 0\n[app.env]\nDAY = {day!r}\n"
CRON = '[deploy.job]\nschedule = "0 3 * * *"\ntime_zone = "Europe/Berlin"\nbackoff_limit = 0\n'


def found(project: Project, *arguments: str) -> Any:
    return project.slimdeploy("status", "-o", "json", *arguments).json


def text(project: Project) -> str:
    result = project.slimdeploy("status")
    assert result.code == 0, result
    return result.stdout


def test_a_job(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.write(main__go=ENDS, slim__toml=toml(cluster, namespace, "job", JOB.format(day="monday")))
    assert "is not deployed" in text(deployed)
    deployed.up()
    shown = text(deployed)
    assert f"report on slimdeploy-test/{namespace}: job, succeeded\n" in shown
    assert re.search(r"\n  report-[0-9a-f]+  succeeded  \d+[sm]\S* ago  took \d+[sm]\S*\n", shown), shown
    assert "ready" not in shown
    assert "drift none" in shown
    deployed.write(slim__toml=toml(cluster, namespace, "job", JOB.format(day="sunday")))
    assert deployed.slimdeploy("up", "--no-rollback").code == 87
    newest, before = found(deployed)["runs"]
    assert (newest["outcome"], newest["state"]) == ("failed", "BackoffLimitExceeded; ended (exit code 4)")
    assert before["outcome"] == "succeeded"
    assert ": job, failed\n" in text(deployed)
    assert "ends by itself" in (refused := deployed.slimdeploy("restart")).stderr
    assert refused.code == 64


def test_a_clock_with_no_more_rights_than_the_role(
    deployed: Project, cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    deployed.write(main__go=ENDS, slim__toml=toml(cluster, namespace, "cron", CRON))
    mine = kubeconfig_of("deployer", cluster, namespace, tmp_path)
    cluster.kubectl("apply", "-f", "-", stdin=pasted(deployed.slimdeploy("up", "--kubeconfig", mine).stderr))
    deployed.environment["KUBECONFIG"] = mine
    deployed.up()
    status = found(deployed)
    assert (status["kind"], status["wanted"], status["runs"], status["image"] != "") == ("cron", 0, [], True)
    assert re.fullmatch(r"20..-..-..T0[12]:00:00Z", status["schedule"]["next"])  # 3:00 in Berlin
    where = ("-n", namespace)
    cluster.kubectl("create", "job", "now", "--from=cronjob/report", *where)
    cluster.kubectl("wait", "--for=condition=complete", "job/now", *where, "--timeout=2m")
    shown = text(deployed)
    assert f'report on slimdeploy-test/{namespace}: "0 3 * * *" (Europe/Berlin), next in ' in shown
    assert re.search(r"\n  now  succeeded  \d+[sm]\S* ago  took \d+[sm]\S*\n", shown), shown
    assert "drift none" in shown
    held = '{"spec":{"suspend":true}}'
    cluster.kubectl("patch", "cronjob/report", "--patch", held, *where)
    shown = text(deployed)
    assert '"0 3 * * *" (Europe/Berlin), suspended\n' in shown
    assert re.search(r"cronjob/report +suspend +by kubectl-patch \d+[sm]\S* ago +\+ true", shown), shown
    assert "report" in deployed.slimdeploy("logs").stdout


def test_a_run_that_cannot_begin_says_why(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.write(main__go=ENDS, slim__toml=toml(cluster, namespace, "cron", CRON))
    deployed.up()
    where = ("-n", namespace)
    nowhere = '{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"nodeSelector":{"a":"b"}}}}}}}'
    cluster.kubectl("patch", "cronjob/report", "--patch", nowhere, *where)
    cluster.kubectl("create", "job", "stuck", "--from=cronjob/report", *where)
    cluster.kubectl("wait", "--for=condition=PodScheduled=false", "pod", "-l", "job-name=stuck", *where)
    shown = text(deployed)
    assert re.search(r"\n  stuck  running  \d+[sm]\S* ago  1 pod  Pending: ", shown), shown
    assert "warning: FailedScheduling" in shown
    assert "nodeSelector" in shown
