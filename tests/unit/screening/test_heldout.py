"""The reader of answers on sets by other authors: nothing at risk is ever read as no."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.safety.red_flags import find_red_flag
from assistant.screening.reading import read_answer

FOLDER = Path(__file__).parents[2] / "heldout"


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a set."""
    loaded: list[dict[str, Any]] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("name", ["screening_1.yml", "screening_2.yml"])
class TestScreening:
    """One answer to one question of a fresh check."""

    def test_nothing_at_risk_is_read_as_no(self, name: str) -> None:
        """A yes or unsure of the policy is never stored as no."""
        unsafe = [
            row["text"]
            for row in rows(name)
            for item, value in row["expect"].items()
            if value != "no" and read_answer(row["text"], row["item"]).values.get(item) == "no"
        ]
        assert [] == unsafe

    def test_items_are_read_as_expected(self, name: str) -> None:
        """At least 95 % of the rows are read as the policy says; not understood counts as unsure."""
        right = 0
        for row in rows(name):
            reading = read_answer(row["text"], row["item"])
            wanted = {i: {v, *row.get("accept", {}).get(i, [])} for i, v in row["expect"].items()}
            got = {**dict.fromkeys(wanted, "unsure"), **reading.values}
            right += all(got[i] in values for i, values in wanted.items())
        assert right / len(rows(name)) >= 0.95


class TestRedFlags:
    """Emergencies and ordinary messages."""

    def test_all_are_found(self) -> None:
        """Each message that must fire does."""
        assert [] == [r["text"] for r in rows("red_flags.yml") if r["fires"] and not find_red_flag(r["text"])]

    def test_false_alarms_are_rare(self) -> None:
        """At most 3 % of the ordinary messages fire."""
        ordinary = [r["text"] for r in rows("red_flags.yml") if not r["fires"]]
        assert sum(find_red_flag(t) is not None for t in ordinary) <= 0.03 * len(ordinary)
