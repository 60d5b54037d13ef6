"""Rasa with and without the mends."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from rasa_ext.hardening import install
from scripts._env import ROOT, child_environment


@pytest.fixture(scope="session")
def stock() -> dict[str, Any]:
    """What Rasa does without the mends (stock.py), found out in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.unit.rasa_ext.stock"],
        cwd=ROOT,
        env=child_environment({"STRIA_HARDENING": "off"}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


@pytest.fixture(scope="session")
def mended() -> None:
    """Rasa in this process has the mends."""
    install()
