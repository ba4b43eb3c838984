"""A real browser without a window: a page is opened, asked something, and its answer comes back."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "chrome")
ANSWER = re.compile(r'<pre id="answer">(.*?)</pre>', re.DOTALL)


def ask(page: Path, script: str, width: int = 1280, *, dark: bool = False) -> Any:
    """What `script` (the body of a function) returns in a copy of the page. The page itself has no script."""
    asking = f"""<script>
    const told = document.createElement('pre'); told.id = 'answer';
    const errors = []; window.onerror = message => errors.push(message);
    let answer; try {{ answer = (() => {{ {script} }})() }} catch (error) {{ answer = {{error: String(error)}} }}
    told.textContent = JSON.stringify(answer); document.body.append(told);
    </script>"""
    copy = page.with_name(f"asked-{page.name}")
    copy.write_text(page.read_text().replace("</body>", f"{asking}</body>"))
    found = ANSWER.search(_run(copy, width, dark=dark))
    assert found, "the browser gave no answer"
    return json.loads(html.unescape(found[1]))


def _run(page: Path, width: int, *, dark: bool) -> str:
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},900"]
    flags += [f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--virtual-time-budget=5000", "--dump-dom"]
    flags += [f"--user-data-dir={page.parent / 'browser'}"]
    done = subprocess.run([_program(), *flags, page.as_uri()], capture_output=True, text=True, timeout=90, check=False)
    return done.stdout


def _program() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and "ID=debian" in Path("/etc/os-release").read_text().split():
        pytest.fail("no browser: scripts/setup tests installs chromium-headless-shell", pytrace=False)
    if found is None:
        pytest.skip("this system has no package with a headless browser")
    return found
