"""The metrics themselves: names, and labels whose values nobody can add to."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from assistant.knowledge.content import content
from assistant.observability import metrics
from tests.counted import counted

#: Every label there is, and where its values come from.
LABELS = {
    "channel": "names of channels",
    "status": "constants",
    "kind": "answer kinds of domain.yml; emergency, self_harm",
    "topic": "ids of not_in_document.yml",
    "reason": "codes of errors",
    "item": "questions of the check",
    "outcome": "outcomes of the check",
    "lock": "constants",
    "operation": "constants",
    "action": "actions of domain.yml",
    "part": "constants",
    "way": "constants",
    "result": "constants",
    "fingerprint": "the model",
    "model_id": "the model",
    "rasa": "its version",
}


def ours() -> list[object]:
    """Returns the metrics as they are defined."""
    return [m for m in vars(metrics).values() if hasattr(m, "_labelnames")]


def test_labels() -> None:
    """No label for a person, a text or an address."""
    assert {label for metric in ours() for label in metric._labelnames} == set(LABELS)  # type: ignore[attr-defined]


def test_names() -> None:
    """All begin alike; seconds are called so, in histograms and ages alone; all are registered."""
    names = {m._name for m in ours()}  # type: ignore[attr-defined]
    assert all(name.startswith("stria_") for name in names)
    assert names <= {m.name for m in REGISTRY.collect()}
    of_seconds = {m._name: m._type for m in ours() if "_seconds" in m._name}  # type: ignore[attr-defined]
    assert {name for name, kind in of_seconds.items() if kind != "histogram"} == {
        "stria_deliveries_oldest_seconds"
    }
    assert {m._name for m in ours() if m._type == "histogram"} <= of_seconds.keys()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, "2xx"),
        (204, "2xx"),
        (302, "3xx"),
        (403, "4xx"),
        (429, "429"),
        (502, "5xx"),
        (0, "none"),
        (999, "none"),
    ],
)
def test_statuses(status: int, expected: str) -> None:
    """Their class; what no server should send is no answer."""
    assert metrics.status_class(status) == expected
    assert expected in metrics.OUTGOING_STATUSES


def test_refusals() -> None:
    """By the id of the topic; whatever has none is N00, also what somebody typed."""
    with counted() as grown:
        metrics.refused_topics(["price", "pain", "price", "other", "Zorvolex since my divorce"])
    price, pain = (content().silent[name].id for name in ("price", "pain"))
    assert grown == {
        f'stria_refusals_total{{topic="{price}"}}': 2,
        f'stria_refusals_total{{topic="{pain}"}}': 1,
        'stria_refusals_total{topic="N00"}': 2,
    }
