"""The table of advice.py: patterns and what to do, for what Kubernetes says, and for what the program prints."""

from __future__ import annotations

import re

Rule = tuple[re.Pattern[str], str]


def _rules(*pairs: tuple[str, str]) -> tuple[Rule, ...]:
    return tuple((re.compile(pattern, re.MULTILINE), advice) for pattern, advice in pairs)


REFUSED = re.compile(r"connection refused|nothing listens")
LISTENS = re.compile(
    r"(?:\b(127\.0\.0\.1|localhost)|(\[::1\])|(?<![\w.:\]])(?:0\.0\.0\.0|\[::\]|\*)?):(\d{2,5})\b(?!:)"
)
"""An address in a log line, with a loopback host if it has one: ":8080", "127.0.0.1:8080"."""
VARIABLE = r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b"
MISSING = r"(?i:not set|unset|missing|required|must be set|is empty|undefined|set)"
ARCHITECTURE = "the image is for another architecture than {node}{wanted}"
DYNAMIC = "the loader is missing: the binary is dynamic, and an image from scratch has none: let slimdeploy compile it"

CLUSTER = _rules(
    (r"OOMKilled", "the limit is {limit}{gomemlimit}: raise deploy.resources.memory, or let it hold less"),
    (r"exec format error|no match for platform", ARCHITECTURE),
    (r"(?<!/)exec /\S+: no such file or directory", DYNAMIC),
    (r"stat /\S+: no such file or directory", "the program is not in the image under that name"),
    (r"image cannot be pulled: .*x509", "the nodes do not trust the registry's certificate: add its authority there"),
    (r"image cannot be pulled: .*HTTP response to HTTPS", "the registry speaks plain http: the nodes must allow that"),
    (
        r"(?i)image cannot be pulled: .*(unauthorized|denied|forbidden|authorization failed)",
        "the nodes may not pull from this registry: they need a login (a pull secret of the ServiceAccount)",
    ),
    (
        r"image cannot be pulled: .*(not found|manifest unknown|name unknown)",
        "is the image in that registry, under the name that the nodes use?",
    ),
    (r"ErrImageNeverPull", "the node does not hold the image (any more): slimdeploy push loads it again"),
    (
        r"couldn't find key (?P<key>\S+) in (?P<kind>Secret|ConfigMap) (?P<there>[^/\s]+)/(?P<secret>[\w.-]+)",
        "add the key {key} to the {kind} {secret} in namespace {there}",
    ),
    (
        r'(?P<kind>secret|configmap) "(?P<secret>[^"]+)" not found',
        "create it in namespace {namespace}: kubectl -n {namespace} create {kind} ...",
    ),
    (r"runAsNonRoot|non-root policy", "the image asks for root: image.user must be a number other than 0"),
    (r"exceeded quota", "ask for more quota, or ask for less in deploy.resources or deploy.replicas"),
    (r"(maximum|minimum) (?P<what>cpu|memory) usage per", "a LimitRange stands against deploy.resources.{what}"),
    (r"violates PodSecurity", "the namespace enforces a Pod Security level that these pods do not meet"),
    (r'admission webhook "(?P<hook>[^"]+)" denied', "the policy behind {hook} refuses these pods; its text says why"),
    (r"the Deployment is paused", "kubectl -n {namespace} rollout resume deployment/{name}, then run it again"),
    (r"superseded", "look who else deploys here, then run it again: it shows what differs"),
    (r"was deleted", "run it again, once it is clear who deleted it"),
    (r"controller has not looked", "is kube-controller-manager running? Nothing of this release is known to be wrong"),
    (r"Insufficient (cpu|memory)", "no node has so much left: less deploy.resources, fewer replicas, or a larger node"),
    (r"unbound.*PersistentVolumeClaim", "kubectl -n {namespace} get pvc shows what the volume waits for"),
    (r"untolerated taint", "every node is tainted against it: another node, or a toleration"),
    (r"node affinity/selector", "no node has the labels that are asked for"),
    (r"FailedCreatePodSandBox", "the node cannot give the pod a network: that is the node's affair"),
    (r"Evicted|DiskPressure|MemoryPressure", "the node is short of what is named: that is the node's affair"),
    (r"gRPC.*(?i:unimplemented)|service unimplemented", "the program lacks the gRPC health service: app.health"),
    (r"HTTP request to an HTTPS server|malformed HTTP response", "the program speaks another protocol than app.health"),
    (r"answers 404", "the program does not know that path: app.health must be one that it serves"),
    (r"answers 40[13]", "the path asks for a login, and probes have none: app.health must be open"),
    (r"answers 5\d\d", "the program itself says that it is not ready: its log, or what it depends on, tells why"),
    (r"answers \d+", "app.health must be a path that answers with 200"),
    (r"no answer.* in time", "the program takes longer than the probe waits: see what {path} does"),
)

LOG = _rules(
    (r"exec format error", ARCHITECTURE),
    (r"(?<!/)exec /\S+: no such file or directory", DYNAMIC),
    (r"x509: certificate signed by unknown authority", 'no CA certificates in the image: image.ca = "system"'),
    (r"x509: certificate (has expired|is not valid|is valid for)", "the other side's certificate is wrong, or a clock"),
    (r"unknown time zone (?P<zone>\S+)", 'no time zones in the image: image.timezones = "embed"'),
    (r"listen tcp\S* \S*:(?P<low>\d+): bind: permission denied", "port {low} is below 1024: listen on {port} (PORT)"),
    (r"bind: address already in use", "two listeners of the program want the same port"),
    (r"read-only file system", "only /tmp is writable: write there"),
    (r"no space left on device", "the temporary folder or the disk of {node} is full"),
    (r"open (?P<path>/\S+): permission denied", "{path} belongs to somebody else: the program is user {user}"),
    (r"permission denied", "the program is user {user} without capabilities"),
    (r'exec: "(?P<program>[^"]+)": executable file not found', "there is no {program} in the image: only the program"),
    (r"fork/exec (?P<program>\S+): no such file", "there is no {program} in the image: only the program"),
    (r"user: unknown userid|unable to look up user", "the image has no such user: the program is user {user}"),
    (
        r"(?:open|stat|read|lstat) (?P<path>[^/\s:][^\s:]*): no such file or directory",
        "{path} is not in the image; relative paths begin at image.workdir (/): add it to image.files",
    ),
    (
        r"(?:open|stat|read|lstat) (?P<path>/[^\s:]+): no such file or directory",
        "{path} is not in the image: image.files",
    ),
    (r"GOAMD64=v\d|only be run on AMD64 processors", "the node's processor is too old for the GOAMD64 that was chosen"),
    (r"flag provided but not defined: (?P<flag>\S+)", "the program has no flag {flag}: app.args"),
    (r"lookup (?P<host>\S+)( on \S+)?: no such host", "{host} has no address in the cluster: is the name right?"),
    (r"runtime: out of memory|cannot allocate memory", "the limit is {limit}: raise deploy.resources.memory"),
    (
        f"{VARIABLE}.{{0,40}}{MISSING}|{MISSING}.{{0,40}}{VARIABLE}",
        "set it in app.env, or, if it is secret, in app.secrets",
    ),
    (r"dial tcp \S+: connect: connection refused", "what it connects to does not listen there: is the address right?"),
    (r"^(panic|fatal error): ", "the frames are the program's own; all of it: slimdeploy logs --previous"),
    (r"(?i)^\s*usage( of \S+)?:|^\s*flags:$", "it printed its usage: arguments are missing or wrong: app.args"),
)
