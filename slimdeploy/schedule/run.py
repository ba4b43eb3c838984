"""What a clock starts: absolute paths and an explicit environment, since cron and systemd give neither."""

from __future__ import annotations

import re
from pathlib import Path

from slimdeploy.records import frozen

NEEDED = ("HOME", "PATH", "KUBECONFIG", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "REGISTRY_AUTH_FILE", "DOCKER_CONFIG")


@frozen
class Run:
    """One scheduled redeploy. `environment` is everything that the process will see."""

    app: str
    program: tuple[str, ...]
    project: Path
    flags: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]

    @property
    def argv(self) -> tuple[str, ...]:
        """The command line."""
        return (*self.program, "redeploy", "--directory", str(self.project), *self.flags)

    @property
    def name(self) -> str:
        """What units and jobs are called."""
        return f"{self.app}-redeploy"


@frozen
class Cron:
    """The five fields of a cron expression (crontab(5)), each checked by the config model already."""

    minute: str
    hour: str
    day: str
    month: str
    weekday: str

    @classmethod
    def parse(cls, expression: str) -> Cron:
        """Split an expression that has five fields."""
        minute, hour, day, month, weekday = re.split(r"\s+", expression.strip())
        return cls(minute, hour, day, month, weekday)

    def __str__(self) -> str:
        return " ".join((self.minute, self.hour, self.day, self.month, self.weekday))
