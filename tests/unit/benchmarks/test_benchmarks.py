"""What the benchmarks of running bots send, and what they make of what they found."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

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
