"""Measures and writes docs/benchmarks.md: `make bench`, or `make bench PART="accuracy growth/topics"`.

Without a part all are measured, one after the other. That takes hours, most of them the training of
stock Rasa; EPOCHS=5 shortens it. Each entry goes into results/benchmarks.json as soon as it is there,
and the report is made of what that file holds. PART=report measures nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType

from benchmarks import (
    accuracy,
    bots,
    growth,
    length,
    memory,
    message,
    pipelines,
    processes,
    public_sets,
    report,
    results,
    starts,
    throughput,
)
from benchmarks.results import Figures
from scripts._env import CommandError, run_command, say

#: What is measured of running bots (benchmarks/common.py); each is an entry `speed/NAME`.
MEASUREMENTS: dict[str, ModuleType] = {
    "message": message,
    "throughput": throughput,
    "starts": starts,
    "length": length,
    "memory": memory,
}
REPORT = "report"


@dataclass
class Run:
    """What a run is asked for, and the models of other bots that it has trained so far.

    Attributes:
        folder: for the models.
        epochs: of stock Rasa's neural networks, where it counts how often they are right.
        size: of the measurements of running bots; 1 is a full one.
    """

    folder: Path
    epochs: int = pipelines.EPOCHS
    size: float = 1.0
    models: dict[str, Path] = field(default_factory=dict)

    def speed(self, name: str) -> Figures:
        """Makes one of `MEASUREMENTS`, and says which bars hold."""
        measurement = MEASUREMENTS[name]
        missing = {bot.removesuffix("-same-store") for bot in measurement.BOTS} - self.models.keys()
        self.models.update(bots.train(sorted(missing), self.folder))
        found: Figures = measurement.measure(self.models, self.size)
        say("\n".join(bar.line() for bar in measurement.bars(found)))
        return {**found, "size": self.size}


def entries(run: Run) -> Mapping[str, Callable[[], Figures]]:
    """Returns all that can be measured, by name, in the order in which it is."""
    found: dict[str, Callable[[], Figures]] = {}
    for name in accuracy.NAMES:
        found[f"accuracy/{name}"] = partial(accuracy.measure, name, run.epochs)
    for name in public_sets.NAMES:
        found[f"public/{name}"] = partial(public_sets.measure, name, run.epochs)
    for name in growth.NAMES:
        found[f"growth/{name}"] = partial(growth.measure, name)
    for name in MEASUREMENTS:
        found[f"speed/{name}"] = partial(run.speed, name)
    for name in processes.NAMES:
        found[f"servers/{name}"] = partial(processes.measure, name)
    found[f"servers/{processes.SHARES}"] = processes.measure_shares
    return found


def chosen(parts: Sequence[str], known: Sequence[str]) -> list[str]:
    """Returns the entries that the parts name (`accuracy` or `accuracy/stria`); all without a part.

    Raises:
        CommandError: A part does not exist.
    """
    if not parts:
        return list(known)
    for part in parts:
        if part != REPORT and not any(name == part or name.startswith(f"{part}/") for name in known):
            groups = ", ".join(dict.fromkeys(name.partition("/")[0] for name in known))
            raise CommandError(f"there is no part '{part}'; there are: {groups}, {REPORT}")
    return [name for name in known if name in parts or name.partition("/")[0] in parts]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures what is asked for and writes the report; the status is 0 whether bars hold or not.

    Raises:
        CommandError: An entry cannot be measured here. The others are all the same, and stand in the report.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="such as accuracy or growth/topics")
    parser.add_argument(
        "--epochs", type=int, default=pipelines.EPOCHS, help="of stock Rasa's training (default: %(default)s)"
    )
    parser.add_argument("--size", type=float, default=1.0, help="of the part speed; 1 is a full run")
    parser.add_argument("--results", type=Path, default=results.PATH, help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=report.DOCS, help="folder; default: %(default)s")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="stria-bench-") as folder:
        known = entries(Run(Path(folder), given.epochs, given.size))
        failed: list[str] = []
        for name in chosen(given.parts, list(known)):
            say(f"Measuring {name} ...")
            try:
                results.store(name, results.measure(known[name]), given.results)
            except CommandError as error:
                failed.append(f"{name}: {error}")
                say(f"Not measured: {error}")
    for path in report.write(results.load(given.results), given.out):
        say(f"Written: {path}")
    if failed:
        raise CommandError("not measured:\n" + "\n".join(failed))
    return 0


if __name__ == "__main__":
    run_command(lambda: main(sys.argv[1:]))
