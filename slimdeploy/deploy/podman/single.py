"""One container of the local target: what it would become, starting it in place of the old one, and the way back.

The old one is stopped and put aside under another name, with everything that it was given. It is removed once the new
one serves; until then it can be put back as it was.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.deploy import Action, Change, FieldChange, ObjectRef
from slimdeploy.artifacts.deploy_plan import LocalTarget
from slimdeploy.artifacts.workload import ConfigFile, WorkloadPlan
from slimdeploy.deploy.comparing.fields import field_changes
from slimdeploy.deploy.podman import evidence
from slimdeploy.deploy.podman.container import (
    SPEC,
    Given,
    Spec,
    container_spec,
    fingerprint,
    fits_a_line,
    host_port,
    how_it_ended,
    run_arguments,
)
from slimdeploy.deploy.podman.health import answer, listens
from slimdeploy.errors import PolicyRefused, RolloutFailed
from slimdeploy.events import Step
from slimdeploy.manifests.labels import MANAGED_BY, MANAGER
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.podman import Podman

WORKER_SECONDS = 1.0
GRACE_SECONDS = 10
LAST_LINES = 10
ASIDE = "-before"
NOT_SHOWN = "(not shown)"
GOES_ON = frozenset({"running", "created", "initialized"})


def written(config: Iterable[ConfigFile], folder: Path) -> Path:
    """The folder, with each file under its content's name: one that is mounted is never written again."""
    for each in config:
        path = folder / fingerprint(each.content)
        if not path.exists():
            new = path.with_suffix(".new")
            new.write_bytes(each.content)
            new.chmod(0o444)
            new.replace(path)
    return folder


class Single:
    """One container, made from one set of pods of the plan."""

    def __init__(self, plan: WorkloadPlan, target: LocalTarget, podman: Podman, timeout: float) -> None:
        self.plan = plan
        self.target = target
        self.podman = podman
        self.timeout = timeout
        self.name = f"slimdeploy-{plan.name}"
        self.ref = ObjectRef("Container", self.name, "")
        self.set_aside = False

    def change(self, image: str, known: Mapping[str, Mapping[str, Any]]) -> Change:
        """The container that is there against the one that would be. `known` is what `podman ps` says, by name."""
        wanted, live = container_spec(self.plan, self.target, image), known.get(self.name)
        if live is None:
            return Change(self.ref, Action.CREATED, _shown(field_changes({}, wanted)), wanted)
        refuse_foreign(self.name, live.get("Labels"))
        changed = _shown(field_changes(json.loads((live.get("Labels") or {}).get(SPEC, "{}")), wanted))
        done = self.plan.kind == "job" and live["State"] == "exited" and live.get("ExitCode") == 0
        same = not changed and (live["State"] == "running" or done)
        return Change(self.ref, Action.UNCHANGED if same else Action.CHANGED, changed, wanted)

    def replace(self, spec: Spec, folder: Path) -> None:
        """Put the old one aside, if it ran, and start the new one."""
        old, aside = self.live(), self.podman.inspect(self.name + ASIDE)
        if old is not None and aside is None and old["State"]["Status"] == "running" and self.plan.kind == "service":
            self.podman.stop(self.name, GRACE_SECONDS)
            self.podman.rename(self.name, self.name + ASIDE)
            aside = old
        elif old is not None:  # what has never served is no way back
            self.podman.remove(self.name, GRACE_SECONDS)
        self.set_aside = aside is not None
        try:
            self._run(spec, folder)
        except ToolFailed as failure:
            self.podman.remove(self.name, 0)
            raise self._explain(failure) from None

    def put_back(self, step: Step) -> None:
        """The old one in place of the new one, until it serves again."""
        self.podman.remove(self.name, 0)
        self.podman.rename(self.name + ASIDE, self.name)
        self.podman.start(self.name)
        self.wait(step)

    def forget(self) -> None:
        """Remove the one that was put aside; its image, too, when a newer one has its name."""
        aside = self.podman.inspect(self.name + ASIDE)
        if aside is not None:
            self.podman.remove(self.name + ASIDE, 0)
            self.podman.drop_nameless(aside["Image"])

    def wait(self, step: Step) -> None:
        """Until it serves; a job until it has ended well. Raises RolloutFailed with the last log lines."""
        limit = self.plan.job.deadline if self.plan.kind == "job" and self.plan.job.deadline else self.timeout
        deadline, started = time.monotonic() + limit, time.monotonic()
        while reason := self.not_ready(started):
            if time.monotonic() > deadline:
                raise self.failed(f"not ready after {limit:g} s: {reason}")
            step.waiting(reason)
            time.sleep(0.05)

    def not_ready(self, started: float) -> str | None:
        """What is still waited for; None when it serves."""
        health, reason = self.plan.health, None
        if health is not None:
            reason = answer(health, host_port(self.target, health.port.number))
            if reason is None and health.kind == "http":
                return None
        elif self.plan.kind == "service":
            reason = "running, watched for a moment" if time.monotonic() - started < WORKER_SECONDS else None
        state = (self.live() or {"State": {"Status": "removed", "ExitCode": "?"}})["State"]
        if self.plan.kind == "job":
            return self._ended(state)
        if state["Status"] not in GOES_ON:
            raise self.failed(how_it_ended(state))
        return reason or (listens(state["Pid"], health.port.number) if health else None)

    def live(self) -> dict[str, Any] | None:
        """What podman knows about it. Raises PolicyRefused for somebody else's container of this name."""
        live = self.podman.inspect(self.name)
        if live:
            refuse_foreign(self.name, live["Config"].get("Labels"))
        return live

    def failed(self, cause: str) -> RolloutFailed:
        """The error, with the last lines that the program printed."""
        lines = self.printed(LAST_LINES)
        shown = [f"  {line}" for line in lines]
        details = (f"last lines of {self.name}:", *shown) if lines else ("it printed nothing",)
        return RolloutFailed(f"{self.name}: {cause}", details=details, hint=evidence.advice(self.plan, cause, lines))

    def printed(self, most: int) -> list[str]:
        """Its last lines, without secrets: neither this one's nor those of the old one."""
        return evidence.printed(self.name, self.plan, self.podman, most, beside=self.name + ASIDE)

    def _ended(self, state: Mapping[str, Any]) -> str | None:
        goes_on = state["Status"] in GOES_ON
        if not goes_on and state["ExitCode"] != 0:
            raise self.failed(how_it_ended(state))
        return "it runs" if goes_on else None

    def _run(self, spec: Spec, folder: Path) -> None:
        """Secrets go to podman in a file that only we can read, or in its environment: ps shows neither."""
        values = {each.name: each.value for each in self.plan.secrets}
        long = {name: value for name, value in values.items() if not fits_a_line(value)}
        env_file = folder / f"{self.name}.env"
        env_file.unlink(missing_ok=True)
        env_file.touch(mode=0o600)
        try:
            lines = (f"{name}={value}\n" for name, value in values.items() if name not in long)
            env_file.write_text("".join(lines), "utf-8")
            given = Given(env_file if values else None, tuple(long), written(self.plan.config, folder))
            self.podman.run(run_arguments(self.name, spec, self.podman.engine, given), long)
        finally:
            env_file.unlink(missing_ok=True)

    def _explain(self, failure: ToolFailed) -> RolloutFailed:
        last = failure.output[-1:] or ("no output",)
        if "address already in use" in failure.text:
            ports = ", ".join(str(host_port(self.target, port.number)) for port in self.plan.ports)
            hint = "end what listens there, or choose another: slimdeploy up --publish 18080"
            return RolloutFailed(f"port {ports} on 127.0.0.1 is in use", details=last, hint=hint)
        hint = evidence.advice(self.plan, failure.text)
        return RolloutFailed(f"podman cannot run {self.name}", details=last, hint=hint)


def refuse_foreign(name: str, labels: Mapping[str, str] | None) -> None:
    """Raise PolicyRefused for a container that somebody else made."""
    if (labels or {}).get(MANAGED_BY) != MANAGER:
        raise PolicyRefused(f"the container {name} was not made by slimdeploy", hint="rename or remove it")


def _shown(changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    """Not even the hash of a secret: a short one could be guessed from it."""
    return tuple(
        FieldChange(each.path, *(None if value is None else NOT_SHOWN for value in (each.old, each.new)))
        if each.path.partition(".")[0] == "secrets"
        else each
        for each in changes
    )
