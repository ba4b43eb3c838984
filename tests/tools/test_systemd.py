"""The real systemd understands the times and the units that we print."""

from __future__ import annotations

import subprocess
from pathlib import Path

from slimdeploy.schedule import systemd
from slimdeploy.schedule.run import Cron, Run
from tests.unit.test_schedule import DAILY, ODD, run_of


def test_systemd_understands_all_of_them() -> None:
    lines = ["0 3 * * *", "*/15 8-18/2 1,15 jan-mar *", "0 0 13 */3 mon-fri", "0 0 * dec sun"]
    calendars = [each for line in lines for each in systemd.on_calendar(Cron.parse(line))]
    done = subprocess.run(["systemd-analyze", "calendar", *calendars], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_systemd_accepts_both_units(tmp_path: Path) -> None:
    run = run_of("/bin/true", *ODD, environment=(("HOME", "/home/100%"),))
    run = Run(run.app, run.program, tmp_path, run.flags, run.environment)
    files = {"x.service": systemd.service(run), "x.timer": systemd.timer(run, DAILY)}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if line.startswith((str(tmp_path), "x."))]
    assert ours == []
