"""What a registry's refusal means: one table from what skopeo printed to an error of ours, and whether to try again.

skopeo gives no status code and no kind, only a sentence. These are the sentences of skopeo 1.9, Go's TLS, and the
registries that are named; each has a test with the real skopeo, but for those that only a hosted registry says.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress

from slimdeploy.errors import ImageFailed, NotAllowed, PushFailed, SlimdeployError, Unreachable
from slimdeploy.records import frozen
from slimdeploy.tools.command import ToolFailed, ToolTimeout
from slimdeploy.tools.credentials import Access, refusal

FOR_EVER = 1_000_000
ABSENT = re.compile("(manifest|name) unknown|not found", re.IGNORECASE)
PROBING = re.compile(r"trying to reuse blob sha256:\w+ at destination: ")  # a layer, or what asks whether we may push
STATUS = r"(?:HTTP status: |code from registry |destination repository \S+: |StatusCode: |status code |Status:\")"
TRUST = (
    "put the authority's certificate into /etc/containers/certs.d/{host}/ca.crt\n"
    "or give up the check: image.insecure = true"
)


@frozen
class Reason:
    """A kind of failure. {host}, {path}, {who} and the groups of the pattern, {0} and so on, are filled in.

    `tries` is how often it is worth to try in all.
    """

    pattern: str
    error: type[SlimdeployError]
    what: str
    hint: str = ""
    tries: int = 1


LOGIN = Reason(
    "unauthorized|authentication required|invalid username/password|" + STATUS + "401",
    NotAllowed,
    "the registry {host} wants another login",
)
REASONS = (
    Reason(
        "HTTP response to HTTPS", Unreachable, "{host} speaks plain http", "image.insecure = true, if that is meant"
    ),
    Reason(
        r"expired or is not yet valid: current time (\S+) is after (\S+)",
        Unreachable,
        "the TLS certificate of {host} expired at {1}",
        "it has to be renewed; this machine's clock says {0}",
    ),
    Reason(
        r"expired or is not yet valid: current time (\S+) is before (\S+)",
        Unreachable,
        "the TLS certificate of {host} is not valid before {1}",
        "check the clock: this machine's says {0}",
    ),
    Reason(
        r"certificate is (?:not )?valid for ((?:(?!, not ).)+?)(?:, not (\S+?))?[\\\"]*$",
        Unreachable,
        "the TLS certificate of {host} is made out to another name: {0}",
        "name the registry in {key} as its certificate does",
    ),
    Reason(
        "doesn't contain any IP SANs|legacy Common Name field",
        Unreachable,
        "the TLS certificate of {host} is not made out to that name or address",
        "it needs the name in subjectAltName; the common name alone does not count any more",
    ),
    Reason(
        "signed by unknown authority",
        Unreachable,
        "the TLS certificate of {host} is signed by nobody that this machine trusts (self-signed, or a company's own)",
        TRUST,
    ),
    Reason("(?:x509|tls): ", Unreachable, "no TLS connection with {host}", "openssl s_client -connect {host}"),
    Reason(
        r"lookup (\S+?)(?: on \S+)?: no such host",
        Unreachable,
        "there is no host {0}",
        "see {key} in slim.toml",
        tries=3,
    ),
    Reason(
        "connection refused|i/o timeout|network is unreachable|no route to host|TLS handshake timeout"
        "|server misbehaving|temporary failure in name resolution",
        Unreachable,
        "the registry {host} does not answer",
        "see {key} in slim.toml",
        tries=3,
    ),
    Reason(
        "TAG_INVALID|tag invalid|immutable|cannot be overwritten",
        PushFailed,
        "the registry {host} does not let this tag be overwritten",
    ),
    Reason(
        f"{STATUS}429|toomanyrequests|too many requests",
        Unreachable,
        "the registry {host} wants fewer requests (429)",
        "run it again later",
        tries=FOR_EVER,
    ),
    LOGIN,
    Reason(
        "(?<!permission )denied|forbidden|" + STATUS + "403",
        NotAllowed,
        "{who} may not {act} {path} on {host}",
        "ask for the right to do so, or: skopeo login {host}",
    ),
    Reason(
        "NAME_UNKNOWN|name unknown",
        PushFailed,
        "the registry {host} has no repository {path}",
        "see {key} in slim.toml; some want it to be made before the first push",
    ),
    Reason(
        f"code from registry (404|2..|3..)|{STATUS}(404)",
        PushFailed,
        "{host} answers, but not as a registry",
        "see {key} in slim.toml: is it the right host and port?",
    ),
    Reason(f"{STATUS}(50[234]|408)", Unreachable, "the registry {host} is in trouble ({0})", "run it again later", 5),
    Reason(
        f"{STATUS}(5..)",
        PushFailed,
        "the registry {host} fails ({0})",
        "its own log says why; a full disk looks like this",
        tries=4,
    ),
    Reason(
        "digest invalid|DIGEST_INVALID|size invalid|SIZE_INVALID",
        PushFailed,
        "the registry {host} rejected the blob digest: what arrived is not what was sent",
        "something between here and there changes or cuts uploads",
        tries=3,
    ),
    Reason(
        "connection reset|broken pipe|closed network connection|unexpected EOF|: EOF|http2: |server closed",
        Unreachable,
        "the connection to the registry {host} breaks again and again",
        "run it again later",
        tries=5,
    ),
)
OTHER = Reason("", PushFailed, "the registry {host} did not take the image")
NOT_GIVEN = Reason("", ImageFailed, "the registry {host} did not give the image {path}", "see {key} in slim.toml")
NO_IMAGE = Reason("", ImageFailed, "the registry {host} has no image {path}", "see {key} in slim.toml")
IDLE = Reason("", Unreachable, "the registry {host} hangs: no byte was moved for {0} s", "run it again later", tries=2)
OVER = Reason("", Unreachable, "the registry {host} was not done within {0} s", "--push-timeout gives a push more time")


def reason_for(failure: ToolFailed) -> Reason:
    """Which kind of failure this is."""
    if isinstance(failure, ToolTimeout):
        return IDLE if failure.idle else OVER
    text = said(failure)
    return next((each for each in REASONS if re.search(each.pattern, text, re.IGNORECASE)), OTHER)


def explain(failure: ToolFailed, repository: str, access: Access, *, pulled_for: str = "") -> SlimdeployError:
    """What a failed skopeo means, when it asked with this login. `pulled_for` is the key that names a pulled image."""
    reason, text = reason_for(failure), said(failure)
    if pulled_for and reason.error is PushFailed:
        reason = NO_IMAGE if ABSENT.search(text) else NOT_GIVEN
    host, _, path = repository.partition("/")
    if reason is LOGIN:
        return refusal(access, host, *([f"{pulled_for}: {repository}"] if pulled_for else []), text)
    found = re.search(reason.pattern, text, re.IGNORECASE)
    groups = [each for each in found.groups() if each] if found else []
    if isinstance(failure, ToolTimeout):
        groups, text = [f"{failure.seconds:.3g}"], failure.what
    words = {"host": host, "path": path, "who": str(access)}
    words |= {"act": "pull" if pulled_for else "push to", "key": pulled_for or "image.repository"}
    return reason.error(
        reason.what.format(*groups, **words), details=(text,), hint=reason.hint.format(*groups, **words)
    )


def said(failure: ToolFailed) -> str:
    """skopeo's last words, without the log's dress, what it was about to do, and a registry's state in addresses."""
    last = failure.output[-1] if failure.output else "no output"
    found = re.search(r'level=fatal msg=(".*")$', last)
    with suppress(ValueError):
        last = str(json.loads(found[1])) if found else last
    last = PROBING.sub("", last)
    return re.sub(r"\?[^\s\"]*_state=[^\s\"]*?(?=:?[\s\"]|$)", "", " ".join(last.split()))
