"""`make purge` erases what has expired, with the stores and the days of the project's files."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts._env import child_environment

TABLE = "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, type_name TEXT, timestamp FLOAT, "
TABLE += "intent_name TEXT, action_name TEXT, data TEXT)"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Conversations that ended 1, 10 and 40 days ago."""
    file = tmp_path / "stria.db"
    with sqlite3.connect(file) as connection:
        connection.execute(TABLE)
        for days in (1, 10, 40):
            row = (f"p{days}", "user", time.time() - days * 86_400, "{}")
            connection.execute(
                "INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (?, ?, ?, ?)", row
            )
    return file


def purge(database: Path, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs the command, from another folder."""
    clinic = f"sqlite:///{database.parent / 'clinic.db'}"
    environment = child_environment({"STRIA_DB": str(database), "STRIA_CLINIC_DB": clinic, **settings})
    command = [sys.executable, "-m", "scripts.purge"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def left(database: Path) -> list[str]:
    """Returns whose conversations there still are."""
    with sqlite3.connect(database) as connection:
        return [s for (s,) in connection.execute("SELECT sender_id FROM events ORDER BY id")]


def test_it_erases(database: Path, tmp_path: Path) -> None:
    """After 30 days, unless the setting of the web channel says otherwise."""
    done = purge(database, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Erased 1 conversation without a message in the last 30 days.\n"
    assert left(database) == ["p1", "p10"]
    done = purge(database, tmp_path, STRIA_WEB_SESSION_DAYS="7")
    assert "Erased 1 conversation without a message in the last 7 days." in done.stdout
    assert left(database) == ["p1"]


def test_mistakes_are_one_line(database: Path, tmp_path: Path) -> None:
    """A wrong setting, and a file that is no database."""
    done = purge(database, tmp_path, STRIA_WEB_SESSION_DAYS="many")
    assert done.returncode == 1
    assert "session_days" in done.stderr
    (tmp_path / "text.db").write_text("no database at all, but words " * 100)
    done = purge(tmp_path / "text.db", tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        "error: the conversations could not be erased (DatabaseError)\n",
    )
    assert left(database) == ["p1", "p10", "p40"]


def test_the_clinics_data_is_erased_too(database: Path, tmp_path: Path) -> None:
    """Each kind after its days, and told by its count; a database that can't be used is one line."""
    assert purge(database, tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "clinic.db") as connection:
        connection.execute("INSERT INTO clinic_counts VALUES ('2001-01-01', 'turns', 'web', 3)")
        question = (
            "INSERT INTO clinic_questions (day, kind, topic, locale, text) VALUES (?, '', '', 'en', '')"
        )
        connection.executemany(question, [("2001-01-01",), ("2001-01-02",), ("2999-01-01",)])
    done = purge(database, tmp_path)
    assert done.stdout.splitlines()[1:] == [
        "Erased of the clinic's data, by data/retention.yml: 2 question(s), 1 count(s)."
    ]
    done = purge(database, tmp_path, STRIA_CLINIC_DB=f"sqlite:///{tmp_path}")
    assert (done.returncode, done.stderr) == (
        1,
        "error: the clinic's data could not be erased (OperationalError)\n",
    )
