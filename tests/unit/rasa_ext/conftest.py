"""Rasa with and without the mends."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from rasa_ext.hardening import install
from scripts._env import ROOT, child_environment

#: So many tests take longer than what is begun beside the first of them.
MANY = 1000
#: The process that finds out what stock Rasa does, where a test will ask for it. It waits most of its time.
_started: dict[str, subprocess.Popen[str]] = {}


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin early what `stock` needs, beside the tests before it; a few tests alone would only be disturbed."""
    asked = len(session.items) > MANY and any(
        "stock" in getattr(item, "fixturenames", ()) for item in session.items
    )
    if asked and not session.config.option.collectonly:
        _started["stock"] = _start_stock()


def _start_stock() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.unit.rasa_ext.stock"],
        cwd=ROOT,
        env=child_environment({"STRIA_HARDENING": "off"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def pytest_sessionfinish() -> None:
    """Leave no process behind when no test came to ask."""
    for process in _started.values():
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def stock() -> dict[str, Any]:
    """What Rasa does without the mends (stock.py), found out in a process of its own."""
    process = _started.pop("stock", None) or _start_stock()
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-3000:]
    report: dict[str, Any] = json.loads(out.splitlines()[-1])
    return report


@pytest.fixture(scope="session")
def mended() -> None:
    """Rasa in this process has the mends."""
    install()
