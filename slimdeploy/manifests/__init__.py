"""Kubernetes objects, made by pure functions: one module a kind, render.py puts them in order."""
