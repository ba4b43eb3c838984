"""A Go project with all that go reads of it, and what people, editors and git do to that between two builds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.tools.test_git import git

FILES = {
    "app/go.mod": "module example.com/app\n\ngo 1.21\n\nrequire example.com/lib v1.0.0\n\n"
    "replace example.com/lib => ../lib\n",
    "app/main.go": 'package main\n\nimport (\n\t_ "embed"\n\n\t"example.com/app/inner"\n\t"example.com/app/linked"\n'
    '\t"example.com/lib"\n)\n\n//go:embed page.html\nvar page string\n\n'
    "func main() { println(page, inner.Text, lib.Text, linked.Text, word()) }\n",
    "app/word.go": '//go:build !special\n\npackage main\n\nfunc word() string { return "word-0" }\n',
    "app/special.go": '//go:build special\n\npackage main\n\nfunc word() string { return "spec-0" }\n',
    "app/page.html": "page-0\n",
    "app/inner/inner.go": 'package inner\n\nconst Text = "inner-0"\n',
    "app/views/a.css": "css-0\n",
    "lib/go.mod": "module example.com/lib\n\ngo 1.21\n",
    "lib/lib.go": 'package lib\n\nconst Text = "lib-0"\n',
    "my lib/go.mod": "module example.com/lib\n\ngo 1.21\n",
    "my lib/lib.go": 'package lib\n\nconst Text = "mylib-0"\n',
    "further/linked.go": 'package linked\n\nconst Text = "linked-0"\n',
    "further/env": "GOFLAGS=\n",
    "elsewhere/go.work": "go 1.21\n\nuse (\n\t../app\n\t../lib\n)\n",
}
TEXTS = (
    "app/main.go", "app/word.go", "app/special.go", "app/page.html", "app/inner/inner.go", "app/views/a.css",
    "lib/lib.go", "my lib/lib.go", "further/linked.go",
)  # fmt: skip


@dataclass
class World:
    """The folders, and what is exported."""

    folder: Path
    exported: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        return self.folder / "app"

    def file(self, number: int) -> Path:
        """One of the files with a text; removed and renamed ones are put back first."""
        name = TEXTS[number % len(TEXTS)]
        if not (self.folder / name).exists():
            (self.folder / name).write_text(FILES[name])
        return self.folder / name

    def swap(self, name: str, old: str, new: str) -> None:
        """One for the other, and back again the next time."""
        file = self.folder / name
        text = file.read_text() if file.exists() else FILES[name]
        file.write_text(text.replace(old, new) if old in text else text.replace(new, old))

    def export(self, name: str, value: str) -> None:
        if self.exported.get(name) == value:
            del self.exported[name]
        else:
            self.exported[name] = value


def create(folder: Path) -> World:
    """The project; one package of it is a link to a folder elsewhere, and it is in git."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "app/linked").symlink_to("../further")
    git(folder / "app", "init", "-q")
    commit(World(folder), 0)
    return World(folder)


def commit(world: World, _: int) -> None:
    git(world.project, "add", ".")
    git(world.project, "commit", "-q", "--allow-empty", "-m", "one")


def checkout(world: World, number: int) -> None:
    """Older content, as git writes it."""
    count = int(git(world.project, "rev-list", "--count", "HEAD"))
    git(world.project, "checkout", "-q", f"HEAD~{number % count}", "--", ".")


def turned(text: str, number: int) -> str:
    """The same length, another digit; Go's version line stays."""
    digits = [at for at, each in enumerate(text) if each.isdigit() and text[at - 1] == "-"]
    for at in digits:
        text = text[:at] + str((int(text[at]) + 1 + number % 9) % 10) + text[at + 1 :]
    return text


def edit(world: World, number: int) -> None:
    file = world.file(number)
    file.write_text(turned(file.read_text(), number))


def edit_and_restore_the_time(world: World, number: int) -> None:
    file = world.file(number)
    before = file.stat()
    file.write_text(turned(file.read_text(), number))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def edit_as_editors_do(world: World, number: int) -> None:
    """A new file with the same time and mode, renamed over the old one."""
    file = world.file(number)
    fresh = file.with_name(".fresh")
    fresh.write_text(turned(file.read_text(), number))
    shutil.copystat(file, fresh)
    fresh.rename(file)


def remove(world: World, number: int) -> None:
    world.file(number).unlink()


def rename(world: World, number: int) -> None:
    file = world.file(number)
    file.rename(file.with_name(f"renamed_{number % 2}{file.suffix}"))


def exchange(world: World, number: int) -> None:
    """Two versions of one file change places."""
    file = world.file(number)
    other = file.with_name(f"{file.name}.old")
    if not other.exists():
        shutil.copy2(file, other)
        edit(world, number)
    file.rename(file.with_name("between"))
    other.rename(file)
    file.with_name("between").rename(other)


def make_link(world: World, number: int) -> None:
    """A file becomes a link to its copy elsewhere, which then changes."""
    file = world.file(number)
    if file.suffix != ".go" or file.is_symlink():
        return
    there = world.folder / "further" / f"{file.parent.name}_{file.name}.txt"
    file.rename(there)
    file.symlink_to(there)


def mode(world: World, number: int) -> None:
    file = world.file(number)
    file.chmod(file.stat().st_mode ^ 0o111)


def vendor(world: World, _: int) -> None:
    """`go mod vendor`, by hand; the next time it is removed."""
    folder = world.project / "vendor"
    if folder.exists():
        shutil.rmtree(folder)
        return
    (folder / "example.com/lib").mkdir(parents=True)
    (folder / "example.com/lib/lib.go").write_text('package lib\n\nconst Text = "vendored-0"\n')
    lines = "# example.com/lib v1.0.0 => ../lib\n## explicit; go 1.21\nexample.com/lib\n# example.com/lib => ../lib\n"
    (folder / "modules.txt").write_text(lines)


def workspace(world: World, _: int) -> None:
    """A go.work above, which uses a module that replaces another one."""
    file = world.folder / "go.work"
    if file.exists():
        file.unlink()
    else:
        file.write_text('go 1.21\n\nuse (\n\t./app\n\t"./my lib"\n)\n')


def touch(world: World, number: int) -> None:
    os.utime(world.file(number), (number, number))


def nothing(_: World, __: int) -> None:
    pass


EDITS: dict[str, Callable[[World, int], object]] = {
    "nothing": nothing,
    "edit": edit,
    "edit, time restored": edit_and_restore_the_time,
    "edit by rename": edit_as_editors_do,
    "remove": remove,
    "rename": rename,
    "exchange": exchange,
    "link": make_link,
    "mode": mode,
    "touch": touch,
    "vendor": vendor,
    "workspace": workspace,
    "commit": commit,
    "checkout": checkout,
    "language version": lambda world, _: world.swap("app/go.mod", "go 1.21", "go 1.22"),
    "another replacement": lambda world, _: world.swap("app/go.mod", "=> ../lib", '=> "../my lib"'),
    "go.sum": lambda world, number: (world.project / "go.sum").write_text("" if number % 2 else "\n"),
    "tags exported": lambda world, _: world.export("GOFLAGS", "-tags=special"),
    "vendoring exported": lambda world, _: world.export("GOFLAGS", "-mod=mod"),
    "system exported": lambda world, _: world.export("GOOS", "windows"),
    "no workspace": lambda world, _: world.export("GOWORK", "off"),
    "another workspace": lambda world, _: world.export("GOWORK", str(world.folder / "elsewhere/go.work")),
    "its use": lambda world, _: world.swap("elsewhere/go.work", "../lib", '"../my lib"'),
    "settings of go": lambda world, _: world.export("GOENV", str(world.folder / "further/env")),
    "a setting": lambda world, _: world.swap("further/env", "GOFLAGS=\n", "GOFLAGS=-tags=special\n"),
}
