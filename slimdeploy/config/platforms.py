"""What an image runs on: linux/<architecture>[/<variant>], in Go's and OCI's words, or what the cluster's nodes are."""

from __future__ import annotations

from slimdeploy.config.refusal import Refused, visible

CLUSTER = "cluster"
VARIANTS = {
    "amd64": ("v1", "v2", "v3", "v4"),
    "arm": ("v5", "v6", "v7"),
    "arm64": (),
    "386": (),
    "ppc64le": (),
    "s390x": (),
    "riscv64": (),
}
OTHER_WORDS = {
    "x86_64": "amd64",
    "x64": "amd64",
    "aarch64": "arm64",
    "armv7": "arm/v7",
    "armhf": "arm/v7",
    "i386": "386",
}
SAME = {"linux/amd64/v1": "linux/amd64", "linux/arm/v7": "linux/arm"}
"""What Go takes where no variant is given."""
MOST = 20


def platforms(value: object) -> object:
    """A list of platforms, each once; or "cluster"."""
    if value == CLUSTER:
        return value
    if isinstance(value, str):
        raise Refused(f'expected a list of platforms or "{CLUSTER}"', f'write ["{visible(value)}"]')
    if not isinstance(value, (list, tuple)):
        raise Refused(f'expected a list of platforms or "{CLUSTER}"', 'such as ["linux/amd64", "linux/arm64"]')
    if not value:
        raise Refused("must not be empty", "leave it out to build for this machine")
    if len(value) > MOST:
        raise Refused(f"at most {MOST} entries")
    seen: dict[str, int] = {}
    for index, each in enumerate(value):
        _check(each, index, seen)
    return tuple(value)


def _check(text: object, index: int, seen: dict[str, int]) -> None:
    """One entry, which none of the earlier ones may mean as well."""
    if not isinstance(text, str):
        raise Refused("expected a string", 'such as "linux/amd64"', at=(index,))
    if text == CLUSTER:
        raise Refused(f'"{CLUSTER}" stands alone', f'write platforms = "{CLUSTER}"', at=(index,))
    try:
        platform(text)
    except Refused as refused:
        raise Refused(refused.message, refused.hint, at=(index,)) from None
    meant = SAME.get(text, text)
    if meant in seen:
        earlier = ("build", "platforms", seen[meant])
        raise Refused(
            f'"{text}" is there already (line {{line}})', "name each platform once", at=(index,), earlier=earlier
        )
    seen[meant] = index


def platform(text: str) -> str:
    """linux/<architecture>[/<variant>], in Go's and OCI's words."""
    visible(text)
    system, _, rest = text.partition("/")
    if system in VARIANTS or system in OTHER_WORDS:
        raise Refused("an operating system comes first", f'did you mean "linux/{OTHER_WORDS.get(system, text)}"?')
    if system != "linux":
        if not text:
            raise Refused("must not be empty", 'such as "linux/amd64"')
        raise Refused(f"{system} images cannot be made here: only linux", 'such as "linux/amd64"')
    architecture, slash, variant = rest.partition("/")
    _check_architecture(architecture)
    if slash and variant not in VARIANTS[architecture]:
        raise Refused(f'"{variant}" is no variant of {architecture}', _variants(architecture))
    return text


def _check_architecture(architecture: str) -> None:
    if architecture in OTHER_WORDS:
        raise Refused(f'"{architecture}" is unknown', f'did you mean "linux/{OTHER_WORDS[architecture]}"?')
    if architecture not in VARIANTS:
        raise Refused(f'architecture "{architecture}" is unknown', "known: " + ", ".join(VARIANTS))


def _variants(architecture: str) -> str:
    known = VARIANTS[architecture]
    return f"known: {', '.join(known)}" if known else f'write "linux/{architecture}"'
