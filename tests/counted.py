"""What the metrics have counted, as differences: they only ever grow within a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY

Series = tuple[str, tuple[tuple[str, str], ...]]


def series() -> dict[Series, float]:
    """Returns all series of ours in this process."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for metric in REGISTRY.collect()
        if metric.name.startswith("stria_")
        for sample in metric.samples
    }


class Counted(dict[str, float]):
    """What grew, as `name{label="value",...}`; buckets and sums of seconds are left out."""


@contextmanager
def counted() -> Iterator[Counted]:
    """Fills itself with what has grown within the block."""
    grown, before = Counted(), series()
    yield grown
    for (name, labels), value in series().items():
        change = value - before.get((name, labels), 0.0)
        if change and not name.endswith(("_bucket", "_sum")):
            shown = ",".join(f'{key}="{label}"' for key, label in labels)
            grown[f"{name}{{{shown}}}" if shown else name] = change
