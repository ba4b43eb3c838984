"""Onto the target and until it serves: a Kubernetes cluster or local podman."""
