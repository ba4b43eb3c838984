"""From a Go project to hardened, running pods: compile, prove static, pack, deliver, apply, wait, explain.

The chain of steps is on one page: pipeline.py.
"""
