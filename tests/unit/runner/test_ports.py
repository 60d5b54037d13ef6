"""Ports for servers of tests are free, each given once, and none that an outgoing connection takes."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests import ports


def test_they_are_free_and_different() -> None:
    """Each can be listened on, on all addresses, and is below those of outgoing connections."""
    given = [ports.free_port() for _ in range(50)]
    assert len(set(given)) == len(given)
    assert max(given) < int(ports.RANGE.read_text().split()[0])
    for port in given:
        with socket.socket() as server:
            server.bind(("", port))


def test_one_that_is_taken_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that somebody listens on is passed over."""
    free = ports.free_port()
    with socket.socket() as server:
        server.bind(("", 0))
        taken = server.getsockname()[1]
        chosen = iter([taken, free])
        monkeypatch.setattr(ports._random, "randrange", lambda *_: next(chosen))
        monkeypatch.setattr(ports, "_given", set())
        assert ports.free_port() == free


@pytest.mark.parametrize("told", ["15100\t60999", "nonsense", None])
def test_without_room_below_the_system_chooses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: str | None
) -> None:
    """A system that tells nothing, or leaves too few, gives one itself."""
    if told is not None:
        (tmp_path / "range").write_text(told)
    monkeypatch.setattr(ports, "RANGE", tmp_path / "range")
    assert ports.free_port() > 0
