"""The two ports of the assistant, as PORT and ACTIONS_PORT set them."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import NamedTuple

from scripts._env import CommandError

LOOPBACK = "127.0.0.1"


class Ports(NamedTuple):
    """Where Rasa and the action server listen."""

    rasa: int
    actions: int

    @property
    def rasa_url(self) -> str:
        """The address of Rasa on this machine."""
        return f"http://{LOOPBACK}:{self.rasa}"

    @property
    def actions_url(self) -> str:
        """The address of the action server on this machine."""
        return f"http://{LOOPBACK}:{self.actions}"


def read_port(name: str, default: int, environ: Mapping[str, str]) -> int:
    """Returns a port from the environment.

    Raises:
        CommandError: When the variable is no port number.
    """
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise CommandError(f"{name}={text} is no port; set it to a number from 1 to 65535")
    return int(text)


def read_ports(environ: Mapping[str, str] = os.environ) -> Ports:
    """Returns both ports.

    Raises:
        CommandError: When one is no port number, or both are the same.
    """
    ports = Ports(read_port("PORT", 5005, environ), read_port("ACTIONS_PORT", 5055, environ))
    if ports.rasa == ports.actions:
        raise CommandError(f"PORT and ACTIONS_PORT are both {ports.rasa}; set one to another number")
    return ports


def why_taken(port: int) -> str | None:
    """Returns why a server cannot listen on a port of this machine, or None when it can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a connection that still lingers from the last run is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError:
            return "not allowed for you"
        except OSError:
            return "already in use"
    return None


def require_free(ports: Ports) -> None:
    """Makes sure that both servers can listen.

    Raises:
        CommandError: When one port is taken; it names the variable to set.
    """
    for name, port in (("PORT", ports.rasa), ("ACTIONS_PORT", ports.actions)):
        reason = why_taken(port)
        if reason:
            other = port + 1 if 1024 <= port < 65535 else 8005
            raise CommandError(f"port {port} is {reason}; choose another one, for example {name}={other}")
