"""The weekly figures and the foremost groups as bars, drawn with Matplotlib."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot, ticker  # after the choice of a backend without a screen

from assistant.screening.items import ITEMS
from assistant.text import shorten
from assistant.wording import wording
from clinic.insights.groups import Ranked
from clinic.insights.report import Figures, Weekly

DPI, WIDE, HIGH = 110, 10.0, 12.0
#: Inches of the panel of groups: without any, and for each of the foremost ones. Letters of a question.
AROUND, OF_GROUP, GROUPS, LETTERS = 0.9, 0.28, 12, 60
#: Told apart also by those who see no colours well (Okabe and Ito's).
GREEN, GREY, ORANGE, RED, BLUE, SKY = "#009e73", "#bbbbbb", "#e69f00", "#d55e00", "#0072b2", "#56b4e9"


def draw(found: Weekly, ranked: Ranked) -> bytes:
    """Returns a PNG file: messages by answer, checks by result, where checks were left, and groups."""
    shown = ranked.groups[:GROUPS]
    heights = [HIGH / 4] * 4 + ([AROUND + OF_GROUP * len(shown)] if shown else [])
    figure, axes = pyplot.subplots(
        len(heights), 1, figsize=(WIDE, sum(heights)), gridspec_kw={"height_ratios": heights}, squeeze=False
    )
    axes = axes[:, 0]
    weeks = [week.monday for week in found.weeks]
    figures = [week.figures for week in found.weeks]
    people = {
        "conversations": ([f.conversations.total() for f in figures], BLUE),
        "hand-overs": ([f.hand_overs.total() for f in figures], ORANGE),
    }
    _beside(axes[0], "Conversations and hand-overs a week", weeks, people)
    _stacked(axes[1], "Questions a week", weeks, _answers(figures))
    _stacked(axes[2], "Checks a week, by what became of them", weeks, _checks(figures))
    _left(axes[3], found.total)
    if shown:
        _groups(axes[4], ranked)
    figure.tight_layout()
    file = io.BytesIO()
    # Without the program's version in it, so that the same figures give the same file.
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    pyplot.close(figure)
    return file.getvalue()


def _answers(figures: Sequence[Figures]) -> dict[str, tuple[list[int], str]]:
    kinds = (
        ("answered", "answered", GREEN),
        ("not in the document", "not_in_document", ORANGE),
        ("other subjects", "out_of_scope", GREY),
        ("not understood", "unclear", RED),
    )
    return {name: ([f.answers[kind] for f in figures], colour) for name, kind, colour in kinds}


def _checks(figures: Sequence[Figures]) -> dict[str, tuple[list[int], str]]:
    outcomes = (
        ("a listed reason", "contraindicated", RED),
        ("specialist to look", "needs_specialist_review", ORANGE),
        ("no listed reason", "no_listed_contraindication", SKY),
    )
    rows = {name: ([f.finished[o] for f in figures], colour) for name, o, colour in outcomes}
    # One that was begun last week and finished in this one would make it less than nothing.
    rows["not finished"] = ([max(0, f.begun.total() - f.finished.total()) for f in figures], GREY)
    return rows


def _beside(
    axis: Any, title: str, weeks: Sequence[str], rows: Mapping[str, tuple[Sequence[int], str]]
) -> None:
    width = 0.8 / len(rows)
    for number, (name, (values, colour)) in enumerate(rows.items()):
        places = [week - 0.4 + width * (number + 0.5) for week in range(len(weeks))]
        axis.bar(places, values, width, label=name, color=colour)
    _dress(axis, title, weeks)


def _stacked(
    axis: Any, title: str, weeks: Sequence[str], rows: Mapping[str, tuple[Sequence[int], str]]
) -> None:
    below = [0] * len(weeks)
    for name, (values, colour) in rows.items():
        axis.bar(range(len(weeks)), values, 0.8, bottom=below, label=name, color=colour)
        below = [b + v for b, v in zip(below, values, strict=True)]
    _dress(axis, title, weeks)


def _left(axis: Any, total: Figures) -> None:
    of_item = {d.item: d for d in total.drop_offs()}
    names = ["\n".join(textwrap.wrap(wording(f"items.{item}.name"), 18)) for item in ITEMS]
    reasons = (("stopped", BLUE), ("emergency", RED), ("restarted", SKY), ("other", ORANGE))
    below = [0] * len(ITEMS)
    for reason, colour in (*reasons, ("no more word", GREY)):
        values = [_number(of_item.get(item), reason) for item in ITEMS]
        axis.bar(range(len(ITEMS)), values, 0.8, bottom=below, label=reason, color=colour)
        below = [b + v for b, v in zip(below, values, strict=True)]
    _dress(axis, "Where the check was left", names)
    axis.tick_params(axis="x", labelsize=8)


def _groups(axis: Any, ranked: Ranked) -> None:
    """Draws the foremost groups, that of the highest rank on top, each with its most typical question."""
    shown = ranked.groups[:GROUPS]
    places = range(len(shown))
    for name, colour, new in (("new, or a part of a topic", SKY, True), ("a known topic", ORANGE, False)):
        sizes = [group.size if new == (not group.topic or group.part) else 0 for group in shown]
        if any(sizes):
            axis.barh(places, sizes, 0.8, label=name, color=colour)
    widest = max(group.size for group in shown)
    for place, group in enumerate(shown):
        # A dollar sign would begin a formula.
        text = f"{shorten(group.label, LETTERS)} ({group.size})".replace("$", r"\$")
        axis.text(widest / 100, place, text, va="center", fontsize=8)
    axis.set_yticks(places, [str(group.number) for group in shown])
    axis.invert_yaxis()
    axis.set_xlim(0, widest * 1.25)
    more = f", the foremost {len(shown)} of {len(ranked.groups)} groups" if ranked.groups[GROUPS:] else ""
    axis.set_title(f"Questions without an answer{more}", loc="left", fontsize=11)
    axis.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=8, loc="lower right")


def _number(drop_off: Any, reason: str) -> int:
    if drop_off is None:
        return 0
    return int(drop_off.silent if reason == "no more word" else drop_off.left.get(reason, 0))


def _dress(axis: Any, title: str, places: Sequence[str]) -> None:
    axis.set_title(title, loc="left", fontsize=11)
    axis.set_xticks(range(len(places)), places)
    axis.yaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=8, ncol=5, loc="upper right")
    axis.set_ylim(0, max(1.0, axis.get_ylim()[1] * 1.25))
