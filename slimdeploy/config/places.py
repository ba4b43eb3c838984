"""What a scan of slim.toml finds: where keys and values stand, and why the text is not TOML."""

from __future__ import annotations

from dataclasses import dataclass, field

from slimdeploy.config.refusal import KeyPath
from slimdeploy.records import frozen


@frozen
class Fault:
    """Why the text is not TOML. `earlier` is the offset that the message calls {line}:{column}."""

    start: int
    end: int
    message: str
    hint: str = ""
    code: str = "syntax"
    path: KeyPath = ()
    earlier: int | None = None


@dataclass
class Places:
    """Offsets of keys and values by key path: ("app", "ports", 0, "port")."""

    keys: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    values: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
