"""What slim.toml may say about the content of the image: which files of the project, where to, and labels.

The project's folder is the limit: whatever else is on this machine (/etc, ~/.ssh) must not get into an image by a slip.
"""

from __future__ import annotations

import re

from slimdeploy.config.confidential import secret_shape
from slimdeploy.config.near import did_you_mean
from slimdeploy.config.refusal import Refused, visible

MODES = ("auto", "system", "none")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"  # the first place where crypto/x509 looks (root_linux.go)
ZONES = "/usr/share/zoneinfo"  # the first place where time.LoadLocation looks (zoneinfo_unix.go)
PASSWD, GROUP = "/etc/passwd", "/etc/group"
RESERVED = {
    CERTIFICATES: "image.ca decides about it",
    ZONES: "image.timezones decides about it",
    PASSWD: "it is made for image.user",
    GROUP: "it is made for image.user",
    **dict.fromkeys(("/etc/hosts", "/etc/hostname", "/etc/resolv.conf"), "it is written when the container starts"),
    **dict.fromkeys(("/proc", "/sys", "/dev"), "it is the kernel's"),
    "/tmp": "it is an empty folder when the container starts",  # noqa: S108 - a place in the image
}
LABEL = re.compile(r"[A-Za-z0-9]+(?:[._/-]+[A-Za-z0-9]+)*", re.ASCII)
LONGEST_LABEL = 4096


def source(path: str) -> str:
    """What is copied: a folder, a file or a glob inside of the project, without ./ in front."""
    visible(path)
    if path.startswith(("/", "~")):
        raise Refused("must be inside the project", "a path from slim.toml's folder on")
    short = re.sub(r"^(\./+)+|/+$", "", path)
    parts = short.split("/")
    if ".." in parts:
        raise Refused("leaves the project", "only files of the project can go into its image")
    if short in {"", "."} or all(set(part) <= {"*"} for part in parts):
        raise Refused("is the whole project", "name the folders that the program needs")
    if "." in parts or "" in parts:
        raise Refused("not a plain path", 'such as "views" or "static/*.css"')
    return short


def target(path: str) -> str:
    """Where it goes: an absolute path that nothing else decides about."""
    folder(path.rstrip("/") or "/")
    if why := reserved(path.rstrip("/")):
        raise Refused(f"{path} cannot be replaced: {why}")
    return path


def folder(path: str) -> str:
    """An absolute path in the image, in its plain form."""
    visible(path)
    if not path.startswith("/"):
        raise Refused("must be an absolute path", f'did you mean "/{path.removeprefix("./")}"?')
    if path != "/" and not {"", ".", ".."}.isdisjoint(path.split("/")[1:]):
        raise Refused("not a plain path", "without '.', '..' and '//'")
    return path


def reserved(path: str) -> str:
    """Why no file of the project may stand at, below or in the way of this path; "" if one may."""
    taken = (why for place, why in RESERVED.items() if path == place or path.startswith(f"{place}/"))
    return next(taken, "")


def pattern(text: str) -> str:
    """A glob of exclude or allow: a name at any depth, or a path from `from` on."""
    visible(text)
    if not text or text.startswith("/") or ".." in text.split("/"):
        raise Refused("not a glob", 'a name such as "*.tmp", or a path from the folder in `from` on')
    return text.rstrip("/")


def authorities(value: object) -> object:
    """image.ca: one of three words, or a list of files in the project."""
    expected = 'expected "auto", "system", "none" or a list of files'
    if isinstance(value, list):
        return tuple(_certificate_file(each, index) for index, each in enumerate(value)) or _refuse(expected)
    if not isinstance(value, str):
        return _refuse(expected)
    if value in MODES:
        return value
    if "." in value:
        raise Refused(expected, f'write ["{visible(value)}"]')
    return _refuse(f"{expected}{did_you_mean(value, MODES)}")


def _certificate_file(value: object, index: int) -> str:
    if not isinstance(value, str) or set(value) & set("*?["):
        raise Refused("expected a file of the project", 'such as "corp.pem"', at=(index,))
    try:
        return source(value)
    except Refused as refused:
        raise Refused(refused.message, refused.hint, at=(index,)) from None


def _refuse(message: str) -> object:
    raise Refused(message)


def label_name(name: str) -> str:
    """A label's name: the image specification asks for reverse domain names."""
    if not LABEL.fullmatch(name) or len(name) > 255:
        raise Refused(
            "letters and digits, joined by '.', '-', '_' or '/'", "such as org.opencontainers.image.title", on_key=True
        )
    return name


def label_value(value: str) -> str:
    """A label's value: one line, and no secret, since whoever pulls the image reads it."""
    visible(value)
    if secret_shape(value):
        raise Refused(
            "looks like a secret (value not shown)", "labels can be read by all", on_key=True, confidential=True
        )
    if len(value) > LONGEST_LABEL:
        raise Refused(f"{len(value)} characters, at most {LONGEST_LABEL}")
    return value
