"""What the linker writes into string variables of a program: build.stamp, and the words that are filled in.

The words speak of the git commit, never of now: the same source has to give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from slimdeploy.config import flags
from slimdeploy.config.confidential import secret_name, secret_shape
from slimdeploy.config.near import did_you_mean
from slimdeploy.config.refusal import Refused, visible

WORDS = ("version", "commit", "date")
LISTED = "{version}, {commit} and {date} are what can be filled in"
WORD = re.compile(r"\{([^{}]*)\}")
NAME = re.compile(r"[A-Za-z0-9_~./-]*[A-Za-z0-9_]\.[A-Za-z_]\w*", re.ASCII)


def variable(name: str) -> str:
    """A string variable, as the linker names it: the import path of its package (or main), a dot, its name."""
    visible(name)
    if not NAME.fullmatch(name) or name.startswith("-"):
        hint = 'such as "main.version", in quotes' if re.fullmatch(r"\w+", name) else 'such as "main.version"'
        raise Refused("expected package.variable", hint, on_key=True)
    if secret_name(name):
        raise Refused("looks like a secret", "a binary is not a secret store", on_key=True, confidential=True)
    return name


def value(text: str) -> str:
    """What is written there; {version}, {commit} and {date} are filled in."""
    visible(text)
    for word in WORD.findall(text):
        if word not in WORDS:
            question = did_you_mean(word, WORDS)
            raise Refused(f"{{{word}}} is unknown{question}", "" if question else LISTED)
    if re.search(r"[{}]", WORD.sub("", text)):
        raise Refused("a brace without its other half", LISTED)
    if secret_shape(text):
        raise Refused("looks like a secret", "a binary is not a secret store", confidential=True)
    flags.linker_flag(f"-X stamp.x={text}")
    return text


def asked(texts: Iterable[str]) -> frozenset[str]:
    """The words that these texts ask for."""
    return frozenset(word for text in texts for word in WORD.findall(text))


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with its words filled in."""
    return WORD.sub(lambda found: words[found[1]], text)
