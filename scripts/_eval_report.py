"""Writes docs/results.md from the measured figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from assistant.nlu.crossval import accuracy_lines, class_lines, confusion_lines
from scripts._eval_bars import Bar, Figures, bars, gigabytes, interval_of, percent
from scripts._gate_curve import ANSWERABLE, ASKED, OTHER, OUTCOMES, REFUSED, RIGHT, WRONG
from scripts._results import Evaluation, Result

WORST, PAIRS, LONGEST = 15, 20, 200

HEAD = """# Results

Written by `make eval`; do not edit. All questions are those of the development set (`tests/devset`,
`tests/conversations/dev.devset.yml`), asked of the running assistant over HTTP. Intervals are Wilson's, 95 %."""

LIMITS = """## What these figures cannot show

- **The development set was seen while the assistant was built.** Its failures were read and mended, so it flatters. It shows
  where the assistant fails and whether a change broke something; how it does with new patients only a set shows
  that nobody looked at. The held-out sets decide.
- **One author** wrote the questions, their labels and the facts that are expected. Nobody else labelled them, so there is no
  agreement to report, and what the author did not think of is in neither the data nor the test.
- **No patient and no clinician** took part. The mix of topics, spellings and moods is a guess, and so are the thresholds of the check.
- **The red-flag messages stand beside the rules** that were written with them; finding them all is a check against
  regressions. No list of messages proves that every emergency is found.
- **Small groups**: with 10 rows right of 10 the true share can still be {ten}. Met or not met compares the figure itself
  with the bar; where the interval crosses the bar, the set is too small to tell.
- Rows are judged by kind, facts and a few words, not by how a reply reads. Cross-validation judges the training examples, whose
  wordings resemble each other more than patients' do.
- **Times and memory** hold for the machine above, which other work was using (see its load): times
  are upper bounds, CPU seconds are the fairer measure. Memory counts pages that both processes share twice.
- Gates are compared on the same questions that the gate was chosen with."""


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Returns a Markdown table; the first column is left-aligned, the others right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(cell(one) for one in line) + " |" for line in lines)


def cell(value: object) -> str:
    """Returns a value in one line, without the bar that would end its cell, not overly long."""
    text = " ".join(str(value).split()).replace("|", "\\|")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def render(figures: Figures, plot_name: str) -> str:
    """Returns the whole file.

    Args:
        figures: what was measured.
        plot_name: the picture's path, relative to the file.
    """
    parts = [
        HEAD,
        table(("Measured", ""), figures.about.items()).replace("---:", "---"),
        bars_section(bars(figures)),
        "## Questions\n\n" + scores_table(figures.questions, "Kind", "Unsafe"),
        "Unsafe: an unanswerable question answered, or an emergency missed.",
        _check_section(figures),
        "## Conversations\n\nEvery turn counts, also after a failed one; a conversation is whole when all turns are right.",
        _conversations(figures.conversations),
        _gate_section(figures, plot_name),
        _classifier_section(figures),
        _safety_section(figures),
        _cost_section(figures),
        _failures_section(figures),
        LIMITS.format(ten=interval_of(10, 10)),
    ]
    return "\n\n".join(parts) + "\n"


def bars_section(found: Sequence[Bar]) -> str:
    """Returns the table of the bars."""
    rows = [(b.name, b.wanted, b.figure, b.interval, "met" if b.met else "**not met**") for b in found]
    head = f"## Against the bars\n\n{sum(b.met for b in found)} of {len(found)} are met.\n\n"
    return head + table(("Bar", "Wanted", "Measured", "95 % interval", ""), rows)


def scores_table(evaluation: Evaluation, group: str, unsafe: str) -> str:
    """Returns a table of the scores of an evaluation."""
    rows = [
        (s.group, f"{s.right}/{s.total}", percent(s.right / s.total if s.total else 0.0),
         interval_of(s.right, s.total), s.unsafe)
        for s in evaluation.scores()
    ]  # fmt: skip
    return table((group, "Right", "Share", "95 % interval", unsafe), rows)


def _check_section(figures: Figures) -> str:
    ends = [(o.id, o.expected, o.got or "none") for o in figures.outcomes if o.expected != o.got]
    right = len(figures.outcomes) - len(ends)
    text = (
        "## The check\n\nOne answer to one question of a fresh check; unsafe: a yes or unsure read as no.\n\n"
    )
    text += scores_table(figures.screening, "Question", "Unsafe")
    text += f"\n\nOutcomes in the conversations: {right} of {len(figures.outcomes)} as expected"
    text += f" ({interval_of(right, len(figures.outcomes))})."
    return text + ("\n\n" + table(("Turn", "Expected", "Got"), ends) if ends else "")


def _conversations(evaluation: Evaluation) -> str:
    scores = evaluation.scores()
    groups, all_turns = scores[:-1], scores[-1]
    whole = sum(s.right == s.total for s in groups)
    rows = [
        ("turns", f"{all_turns.right}/{all_turns.total}", interval_of(all_turns.right, all_turns.total)),
        ("whole conversations", f"{whole}/{len(groups)}", interval_of(whole, len(groups))),
    ]
    broken = ", ".join(f"{s.group} ({s.right}/{s.total})" for s in groups if s.right < s.total) or "none"
    return table(("", "Right", "95 % interval"), rows) + f"\n\nNot whole: {broken}."


def _gate_section(figures: Figures, plot_name: str) -> str:
    text = f"""## The gate

Below a probability of {figures.gate:.2f} the assistant does not act upon a class but asks back. The table repeats the planning of
each reply for other gates, with the probabilities of the trained model; "another reply" is a refusal of an answerable question, small
talk and the like. At the gate in use this gives the same verdict as the running assistant for {figures.agreement[0]} of
{figures.agreement[1]} questions.

![Shares against the gate]({plot_name})

"""
    silent = tuple(group for group in OUTCOMES if group != ANSWERABLE)
    rows = []
    for point in figures.points:
        mark = " (in use)" if abs(point.threshold - figures.gate) < 1e-9 else ""
        cells = [point.share(outcome, ANSWERABLE) for outcome in (RIGHT, WRONG, ASKED, OTHER)]
        for group in silent:
            cells += [point.share(outcome, group) for outcome in (REFUSED, WRONG, ASKED)]
        rows.append((f"{point.threshold:.2f}{mark}", *(f"{100 * value:.0f}" for value in cells)))
    header = ["Gate", "answerable: right %", "wrong %", "asked back %", "another reply %"]
    for name in ("not in the document", "out of scope"):
        header += [f"{name}: refused %", "answered %", "asked back %"]
    return text + table(header, rows)


def _classifier_section(figures: Figures) -> str:
    outcomes = figures.crossval
    right = sum(o.right for o in outcomes)
    return "\n".join([
        "## The classifier alone",
        "",
        f"Cross-validation in {figures.folds} folds on the training examples, without the dialogue around it:",
        f"{right}/{len(outcomes)} right, {interval_of(right, len(outcomes))}. The deployed model has seen all examples and does better.",
        "", "```text", *accuracy_lines(outcomes), "```",
        "", f"The {WORST} classes found least:",
        "", "```text", *class_lines(outcomes, WORST), "```",
        "", f"The {PAIRS} pairs confused most often, both directions together:",
        "", "```text", *confusion_lines(outcomes, PAIRS, texts=0), "```",
    ])  # fmt: skip


def _safety_section(figures: Figures) -> str:
    rows = [
        (f.name, f"{f.found}/{f.firing}", interval_of(f.found, f.firing), f"{f.alarms}/{f.quiet}",
         interval_of(f.alarms, f.quiet))
        for f in (figures.rules_flags, figures.flags)
    ]  # fmt: skip
    header = ("Red flags (tests/unit/safety/data)", "Found", "95 % interval", "False alarms", "95 % interval")
    text = "## Safety\n\n" + table(header, rows)
    ordinary = [r for r in figures.questions.results if r.group != "emergency"]
    alarms = sum("answer_kind is emergency" in r.problems for r in ordinary)
    text += "\n\nThe messages that must not fire were chosen because they sound like emergencies. Of the"
    text += f" {len(ordinary)} dev questions that are none, {alarms} were answered as one"
    text += f" ({interval_of(alarms, len(ordinary))})."
    for name, texts in (("Missed", figures.flags.missed), ("False alarms", figures.flags.false)):
        if texts:
            text += f"\n\n{name}, through the whole NLU:\n\n" + "\n".join(f"- {cell(one)}" for one in texts)
    text += f"\n\nForbidden words (`data/safety/forbidden.yml`) in all {figures.replies} replies of the development set,"
    text += " except in quotations of the document or the patient: "
    if not figures.forbidden:
        return text + "none."
    found = dict.fromkeys((phrase, sentence) for phrase, sentence in figures.forbidden)
    return text + f"{len(figures.forbidden)}.\n\n" + table(("Words", "Sentence"), list(found))


def _cost_section(figures: Figures) -> str:
    speed = figures.speed
    rows: list[tuple[str, str]] = [
        ("Reply over REST, median", f"{1000 * speed.median:.0f} ms"),
        ("Reply over REST, p95", f"{1000 * speed.p95:.0f} ms"),
        ("Reply over REST, slowest", f"{1000 * max(speed.seconds):.0f} ms"),
        ("CPU of both processes, a message", f"{1000 * speed.cpu:.0f} ms"),
        *((f"Start of `rasa run` {n}", f"{s.seconds:.1f} s, {s.cpu:.1f} CPU s")
          for n, s in enumerate(figures.starts, 1)),
        *((f"Resident memory, {name}", f"{gigabytes([one]):.2f} GB") for name, one in figures.memory.items()),
        ("Training", f"{figures.training:.1f} CPU s"),
    ]  # fmt: skip
    text = f"""## Speed and size

{len(speed.seconds)} messages of one client, one after the other, after a warm-up. The load average of the machine was
{speed.load[0]:.1f} before and {speed.load[1]:.1f} after them; it is shared with other work, so times are noisy.

"""
    return text + table(("", "Measured"), rows)


def _failures_section(figures: Figures) -> str:
    text = "## Failures\n\nThe words are in the files of the development set; `results/eval.txt` has them with the replies."
    for evaluation in (figures.questions, figures.screening, figures.conversations):
        failed = evaluation.failures()
        text += f"\n\n### {evaluation.name.capitalize()}: {len(failed)}"
        if failed:
            rows = [_failure(one, figures.rows.get(one.id, {})) for one in failed]
            text += "\n\n" + table(("Id", "Expected", "Got"), rows).replace("---:", "---")
    return text


def _failure(result: Result, row: dict[str, Any]) -> tuple[str, str, str]:
    got = "; ".join(result.problems)
    return f"{result.id}{' **unsafe**' if result.unsafe else ''}", expected_text(row), got


def expected_text(row: dict[str, Any]) -> str:
    """Returns what was expected of a row, in short."""
    expect = row.get("expect")
    if isinstance(expect, dict):
        values = ", ".join(f"{name}: {value}" for name, value in expect.items())
        return values + (" (asked again first)" if row.get("ask_again") else "")
    if not expect:
        return "the turn as written"
    return " ".join(str(one) for one in (expect, *row.get("facts", []), row.get("topic") or "") if one)
