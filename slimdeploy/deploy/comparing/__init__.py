"""What applying a set of objects would change, whose fields those are, and how it is said."""
