"""`make takeover` and `make giveback`: what they do, what they tell, and errors in one line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from clinic import database, tables
from clinic.takeovers import take, taken
from rasa_ext.stores.sql import SafeSQLTrackerStore
from scripts._env import ROOT, child_environment

SENDER = "telegram:4917612345678"


@pytest.fixture
async def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversation, and a clinic's database of its own."""
    monkeypatch.setenv("STRIA_DB", str(tmp_path / "stria.db"))
    monkeypatch.setenv(database.URL, f"sqlite:///{tmp_path / 'clinic.db'}")
    store = SafeSQLTrackerStore(Domain.empty(), db=str(tmp_path / "stria.db"))
    tracker = DialogueStateTracker(SENDER, [])
    tracker.update(UserUttered("hello"))
    await store.save(tracker)
    store.engine.dispose()


def run(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command."""
    return subprocess.run(
        [sys.executable, "-m", "scripts.takeover", command],
        cwd=ROOT, env=child_environment(variables), capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


def audited() -> list[tuple[str, str]]:
    """Returns who did what, oldest first."""
    with database.transaction() as connection:
        rows = connection.execute(sa.select(tables.audit).order_by(tables.audit.c.id)).all()
    return [(row.who, row.action) for row in rows]


@pytest.mark.usefixtures("talk")
class TestCommand:
    def test_there_and_back(self) -> None:
        """The list in between, and who did it."""
        assert "No conversation is taken over" in run("takeover").stdout
        done = run("takeover", SENDER=SENDER, WHO="anna")
        assert (done.returncode, done.stderr) == (0, "")
        assert "the assistant is silent in it, except in an emergency" in done.stdout
        assert taken()[SENDER].by == "anna"
        assert f"UTC  anna  {SENDER}" in run("giveback").stdout
        done = run("giveback", SENDER=SENDER)
        assert (done.returncode, done.stderr) == (0, "")
        assert "answers in it again" in done.stdout
        assert audited() == [("anna", "take_over"), ("command line", "give_back")]
        assert taken() == {}

    def test_names_do_not_steer_the_terminal(self) -> None:
        """Whatever a channel lets into a name."""
        with database.transaction() as connection:
            row = {"conversation": "web:\x1b[31m", "since": 1e9, "by": "anna\x07"}
            connection.execute(sa.insert(tables.takeovers), row)
        listed = run("takeover").stdout
        assert "2001-09-09 01:46 UTC  anna" in listed
        assert "\x1b" not in listed
        assert "\x07" not in listed

    @pytest.mark.parametrize(
        ("command", "variables", "told"),
        [
            ("takeover", {"SENDER": "telegram:49176"}, "there is no conversation of that name"),
            ("takeover", {"SENDER": SENDER}, "it is taken over already"),
            ("takeover", {"SENDER": "x", "STRIA_DB": "/dev/null/x"}, r"can't be read \("),
            ("takeover", {database.URL: "sqlite:////dev/null/x.db"}, "clinic's database can't be used"),
            ("takeover", {database.URL: "nonsense"}, "clinic's database can't be used"),
            ("giveback", {"SENDER": "telegram:49176"}, "nobody has taken over"),
            ("giveback", {"SENDER": "x" * 256}, "SENDER: The name of a conversation has 1 to 255"),
            ("nonsense", {}, "say takeover or giveback"),
        ],
    )
    def test_what_is_wrong(self, command: str, variables: dict[str, str], told: str) -> None:
        """One line, a status, and nothing is changed."""
        take(SENDER, "anna")
        done = run(command, **variables)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert re.search(told, done.stderr)
        assert list(taken()) == [SENDER]
