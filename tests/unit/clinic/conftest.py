"""A database of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic import database


@pytest.fixture(autouse=True)
def clinic_db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Uses an empty SQLite file, and returns where it is."""
    path = tmp_path / "clinic.db"
    monkeypatch.setenv(database.URL, f"sqlite:///{path}")
    database.close()
    yield path
    database.close()
