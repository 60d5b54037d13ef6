"""What the benchmarks send, what they make of what they found, and how they are called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from benchmarks import __main__ as program
from benchmarks import bots, length, memory, message, starts, stock, talk, throughput
from benchmarks.common import Bar, scaled
from scripts._env import CommandError


def kind(cpu: float, median: float = 10, p95: float = 30) -> dict[str, float]:
    """What is found of one kind of message."""
    return {"cpu_ms": cpu, "median_ms": median, "p95_ms": p95, "messages": 10}


def test_a_message_is_held_against_the_null_bot() -> None:
    """An answer and a step have bars of their own; the stricter floor is shown as well."""
    found = {
        "stria": {"answer": kind(15, 21), "step": kind(18)},
        "null": {"answer": kind(10), "step": kind(10)},
        "null-same-store": {"answer": kind(5), "step": kind(20)},
    }
    bars = message.bars(found)
    assert [round(bar.value, 2) for bar in bars] == [1.5, 1.8, 3.0, 0.9, 21, 30]
    assert [bar.held for bar in bars] == [True, True, False, True, False, True]


def test_the_other_bars() -> None:
    """Best of the rounds and of the starts, long against short, last sample against first."""
    rounds = {"stria": [{"per_second": 50}, {"per_second": 60}], "stock": [{"per_second": 20}] * 2}
    assert throughput.bars(rounds)[0].value == 3
    assert throughput.bars(rounds)[0].held
    assert starts.bars({"stria": [{"seconds": 8}, {"seconds": 6.5}]})[0].held
    assert length.bars({"short_cpu_ms": 10, "long_cpu_ms": 21})[0].line().startswith("MISSED")
    samples = [{"rasa": 400, "actions": 100}, {"rasa": 900, "actions": 0}, {"rasa": 405, "actions": 104}]
    assert memory.bars({"messages": 7, "memory_kb": samples})[0].value == pytest.approx(1.8)


def test_a_bar_says_which_way_it_counts() -> None:
    """At most, unless it is a speed."""
    assert Bar("a", 2, 2).line() == "held    a: 2.00 (≤ 2)"
    assert Bar("b", 2, 3, at_least=True).line() == "MISSED  b: 2.00 (≥ 3)"


def test_a_smaller_run_still_measures_something() -> None:
    """But never nothing."""
    assert scaled(8, 1) == 8
    assert scaled(8, 0.25) == 2
    assert scaled(3, 0.01) == 1
    assert scaled(60, 0.01, 10) == 10


def test_the_same_is_asked_every_time() -> None:
    """Conversations of ten questions, and checks of six answers after their start."""
    assert talk.question_messages(2, "a") == talk.question_messages(2, "a")
    assert [sender for sender, _ in talk.question_messages(2, "a")] == ["a-0"] * 10 + ["a-1"] * 10
    start, answers = talk.check_messages(2, "c")
    assert start == [("c-0", "start the check"), ("c-1", "start the check")]
    assert [sender for sender, _ in answers] == ["c-0"] * 6 + ["c-1"] * 6


def test_stock_rasa_is_what_rasa_init_makes(tmp_path: Path) -> None:
    """DIET, TED and UnexpecTED; trained for as long as they ask for, unless told otherwise."""
    config = yaml.safe_load((stock.write(tmp_path / "stock") / "config.yml").read_text())
    names = [part["name"] for part in [*config["pipeline"], *config["policies"]]]
    assert {"DIETClassifier", "ResponseSelector", "TEDPolicy", "UnexpecTEDIntentPolicy"} <= set(names)
    epochs = [{part.get("epochs") for part in stock.config(n)["pipeline"]} - {None} for n in (None, 1)]
    assert epochs == [{100}, {1}]


def test_a_model_is_needed_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And the command that makes it is named."""
    monkeypatch.setattr(bots, "model_path", lambda: tmp_path / "none")
    with pytest.raises(CommandError, match="make train"):
        bots.train(["stria"], tmp_path)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """One measurement, which starts nothing; gives what it was asked."""
    asked: list[Any] = []
    only = ModuleType("only", "Counts to three.\n\nMore.")

    def measure(models: Mapping[str, Path], size: float) -> dict[str, Any]:
        asked.append((dict(models), size))
        return {"three": 3}

    only.BOTS = ("stria",)  # type: ignore[attr-defined]
    only.measure = measure  # type: ignore[attr-defined]
    only.bars = lambda found: [Bar("three", found["three"], 4)]  # type: ignore[attr-defined]
    monkeypatch.setattr(program, "MEASUREMENTS", {"only": only})
    monkeypatch.setattr(
        bots, "train", lambda names, folder: {name: folder for name in names if name != "stria"}
    )
    return asked


def test_the_results_are_printed_and_written(
    measured: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what was found, on which machine, under which load."""
    out = tmp_path / "new" / "bench.json"
    assert program.main(["--size", "0.5", "--out", str(out)]) == 0
    assert measured == [({}, 0.5)]
    said = capsys.readouterr().out
    assert "Measuring: Counts to three." in said
    assert "held    three: 3.00 (≤ 4)" in said
    written = json.loads(out.read_text())
    assert written["only"]["three"] == 3
    assert len(written["only"]["load_average"]) == 2
    assert written["about"]["size"] == 0.5


def test_an_unknown_measurement_is_named(measured: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is started."""
    with pytest.raises(SystemExit):
        program.main(["nothing"])
    assert "'nothing'" in capsys.readouterr().err
    assert measured == []
