"""How benchmarks are called: parts, options, and what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benchmarks import __main__ as program
from benchmarks import accuracy, bots, report, results
from benchmarks.common import Bar
from scripts._env import CommandError

KNOWN = ["accuracy/stria", "accuracy/stock", "growth/topics"]


def test_parts() -> None:
    """A part is all of its entries; without one, all; in the order in which they are measured."""
    assert program.chosen([], KNOWN) == KNOWN
    assert program.chosen(["growth", "accuracy/stock"], KNOWN) == ["accuracy/stock", "growth/topics"]
    assert program.chosen(["report"], KNOWN) == []


@pytest.mark.parametrize("part", ["accurate", "accuracy/", "accuracy/nobody", "stria"])
def test_an_unknown_part_is_named(part: str) -> None:
    """Before anything is measured, with those that there are."""
    with pytest.raises(CommandError, match=f"'{part}'; there are: accuracy, growth, report"):
        program.chosen(["growth", part], KNOWN)


def test_every_entry_has_a_place_in_the_report(tmp_path: Path) -> None:
    """Nothing is measured that nobody sees."""
    shown = {name for needed, _ in report.sections().values() for name in needed}
    assert shown == set(program.entries(program.Run(tmp_path)))


def test_what_is_measured_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The entry that is asked for is replaced, and the report shows it."""
    asked = []

    def measure(name: str, epochs: int) -> dict[str, Any]:
        asked.append((name, epochs))
        return {"counts": {"all": {"right": epochs, "total": 10, "unsafe": 0}}}

    monkeypatch.setattr(accuracy, "measure", measure)
    kept = tmp_path / "new" / "benchmarks.json"
    places = ["--results", str(kept), "--out", str(tmp_path / "docs")]
    assert program.main(["accuracy/replies", "--epochs", "7", *places]) == 0
    assert program.main(["accuracy/replies", "--epochs", "8", *places]) == 0
    assert asked == [("replies", 7), ("replies", 8)]
    entry = results.load(kept)["accuracy/replies"]
    assert entry.figures["counts"]["all"]["right"] == 8
    assert "| Stria: reply | 80.0 % |" in (tmp_path / "docs" / "benchmarks.md").read_text()
    assert (tmp_path / "docs" / "benchmarks" / "accuracy.png").exists()


def test_what_cannot_be_measured_stops_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The report is written with what there is, and the end names what is missing and why."""

    def measure(name: str, epochs: int) -> dict[str, Any]:
        if name == "stria":
            raise CommandError("no weights")
        return {"counts": {"all": {"right": epochs, "total": 10, "unsafe": 0}}}

    monkeypatch.setattr(accuracy, "measure", measure)
    monkeypatch.setattr(accuracy, "NAMES", ("stria", "replies"))
    places = ["--results", str(tmp_path / "b.json"), "--out", str(tmp_path / "docs")]
    with pytest.raises(CommandError, match="not measured:\naccuracy/stria: no weights"):
        program.main(["accuracy", "--epochs", "7", *places])
    assert "| Stria: reply | 70.0 % |" in (tmp_path / "docs" / "benchmarks.md").read_text()


def test_other_bots_are_trained_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """For all measurements of a run; bars are said at once."""
    trained: list[list[str]] = []

    def train(names: list[str], folder: Path) -> dict[str, Path]:
        trained.append(names)
        return {name: folder for name in names if name != "stria"}

    def measure(models: Mapping[str, Path], size: float) -> dict[str, Any]:
        return {"three": len(models) + size}

    only = ModuleType("only")
    only.BOTS = ("stria", "null", "null-same-store")  # type: ignore[attr-defined]
    only.measure = measure  # type: ignore[attr-defined]
    only.bars = lambda found: [Bar("three", found["three"], 4)]  # type: ignore[attr-defined]
    monkeypatch.setattr(program, "MEASUREMENTS", {"message": only, "starts": only})
    monkeypatch.setattr(bots, "train", train)
    run = program.Run(tmp_path, size=0.5)
    assert [run.speed("message"), run.speed("starts")] == [{"three": 1.5, "size": 0.5}] * 2
    assert trained == [["null", "stria"], ["stria"]]
    assert "held    three: 1.50 (≤ 4)" in capsys.readouterr().out
