"""A real Kubernetes for the tests: built from source once, started in seconds, ended without a trace.

`python -m tests.cluster up` starts one by hand; the `cluster` fixture of tests/conftest.py uses that or starts its own.
The way through: `start` (the caller's side, as any user) > `supervise` (root: holds the lock, cleans up at the end) >
`node` (pid 1 of a pid and mount namespace: starts every part). When `node` ends, the kernel ends all processes and
mounts with it; `leftovers` removes what is not tied to a process: interfaces, iptables chains, cgroups, files.
"""
