"""Places in slim.toml for what turns out to be wrong only after it was loaded: a file or a variable is not there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from slimdeploy.config.refusal import KeyPath
from slimdeploy.config.source import read_text, shown_name
from slimdeploy.records import frozen

if TYPE_CHECKING:  # seldom needed, and slow to import
    from slimdeploy.config.checking import View
    from slimdeploy.config.report import Report
    from slimdeploy.errors import ConfigError


@frozen
class Source:
    """The slim.toml that a configuration was read from, and the profile that was laid over it."""

    file: Path
    profile: str | None = None

    def refusal(self, wrong: Iterable[tuple[KeyPath, str, str]]) -> ConfigError:
        """The error for findings: key path, message, hint."""
        from slimdeploy.config.messages import Words
        from slimdeploy.config.report import Finding

        report, view = self._report()
        found = [
            Finding(view.locate(path), message, partial(Words, "content", message, hint, on_key=True), view.locate)
            for path, message, hint in wrong
        ]
        return report.of_findings(found)

    def caution(self, path: KeyPath, message: str) -> str:
        """A warning in one line, with its place."""
        report, view = self._report()
        return report.caution(view.locate(path), message)

    def _report(self) -> tuple[Report, View]:
        from slimdeploy.config.checking import View
        from slimdeploy.config.positions import locate
        from slimdeploy.config.report import Report

        positions = locate(read_text(self.file))
        return Report(shown_name(self.file), positions), View(positions, self.profile)
