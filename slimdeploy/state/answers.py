"""What a program answered, kept under a value for all that the answer depends on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from slimdeploy.records import frozen
from slimdeploy.state.newest import keep_newest

KEPT = 12


@frozen
class Answers:
    """Answers in a folder. Without a value for what they depend on, none is known and none is kept."""

    folder: Path
    value: str | None

    def get(self, question: str) -> str | None:
        """The answer to this very question, if it is kept."""
        if self.value is None:
            return None
        file = self._file(question)
        try:
            answer = file.read_text(encoding="utf-8")
            os.utime(file)
        except (OSError, ValueError):
            return None
        return answer

    def keep(self, answers: Mapping[str, str]) -> None:
        """By question. Each is written whole or not at all; the oldest go."""
        if self.value is None or not answers:
            return
        self.folder.mkdir(exist_ok=True)
        for question, answer in answers.items():
            file = self._file(question)
            fresh = file.with_suffix(".new")
            fresh.write_text(answer, encoding="utf-8")
            fresh.replace(file)
        keep_newest(self.folder, KEPT)

    def _file(self, question: str) -> Path:
        return self.folder / hashlib.sha256(f"{self.value}\0{question}".encode()).hexdigest()[:32]
