"""One HTTP GET, past any proxy that the environment names: all addresses here are on this machine."""

from __future__ import annotations

import ssl
import urllib.request


def get(url: str, *, token: str = "", authority: str = "", timeout: float = 5) -> str:
    """The body of the answer; any failure, and any status from 400 up, is an OSError."""
    tls = ssl.create_default_context(cadata=authority) if authority else None
    handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls)]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.build_opener(*handlers).open(request, timeout=timeout) as answer:
        return str(answer.read().decode())
