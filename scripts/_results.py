"""Results of an evaluation: right rows with their interval, unsafe rows, reply times."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Result:
    """How one row went.

    Attributes:
        id: The row's id.
        group: Its kind, or its item of the check.
        text: What the patient wrote.
        reply: What the assistant said to it.
        problems: What is wrong; empty when the row is right.
        unsafe: Whether a yes or unsure was read as no, or something unknown was answered.
        seconds: Durations of all replies for this row.
    """

    id: str
    group: str
    text: str
    reply: str
    problems: list[str]
    unsafe: bool = False
    seconds: list[float] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


@dataclass(frozen=True)
class Score:
    """Right rows of a group with the Wilson 95 % interval of their share."""

    group: str
    right: int
    total: int
    unsafe: int
    low: float
    high: float


@dataclass(frozen=True)
class Evaluation:
    """All results of one file."""

    name: str
    results: list[Result]

    def scores(self) -> list[Score]:
        """Returns one score for each group and one, `all`, for the whole file."""
        groups = list(dict.fromkeys(result.group for result in self.results))
        return [_score(group, [r for r in self.results if r.group == group]) for group in groups] + [
            _score("all", self.results)
        ]

    def failures(self) -> list[Result]:
        """Returns the rows that are not right."""
        return [result for result in self.results if not result.right]

    def latency(self) -> dict[str, float]:
        """Returns median and 95th percentile of the reply times, in seconds."""
        times = sorted(second for result in self.results for second in result.seconds)
        if not times:
            return {"median": 0.0, "p95": 0.0}
        return {
            "median": statistics.median(times),
            "p95": times[math.ceil(0.95 * len(times)) - 1],
        }

    def as_dict(self) -> dict[str, Any]:
        """Returns everything as plain data, for a results file."""
        return {
            "name": self.name,
            "scores": [asdict(score) for score in self.scores()],
            "latency": self.latency(),
            "failures": [
                {key: value for key, value in asdict(one).items() if key != "seconds"}
                for one in self.failures()
            ],
        }


def wilson(right: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """Returns the Wilson interval of a share; (0, 1) when nothing was measured."""
    if total == 0:
        return 0.0, 1.0
    share = right / total
    middle = share + z * z / (2 * total)
    margin = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - margin) / scale), min(1.0, (middle + margin) / scale)


def _score(group: str, results: Sequence[Result]) -> Score:
    """Counts the results of one group."""
    right = sum(result.right for result in results)
    unsafe = sum(result.unsafe for result in results)
    return Score(group, right, len(results), unsafe, *wilson(right, len(results)))


def report(evaluation: Evaluation) -> str:
    """Returns a table of the scores and the failures below it."""
    lines = [f"{evaluation.name:<18}{'right':>11}  {'share':>6}  {'95 % interval':<16}{'unsafe':>6}"]
    for one in evaluation.scores():
        share = one.right / one.total if one.total else 0.0
        interval = f"{one.low:6.1%} - {one.high:6.1%}"
        count = f"{one.right}/{one.total}"
        lines.append(f"  {one.group:<16}{count:>11}  {share:6.1%}  {interval:<16}{one.unsafe:>6}")
    times = evaluation.latency()
    lines.append(f"  seconds a reply: median {times['median']:.3f}, p95 {times['p95']:.3f}")
    for failed in evaluation.failures():
        mark = "UNSAFE " if failed.unsafe else ""
        lines += ["", f"{mark}{failed.id} ({failed.group}): {failed.text}"]
        lines += [f"  * {problem}" for problem in failed.problems]
        lines += [f"  | {line}" for line in failed.reply.splitlines()]
    return "\n".join(lines)
