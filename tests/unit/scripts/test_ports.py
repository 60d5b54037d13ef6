"""Ports are read from the environment, and a taken one is named with its variable."""

import socket
from collections.abc import Iterator

import pytest

from scripts._env import CommandError
from scripts._ports import Ports, read_ports, require_free, why_taken


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_defaults() -> None:
    """Without variables the ports are those of Rasa."""
    assert read_ports({"PORT": ""}) == Ports(rasa=5005, actions=5055)


def test_variables_override() -> None:
    """PORT and ACTIONS_PORT set the ports and with them the addresses."""
    ports = read_ports({"PORT": "6005", "ACTIONS_PORT": " 6055 "})
    assert ports.rasa_url == "http://127.0.0.1:6005"
    assert ports.actions_url == "http://127.0.0.1:6055"


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "5.5", "²"])
def test_no_port_number(text: str) -> None:
    """What is no port number is refused with the variable's name."""
    with pytest.raises(CommandError, match=r"^ACTIONS_PORT=.* is no port"):
        read_ports({"ACTIONS_PORT": text})


def test_same_port_twice() -> None:
    """The servers cannot share a port."""
    with pytest.raises(CommandError, match="both 5055"):
        read_ports({"PORT": "5055"})


def test_free_port_is_free(free_port: int) -> None:
    """A port on which nothing listens can be used."""
    assert why_taken(free_port) is None


def test_taken_port_names_its_variable(taken_port: int, free_port: int) -> None:
    """The message says which variable to set, for either server."""
    with pytest.raises(CommandError, match=rf"^port {taken_port} is already in use; .* PORT="):
        require_free(Ports(taken_port, free_port))
    with pytest.raises(CommandError, match=rf"^port {taken_port} .* example ACTIONS_PORT="):
        require_free(Ports(free_port, taken_port))


def test_port_taken_on_all_interfaces(free_port: int) -> None:
    """A program that listens on every interface is in the way, too."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", free_port))
        listener.listen()
        assert why_taken(free_port) == "already in use"
