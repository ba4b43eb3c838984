"""What reaches the Go command: only tokens from a list.

`-ldflags` as free text writes any file (`-X a.b=1 -o /etc/x`) and runs any program (`-extld`), a build tag or a package
that starts with '-' is an option, and `...`, `..` and `@latest` build something else than this project's one program.
"""

from __future__ import annotations

import re

from slimdeploy.config.confidential import secret_name, secret_shape
from slimdeploy.config.refusal import Refused, visible

ALLOWED = "-s, -w, -X pkg.name=value"
SET_STRING = re.compile(r"-X (?P<name>[A-Za-z0-9_~./-]*[A-Za-z0-9_]\.[A-Za-z_]\w*)=(?P<value>.*)", re.ASCII)


def linker_flag(flag: str) -> str:
    """One flag of the linker: -s, -w, or `-X pkg.name=value`."""
    visible(flag)
    if flag in {"-s", "-w"}:
        return flag
    if flag.startswith("-X"):
        return _set_string(flag)
    word = flag.split("=", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    if set(flag.split(" ")) <= {"-s", "-w"}:
        raise Refused("one flag an entry", 'write ["-s", "-w"]')
    raise Refused(f'"{word}" is not allowed', f"allowed: {ALLOWED}")


def _set_string(flag: str) -> str:
    if quote := re.search("[\"'`\\\\]", flag):
        raise Refused(f"character {quote[0]} not allowed", "spaces in a value need no quotes here")
    match = SET_STRING.fullmatch(flag)
    if not match:
        raise Refused(f'"{flag[:40]}" does not set a variable', 'such as "-X main.version=1.0"')
    for word in match["value"].split(" ")[1:]:
        if word.startswith("-"):
            raise Refused(f'"{word.split("=")[0]}" is not allowed', f"one flag an entry; allowed: {ALLOWED}")
    if secret_name(match["name"]) or secret_shape(match["value"]):
        raise Refused(f"{match['name']} looks like a secret", "a binary is not a secret store", confidential=True)
    return flag


def build_tag(tag: str) -> str:
    """One build tag."""
    if not re.fullmatch(r"[A-Za-z0-9_.]+", tag, re.ASCII):
        visible(tag)
        raise Refused("a build tag has letters, digits, '_' and '.'", "one tag an entry")
    return tag


def suffix(text: str) -> str:
    """-installsuffix: part of a folder's name."""
    visible(text)
    if not re.fullmatch(r"\w*", text, re.ASCII):
        raise Refused("letters, digits and '_' only")
    return text


def main_package(folder: str) -> str:
    """The main package: a folder inside the project, as ./relative path."""
    visible(folder)
    inside = re.fullmatch(r"\.(/[A-Za-z0-9_.~+-]+)*/?", folder, re.ASCII)
    if inside and not any(part.strip(".") == "" for part in folder.rstrip("/").split("/")[1:]):
        return folder.rstrip("/")
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*(/[A-Za-z0-9_-]+)*", folder, re.ASCII):
        raise Refused("a folder inside the project starts with ./", f'did you mean "./{folder}"?')
    raise Refused("expected a folder inside the project", 'such as "./cmd/server"')


def import_path(text: str) -> str:
    """A package as Go imports it: no version, no pattern."""
    visible(text)
    if "..." in text or not re.fullmatch(r"[A-Za-z0-9_.~][A-Za-z0-9_.~+/-]*", text, re.ASCII) or text[0] in "./":
        raise Refused("expected the import path of a package", 'such as "github.com/mattn/go-sqlite3"')
    return text


def entries(value: object) -> object:
    """Refuse the free text that people know from the command line."""
    if isinstance(value, str):
        raise Refused(f"expected a list; allowed: {ALLOWED}", 'write ["-s", "-w"]')
    return value
