"""What the go command says (1.21 to 1.27), and what it means: the table behind go_errors.

Each meaning is a row: what go says, which kind of failure that is, what it says in our words, what to do next. {1} and
so on are what the pattern found. The first row that fits counts.
"""

from __future__ import annotations

from slimdeploy.errors import CompileFailed, IntegrityError, NotAllowed, SlimdeployError, Unreachable
from slimdeploy.records import frozen

LOGIN = "GOPRIVATE=its/path/*, and a login that works without asking: ~/.netrc, an ssh key, or git's credential helper"
NEWER = "{1} asks for Go {2}, and this is {3}"
GET = (
    "install Go {2} or newer: https://go.dev/dl (no compiler is downloaded unasked)\n"
    'or compile in an image that has it: build.strategy = "builder", build.builder_image = "golang:{2}"'
)


@frozen
class Meaning:
    """One row: a pattern, and what it means."""

    pattern: str
    kind: type[SlimdeployError]
    what: str
    hint: str


MEANINGS = (
    Meaning(
        r"SECURITY ERROR|checksum mismatch",
        IntegrityError,
        "a module is not what go.sum says",
        "find out who changed the module; go.sum is only to be updated (go mod tidy) if that is meant",
    ),
    Meaning(
        r"missing go\.sum entry for (?:module providing package )?(\S+?)[;:\s]",
        IntegrityError,
        "go.sum is stale: it has no checksum for {1}",
        "go mod tidy",
    ),
    Meaning(
        r"module (\S+) listed in go\.work file requires go >= (\S+?), but go\.work lists go (\S+?);",
        CompileFailed,
        "module {1} asks for Go {2}, and go.work for {3}",
        "go work use",
    ),
    Meaning(
        r"(go\.mod) requires go >= (\S+) \(running go (\S+?);", CompileFailed, NEWER, f"{GET}\nor go mod edit -go={{3}}"
    ),
    Meaning(
        r"(go\.work) requires go >= (\S+) \(running go (\S+?);",
        CompileFailed,
        NEWER,
        f"{GET}\nor go work edit -go={{3}}",
    ),
    Meaning(
        r"(?:module )?(\S+@\S+) requires go >= (\S+) \(running go (\S+?);",
        CompileFailed,
        NEWER,
        f"{GET}\nor an older version of that module",
    ),
    Meaning(
        r"module (\S+) requires go >= (\S+) \(running go (\S+?);",
        CompileFailed,
        NEWER,
        f"{GET}\nor go mod edit -go={{3}} {{1}}/go.mod",
    ),
    Meaning(
        r"inconsistent vendoring|import lookup disabled by -mod=vendor",
        CompileFailed,
        "vendor/ is stale: it does not fit go.mod",
        "go mod vendor",
    ),
    Meaning(
        r"^(\S+?): pattern (.+?): cannot embed irregular file",
        CompileFailed,
        "{1}: go:embed takes regular files only, and {2} is none",
        "ls -l shows what it is: a pipe, a socket, a symbolic link",
    ),
    Meaning(
        r"^(\S+?): pattern (.+?): (?:no matching files found|cannot embed)",
        CompileFailed,
        "{1}: go:embed finds no {2}",
        "generated files must be generated first: go generate ./..., or whatever builds them",
    ),
    Meaning(
        r"replacement directory (\S+) does not exist",
        CompileFailed,
        "go.mod replaces a module by {1}, which is not there",
        "check that repository out at this place, or remove the replace line",
    ),
    Meaning(
        r"no required module provides package (\S+?);", CompileFailed, "go.mod has no module for {1}", "go mod tidy"
    ),
    Meaning(r"updates to go\.(?:mod|sum|work) needed", CompileFailed, "go.mod or go.work is stale", "go mod tidy"),
    Meaning(
        r"main module \((\S+)\) does not contain package (\S+)",
        CompileFailed,
        "{2} is not in the module {1}",
        "its folder is a module of its own: slimdeploy -C FOLDER",
    ),
    Meaning(
        r"package (\S+) is not in (?:std|GOROOT)",
        CompileFailed,
        "there is no package {1} in Go's standard library",
        "a package of this project is imported by its module's path (go.mod), one of another module by its host's name",
    ),
    Meaning(
        r"(?:package|imports) (\S+): build constraints exclude all Go files in (\S+)",
        CompileFailed,
        "{1} has no Go files for this platform and these tags",
        "a file's name (x_windows.go) and its //go:build line say what it is for; build.platforms, build.tags",
    ),
    Meaning(
        r"reading go\.work: open (\S+): (?:no such file|not a directory)",
        CompileFailed,
        "GOWORK names {1}, which is not there",
        "unset GOWORK, and `go env -u GOWORK`",
    ),
    Meaning(
        r"stat (\S+): directory not found",
        CompileFailed,
        "there is no folder {1}",
        "build.main names the folder of the main package",
    ),
    Meaning(
        r"no Go files in (\S+)",
        CompileFailed,
        "there are no Go files in {1}",
        "build.main names the folder of the main package",
    ),
    Meaning(
        r"requires (?:external \()?cgo|^-buildmode=\S+ and -o not supported",
        CompileFailed,
        "GOFLAGS asks for something that needs cgo",
        "go env GOFLAGS shows it: -race, -msan, -asan, -linkshared and -buildmode=plugin, shared, c-shared, c-archive "
        "make no static program",
    ),
    Meaning(
        r"can not be used when making a shared object",
        CompileFailed,
        "GOFLAGS asks for a shared library, and a static program is wanted",
        "remove -buildmode from GOFLAGS (go env GOFLAGS shows it)",
    ),
    Meaning(
        r"package (\S+): C source files not allowed when not using cgo or SWIG: (.+)",
        CompileFailed,
        "{1} has C files that no Go file of it asks for: {2}",
        'a Go file of that package needs `import "C"`; or leave C out: static.cgo = "off" takes no notice of C files',
    ),
    Meaning(
        r"could not read Username|terminal prompts disabled|Authentication failed|Permission denied \(publickey|"
        r"no secure protocol found for repository|401 Unauthorized|403 Forbidden",
        NotAllowed,
        "a module's server does not let us in",
        LOGIN,
    ),
    Meaning(
        r"GOPROXY=off",
        Unreachable,
        "a module is missing here, and GOPROXY=off forbids to fetch it",
        "go mod vendor where there is a network",
    ),
    Meaning(
        r"dial tcp|proxyconnect|i/o timeout|Could not resolve host|connection re(?:fused|set)|TLS handshake",
        Unreachable,
        "a module's server does not answer",
        "see GOPROXY (go env GOPROXY), or go mod vendor where there is a network",
    ),
    Meaning(
        r"404 Not Found|410 Gone|Repository not found|repository '\S+' not found",
        CompileFailed,
        "a module cannot be found",
        f"if it is private: {LOGIN}",
    ),
)
