"""Well-known packages with C code: what does the same in Go, and which of them compile without C only to fail later."""

from __future__ import annotations

from types import MappingProxyType

REPLACEMENTS = MappingProxyType(
    {
        "github.com/mattn/go-sqlite3": 'modernc.org/sqlite (its driver is called "sqlite")',
        "github.com/confluentinc/confluent-kafka-go": "github.com/twmb/franz-go",
        "github.com/DataDog/zstd": "github.com/klauspost/compress/zstd",
        "github.com/valyala/gozstd": "github.com/klauspost/compress/zstd",
        "github.com/pebbe/zmq4": "github.com/go-zeromq/zmq4",
        "github.com/godror/godror": "github.com/sijms/go-ora",
        "github.com/mattn/go-oci8": "github.com/sijms/go-ora",
        "github.com/linxGnu/grocksdb": "github.com/cockroachdb/pebble",
        "github.com/jmhodges/levigo": "github.com/syndtr/goleveldb",
        "github.com/google/gopacket/pcap": "github.com/google/gopacket/pcapgo",
        "github.com/libgit2/git2go": "github.com/go-git/go-git",
    }
)
STUBS = MappingProxyType(
    {
        "github.com/mattn/go-sqlite3": 'the first query fails: "go-sqlite3 requires cgo to work. This is a stub"',
        "github.com/mutecomm/go-sqlcipher": 'the first query fails: "go-sqlite3 requires cgo to work. This is a stub"',
    }
)
"""What happens at run time. Tried: each is built without an error, and links."""


def replacement(package: str) -> str:
    """What to use instead; empty when nothing well-known is there."""
    return _of_module(package, REPLACEMENTS)


def symptom(package: str) -> str:
    """How the package fails without its C code; empty when it is no known stub."""
    return _of_module(package, STUBS)


def _of_module(package: str, table: MappingProxyType[str, str]) -> str:
    """The entry of the package or of what it is in: /v2 and packages inside count, too."""
    parts = package.split("/")
    names = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((table[name] for name in names if name in table), "")
