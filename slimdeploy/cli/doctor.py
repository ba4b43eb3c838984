"""slimdeploy doctor: would `up` work here?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from slimdeploy.cli.options import PROJECT, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.errors import SlimdeployError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slimdeploy.doctor.finding import Finding

INDENT = "\n" + " " * 24


@verb("doctor", PROJECT, TARGET)
def command(output: Output, flags: Flags) -> int:
    """Look at this machine, the registry and the cluster: would `up` work, and if not, what is missing?

    Changes nothing. Checks slim.toml, the Go module, each program and its version, what an ordinary user needs, room on
    the disk, the CA bundle, whether the registry would take a push (as whom, by which file or helper), the cluster,
    what it is too old for, its clock and the namespace. Only what this project needs can fail. The exit code is that of
    the first failure, which `up` would end with: 72 a program, 77 a login, 69 no answer, 73 the disk.
    """
    from slimdeploy.doctor.examination import examine
    from slimdeploy.doctor.finding import verdict

    try:
        asked = request(flags, output)
    except SlimdeployError as error:
        found = examine(Path(flags.directory).resolve(), error)
    else:
        found = examine(asked.project, asked)
    code = verdict(found)
    output.result(table(found), {"ok": code == 0, "exit_code": code, "checks": [asdict(each) for each in found]})
    return code


def table(found: Iterable[Finding]) -> str:
    """One line a finding, and what to do about it on the next."""
    return "\n".join(_row(each) for each in found)


def _row(each: Finding) -> str:
    said = each.found.replace("\n", INDENT)
    then = f"{INDENT}next: {each.next.replace(chr(10), INDENT + '      ')}" if each.next else ""
    return f"{each.state:<5} {each.check:<16}  {said}{then}"
