"""Environment variables and arguments of the app: what a container must receive byte by byte.

Values are literal. Kubernetes expands $(NAME) in both, so that is refused, and "$$(" is how a literal "$(" is written.
Config holds the literal text: whoever renders it for Kubernetes has to double every '$'.
"""

from __future__ import annotations

import re
from typing import Any

from slimdeploy.config.confidential import secret_name, secret_shape
from slimdeploy.config.refusal import Refused, named

LONGEST = 131_072  # bytes of one string given to execve: MAX_ARG_STRLEN of linux/binfmts.h
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")  # not: tab, line ends
EXPANDED = re.compile(r"(?<!\$)\$\([^)]{0,200}\)")
INTERPOLATED = re.compile(r"\$\{[^}]{0,200}\}|\{\{.{0,200}?\}\}")
OPTION = re.compile(r"--?([\w.-]+)=.", re.ASCII)
PRELOAD = re.compile(r"LD_[A-Z_]+")


def variable_name(name: str) -> str:
    """A name that every server version takes (C_IDENTIFIER)."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name, re.ASCII):
        raise Refused("a name has letters, digits and '_' and does not start with a digit", on_key=True)
    if PRELOAD.fullmatch(name):
        raise Refused("refused: it has no effect in a static binary", "remove it", on_key=True)
    return name


def no_secret_name(name: object) -> object:
    """Refuse the name of what is a secret, most likely; before anything else, while a mark can still be seen."""
    if isinstance(name, str) and not isinstance(name, Allowed) and secret_name(name):
        raise _secret()
    return name


def no_secret_value(value: object) -> object:
    """Refuse what has the shape of a secret."""
    if isinstance(value, str) and not isinstance(value, Allowed) and secret_shape(value):
        raise _secret()
    return value


class Allowed(str):
    """Text that env_allow vouches for. (pydantic hands plain strings on.)"""

    __slots__ = ()


def mark_allowed(app: Any) -> Any:  # noqa: ANN401 - whatever the file says
    """[app] with the variables marked that env_allow names."""
    env, names = (app.get(each) if isinstance(app, dict) else None for each in ("env", "env_allow"))
    if not isinstance(env, dict) or not isinstance(names, list):
        return app
    return {**app, "env": dict(_marked(name, value) if name in names else (name, value) for name, value in env.items())}


def _marked(name: str, value: object) -> tuple[str, object]:
    return Allowed(name), Allowed(value) if isinstance(value, str) else value


def variable_value(value: str) -> str:
    """A literal value."""
    _check(value)
    if found := INTERPOLATED.search(value):
        raise Refused(f"interpolation is off: {_excerpt(found[0])} would arrive as it is", "write the value itself")
    return value.replace("$$(", "$(")


def argument(value: str) -> str:
    """A literal argument of the program."""
    no_secret_value(value)
    _check(value)
    option = OPTION.match(value)
    if option and secret_name(option[1]):
        raise _secret()
    return value.replace("$$(", "$(")


def _check(value: str) -> None:
    if control := CONTROL.search(value):
        raise Refused(f"character {named(control[0])} not allowed")
    size = len(value.encode())
    if size > LONGEST:
        raise Refused(f"{size:,} bytes, at most {LONGEST:,}")
    if found := EXPANDED.search(value):
        shown = _excerpt(found[0])
        raise Refused(f"{shown} would be expanded by Kubernetes", f'write "${shown[1:]}' if shown[-2:] == ')"' else "")


def _excerpt(text: str) -> str:
    shown = "".join(character if character.isprintable() else named(character) for character in text)
    return f'"{shown}"' if len(shown) <= 40 else f'"{shown[:40]}..."'


def _secret() -> Refused:
    return Refused(
        "looks like a secret (value not shown)",
        "git and the Deployment would keep it; say in [app.secrets] where it is, or in env_allow that it is none",
        on_key=True,
        confidential=True,
    )
