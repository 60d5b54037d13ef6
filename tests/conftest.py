"""Loads the plugins for all tests; the fixtures `stack` and `client` are in the first one."""

from __future__ import annotations

import os
import tempfile

import pytest

from clinic import database

pytest_plugins = ["tests.conversation_plugin", "pytester"]


def pytest_configure(config: pytest.Config) -> None:
    """Keeps the tests away from the clinic's database of this project."""
    folder = tempfile.TemporaryDirectory(prefix="stria-clinic-")
    config.add_cleanup(folder.cleanup)
    os.environ.setdefault(database.URL, f"sqlite:///{folder.name}/clinic.db")
