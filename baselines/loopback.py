"""Keeps a peer from the network: every connection of this process but those to the same machine is refused.

Guards Python's socket module, through which the peers' HTTP clients go.  Code that calls the operating system by
itself is not held; the peers' native parts here (FAISS, kuzu, tokenizers) open no connections.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


class BlockedError(OSError):
    """A connection to another machine was tried."""


class LoopbackSocket(socket.socket):
    """A socket that connects and sends to this machine alone."""

    def connect(self, address: Any) -> None:
        _check(self.family, address)
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        _check(self.family, address)
        return super().connect_ex(address)

    def sendto(self, data: Any, *rest: Any) -> int:
        _check(self.family, rest[-1])
        return super().sendto(data, *rest)


def block_network() -> None:
    """From here on this process reaches loopback addresses only; names other than localhost do not resolve."""
    socket.socket = LoopbackSocket  # type: ignore[misc]
    resolve = socket.getaddrinfo

    def resolve_local(host: Any, *rest: Any, **named: Any) -> Any:
        if host is not None and not _is_local(host):
            raise BlockedError(f"blocked: {host!r} is not this machine")
        return resolve(host, *rest, **named)

    socket.getaddrinfo = resolve_local


def _check(family: int, address: Any) -> None:
    if family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
        raise BlockedError(f"blocked: {address[0]!r} is not this machine")


def _is_local(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
