"""A parsed slim.toml against the model: by itself, and with each profile over it, chosen or not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from slimdeploy.config.keys import PROFILES
from slimdeploy.config.messages import KEY_MARK, Words, words
from slimdeploy.config.model import Config
from slimdeploy.config.names import profile_name
from slimdeploy.config.near import did_you_mean
from slimdeploy.config.positions import Positions
from slimdeploy.config.profiles import MOST_PROFILES, Document, merge, separate
from slimdeploy.config.refusal import KeyPath, Refused
from slimdeploy.config.report import Finding
from slimdeploy.records import frozen

ENOUGH = 1000  # findings, after which further profiles are not looked at


@frozen
class Checked:
    """The configuration, unless something is wrong with it, and everything that is wrong in the file."""

    config: Config | None
    findings: tuple[Finding, ...]


def check(document: Document, positions: Positions, profile: str | None) -> Checked:
    """Validate everything; `profile` is the one that is chosen."""
    base, profiles = separate(document)
    findings = list(_misnamed(profiles, profile))
    usable = {} if findings and not isinstance(profiles, dict) else _tables(profiles)
    config: Config | None = None
    for name in (None, *usable):
        if len(findings) > ENOUGH:
            break
        view = View(positions, name)
        found, errors = _validate(merge(base, usable[name]) if name is not None else base)
        config = found if name == profile else config
        findings += [view.finding(each) for each in errors if view.counts(each, profile)]
    return Checked(config, tuple(findings))


@frozen
class View:
    """The file as one profile sees it: its own lines first, then the common ones."""

    positions: Positions
    name: str | None

    def finding(self, error: ErrorDetails) -> Finding:
        path = self.locate(_model_path(error))
        raw = self.positions.value(path)
        identity = f"{error['type']} {error.get('ctx', {}).get('error', '')}"
        text = self.positions.text[raw.start : raw.end]
        return Finding(path, identity, partial(words, error, _model_path(error), text), self.locate)

    def counts(self, error: ErrorDetails, chosen: str | None) -> bool:
        """What is missing may be in the chosen profile only."""
        if error["type"] != "missing" or self.name == chosen:
            return True
        return self.name is not None and self.locate(_model_path(error))[0] == PROFILES

    def locate(self, path: KeyPath) -> KeyPath:
        """From a key path of the model to the one in the file."""
        if self.name is None:
            return path
        own: KeyPath = (PROFILES, self.name, *path)
        depth = self.positions.written(own) - 2
        return own if depth >= max(1, self.positions.written(path)) else path


def _model_path(error: ErrorDetails) -> KeyPath:
    location = error["loc"]
    return location[:-1] if location and location[-1] == KEY_MARK else location


def _validate(document: Document) -> tuple[Config | None, list[ErrorDetails]]:
    try:
        return Config.model_validate(document), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _tables(profiles: Document) -> Document:
    return {name: each for name, each in profiles.items() if isinstance(each, dict)}


def _misnamed(profiles: Any, chosen: str | None) -> Iterator[Finding]:  # noqa: ANN401 - whatever the file says
    if not isinstance(profiles, dict):
        yield _note((PROFILES,), Words("type", "expected a table of profiles", "such as [profiles.staging]"))
        return
    if len(profiles) > MOST_PROFILES:
        yield _note((PROFILES,), Words("range", f"at most {MOST_PROFILES} profiles"))
    for name, each in profiles.items():
        if not isinstance(each, dict):
            yield _note((PROFILES, name), Words("type", "expected a table"))
        try:
            profile_name(name)
        except Refused as refused:
            yield _note((PROFILES, name), Words("refused", refused.message, on_key=True))
    if chosen is not None and chosen not in profiles:
        yield _note((PROFILES,), _no_such(chosen, sorted(profiles)))


def _no_such(chosen: str, known: list[str]) -> Words:
    listed = f"there are: {', '.join(known)}" if known else "the file has no profiles"
    return Words("unknown-profile", f'no profile "{chosen}"{did_you_mean(chosen, known)}', listed, on_key=True)


def _note(path: KeyPath, said: Words) -> Finding:
    return Finding(path, said.message, lambda: said, lambda each: each)
