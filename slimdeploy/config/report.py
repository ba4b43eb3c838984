"""Findings -> the list of problems that a person gets: in the order of the file, at most 20, and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from slimdeploy.config.confidential import shown_until
from slimdeploy.config.messages import Words
from slimdeploy.config.places import Fault
from slimdeploy.config.positions import Positions, Span, dotted
from slimdeploy.config.refusal import KeyPath
from slimdeploy.config.source import escaped
from slimdeploy.errors import ConfigError
from slimdeploy.problems import Problem
from slimdeploy.records import frozen

MOST_SHOWN = 20
MOST_WORDED = 200  # the exact place is known with the words, which cost a search for near matches
LONGEST_LINE = 200


@frozen
class Finding:
    """Something wrong at a key path of the file; its words are looked for only when they are needed."""

    path: KeyPath
    identity: str
    """Tells the same problem, found again in another profile, from another one at the same place."""
    words: Callable[[], Words]
    resolve: Callable[[KeyPath], KeyPath]
    """From a key path of the model to the one in the file."""


class Report:
    """Makes problems of what is found in one file."""

    def __init__(self, file: str, positions: Positions) -> None:
        self.file = file
        self.positions = positions

    def of_faults(self, faults: Sequence[Fault]) -> ConfigError:
        """The text is not TOML."""
        return self._error([self._fault(each) for each in faults], len(faults))

    def of_findings(self, findings: Iterable[Finding]) -> ConfigError:
        """The values are not what they should be."""
        unique = {(each.path, each.identity): each for each in reversed(list(findings))}
        ordered = sorted(unique.values(), key=lambda each: self.positions.key(each.path).start)
        return self._error([self._finding(each) for each in ordered[:MOST_WORDED]], len(ordered))

    def caution(self, path: KeyPath, message: str) -> str:
        """A warning in one line, with its place."""
        span = self.positions.value(path)
        return f"{self.file}:{span.line}:{span.column}: {escaped(dotted(path))}: {escaped(message)}"

    def _error(self, problems: list[Problem], total: int) -> ConfigError:
        problems.sort(key=lambda each: (each.line, each.column))
        error = ConfigError(problems[:MOST_SHOWN])
        if total > MOST_SHOWN:
            error.details = (f"and {total - MOST_SHOWN} more",)
        return error

    def _finding(self, finding: Finding) -> Problem:
        words = finding.words()
        path = finding.path + words.at
        span = self.positions.key(path) if words.on_key else self.positions.value(path)
        message = words.message
        if words.earlier is not None:
            line = self.positions.value(finding.resolve(words.earlier)).line
            message = message.replace("{line}", str(line))
        until = self.positions.value(path).start if words.confidential else len(self.positions.text)
        source = self._source(span, until) if self.positions.written(path) else ""
        return self._problem(span, path, (words.code, message, words.hint), source)

    def _fault(self, fault: Fault) -> Problem:
        span, message = self.positions.span(fault.start, fault.end), fault.message
        source = self._source(span, len(self.positions.text))
        if fault.earlier is not None:
            earlier = self.positions.span(fault.earlier, fault.earlier)
            message = message.replace("{line}", str(earlier.line)).replace("{column}", str(earlier.column))
            in_string = self.positions.text[fault.earlier] in "\"'"
            source = "" if in_string and earlier.line < span.line else source
        if fault.end > fault.start + 1 and self._hidden(span):
            message = "not a value (not shown)"
        return self._problem(span, fault.path, (fault.code, message, fault.hint), source)

    def _hidden(self, span: Span) -> bool:
        return shown_until(self.positions.line_text(span.line)) < span.end_column - 1

    def _problem(self, span: Span, path: KeyPath, words: tuple[str, str, str], source: str) -> Problem:
        code, message, hint = words
        name = escaped(dotted(path))
        text = escaped(f"{name}: {message}" if name else message)
        return Problem(self.file, span.line, span.column, span.end_column, name, code, text, escaped(hint), source)

    def _source(self, span: Span, until: int) -> str:
        """The line for the caret, up to what must not be shown; nothing if the caret would stand behind that."""
        line = self.positions.line_text(span.line)
        end = min(shown_until(line), until - (span.start - span.column + 1), LONGEST_LINE)
        if end >= len(line):
            return line
        return f"{line[:end]}..." if span.column <= end else ""
