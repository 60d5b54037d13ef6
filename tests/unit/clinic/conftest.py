"""A database of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def clinic_db(clinic_db: Path) -> Path:
    """Uses it without being asked; returns where it is."""
    return clinic_db
