"""slimdeploy init: a commented slim.toml."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.cli.options import CONFIG_FILE, Flags, option, verb
from slimdeploy.cli.output import Output
from slimdeploy.errors import UsageError

FOLDER = (option("-C", "--directory", metavar="DIR", default=".", help="The project's folder."),)


@verb("init", FOLDER)
def command(output: Output, flags: Flags) -> None:
    """Write a commented slim.toml for the Go module in this folder. Never overwrites one."""
    from slimdeploy.config.reader import default_config
    from slimdeploy.config.template import render_template
    from slimdeploy.facts.local import main_packages
    from slimdeploy.facts.modules import module_path
    from slimdeploy.plan.build import app_name
    from slimdeploy.tools.go import Go

    project = Path(flags.directory).resolve()
    file = project / CONFIG_FILE
    if file.exists():
        raise UsageError(f"{file} is there already", hint="remove it first, if it should be written anew")
    name, packages = app_name(default_config(), module_path(project)), main_packages(Go(project))
    main = packages[0] if packages and (len(packages) > 1 or packages[0] != ".") else None
    with file.open("x", encoding="utf-8") as target:
        target.write(render_template(name, main, 8080, [each for each in packages if each != main]))
    output.closing(
        f"wrote {CONFIG_FILE} for {name}" + (f", which builds {main}" if main else "") + ": next, slimdeploy up"
    )
    output.result("", {"file": str(file), "app": name, "main": main, "main_packages": packages})
