"""Draws the few-shot samples of two public data sets; `benchmarks/data` holds what it drew.

`python -m benchmarks.sampling --clinc data_full.json --banking FOLDER` draws them again from the
originals, which are not part of this repository (benchmarks/data/README.md says where they are).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts._env import CommandError, run_command, say

DATA = Path(__file__).parent / "data"
SEEDS = (0, 1, 2)
#: Of a sample: intents, training examples and test messages of each, messages that belong to none.
INTENTS, EXAMPLES, TESTS, OUTSIDE = 40, 15, 20, 300
TRAIN, TEST, OOS = "train", "test", "oos"
#: What the samples in benchmarks/data were drawn from.
ORIGINALS = {
    "data_full.json": "36923c3705a59e08fe9c3883d8bc2dd966ef93e22cb78ac41171782a698d56e0",
    "train.csv": "b06e26ac675513959a63135f11b94ea7786ed02da65db93a5650d8838cbc664b",
    "test.csv": "d12d6e3bc4c3103966ae786dc435913c0c563dfa328f5a3646d0e62cfeeb474d",
}
Row = tuple[str, str]
_COLUMNS = ("seed", "part", "intent", "text")


@dataclass(frozen=True)
class Sample:
    """Rows (text, intent) to train and to test with, and texts that belong to none of the intents."""

    train: tuple[Row, ...]
    test: tuple[Row, ...]
    oos: tuple[str, ...]


def draw(train: Sequence[Row], test: Sequence[Row], outside: Sequence[str], seed: int) -> Sample:
    """Draws a sample.

    Args:
        train: all rows of the data set to train with, (text, intent).
        test: all rows to test with.
        outside: messages that belong to no intent at all; when there are none, those of the intents
            that were not drawn take their place.
        seed: the same seed gives the same sample.

    Raises:
        ValueError: There are too few intents with enough rows.
    """
    chosen = random.Random(seed)
    trained, tested = _by_intent(train), _by_intent(test)
    enough = [
        name
        for name in sorted(trained)
        if len(trained[name]) >= EXAMPLES and len(tested.get(name, ())) >= TESTS
    ]
    if len(enough) < INTENTS:
        raise ValueError(f"{len(enough)} intents have enough rows, {INTENTS} are needed")
    names = sorted(chosen.sample(enough, INTENTS))
    rest = list(outside) or [text for name in sorted(tested) if name not in names for text in tested[name]]
    return Sample(
        tuple((text, name) for name in names for text in chosen.sample(trained[name], EXAMPLES)),
        tuple((text, name) for name in names for text in chosen.sample(tested[name], TESTS)),
        tuple(chosen.sample(rest, min(OUTSIDE, len(rest)))),
    )


def _by_intent(rows: Iterable[Row]) -> Mapping[str, list[str]]:
    """Returns the different texts of each intent, in a fixed order."""
    found: dict[str, set[str]] = defaultdict(set)
    for text, name in rows:
        found[name].add(" ".join(text.split()))
    return {name: sorted(texts) for name, texts in found.items()}


def write(path: Path, samples: Mapping[int, Sample]) -> None:
    """Writes samples by seed; the same samples give the same bytes."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for seed, sample in sorted(samples.items()):
        writer.writerows((seed, TRAIN, name, text) for text, name in sample.train)
        writer.writerows((seed, TEST, name, text) for text, name in sample.test)
        writer.writerows((seed, OOS, "", text) for text in sample.oos)
    path.write_bytes(gzip.compress(table.getvalue().encode(), mtime=0))


def read(path: Path) -> dict[int, Sample]:
    """Reads what `write` wrote."""
    parts: dict[int, dict[str, list[Row]]] = defaultdict(lambda: {TRAIN: [], TEST: [], OOS: []})
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            parts[int(row["seed"])][row["part"]].append((row["text"], row["intent"]))
    return {
        seed: Sample(tuple(rows[TRAIN]), tuple(rows[TEST]), tuple(text for text, _ in rows[OOS]))
        for seed, rows in parts.items()
    }


def _original(path: Path) -> str:
    """Returns the text of an original.

    Raises:
        CommandError: It is not the version that the samples were drawn from.
    """
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != ORIGINALS[path.name]:
        raise CommandError(f"{path} is another version than the samples were drawn from")
    return content.decode()


def main(arguments: Sequence[str] | None = None) -> int:
    """Draws the samples of both data sets into benchmarks/data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sampling", description=__doc__)
    parser.add_argument("--clinc", type=Path, required=True, help="data_full.json of CLINC150")
    parser.add_argument("--banking", type=Path, required=True, help="folder of BANKING77's two csv files")
    options = parser.parse_args(arguments)
    clinc = json.loads(_original(options.clinc))
    banking = {
        name: [(row["text"], row["category"]) for row in csv.DictReader(io.StringIO(_original(path)))]
        for name in (TRAIN, TEST)
        for path in [options.banking / f"{name}.csv"]
    }
    outside = sorted({text for text, _ in clinc["oos_test"]})
    pairs = {name: [(text, intent) for text, intent in clinc[name]] for name in (TRAIN, TEST)}
    for name, rows, rest in (("clinc150", pairs, outside), ("banking77", banking, [])):
        path = DATA / f"{name}.csv.gz"
        write(path, {seed: draw(rows[TRAIN], rows[TEST], rest, seed) for seed in SEEDS})
        say(f"Written: {path}")
    return 0


if __name__ == "__main__":
    run_command(lambda: main(sys.argv[1:]))
