"""This terminal connected with a container's: raw, so that every key and every colour passes, and resized along."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from slimdeploy.tools.kube_streams import RESIZE, STDERR, STDIN, STDOUT, Channel

CHUNK = 4096


class Terminal:
    """The session, until the container's program ends."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def run(self) -> None:
        """Carry bytes both ways. The terminal is as it was afterwards, whatever happens."""
        with _raw(), self._following_size():
            threading.Thread(target=self._keys, daemon=True).start()
            while message := self._channel.receive():
                number, data = message
                if number in {STDOUT, STDERR}:
                    os.write(sys.stdout.fileno(), data)
        self._channel.close()

    def _keys(self) -> None:
        with suppress(OSError):
            while data := os.read(sys.stdin.fileno(), CHUNK):
                self._channel.send(STDIN, data)

    def _tell_size(self, *_: object) -> None:
        size = shutil.get_terminal_size()
        with suppress(OSError):
            self._channel.send(RESIZE, json.dumps({"Width": size.columns, "Height": size.lines}).encode())

    @contextmanager
    def _following_size(self) -> Iterator[None]:
        before = signal.signal(signal.SIGWINCH, self._tell_size)
        self._tell_size()
        try:
            yield
        finally:
            signal.signal(signal.SIGWINCH, before)


@contextmanager
def _raw() -> Iterator[None]:
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setraw(keyboard)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
