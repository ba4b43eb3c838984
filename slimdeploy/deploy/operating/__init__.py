"""Everyday questions to what runs in a cluster: status, logs, port-forward, debug, restart."""
