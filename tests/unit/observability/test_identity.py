"""Senders in logs: two people are told apart, nobody is named."""

from __future__ import annotations

import importlib

import pytest

from assistant.observability import identity


@pytest.fixture
def with_key(monkeypatch: pytest.MonkeyPatch) -> object:
    """Reads the key anew; afterwards as before."""

    def read(secret: str | None) -> str:
        if secret is None:
            monkeypatch.delenv("STRIA_WEB_SECRET", raising=False)
        else:
            monkeypatch.setenv("STRIA_WEB_SECRET", secret)
        return importlib.reload(identity).sender_hash("web:me")

    yield read
    monkeypatch.undo()
    importlib.reload(identity)


def test_the_same_person(with_key: object) -> None:
    """The same hash with the same secret, in every process."""
    assert with_key("a secret of the clinic") == with_key("a secret of the clinic")  # type: ignore[operator]
    assert with_key("a secret of the clinic") != with_key("another secret")  # type: ignore[operator]


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret(with_key: object, secret: str | None) -> None:
    """A key of the process's own, so that nobody can find out who it is."""
    assert with_key(secret) != with_key(secret)  # type: ignore[operator]


def test_its_shape() -> None:
    """Sixteen digits; any sender, also half a character."""
    senders = ["web:me", "web:you", "", "telegram:42", "\ud83d", "a" * 1000]
    hashes = [identity.sender_hash(s) for s in senders]
    assert len(set(hashes)) == len(senders)
    assert all(len(h) == 16 and int(h, 16) >= 0 for h in hashes)
