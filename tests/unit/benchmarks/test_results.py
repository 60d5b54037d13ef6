"""The file of measured figures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks import results
from benchmarks.results import Entry, Measured
from scripts._env import CommandError

ENTRY = Entry(Measured("2026-11-22 10:00", "abc", "a machine", (0.5, 1.5), 2.5), {"value": 1, "list": [1, 2]})


def test_an_entry_is_replaced_and_others_stay(tmp_path: Path) -> None:
    """And what is read is what was stored."""
    path = tmp_path / "new" / "benchmarks.json"
    assert results.load(path) == {}
    results.store("b/one", ENTRY, path)
    results.store("a/two", ENTRY, path)
    newer = Entry(ENTRY.measured, {"value": 2})
    results.store("b/one", newer, path)
    assert results.load(path) == {"a/two": ENTRY, "b/one": newer}
    assert list(json.loads(path.read_text())["entries"]) == ["a/two", "b/one"]


def test_when_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noted with what was measured."""
    entry = results.measure(lambda: {"value": 3})
    assert entry.figures == {"value": 3}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", entry.measured.date)
    assert "cores" in entry.measured.machine
    assert entry.measured.minutes == 0
    assert len(entry.measured.load) == 2


@pytest.mark.parametrize(
    "content", ["{", '{"format": 99, "entries": {}}', '{"format": 1, "entries": {"a": 1}}']
)
def test_a_file_that_cannot_be_used_says_what_to_do(tmp_path: Path, content: str) -> None:
    """One sentence with the file's name."""
    (tmp_path / "benchmarks.json").write_text(content)
    with pytest.raises(CommandError, match=r"benchmarks\.json cannot be used .*remove it and measure again"):
        results.load(tmp_path / "benchmarks.json")
