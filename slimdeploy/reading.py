"""What slim.toml only refers to: files and secrets, read and checked before anything is compiled."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from slimdeploy.config.settings import changed
from slimdeploy.events import Report, Warned
from slimdeploy.workbench import Request

if TYPE_CHECKING:  # a build needs none of it
    from slimdeploy.artifacts.workload import Contents


def contents(request: Request, report: Report, given: Container[str] = ()) -> Contents:
    """What slim.toml only refers to: files and secrets. Raises ConfigError, in which no value is shown.

    The secrets that are `given` already are not looked for.
    """
    from slimdeploy.artifacts.workload import Contents

    app, source = request.config.app, request.source
    app = changed(app, secrets={name: each for name, each in app.secrets.items() if name not in given})
    if source is None or not (app.config or app.secrets):
        return Contents()
    from slimdeploy.facts.contents import read_contents

    reading = read_contents(request.project, app)
    if reading.wrong:
        raise source.refusal(reading.wrong)
    for path, words in reading.cautions:
        report(Warned(source.caution(path, words)))
    return reading.contents
