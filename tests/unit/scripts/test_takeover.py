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
from scripts import takeover as command
from scripts._env import ROOT, CommandError, child_environment

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


def run(name: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command."""
    return subprocess.run(
        [sys.executable, "-m", "scripts.takeover", name],
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
        ("sender", "store", "told"),
        [
            ("telegram:49176", None, "there is no conversation of that name"),
            ("x", "/dev/null/x", r"the conversation can't be read \("),
        ],
    )
    def test_only_what_there_is_can_be_taken_over(self, sender: str, store: str | None, told: str) -> None:
        """A name with a mistake in it would leave the patient with the assistant, and nobody knows."""
        done = run("takeover", SENDER=sender, **({"STRIA_DB": store} if store else {}))
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert re.search(told, done.stderr)
        assert taken() == {}


@pytest.mark.usefixtures("talk")
@pytest.mark.parametrize(
    ("name", "variables", "told"),
    [
        ("takeover", {"SENDER": SENDER}, "it is taken over already"),
        ("takeover", {database.URL: "sqlite:////dev/null/x.db"}, "clinic's database can't be used"),
        ("takeover", {database.URL: "nonsense"}, "clinic's database can't be used"),
        ("giveback", {"SENDER": "telegram:49176"}, "nobody has taken over"),
        ("giveback", {"SENDER": "x" * 256}, "SENDER or WHO: The name of a conversation has 1 to 255"),
        ("giveback", {"SENDER": SENDER, "WHO": "ann\udcff"}, "SENDER or WHO: It has to be said who does it"),
        ("takeover", {database.URL: "mysql://host/db"}, "clinic's database can't be used"),
        ("nonsense", {}, "say takeover or giveback"),
    ],
)
def test_what_is_wrong(
    name: str, variables: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, and nothing is changed."""
    take(SENDER, "anna")
    before = taken()
    monkeypatch.setattr(command, "known", lambda sender: True)
    monkeypatch.setattr(sys, "argv", ["takeover", name])
    with monkeypatch.context() as patch:
        for variable, value in variables.items():
            patch.setenv(variable, value)
        with pytest.raises(CommandError, match=told) as caught:
            command.main()
    assert "\n" not in str(caught.value)
    assert taken() == before
