"""slim.toml -> Config: what the user wants, checked value by value before anything happens."""
