"""Removal of the iptables chains that kube-proxy made: all are called KUBE-..., everybody else's are left alone.

`kube-proxy --cleanup` leaves some of them behind; here one iptables-restore a table family does it all.
"""

from __future__ import annotations

import re
import subprocess

PREFIX = "KUBE-"
FAMILIES = ("iptables", "ip6tables")


def remove_chains() -> None:
    for family in FAMILIES:
        script = removal_script(_saved(family))
        if script:
            subprocess.run([f"{family}-restore", "--noflush", "--wait", "5"], input=script, text=True, check=True)


def chains_exist() -> bool:
    return any(removal_script(_saved(family)) for family in FAMILIES)


def removal_script(saved: str) -> str:
    """What iptables-restore has to read to undo the KUBE- part of what iptables-save wrote."""
    tables = re.findall(r"^\*(\w+)\n(.*?)^COMMIT$", saved, re.MULTILINE | re.DOTALL)
    return "".join(_table_script(name, body.splitlines()) for name, body in tables)


def _table_script(name: str, lines: list[str]) -> str:
    chains = [line[1:].split()[0] for line in lines if line.startswith(f":{PREFIX}")]
    jumps = [line for line in lines if line.startswith("-A") and _leads_in(line)]
    commands = [line.replace("-A", "-D", 1) for line in jumps]
    commands += [f"-F {chain}" for chain in chains] + [f"-X {chain}" for chain in chains]
    return "\n".join([f"*{name}", *commands, "COMMIT", ""]) if commands else ""


def _leads_in(rule: str) -> bool:
    """A rule of a foreign chain that jumps to one of ours."""
    return f"-j {PREFIX}" in rule and not rule.startswith(f"-A {PREFIX}")


def _saved(family: str) -> str:
    """Nothing where the kernel has no such family (IPv6 can be off)."""
    return subprocess.run([f"{family}-save"], check=False, capture_output=True, text=True).stdout
