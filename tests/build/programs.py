"""Small Go modules, by name: what each is for is said beside it."""

from __future__ import annotations

from pathlib import Path

GO_MOD = "module example.com/team/{name}\n\ngo 1.21\n"
NATIVE = 'package native\n\n// int one(void) { return 1; }\nimport "C"\n\nfunc One() int { return int(C.one()) }\n'
EXCLUDED, UNDEFINED = '"example.com/team/excluded/native"', '"example.com/team/undefined/native"'
PROGRAMS: dict[str, dict[str, str]] = {
    # the article's program: net/http links crypto/x509, which reads the system's roots
    "hello": {
        "main.go": """package main

import (
	"fmt"
	"net/http"
)

func main() {
	http.HandleFunc("/api/", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(answer, "Hello From Go!")
	})
	fmt.Println(http.ListenAndServe(":8080", nil))
}
""",
    },
    # no network: only the program belongs into the image
    "plain": {"main.go": 'package main\n\nfunc main() { println("plain") }\n'},
    # what a program may need of its surroundings: zones, accounts, files, another program
    "needy": {
        "main.go": """package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"time"
)

func main() {
	zone, err := time.LoadLocation("US/Pacific")
	if err != nil {
		panic(err)
	}
	fmt.Println("zone", time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC).In(zone).Format(time.RFC3339))
	account, err := user.Current()
	fmt.Println("user", account.Username, account.Uid, account.HomeDir, err)
	page, err := os.ReadFile("views/a.html")
	fmt.Println("file", string(page), err)
	fmt.Println("start", exec.Command("git", "version").Run() != nil)
	if len(os.Args) > 1 {
		answer, err := http.Get(os.Args[1])
		fmt.Println("get", answer != nil && answer.StatusCode == 200, err)
	}
}
""",
        "views/a.html": "hello",
        "views/b.tmp": "draft",
    },
    # the zone of TZ, without time.LoadLocation
    "local": {
        "main.go": """package main

import (
	"fmt"
	"time"
)

func main() { fmt.Println(time.Date(2024, 7, 1, 12, 0, 0, 0, time.Local).Format(time.RFC3339)) }
"""
    },
    # a library: go build exits 0 and writes an archive
    "library": {"library.go": "package library\n\nfunc F() {}\n"},
    # the program itself is C
    "cmain": {"main.go": 'package main\n\nimport "C"\n\nfunc main() {}\n'},
    # all files of a package need C: "build constraints exclude all Go files"
    "excluded": {
        "main.go": 'package main\n\nimport "example.com/team/excluded/store"\n\nfunc main() { println(store.Get()) }\n',
        "store/store.go": f"package store\n\nimport {EXCLUDED}\n\nfunc Get() int {{ return native.One() }}\n",
        "native/native.go": NATIVE,
    },
    # one file of a package needs C, and what it defines is missing: "undefined: One"
    "undefined": {
        "main.go": f"package main\n\nimport {UNDEFINED}\n\nfunc main() {{ println(native.Two()) }}\n",
        "native/native.go": NATIVE,
        "native/pure.go": "package native\n\nfunc Two() int { return One() + One() }\n",
    },
    "broken": {"main.go": "package main\n\nfunc main() {\n\treturn 1\n}\n"},
}


def write(name: str, folder: Path) -> Path:
    """The module in a folder."""
    for file, text in ({"go.mod": GO_MOD.format(name=name)} | PROGRAMS[name]).items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    return folder
