"""The report: every measured entry in its place, and nothing that was not measured."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import accuracy, growth, public_sets, report, results
from benchmarks.judging import OUTCOMES
from benchmarks.report_costs import number
from benchmarks.report_understanding import KINDS
from benchmarks.results import Entry, Figures, Measured, Results
from scripts._env import ROOT

MEASURED = Measured("2026-11-22 10:00", "abc", "a machine", (0.5, 1.5), 2.5)
USED = {"cpu": 200.0, "wall": 300.0, "peak_mb": 1500.0}


def pipeline(epochs: int | None = None) -> Figures:
    """What is measured of a pipeline on the development set."""
    counts = {kind: dict(zip(OUTCOMES, (6, 1, 2, 1), strict=True)) for kind in KINDS}
    counts["all"] = dict(zip(OUTCOMES, (36, 6, 12, 6), strict=True))
    return {
        "examples": 1234, "epochs": epochs, "training": USED, "model_mb": 7.5, "message_cpu_ms": 8.25,
        "counts": counts, "counts_without_fallback": counts, "reachable": 58,
    }  # fmt: skip


def sample(right: int) -> Figures:
    """What is measured of a sample of a public set."""
    return {
        "tested": 100, "right": right, "kept": right - 10, "outside": 50, "refused": 30, "refused_alike": 20, "auroc": 0.9,
        "training_cpu": 20.0, "training_peak_mb": 900.0, "model_mb": 1.5, "message_cpu_ms": 4.0,
    }  # fmt: skip


def cluster(per_second: float, rasa: float) -> Figures:
    """What is measured of servers."""
    wire = {
        name: {"bytes": 1000.0, "round_trips": 5.0} for name in ("postgres", "redis", "actions", "patients")
    }
    return {
        "messages": 500, "users": 10, "per_second": per_second, "median_ms": 50.0, "p95_ms": 90.0,
        "cpu_ms": {"rasa": rasa, "actions": 5.0, "postgres": 2.0, "redis": 0.25},
        "per_message": {"transactions": 2.0, "stored_bytes": 3000.0, "log_bytes": 4000.0, "rows": 8.0,
                        "redis_commands": 6.0},
        "memory_mb": {"rasa": 500.0, "actions": 100.0}, "wire": wire,
    }  # fmt: skip


def speed() -> dict[str, Figures]:
    """What is measured of running bots."""
    about = {"size": 1.0}
    kinds = {"cpu_ms": 20.0, "median_ms": 18.0, "p95_ms": 30.0, "messages": 400}
    message = {bot: {"answer": kinds, "step": kinds} for bot in ("stria", "null", "null-same-store")}
    rounds = {"stria": [{"per_second": 60.0}, {"per_second": 50.0}], "stock": [{"per_second": 20.0}]}
    each = {"cpu_ms": 20.0, "p95_ms": 100.0, "messages": 400}
    start = {"seconds": 6.5, "cpu": 5.5, "memory_kb": {"rasa": 500_000}}
    return {
        "message": {**message, **about},
        "throughput": {bot: [{**one, **each} for one in runs] for bot, runs in rounds.items()} | about,
        "starts": {bot: [start] for bot in ("stria", "null", "stock")} | about,
        "length": {"events": [20, 1000], "short_cpu_ms": 20.0, "long_cpu_ms": 35.0, **about},
        "memory": {
            "messages": 20_000,
            "memory_kb": [{"rasa": 9}, {"rasa": 500_000}, {"rasa": 505_000}],
            **about,
        },
    }


def everything() -> Results:
    """All entries."""
    figures: dict[str, Any] = {f"accuracy/{name}": pipeline() for name in accuracy.NAMES}
    figures["accuracy/stock"] = pipeline(100)
    scores = {kind: {"right": 9, "total": 10, "unsafe": 1} for kind in KINDS}
    figures["accuracy/replies"] = {"counts": {**scores, "all": {"right": 54, "total": 60, "unsafe": 2}}}
    for name in public_sets.NAMES:
        samples = {str(seed): sample(80 + seed) for seed in range(3)}
        figures[f"public/{name}"] = {"epochs": None, "clinc150": samples, "banking77": samples}
    sizes = growth.SIZES
    figures["growth/topics"] = {"points": [
        {"size": n, "examples": 15 * n, "training_cpu": n / 10, "model_mb": n / 50, "message_cpu_ms": 5.0,
         "process": USED} for n in sizes[growth.TOPICS]]}  # fmt: skip
    figures["growth/document"] = {"points": [
        {"size": n, "characters": 3700 * n, "facts": 43 * n, "topics": 49 * n, "load_cpu": n / 100,
         "answer_cpu_ms": 0.03, "check_cpu": n / 4, "process": USED} for n in sizes[growth.DOCUMENT]]}  # fmt: skip
    figures["growth/conversation"] = {
        "points": [
            {"messages": n, "events": 9.0 * n, "message_cpu_ms": 20.0 + n / 10} for n in growth.LENGTHS
        ]
    }
    figures |= {f"speed/{name}": found for name, found in speed().items()}
    figures |= {"servers/1": cluster(40, 20), "servers/2": cluster(70, 25)}
    figures["servers/shares"] = {"share": 0.25, "1": cluster(30, 9), "2": cluster(57, 9)}
    return {name: Entry(MEASURED, one) for name, one in figures.items()}


def test_nothing_is_said_that_was_not_measured() -> None:
    """Each part says instead how to measure it."""
    text = report.render({})
    assert "Nothing was measured yet." in text
    for name in everything():
        assert name in text
    assert not re.search(r"^\|", text, re.MULTILINE)
    assert "![" not in text


def test_everything_has_its_place() -> None:
    """No placeholder is left, nothing is missing."""
    text = report.render(everything())
    assert "Not measured yet" not in text
    assert "$" not in text
    assert "held to 25 % of a core" in text
    assert "Two take **1.90 times** as many" in text
    assert "| servers/2 | 2026-11-22 10:00 | abc | 0.5 → 1.5 | 2.5 |" in text


def test_a_part_that_is_half_measured() -> None:
    """Shows what there is and names the rest."""
    entries = everything()
    del entries["accuracy/light"], entries["accuracy/replies"]
    text = report.render(entries)
    assert "| Stria: class | 60.0 % |" in text
    assert 'Not measured yet: `make bench PART="accuracy/light accuracy/replies"`.' in text


def test_accuracy() -> None:
    """Shares with their interval, kinds, what was asked back, false answers; replies are judged as such."""
    text = report.render(everything())
    assert "| Stria: reply | 90.0 % | 79.9 – 95.3 % | 9/10 |" in text
    assert re.search(r"\| null bot: class \| 60.0 % \| 47.4 – 71.4 % \|( 6/10 \|){6} 12 \| 6 \|", text)
    assert "at most 58 of 60" in text


def test_fewer_epochs_are_said_plainly() -> None:
    """In the row, and in a sentence with what all of them would take; not a word when all were trained."""
    entries = everything()
    assert "epochs instead" not in report.render(entries)
    assert "epochs, not for" not in report.render(entries)
    entries["accuracy/stock"] = Entry(MEASURED, pipeline(10))
    text = report.render(entries)
    assert "| stock Rasa (DIET), 10 of 100 epochs: class |" in text
    assert "trained for 10 epochs, not for the 100 of its template" in text
    # 200 s for 10 epochs.
    assert "about 0.6 CPU hours" in text


def test_public_sets() -> None:
    """The samples together, and each."""
    row = next(
        line for line in report.render(everything()).splitlines() if line.startswith("| BANKING77, Stria")
    )
    assert row.startswith(
        "| BANKING77, Stria | 81.0 % | 76.2 – 85.0 % | 80.0 / 81.0 / 82.0 | 71.0 % | 60.0 % | 40.0 % | 90.0 |"
    )


def test_bars_of_running_bots() -> None:
    """Met or not, with a note where a run was not a full one."""
    entries = everything()
    text = report.render(entries)
    assert "| messages a second, times stock Rasa's | ≥ 3 | 3.00 | met |" in text
    assert "Not full runs" not in text
    small = {**entries["speed/message"].figures, "size": 0.1}
    entries["speed/message"] = Entry(MEASURED, small)
    assert "**Not full runs**: sizes speed/message 0.1, speed/throughput 1," in report.render(entries)


def test_how_long_stock_rasa_was_trained_for_its_speed() -> None:
    """Said where it takes part."""
    entries = everything()
    assert "trained for 1 of its 100 epochs here" in report.render(entries)
    del entries["speed/throughput"], entries["speed/starts"]
    assert "epochs here" not in report.render(entries)


def test_two_servers_against_one() -> None:
    """By the clock, and by the CPU of a message."""
    text = report.render(everything())
    assert "Two servers take 1.75 times as many messages" in text
    assert "1.60 times as many with a core for each (computed)" in text


def test_several_machines_are_told_apart() -> None:
    """Each row names its own."""
    entries = everything()
    other = Measured("2026-11-23 10:00", "abc", "another machine", (0.0, 0.0), 1.0)
    entries["growth/topics"] = Entry(other, entries["growth/topics"].figures)
    text = report.render(entries)
    assert "Machine: 1. a machine; 2. another machine." in text
    assert "| growth/topics | 2026-11-23 10:00, machine 2 |" in text


def test_plots(tmp_path: Path) -> None:
    """One for each picture that the report shows, and none when nothing was measured."""
    assert report.write({}, tmp_path / "none") == [tmp_path / "none" / "benchmarks.md"]
    document, *pictures = report.write(everything(), tmp_path / "all")
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", document.read_text())
    assert {tmp_path / "all" / name for name in shown} == set(pictures)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (0.0123, "0.012"), (1.25, "1.2"), (3.0, "3"), (12345.6, "12,346")]
)
def test_numbers(value: float, shown: str) -> None:
    """As many digits as they deserve."""
    assert number(value) == shown


def test_the_report_in_the_repository_is_that_of_the_figures() -> None:
    """Nobody has edited it by hand, and nobody has forgotten to write it anew."""
    entries = results.load(results.PATH)
    assert report.render(entries) == (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert set(entries) <= set(everything())
