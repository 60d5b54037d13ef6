"""The screening policy and the hazard log say what the code does, and name tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, get_args

import pytest

from assistant.datafiles import load_yaml
from assistant.screening.items import ITEMS
from assistant.screening.outcome import Outcome
from assistant.screening.reading import read_answer
from tests.documents import ROOT, code, read, rows, section

POLICY = rows(section(read("docs/screening.md"), "Words -> values"))


class TestScreening:
    @pytest.mark.parametrize(("situation", "item", "said", "value"), POLICY, ids=[r[0] for r in POLICY])
    def test_policy(self, situation: str, item: Any, said: str, value: str) -> None:
        """Each example of the policy is read as the table says."""
        reading = read_answer(said, item)
        assert item in ITEMS
        assert value == ("asked again" if reading.ask_again else reading.values.get(item))

    def test_thresholds(self) -> None:
        """The table holds all thresholds, with the numbers that are used."""
        told = {
            code(row[0])[0]: float(row[1]) for row in rows(section(read("docs/screening.md"), "Thresholds"))
        }
        used = {
            f"{part}.{name}": float(value)
            for part, limits in load_yaml("screening/thresholds.yml").items()
            for name, value in limits.items()
            if not name.startswith("plausible")
        }
        assert used == told

    def test_items(self) -> None:
        """The questions stand in their order."""
        first = section(read("docs/screening.md"), "What it is")
        assert list(ITEMS) == [c for c in code(first) if c in ITEMS]

    def test_outcomes(self) -> None:
        """The rule names the three outcomes, the most careful one first."""
        rule = section(read("docs/screening.md"), "Outcome")
        assert list(get_args(Outcome)) == [c for c in code(rule) if c in get_args(Outcome)]


HAZARDS = rows(read("docs/hazards.md"))


class TestHazards:
    def test_ids(self) -> None:
        """They are numbered without gaps."""
        assert [row[0] for row in HAZARDS] == [f"H{n}" for n in range(1, len(HAZARDS) + 1)]

    @pytest.mark.parametrize("row", HAZARDS, ids=[r[0] for r in HAZARDS])
    def test_proof(self, row: list[str]) -> None:
        """Each test that is named exists; a hazard without one says so and says what remains."""
        assert len(row) == 6
        named = code(row[4])
        assert named or (row[4] == "none" and row[5] != "-")
        missing = []
        for name in named:
            file, _, test = name.partition("::")
            path = ROOT / "tests" / file
            if not path.exists() or (test and test not in _functions(path)):
                missing.append(name)
        assert [] == missing


def _functions(path: Path) -> set[str]:
    """Returns the names of all functions in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
