"""What a program needs of its surroundings, by the functions that are linked into it: a fact, where source is a guess.

The linker leaves out what cannot be reached, so a module that is only imported does not count. A binary without a
readable function table (Go before 1.20) may need anything, and gets what cannot harm.
"""

from __future__ import annotations

from slimdeploy.artifacts.plan import RootfsPlan

READS_ROOTS = ("crypto/x509.systemRootsPool",)
LOADS_ZONES = ("time.LoadLocation",)
HAS_ZONES = "time/tzdata.loadFromEmbeddedTZData"
LOOKS_UP_USERS = tuple(
    f"os/user.{name}" for name in ("Current", "Lookup", "LookupId", "LookupGroup", "LookupGroupId", "(*User).GroupIds")
)
STARTS_PROGRAMS = (
    "os/exec.Command", "os/exec.CommandContext", "os/exec.(*Cmd).Start", "os.StartProcess", "syscall.Exec",
    "syscall.ForkExec", "syscall.StartProcess",
)  # fmt: skip
OPENS_PLUGINS = ("plugin.Open",)


def why_authorities(plan: RootfsPlan, functions: frozenset[str]) -> str:
    """Why CA certificates belong into the image; "" when they do not."""
    if plan.ca == "auto":
        return linked(functions, READS_ROOTS)
    return "asked for by image.ca" if plan.ca == "system" else ""


def why_zones(plan: RootfsPlan, functions: frozenset[str]) -> str:
    """Why the time zones belong into the image; "" when they do not, or are in the binary already."""
    if plan.timezones == "none" or HAS_ZONES in functions:
        return ""
    return "TZ is set in app.env" if plan.timezones == "system" else linked(functions, LOADS_ZONES)


def why_accounts(functions: frozenset[str]) -> str:
    """Why /etc/passwd and /etc/group belong into the image; "" when they do not."""
    return linked(functions, LOOKS_UP_USERS)


def linked(functions: frozenset[str], names: tuple[str, ...]) -> str:
    """Which of these functions is linked in, in words; "" when none is."""
    if not functions:
        return f"{names[0]} may be linked in"
    found = next((name for name in names if name in functions), "")
    return f"{found} is linked in" if found else ""
