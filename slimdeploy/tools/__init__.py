"""One outside program a module; its methods are named with the tool's own verbs."""
