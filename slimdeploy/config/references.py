"""Where an image is kept: repository and tag, as a registry and buildah take them.

A wrong one would be noticed only after the whole build ("invalid reference format"), or not at all: buildah commits
"latest" as localhost/latest, and pushes over the network when the name starts with docker://.
Grammar: https://pkg.go.dev/github.com/distribution/reference
"""

from __future__ import annotations

import re

from slimdeploy.config.refusal import Refused, named, visible

EXAMPLE = 'such as "registry.example.com/team/hello"'
HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
LONGEST_REPOSITORY = 255
LONGEST_TAG = 128
VERSION = "{version}"


def repository(text: str) -> str:
    """host[:port]/path, in lower case, without scheme, tag and digest."""
    visible(text)
    if len(text) > LONGEST_REPOSITORY:
        raise Refused(f"{len(text)} characters, at most {LONGEST_REPOSITORY}")
    _refuse_extras(text)
    host, slash, path = text.partition("/")
    if not slash or not is_host(host):
        raise Refused("needs a registry host and a repository", EXAMPLE)
    _check_host(host)
    _check_path(path)
    return text


def _refuse_extras(text: str) -> None:
    if "@sha256:" in text:
        raise Refused("no digest here", "the digest is what slimdeploy finds out")
    if "@" in text:
        raise Refused("no credentials in the address", "use `skopeo login` (value not shown)", confidential=True)
    scheme, separator, rest = text.partition("://")
    if separator:
        hint = f'did you mean "{rest}"?' if is_host(rest.partition("/")[0]) else EXAMPLE
        raise Refused(f'"{scheme}://" prefix not allowed', hint)
    if text != text.lower():
        raise Refused("must be lower case", f'did you mean "{text.lower()}"?')


def is_host(text: str) -> bool:
    """Whether the first part of a name is a registry, and no folder of the default one (Docker's rule)."""
    return text == "localhost" or any(character in text for character in ".:")


def _check_host(host: str) -> None:
    if host.startswith("["):
        raise Refused("an IPv6 address is not possible in an image's name", "use a host name")
    name, colon, port = host.partition(":")
    if not HOST.fullmatch(name):
        raise Refused(f'"{name}" is not a host name', EXAMPLE)
    if colon and not (re.fullmatch("[1-9][0-9]{0,4}", port) and int(port) <= 65535):
        raise Refused(f'"{port}" is not a port', "expected from 1 to 65535")


def _check_path(path: str) -> None:
    components = path.split("/")
    if ":" in components[-1]:
        raise Refused("no tag here", f'use image.tag = "{components[-1].partition(":")[2]}"')
    for component in components:
        if not COMPONENT.fullmatch(component):
            raise Refused(
                f'"{component}" is not a part of a repository',
                "lower case letters and digits; between them '.', '_', '-'",
            )


def tag(text: str) -> str:
    """A tag; `{version}` in it stands for the version of the source."""
    visible(text)
    rest = text.replace(VERSION, "")
    if unknown := re.search(r"\{\w*\}", rest):
        raise Refused(f"{unknown[0]} is unknown", f"{VERSION} is what can be filled in")
    example = text.replace(VERSION, "v")
    if not example:
        raise Refused("must not be empty", f'such as "{VERSION}"')
    if TAG.fullmatch(example) and len(example) <= LONGEST_TAG:
        return text
    raise _not_a_tag(text, rest)


def _not_a_tag(text: str, rest: str) -> Refused:
    if len(text) > LONGEST_TAG:
        return Refused(f"{len(text)} characters, at most {LONGEST_TAG}")
    for character in rest:
        if not re.match(r"[A-Za-z0-9_.-]", character, re.ASCII):
            instead = f'did you mean "{text.replace("+", "_")}"?' if character == "+" else ""
            return Refused(f"character {named(character)} not allowed", instead or "letters, digits, '_', '.' and '-'")
    return Refused(f"must not start with '{text[0]}'")
