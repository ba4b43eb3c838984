"""Every value that flows through the chain: frozen, made only by the step before it."""
