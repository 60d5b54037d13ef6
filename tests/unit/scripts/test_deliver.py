"""`make deliver`: what is due goes out, and what is left is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic import database, delivery, outbox, requests
from scripts._env import CommandError
from scripts.deliver import deliver
from tests.receiver import Receiver, receiving
from tests.unit.clinic.made import request

pytestmark = pytest.mark.usefixtures("clinic_db")


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A webhook that is switched on, with two requests that wait for it."""
    with receiving() as running:
        monkeypatch.setenv("STRIA_WEBHOOK_URL", running.url)
        monkeypatch.setenv("STRIA_WEBHOOK_SECRET", "s" * 20)
        for _ in range(2):
            requests.add(request(), delivery.ways())
        yield running


def test_without_ways(capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to do."""
    assert deliver(retry=False) == 0
    assert "only go to the inbox" in capsys.readouterr().out


def test_what_is_due(receiver: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it."""
    assert deliver(retry=False) == 0
    assert len(receiver.got) == 2
    assert "Delivered 2. Waiting: 0. Given up: 0." in capsys.readouterr().out


def test_what_was_given_up(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It fails the command, so that cron tells somebody, and RETRY=1 tries it again."""
    monkeypatch.setattr(outbox, "GIVE_UP", 0.0)
    monkeypatch.setattr(outbox, "ATTEMPTS", 0)
    receiver.status = 500
    assert deliver(retry=False) == 1
    assert "Delivered 0. Waiting: 0. Given up: 2." in capsys.readouterr().out
    receiver.status = 200
    assert deliver(retry=False) == 1
    assert deliver(retry=True) == 0
    assert "Delivered 2. Waiting: 0. Given up: 0." in capsys.readouterr().out


def test_wrong_settings(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named before anything is tried."""
    monkeypatch.setenv("STRIA_WEBHOOK_SECRET", "short")
    with pytest.raises(CommandError, match="STRIA_WEBHOOK_SECRET"):
        deliver(retry=False)


def test_no_database(receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its kind of error, without a stack trace."""
    monkeypatch.setenv(database.URL, f"sqlite:///{tmp_path}")
    with pytest.raises(CommandError, match="can't be used"):
        deliver(retry=False)
