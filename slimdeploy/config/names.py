"""Names that Kubernetes must accept later: app, port, namespace, context, profile.

Rules: k8s.io/apimachinery pkg/util/validation. An app's name is also a Service's (DNS-1035), a folder of ours and a
binary in the image; 43 characters leave room for the `-<hash>-<pod>` that Kubernetes appends, within 63.
"""

from __future__ import annotations

import re

from slimdeploy.config.refusal import Refused, named, refuse_invisible, visible

LONGEST_APP = 43
LONGEST_LABEL = 63
LONGEST_CONTEXT = 253
LONGEST_PROFILE = 40
RESERVED = {
    "kubernetes": "it is the API server's own Service",
    **dict.fromkeys(("con", "prn", "aux", "nul"), "no folder can have this name on Windows"),
}
SYSTEM = "kube-"


def app_name(name: str) -> str:
    """A DNS-1035 label of at most 43 characters."""
    _check_characters(name)
    if name[:1].isdigit():
        raise Refused("must start with a letter", f'such as "app-{name}"')
    _check_label(name, LONGEST_APP)
    if name in RESERVED:
        raise Refused(f'"{name}" is reserved', RESERVED[name])
    return name


def namespace(name: str) -> str:
    """A DNS-1123 label that is not one of the cluster's own."""
    _check_characters(name)
    _check_label(name, LONGEST_LABEL)
    if name.startswith(SYSTEM):
        raise Refused(f'"{name}" belongs to the cluster itself', "choose a namespace of your own")
    return name


def any_namespace(name: str) -> str:
    """A namespace that is only referred to."""
    _check_characters(name)
    _check_label(name, LONGEST_LABEL)
    return name


def check_as_namespace(app: str) -> None:
    """The app's name is the default of cluster.namespace."""
    if app.startswith(SYSTEM):
        raise Refused(f'namespace "{app}" belongs to the cluster itself', "set cluster.namespace", on_key=True)


def port_name(name: str) -> str:
    """An IANA service name, which a probe and a Service refer to."""
    visible(name)
    legal = re.fullmatch(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*", name, re.ASCII)
    if not legal or len(name) > 15:
        raise Refused("at most 15 of a-z, 0-9 and '-', with a letter", 'such as "http" or "grpc-web"')
    return name


def context_name(name: str) -> str:
    """A context of the kubeconfig: any one printable line."""
    visible(name)
    if not name.strip():
        raise Refused("must not be empty", "`kubectl config get-contexts` lists them")
    if name.startswith("-"):
        raise Refused("must not start with '-'")
    if len(name) > LONGEST_CONTEXT:
        raise Refused(f"{len(name)} characters, at most {LONGEST_CONTEXT}")
    return name


def fingerprint(text: str) -> str:
    """A SHA-256 in hexadecimal, as sha256sum prints it."""
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise Refused("expected 64 hexadecimal digits in lower case", "`slimdeploy config pin` writes them")
    return text


def profile_name(name: str) -> str:
    """What is typed after --profile."""
    visible(name)
    if len(name) > LONGEST_PROFILE or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name, re.ASCII):
        raise Refused(f"a profile's name has at most {LONGEST_PROFILE} letters, digits, '-', '_' and '.'", on_key=True)
    return name


def _check_characters(name: str) -> None:
    refuse_invisible(name)
    if name.startswith("-"):
        raise Refused("must not start with '-'")
    for character in name:
        if character.isascii() and (character.isupper() or character == "_"):
            raise Refused("use lower case letters, digits and '-'", _suggestion(name))
        if not re.match(r"[a-z0-9-]", character):
            raise Refused(f"character {named(character)} not allowed", _suggestion(name))


def _check_label(name: str, longest: int) -> None:
    if not name or name.endswith("-"):
        raise Refused("must start and end with a letter or digit")
    if len(name) > longest:
        raise Refused(f"{len(name)} characters, at most {longest}")


def _suggestion(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._ -]*", name, re.ASCII):
        return ""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
    legal = re.sub(r"[^a-z0-9]+", "-", spaced).strip("-")[:LONGEST_APP].rstrip("-")
    return f'such as "{legal}"' if legal[:1].isalpha() else ""
