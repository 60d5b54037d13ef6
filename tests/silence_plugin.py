"""pytest plugin: a test run fails when a log holds what a patient said in it.

Looked through are the logs of all servers that the tests start, and what each test of ours logs in
its own process. The last lines of the run say how much that was.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from tests.silence import silence

#: The sections of a report that are logs.
LOGS = ("Captured log", "Captured stderr")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the mark of tests that show what an unmended Rasa logs."""
    config.addinivalue_line("markers", "talkative: logs what patients say, on purpose")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets a test fail whose own process has logged what a patient said."""
    report = yield
    if report.when == "teardown" and not item.get_closest_marker("talkative"):
        log = "\n".join(text for title, text in report.sections if title.startswith(LOGS))
        if log and (spoken := silence.spoken_in(log)):
            report.outcome = "failed"
            report.longrepr = f"logged what a patient said: {sorted(spoken)}"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Lets the run fail when a server has logged what a patient said."""
    if silence.found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says how much was looked through, and what was found where."""
    if silence.logs:
        terminalreporter.write_line(
            f"logs of servers: {silence.logs}, {silence.characters / 1e6:.1f} million characters, looked "
            f"through for {len(silence.said)} texts of patients; logs with such a text: {len(silence.found)}"
        )
    for name, spoken in silence.found.items():
        terminalreporter.write_line(f"error: {name} holds what a patient said: {sorted(spoken)}", red=True)
