"""The report's tables of what was understood: the development set and the public sets."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from benchmarks import accuracy, public_sets
from benchmarks.judging import ASKED, FALSE_ANSWER, OUTCOMES, RIGHT
from benchmarks.pipelines import EPOCHS, STOCK, TITLES
from benchmarks.results import Figures, Results
from scripts._eval_bars import interval_of, percent
from scripts._eval_report import table

KINDS = {
    "answered": "answered",
    "not_in_document": "not in the document",
    "out_of_scope": "out of scope",
    "smalltalk": "small talk",
    "condition": "condition",
    "emergency": "emergency",
}
SETS = {"clinc150": "CLINC150", "banking77": "BANKING77"}
PLOT = "![Outcomes of the questions](benchmarks/accuracy.png)"
PUBLIC_PLOT = "![Right on the public sets](benchmarks/public.png)"


def title(name: str, figures: Figures) -> str:
    """Returns a pipeline's name, with its epochs where they are not those of the template."""
    epochs = figures.get("epochs")
    less = name == STOCK and epochs is not None and epochs != EPOCHS
    return f"{TITLES[name]}, {epochs} of {EPOCHS} epochs" if less else TITLES[name]


def figures_of(entries: Results, part: str, names: tuple[str, ...]) -> dict[str, Figures]:
    """Returns the figures of those entries of a part that were measured, in the order given."""
    return {n: entries[f"{part}/{n}"].figures for n in names if f"{part}/{n}" in entries}


def accuracy_section(entries: Results) -> str:
    """Returns the tables of the development set."""
    found = figures_of(entries, "accuracy", accuracy.NAMES)
    replies = found.pop(accuracy.REPLIES, None)
    rows = [_reply_row(replies["counts"])] if replies else []
    rows += [_class_row(title(name, one), one["counts"]) for name, one in found.items()]
    header = ("Right of", "all", "95 % interval", *KINDS.values(), "asked back", "false answers")
    parts = [table(header, rows), PLOT]
    if found:
        parts.append(_training_table(found))
    if STOCK in found:
        parts.append(epochs_note(found[STOCK]))
    return "\n\n".join(part for part in parts if part)


def _class_row(name: str, counts: Mapping[str, Mapping[str, int]]) -> tuple[str, ...]:
    every = counts["all"]
    cells = [f"{counts[k][RIGHT]}/{sum(counts[k].values())}" if k in counts else "-" for k in KINDS]
    right, total = every[RIGHT], sum(every.values())
    shares = (percent(right / total), interval_of(right, total))
    return (f"{name}: class", *shares, *cells, str(every[ASKED]), str(every[FALSE_ANSWER]))


def _reply_row(counts: Mapping[str, Mapping[str, int]]) -> tuple[str, ...]:
    every = counts["all"]
    cells = [f"{counts[k]['right']}/{counts[k]['total']}" if k in counts else "-" for k in KINDS]
    false = sum(counts[k]["unsafe"] for k in ("not_in_document", "out_of_scope") if k in counts)
    shares = (percent(every["right"] / every["total"]), interval_of(every["right"], every["total"]))
    return ("Stria: reply", *shares, *cells, "-", str(false))


def _training_table(found: Mapping[str, Figures]) -> str:
    rows = []
    for name, one in found.items():
        free = one["counts_without_fallback"]["all"]
        rows.append((
            title(name, one),
            percent(free[RIGHT] / sum(free.values())),
            f"{one['examples']:,}" if one["examples"] else "4",
            f"{one['training']['cpu']:,.0f}",
            f"{one['training']['peak_mb']:,.0f}",
            f"{one['model_mb']:.1f}",
            f"{one['message_cpu_ms']:.1f}",
        ))  # fmt: skip
    header = (
        "Pipeline", "Right without its fallback", "Examples", "Training, CPU s", "Training, most memory, MB",
        "Model, MB", "Reading a message, CPU ms",
    )  # fmt: skip
    return table(header, rows)


def epochs_note(stock: Figures) -> str:
    """Returns what fewer epochs mean; nothing when there were as many as in the template."""
    if stock["epochs"] == EPOCHS:
        return ""
    hours = stock["training"]["cpu"] * EPOCHS / stock["epochs"] / 3600
    return (
        f"**Stock Rasa was trained for {stock['epochs']} epochs, not for the {EPOCHS} of its template**: all {EPOCHS} would take about "
        f"{hours:.1f} CPU hours at the cost of these (computed, not measured). Its accuracy is that of the shorter training and may be "
        f"higher after all of them; `make bench PART=accuracy/stock` trains it in full."
    )


def reachable(entries: Results) -> str:
    """Returns how many questions one class can be right for, of how many."""
    for one in figures_of(entries, "accuracy", accuracy.NAMES).values():
        if "reachable" in one:
            every = one["counts"]["all"]
            return f"{one['reachable']} of {sum(every[outcome] for outcome in OUTCOMES)}"
    return "all"


def public_section(entries: Results) -> str:
    """Returns the table of the public sets."""
    rows = []
    found = figures_of(entries, "public", public_sets.NAMES)
    for data, name in SETS.items():
        for pipeline, one in found.items():
            rows.append((f"{name}, {title(pipeline, one)}", *_public_cells(list(one[data].values()))))
    header = (
        "Set and pipeline", "Right", "95 % interval", "Right, of each sample", "Right and not set aside",
        "Of none: refused", "refused, as strict for all", "AUROC", "Training, CPU s", "Training, most memory, MB", "Model, MB",
        "Reading a message, CPU ms",
    )  # fmt: skip
    return f"{table(header, rows)}\n\n{PUBLIC_PLOT}"


def _public_cells(samples: list[dict[str, Any]]) -> tuple[str, ...]:
    right, tested = (sum(one[key] for one in samples) for key in ("right", "tested"))
    kept, refused = (sum(one[key] for one in samples) for key in ("kept", "refused"))
    outside = sum(one["outside"] for one in samples)
    alike = sum(one["refused_alike"] for one in samples)
    each = " / ".join(f"{100 * one['right'] / one['tested']:.1f}" for one in samples)

    def mean(key: str) -> float:
        return float(statistics.mean(one[key] for one in samples))

    return (
        percent(right / tested),
        interval_of(right, tested),
        each,
        percent(kept / tested),
        percent(refused / outside),
        percent(alike / outside),
        f"{100 * mean('auroc'):.1f}",
        f"{mean('training_cpu'):,.0f}",
        f"{mean('training_peak_mb'):,.0f}",
        f"{mean('model_mb'):.1f}",
        f"{mean('message_cpu_ms'):.1f}",
    )
