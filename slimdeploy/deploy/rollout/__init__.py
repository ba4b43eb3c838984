"""Waiting until new pods serve, and why they do not, in words that a person can act on."""
