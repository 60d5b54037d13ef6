"""Loads the plugins for all tests; the fixtures `stack` and `client` are in the first one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest

pytest_plugins = ["tests.conversation_plugin", "pytester"]


@pytest.fixture(scope="session", autouse=True)
def _own_clinic() -> Iterator[None]:
    """No test touches the clinic's database of the checkout, also not through a process that it starts."""
    with tempfile.TemporaryDirectory(prefix="stria-clinic-") as folder:
        before = os.environ.setdefault("STRIA_CLINIC_DB", f"sqlite:///{folder}/clinic.db")
        yield
        if before.endswith(f"{folder}/clinic.db"):
            os.environ.pop("STRIA_CLINIC_DB", None)
