"""Measures and prints: `python -m benchmarks [NAME ...] [--size 0.2] [--out FILE]`.

Without names all measurements are made. The results are written as JSON, with what the machine was.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from benchmarks import bots, length, memory, message, starts, throughput
from benchmarks.common import Bar, Found
from scripts._env import ROOT, run_command, say
from scripts._eval_machine import commit, machine

MEASUREMENTS: dict[str, ModuleType] = {
    "message": message,
    "throughput": throughput,
    "starts": starts,
    "length": length,
    "memory": memory,
}
OUT = ROOT / "results" / "bench.json"


def run(names: Sequence[str], size: float) -> tuple[dict[str, Found], list[Bar]]:
    """Makes the measurements; returns what they found, by name, and their bars.

    Raises:
        CommandError: When a bot can't be trained or started, or does not answer.
    """
    found: dict[str, Found] = {}
    bars: list[Bar] = []
    with tempfile.TemporaryDirectory(prefix="stria-bench-") as folder:
        wanted = {bot for name in names for bot in MEASUREMENTS[name].BOTS}
        say("Training the other bots ...")
        models = bots.train(sorted(wanted), Path(folder))
        for name in names:
            measurement = MEASUREMENTS[name]
            say(f"Measuring: {(measurement.__doc__ or name).splitlines()[0]}")
            before = os.getloadavg()[0]
            found[name] = measurement.measure(models, size)
            found[name]["load_average"] = [before, os.getloadavg()[0]]
            bars += measurement.bars(found[name])
    return found, bars


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints the bars and writes the file; the status is 0 whether they hold or not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--size", type=float, default=1.0, help="of the run; 1 is a full one")
    parser.add_argument("--out", type=Path, default=OUT, help="default: %(default)s")
    given = parser.parse_args(arguments)
    if unknown := sorted(set(given.names) - set(MEASUREMENTS)):
        parser.error(f"there is no measurement '{unknown[0]}'; there are: {', '.join(MEASUREMENTS)}")
    found, bars = run(given.names or list(MEASUREMENTS), given.size)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    about = {"commit": commit(), "machine": machine(), "size": given.size}
    given.out.write_text(json.dumps({"about": about, **found}, indent=1) + "\n", encoding="utf-8")
    say("\n".join(["", *(bar.line() for bar in bars), "", f"Written: {given.out}"]))
    return 0


if __name__ == "__main__":
    run_command(lambda: main(sys.argv[1:]))
