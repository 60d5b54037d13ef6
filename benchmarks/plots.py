"""The plots of the report, drawn from the measured entries with Matplotlib."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot, ticker  # after the choice of a backend without a screen

from benchmarks import accuracy, message, paper, processes, public_sets
from benchmarks.judging import ASKED, FALSE_ANSWER, RIGHT, WRONG
from benchmarks.report_costs import BOTS, found_of
from benchmarks.report_understanding import SETS, figures_of, title
from benchmarks.results import Results

DPI, WIDE = 110, 10.0
#: Told apart also by those who see no colours well (Okabe and Ito's).
GREEN, GREY, ORANGE, RED, BLUE, SKY = "#009e73", "#bbbbbb", "#e69f00", "#d55e00", "#0072b2", "#56b4e9"
PARTS = {"rasa": BLUE, "actions": SKY, "postgres": ORANGE, "redis": RED}


def draw(entries: Results, folder: Path) -> list[Path]:
    """Draws what the entries allow; returns the paths of the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    plots: dict[str, tuple[bool, Callable[[Results], Any]]] = {
        "accuracy": (any(name.startswith("accuracy/") for name in entries), _accuracy),
        "public": (any(name.startswith("public/") for name in entries), _public),
        "speed": (bool({"speed/message", "speed/throughput"} & entries.keys()), _speed),
        "topics": ("growth/topics" in entries, _topics),
        "document": ("growth/document" in entries, _document),
        "conversation": ("growth/conversation" in entries, _conversation),
        "servers": (any(f"servers/{name}" in entries for name in processes.NAMES), _servers),
        "plan": ("servers/1" in entries, _plan),
    }
    drawn = []
    for name, (there, plot) in plots.items():
        if there:
            figure = plot(entries)
            figure.tight_layout()
            # Without the program's version in it, so that the same figures give the same file.
            figure.savefig(folder / f"{name}.png", dpi=DPI, metadata={"Software": None})
            pyplot.close(figure)
            drawn.append(folder / f"{name}.png")
    return drawn


def _accuracy(entries: Results) -> Any:
    found = figures_of(entries, "accuracy", accuracy.NAMES)
    rows: list[tuple[str, dict[str, int]]] = []
    if replies := found.pop(accuracy.REPLIES, None):
        every = replies["counts"]["all"]
        rows.append(("Stria: reply", {RIGHT: every["right"], WRONG: every["total"] - every["right"]}))
    rows += [(f"{title(name, one)}: class", one["counts"]["all"]) for name, one in found.items()]
    figure, axis = pyplot.subplots(figsize=(WIDE, 0.9 + 0.6 * len(rows)))
    names = [name for name, _ in rows]
    start = [0.0] * len(rows)
    outcomes = {RIGHT: GREEN, ASKED: GREY, WRONG: ORANGE, FALSE_ANSWER: RED}
    for outcome, colour in outcomes.items():
        shares = [100 * counts.get(outcome, 0) / sum(counts.values()) for _, counts in rows]
        axis.barh(names, shares, left=start, color=colour, label=outcome)
        for at, (share, left) in enumerate(zip(shares, start, strict=True)):
            if share >= 4:
                axis.text(left + share / 2, at, f"{share:.0f}", ha="center", va="center", fontsize=9)
        start = [a + b for a, b in zip(start, shares, strict=True)]
    axis.invert_yaxis()
    axis.set(xlabel="% of the questions of the development set", xlim=(0, 100))
    # Below the label of the axis, which stands half an inch below it, whatever the number of bars.
    axis.legend(loc="upper center", bbox_to_anchor=(0.4, -0.75 / len(rows)), ncol=4, frameon=False)
    return figure


def _public(entries: Results) -> Any:
    found = figures_of(entries, "public", public_sets.NAMES)
    figure, axes = pyplot.subplots(1, 3, figsize=(WIDE, 3.8))
    panels: Sequence[tuple[str, Callable[[Mapping[str, Any]], float]]] = (
        ("right, % of the test messages", lambda one: 100 * one["right"] / one["tested"]),
        ("AUROC against messages of none, %", lambda one: 100 * one["auroc"]),
        ("CPU seconds of a training", lambda one: one["training_cpu"]),
    )
    colours = dict(zip(public_sets.NAMES, (GREEN, ORANGE, BLUE), strict=True))
    for axis, (label, value) in zip(axes, panels, strict=True):
        for offset, (name, one) in zip((-0.25, 0, 0.25), found.items(), strict=False):
            for at, data in enumerate(SETS):
                values = [value(sample) for sample in one[data].values()]
                named = title(name, one) if at == 0 else None
                axis.bar(at + offset, statistics.mean(values), 0.22, color=colours[name], label=named)
                axis.plot([at + offset] * len(values), values, "k.", markersize=4)
        axis.set_xticks(range(len(SETS)), SETS.values())
        axis.set_ylabel(label)
        axis.grid(axis="y", alpha=0.3)
    for axis in axes[:2]:
        axis.set_ylim(0, 100)
    axes[2].set_yscale("log")
    axes[2].set_ylim(bottom=1)
    axes[2].yaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
    axes[2].yaxis.set_minor_formatter(ticker.NullFormatter())
    handles, labels = axes[0].get_legend_handles_labels()
    # Room for it below: tight_layout knows nothing of a figure's legend.
    figure.supxlabel("bars: mean of three samples; dots: each sample\n\n", fontsize=9)
    figure.legend(handles, labels, loc="lower center", ncol=3, frameon=False)
    return figure


def _speed(entries: Results) -> Any:
    figure, axes = pyplot.subplots(1, 2, figsize=(WIDE, 3.6))
    if "speed/message" in entries:
        found = found_of(entries, "speed/message")
        for offset, kind, colour in ((-0.2, message.ANSWER, BLUE), (0.2, message.STEP, SKY)):
            values = [kinds[kind]["cpu_ms"] for kinds in found.values()]
            label = "an answer" if kind == message.ANSWER else "a step of the check"
            bars = axes[0].bar(
                [at + offset for at in range(len(found))], values, 0.38, color=colour, label=label
            )
            axes[0].bar_label(bars, fmt="%.1f", fontsize=8)
        axes[0].set_xticks(range(len(found)), [BOTS[name].replace(" with ", "\nwith ") for name in found])
        axes[0].legend(frameon=False, ncol=2, loc="upper right")
        axes[0].set_ylim(0, 1.3 * max(k["cpu_ms"] for kinds in found.values() for k in kinds.values()))
    axes[0].set(ylabel="CPU of a message, ms", title="One patient at a time")
    if "speed/throughput" in entries:
        rounds = found_of(entries, "speed/throughput")
        best = [max(one["per_second"] for one in runs) for runs in rounds.values()]
        bars = axes[1].bar([BOTS[name] for name in rounds], best, 0.5, color=[GREEN, ORANGE])
        axes[1].bar_label(bars, fmt="%.1f")
        axes[1].set_ylim(0, 1.15 * max(best))
    axes[1].set(ylabel="messages a second, best round", title="Ten patients at once, SQLite")
    return figure


def _topics(entries: Results) -> Any:
    points = entries["growth/topics"].figures["points"]
    panels: Sequence[tuple[str, Callable[[Mapping[str, Any]], float]]] = (
        ("training, CPU s", lambda p: p["training_cpu"]),
        ("most memory of the training, MB", lambda p: p["process"]["peak_mb"]),
        ("model, MB", lambda p: p["model_mb"]),
        ("a message, CPU ms", lambda p: p["message_cpu_ms"]),
    )
    return _curves(points, panels, lambda p: p["size"], "topics")


def _document(entries: Results) -> Any:
    points = entries["growth/document"].figures["points"]
    panels: Sequence[tuple[str, Callable[[Mapping[str, Any]], float]]] = (
        ("reading it, CPU s", lambda p: p["load_cpu"]),
        ("composing an answer, CPU µs", lambda p: 1000 * p["answer_cpu_ms"]),
        ("quick check of make run, CPU s", lambda p: p["check_cpu"]),
    )
    return _curves(points, panels, lambda p: p["characters"] / 1000, "document, 1,000 characters")


def _conversation(entries: Results) -> Any:
    points = entries["growth/conversation"].figures["points"]
    panels = (("a message, CPU ms", lambda p: p["message_cpu_ms"]),)
    return _curves(points, panels, lambda p: p["events"], "events of the conversation")


def _curves(
    points: Sequence[Mapping[str, Any]],
    panels: Sequence[tuple[str, Callable[[Mapping[str, Any]], float]]],
    along: Callable[[Mapping[str, Any]], float],
    label: str,
) -> Any:
    """Draws a curve for each panel: name of the upward axis, with its unit, and value of a point."""
    width = WIDE if len(panels) > 1 else WIDE / 2
    figure, axes = pyplot.subplots(1, len(panels), figsize=(width, 3.2), squeeze=False)
    x = [along(point) for point in points]
    for axis, (name, value) in zip(axes[0], panels, strict=True):
        axis.plot(x, [value(point) for point in points], "o-", color=BLUE, markersize=4)
        axis.set(xlabel=label, ylabel=name)
        axis.set_xlim(left=0)
        axis.set_ylim(0, 1.1 * max(value(point) for point in points))
        axis.grid(alpha=0.3)
    return figure


def _servers(entries: Results) -> Any:
    found = figures_of(entries, "servers", processes.NAMES)
    names = [f"{name} server{'s' if name != '1' else ''}" for name in found]
    figure, axes = pyplot.subplots(1, 2, figsize=(WIDE, 3.4))
    bars = axes[0].bar(names, [one["per_second"] for one in found.values()], 0.5, color=BLUE)
    axes[0].bar_label(bars, fmt="%.1f")
    axes[0].set(ylabel="messages a second", title=f"{processes.USERS} patients at once, all on this machine")
    axes[0].set_ylim(0, 1.15 * max(one["per_second"] for one in found.values()))
    start = [0.0] * len(found)
    titles = {"rasa": "Rasa", "actions": "action server", "postgres": "PostgreSQL", "redis": "Redis"}
    for part, colour in PARTS.items():
        values = [one["cpu_ms"][part] for one in found.values()]
        axes[1].bar(names, values, 0.5, bottom=start, color=colour, label=titles[part])
        start = [a + b for a, b in zip(start, values, strict=True)]
    axes[1].set(ylabel="CPU of a message, ms", title="Where it goes", ylim=(0, 1.35 * max(start)))
    axes[1].legend(ncol=2, frameon=False)
    return figure


def _plan(entries: Results) -> Any:
    limits = paper.limits(paper.cost(entries["servers/1"].figures))
    figure, axis = pyplot.subplots(figsize=(WIDE, 3.2))
    bars = axis.barh([limit.name for limit in limits], [limit.rate for limit in limits], color=BLUE)
    axis.bar_label(bars, [f"{limit.rate:,.0f}" for limit in limits], padding=3)
    axis.set_xscale("log")
    axis.axvline(paper.RATES[-1], color="black", linewidth=0.8)
    axis.invert_yaxis()
    axis.set_title(f"line: {paper.RATES[-1]:,} messages a second", fontsize=10)
    axis.set(xlabel="messages a second at which one of it is full (computed)")
    axis.set_xlim(right=5 * max(*(limit.rate for limit in limits), paper.RATES[-1]))
    axis.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
    return figure
