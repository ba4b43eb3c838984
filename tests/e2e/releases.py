"""An app that is released many times, quickly: one image, ready at once; a variable and a Service differ."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slimdeploy.deploy.comparing.diff import essence, ownership
from tests.cluster.cluster import Cluster
from tests.deliver.faults import Fault
from tests.e2e.api_faults import WRITES, api_proxy
from tests.e2e.conftest import Project, go_mod
from tests.waiting import until

PROGRAM = """package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

func main() {
	fmt.Println("value", os.Getenv("VALUE"))
	if os.Getenv("VALUE") == "crash" {
		os.Exit(3)
	}
	if port := os.Getenv("PORT"); port != "" {
		listener, err := net.Listen("tcp", ":"+port)
		for err == nil {
			var connection net.Conn
			if connection, err = listener.Accept(); err == nil {
				connection.Close()
			}
		}
		panic(err)
	}
	time.Sleep(time.Hour)
}
"""
COMPONENT = "app.kubernetes.io/component"


@dataclass
class App:
    """One app in one namespace."""

    project: Project
    cluster: Cluster
    namespace: str
    name: str = "hello"

    def write(self, value: str, *, served: bool = False, more: str = "") -> App:
        """Its slim.toml. With `served` there is a Service."""
        ports = "port = 8080" if served else "ports = []"
        self.project.write(
            slim__toml=f"""[app]
name = "{self.name}"
{ports}
env = {{ VALUE = "{value}" }}
[image]
repository = "{self.cluster.registry}/{self.namespace}/{self.name}"
[cluster]
context = "{self.cluster.context}"
namespace = "{self.namespace}"
[deploy]
replicas = 1
{more}
"""
        )
        return self

    def get(self, kinds: str, *more: str) -> list[dict[str, Any]]:
        """Objects with the app's labels."""
        labels = f"app.kubernetes.io/instance={self.name},app.kubernetes.io/managed-by=slimdeploy"
        text = self.cluster.kubectl("get", kinds, "-n", self.namespace, "-l", labels, "-o", "json", *more)
        return json.loads(text)["items"]  # type: ignore[no-any-return]

    def objects(self) -> set[str]:
        """What the app consists of, without its history."""
        found = self.get("deployments,services,serviceaccounts,configmaps,secrets")
        return {
            f"{each['kind'].lower()}/{each['metadata']['name']}"
            for each in found
            if COMPONENT not in each["metadata"]["labels"]
        }

    def stored_fields(self) -> dict[str, Any]:
        """Every object as it is stored, with what we own of it."""
        found = self.get("deployments,services,serviceaccounts", *FIELDS)
        return {each["kind"]: (essence(each), ownership(each)) for each in found}

    def deployment(self) -> dict[str, Any]:
        text = self.cluster.kubectl("get", f"deployment/{self.name}", "-n", self.namespace, "-o", "json", *FIELDS)
        return json.loads(text)  # type: ignore[no-any-return]

    def value(self) -> str:
        """What the Deployment says that VALUE is."""
        env = self.deployment()["spec"]["template"]["spec"]["containers"][0]["env"]
        return next(each["value"] for each in env if each["name"] == "VALUE")  # type: ignore[no-any-return]

    def leases(self) -> list[dict[str, Any]]:
        return self.get("leases")

    def hashed(self, number: int) -> list[str]:
        """What a stored release names by its content's hash."""
        (found,) = [each for each in self.get("configmaps") if each["metadata"]["name"].endswith(f".v{number}")]
        return json.loads(found["metadata"]["annotations"]["slimdeploy.io/release"])["hashed"]  # type: ignore[no-any-return]

    def outcomes(self) -> dict[int, str]:
        """Of each stored release, the newest first, as the objects themselves say."""
        found = [each["metadata"] for each in self.get("configmaps", "-l", f"{COMPONENT}=release")]
        numbers = {int(each["name"].rpartition(".v")[2]): each["annotations"] for each in found}
        return {number: numbers[number]["slimdeploy.io/outcome"] for number in sorted(numbers, reverse=True)}


FIELDS = ("--show-managed-fields",)


def app_of(project: Project, cluster: Cluster, namespace: str) -> App:
    """The app, not yet deployed."""
    project.environment["KUBECONFIG"] = str(cluster.kubeconfig)
    project.write(go__mod=go_mod("hello"), main__go=PROGRAM)
    return App(project, cluster, namespace).write("one")


def kill(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> int:
    """End a run that leads a session of its own, with all that it started; its exit code."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
    process.communicate()
    return process.returncode


@contextmanager
def held_in_its_rollback(app: App, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """An `up` of what crashes, when it goes back: it writes the Deployment a second time, and gets no answer.

    Otherwise that would be over in 0.3 s.
    """
    release, rollback = (Fault(kind, "PATCH", f"/deployments{WRITES}", times=1) for kind in ("digest", "hang"))
    with api_proxy(app.cluster, folder, release, rollback) as (_, kubeconfig):
        process = app.project.start("up", "--kubeconfig", kubeconfig, start_new_session=True)
        until("it goes back", lambda: rollback.times == 0)
        yield process


def kill_at_write(app: App, number: int, *arguments: str) -> bool:
    """Kill -9 a run as soon as the server has written down its n-th write; whether it lived so long.

    After its last write it may be quicker than we are.
    """
    log = app.cluster.audit.mark()
    process = app.project.start(*arguments, start_new_session=True)
    pattern = re.compile(rb'"userAgent":"slimdeploy/')
    while process.poll() is None:
        with log.path.open("rb") as file:
            file.seek(log.offset)
            if pattern.search(file.read()) and len(log.mutating("slimdeploy", app.namespace)) >= number:
                kill(process)
                return True
        time.sleep(0.001)
    process.communicate()
    return len(log.mutating("slimdeploy", app.namespace)) >= number
