"""Writes docs/benchmarks.md and its plots from the measured entries, through the template report.md."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template

from benchmarks import (
    accuracy,
    plots,
    processes,
    public_sets,
    report_costs,
    report_understanding,
    results,
)
from benchmarks.results import Results
from benchmarks.sampling import INTENTS as SAMPLED
from benchmarks.sampling import SEEDS, TESTS
from benchmarks.synthetic import EXAMPLES
from scripts._env import ROOT
from scripts._eval_report import table

TEMPLATE = Path(__file__).parent / "report.md"
DOCS = ROOT / "docs"
NAME, PLOTS = "benchmarks.md", "benchmarks"
#: Writes what a placeholder of the template stands for.
Section = Callable[[Results], str]


def sections() -> Mapping[str, tuple[tuple[str, ...], Section]]:
    """Returns for each placeholder the entries that it needs at least one of, and what writes it."""
    understanding, costs = report_understanding, report_costs
    return {
        "accuracy": (_names("accuracy", accuracy.NAMES), understanding.accuracy_section),
        "public": (_names("public", public_sets.NAMES), understanding.public_section),
        "speed": (costs.SPEED, costs.speed_section),
        "topics": (("growth/topics",), costs.topics_section),
        "document": (("growth/document",), costs.document_section),
        "conversation": (("growth/conversation",), costs.conversation_section),
        "servers": (_names("servers", (*processes.NAMES, processes.SHARES)), costs.servers_section),
        "plan": (("servers/1",), costs.plan_section),
    }


def _names(part: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{part}/{name}" for name in names)


def render(entries: Results) -> str:
    """Returns the whole document; what was not measured says how to."""
    filled = {
        "measured": measured_section(entries),
        "rasa": importlib.metadata.version("rasa"),
        "rows": str(understanding_rows(entries)),
        "tested": f"{SAMPLED * TESTS * len(SEEDS):,}",
        "lost": f"{100 * public_sets.LOST:.0f} %",
        "examples": str(EXAMPLES),
        "users": str(processes.USERS),
        "reachable": report_understanding.reachable(entries),
    }
    for name, (needed, write_section) in sections().items():
        missing = [one for one in needed if one not in entries]
        text = write_section(entries) if len(missing) < len(needed) else ""
        filled[name] = "\n\n".join(part for part in (text, _missing(missing)) if part)
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(filled)


def _missing(names: list[str]) -> str:
    if not names:
        return ""
    return f'Not measured yet: `make bench PART="{" ".join(names)}"`.'


def measured_section(entries: Results) -> str:
    """Returns when and where each entry was measured."""
    if not entries:
        return "Nothing was measured yet."
    machines = list(dict.fromkeys(one.measured.machine for one in entries.values()))
    numbered = [f"{number}. {one}" if len(machines) > 1 else one for number, one in enumerate(machines, 1)]
    rows = []
    for name, one in sorted(entries.items()):
        where = f", machine {machines.index(one.measured.machine) + 1}" if len(machines) > 1 else ""
        when = f"{one.measured.date}{where}"
        rows.append((name, when, one.measured.commit, _loads(one), f"{one.measured.minutes:.1f}"))
    columns = ("Entry", "Measured (UTC)", "Commit", "Load average, before → after", "Minutes")
    return f"Machine: {'; '.join(numbered)}.\n\n{table(columns, rows).replace('---:', '---')}"


def _loads(entry: results.Entry) -> str:
    return " → ".join(f"{value:.1f}" for value in entry.measured.load)


def understanding_rows(entries: Results) -> int:
    """Returns how many questions of the development set were asked."""
    found = [e.figures["counts"]["all"] for name, e in entries.items() if name.startswith("accuracy/")]
    return max((c.get("total") or sum(c.values()) for c in found), default=0)


def write(entries: Results, folder: Path) -> list[Path]:
    """Writes the document and all plots that the entries allow; returns their paths."""
    document = folder / NAME
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text(render(entries), encoding="utf-8")
    return [document, *plots.draw(entries, folder / PLOTS)]
