"""Loads the plugins for all tests; the fixtures `stack` and `client` are in the first one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from clinic import database

pytest_plugins = ["tests.silence_plugin", "tests.conversation_plugin", "pytester"]


def pytest_configure(config: pytest.Config) -> None:
    """Keeps the tests away from the clinic's database of this project."""
    folder = tempfile.TemporaryDirectory(prefix="stria-clinic-")
    config.add_cleanup(folder.cleanup)
    if database.URL not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
        # Each worker of a run on several cores has its own.
        os.environ[database.URL] = f"sqlite:///{folder.name}/clinic.db"


@pytest.fixture
def clinic_db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty SQLite database of the clinic, for this process and those that it starts; returns where it is."""
    path = tmp_path / "clinic.db"
    monkeypatch.setenv(database.URL, f"sqlite:///{path}")
    database.close()
    yield path
    database.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets what was logged pass from one process to another: half a character can't."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode()) for title, text in report.sections
    ]
    return report
