"""Which keys and tables are set already: TOML forbids to set one twice, in several spellings.

a.b = 1        [a]         a = {}       [[a]]        [a.b]
[a]            [a]         a.b = 1      [a]          [a] b.c = 1
"""

from __future__ import annotations

from dataclasses import dataclass

from slimdeploy.config.refusal import KeyPath


@dataclass
class Node:
    """Something that has a key. `section` is the header under which dotted keys made it; 0: no dotted key did."""

    closed: bool = False
    declared: bool = False
    section: int = 0
    elements: int | None = None
    """How many tables an array of tables has so far."""


class AlreadySet(Exception):
    """`path` has been set before; `index` says which part of the new key leads to it."""

    def __init__(self, path: KeyPath, index: int) -> None:
        super().__init__(path)
        self.path = path
        self.index = index


class Structure:
    """What is set so far, and the table that keys belong to now."""

    def __init__(self) -> None:
        self.nodes: dict[KeyPath, Node] = {}
        self.table: KeyPath = ()
        self.section = 1

    def header(self, parts: tuple[str, ...], *, array: bool) -> list[KeyPath]:
        """Enter [parts] or [[parts]]. Returns the path of each part."""
        self.section += 1
        paths = self._above(parts)
        path = (*self._inside(paths[-1] if paths else ()), parts[-1])
        if not (self._add_element(path) if array else self._declare(path)):
            raise AlreadySet(path, len(parts) - 1)
        self.table = self._inside(path)
        return [*paths, path]

    def key(self, base: KeyPath, parts: tuple[str, ...]) -> list[KeyPath]:
        """Set a (dotted) key under `base`. Returns the path of each part."""
        paths: list[KeyPath] = []
        for index, part in enumerate(parts[:-1]):
            paths.append((*(paths[-1] if paths else base), part))
            self._pass_dotted(paths[-1], index)
        path = (*(paths[-1] if paths else base), parts[-1])
        if path in self.nodes:
            raise AlreadySet(path, len(parts) - 1)
        self.nodes[path] = Node(closed=True)
        return [*paths, path]

    def _above(self, parts: tuple[str, ...]) -> list[KeyPath]:
        paths: list[KeyPath] = []
        for index, part in enumerate(parts[:-1]):
            paths.append((*self._inside(paths[-1] if paths else ()), part))
            if self.nodes.setdefault(paths[-1], Node()).closed:
                raise AlreadySet(paths[-1], index)
        return paths

    def _add_element(self, path: KeyPath) -> bool:
        node = self.nodes.setdefault(path, Node(elements=0))
        if node.elements is None:
            return False
        node.elements += 1
        return True

    def _declare(self, path: KeyPath) -> bool:
        node = self.nodes.setdefault(path, Node())
        if node.closed or node.declared or node.section or node.elements is not None:
            return False
        node.declared = True
        return True

    def _pass_dotted(self, path: KeyPath, index: int) -> None:
        node = self.nodes.setdefault(path, Node(section=self.section))
        if node.closed or node.declared or node.elements is not None or node.section not in {0, self.section}:
            raise AlreadySet(path, index)
        node.section = self.section

    def _inside(self, path: KeyPath) -> KeyPath:
        node = self.nodes.get(path)
        return path if node is None or node.elements is None else (*path, node.elements - 1)
