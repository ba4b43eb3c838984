"""build.main before go sees it: a symbolic link on the way there is refused, since go and we would see other folders.

go compiles what a link to elsewhere holds, and takes one to the project itself for another module.
"""

from __future__ import annotations

from pathlib import Path

from slimdeploy.config.placing import Source

AT = ("build", "main")


def check_main(project: Path, main: str | None, source: Source | None) -> None:
    """Raise ConfigError, at its place, for a main package behind a symbolic link."""
    if not main or source is None:
        return
    parts = [project / Path(*Path(main).parts[:length]) for length in range(1, len(Path(main).parts) + 1)]
    linked = next((each for each in parts if each.is_symlink()), None)
    if linked:
        where = linked.relative_to(project).as_posix()
        words = f"./{where} is a symbolic link to {linked.readlink()}"
        raise source.refusal([(AT, words, _instead(project, main))])


def _instead(project: Path, main: str) -> str:
    try:
        real = (project / main).resolve(strict=True).relative_to(project.resolve())
    except (OSError, ValueError, RuntimeError):
        return "name a folder of this project: only its own files are compiled"
    return f'name the folder itself: "{"." if real == Path() else f"./{real.as_posix()}"}"'
