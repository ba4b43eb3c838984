"""slim.toml -> Config: what the user wants, checked value by value before anything happens."""

import os

os.environ.setdefault(
    "PYDANTIC_DISABLE_PLUGINS", "__all__"
)  # the search for plugins costs 15 ms, and runs what it finds
