"""What looks like a secret: it must neither be deployed from slim.toml, where git keeps it, nor be shown in a message.

Two measures: names are hidden from messages generously, but refused only when they hardly mean anything else
(CACHE_KEY_PREFIX and DB_PASSWORD_FILE are fine).
"""

from __future__ import annotations

import re

HIDDEN_NAME = re.compile(r"pass|token|secret|key|cred", re.IGNORECASE)
SECRET_WORD = re.compile(
    r"(?:^|[^a-z])(?:password|passwd|passphrase|pass|pwd|token|secret|key|credentials?|creds?)[_.-]?\d*$", re.IGNORECASE
)
JOINED_WORD = re.compile(r"(?:password|passwd|passphrase|secret|apikey|token)\d*$", re.IGNORECASE)
HARMLESS = re.compile(
    r"public|^(?:old)?pwd$|(?:primary|partition|sort|foreign|cache|routing|shard|index|group)[_.-]?key$", re.IGNORECASE
)
SHAPES = re.compile(
    r"\bA(?:KIA|SIA)[0-9A-Z]{16}\b"  # AWS access key
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY"  # PEM
    r"|\beyJ[\w-]{8,500}\.eyJ[\w-]{8}"  # JSON Web Token
    r"|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"  # GitHub, GitLab
    r"|\bxox[abprs]-[\w-]{10,}"  # Slack
    r"|\b[sr]k_live_\w{10,}"  # Stripe
    r"|://[^/\s:@\"']*:[^/\s@\"']+@",  # a password in an address
    re.ASCII,
)
ASSIGNED = re.compile(r"""(?:pass|token|secret|key|cred)[\w.-]{0,64}["']?[ \t]{0,64}=\s*""", re.IGNORECASE)


def hidden_name(name: str) -> bool:
    """Whether values under this name stay out of messages."""
    return bool(HIDDEN_NAME.search(name))


def secret_name(name: str) -> bool:
    """Whether a variable of this name can hardly hold anything but a secret."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return bool(SECRET_WORD.search(spaced) or JOINED_WORD.search(name)) and not HARMLESS.search(name)


def secret_shape(value: str) -> bool:
    """Whether the value has the shape of a well-known kind of credential."""
    return bool(SHAPES.search(value))


def shown_until(line: str) -> int:
    """How many characters of a line of slim.toml may be shown: up to a value that may be a secret."""
    found = [match.end() for match in [ASSIGNED.search(line)] if match]
    found += [match.start() for match in [SHAPES.search(line)] if match]
    return min(found, default=len(line))
