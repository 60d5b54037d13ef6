"""Few-shot classification on two public data sets: 40 intents x 15 examples, three samples of each.

Neither Stria nor its settings have seen these messages. Each pipeline is trained and asked through
Rasa, with its own fallback. Where a sample comes from: benchmarks/data/README.md.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import judging, pipelines
from benchmarks.pipelines import LIGHT, STOCK, STRIA, Reading
from benchmarks.results import Figures
from benchmarks.sampling import DATA, Sample, read
from scripts._env import say

NAMES = (STRIA, STOCK, LIGHT)
#: Share of the test messages that a threshold may set aside where pipelines are compared with one that
#: is as strict for each: their own thresholds are not.
LOST = 0.05
SETS = ("clinc150", "banking77")


def measure(name: str, epochs: int) -> Figures:
    """Measures one pipeline on all samples.

    Args:
        name: one of `NAMES`.
        epochs: of stock Rasa's neural networks; its template says 100.

    Raises:
        CommandError: It cannot be trained.
    """
    figures: Figures = {"epochs": epochs if name == STOCK else None}
    for data in SETS:
        figures[data] = {}
        for seed, sample in sorted(read(DATA / f"{data}.csv.gz").items()):
            say(f"  {name} on {data}, sample {seed} ...")
            figures[data][str(seed)] = _one(name, epochs, sample)
    return figures


def _one(name: str, epochs: int, sample: Sample) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="stria-bench-") as place:
        folder = Path(place)
        pipelines.write_examples(folder / "nlu.yml", sample.train)
        configuration = pipelines.config(name, epochs, own_data=False)
        trained = pipelines.train(name, folder / "model", configuration, folder / "nlu.yml")
        texts = [text for text, _ in sample.test] + list(sample.oos)
        readings, cpu = pipelines.parse(name, trained.model, texts)
        size = trained.model.stat().st_size / 1e6
    found = score([intent for _, intent in sample.test], readings)
    return {
        **found,
        "training_cpu": trained.used.cpu,
        "training_peak_mb": trained.used.peak_mb,
        "model_mb": size,
        "message_cpu_ms": 1000 * statistics.median(cpu),
    }


def score(intents: Sequence[str], readings: Sequence[Reading]) -> dict[str, Any]:
    """Scores the readings of messages.

    Args:
        intents: of the test messages, n of them.
        readings: first of those n, then of the messages that belong to no intent.

    Returns:
        `right` of `tested`: by the likeliest class, whatever the fallback says; `kept`: right and not
        set aside; `refused` of `outside`: messages of no intent that were set aside;
        `refused_alike`: those that are less sure than all but `LOST` of the test messages; `auroc`.
    """
    inside, outside = readings[: len(intents)], readings[len(intents) :]
    sure = sorted(one.confidence for one in inside)[int(LOST * len(inside))]
    right = [one.best == intent for one, intent in zip(inside, intents, strict=True)]
    return {
        "tested": len(inside),
        "right": sum(right),
        "kept": sum(yes and not one.fallback for yes, one in zip(right, inside, strict=True)),
        "outside": len(outside),
        "refused": sum(one.fallback for one in outside),
        "refused_alike": sum(one.confidence < sure for one in outside),
        "auroc": judging.auroc([one.confidence for one in inside], [one.confidence for one in outside]),
    }
