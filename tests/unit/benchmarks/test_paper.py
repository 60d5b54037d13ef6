"""The plan on paper: arithmetic that can be followed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import paper
from benchmarks.paper import Cost

COST = Cost(
    rasa=0.020, actions=0.005, postgres=0.002, redis=0.0002, waits=10, to_postgres=30_000, to_patients=2_000,
    stored=3_000, rasa_mb=500, actions_mb=100,
)  # fmt: skip


def test_a_process_computes_or_waits() -> None:
    """20 ms of CPU and ten round trips of half a millisecond, used to 60 %."""
    assert paper.process_rate(COST) == pytest.approx(0.6 / 0.025)


def test_what_gives_way_first() -> None:
    """The lowest rate; a cheaper message in Rasa leaves the others where they are."""
    rates = [limit.rate for limit in paper.limits(COST)]
    assert rates == sorted(rates)
    first = paper.limits(COST)[0]
    assert "Rasa process" in first.name
    assert first.rate == pytest.approx(24)
    cheap = paper.limits(replace(COST, rasa=0.0001, waits=0))
    assert "action server" in cheap[0].name
    by_name = {limit.name: limit.rate for limit in paper.limits(COST)}
    assert [by_name[limit.name] for limit in cheap if "Rasa process" not in limit.name] == [
        limit.rate for limit in cheap if "Rasa process" not in limit.name
    ]


def test_a_database_gives_way_by_its_cores_or_by_its_line() -> None:
    """32 cores at 2 ms a message; 10 Gbit/s at 30 kB a message; each to 60 %."""
    rates = {limit.name: limit.rate for limit in paper.limits(COST)}
    assert rates["the CPU of one PostgreSQL primary (32 cores)"] == pytest.approx(9_600)
    assert rates["the line of one PostgreSQL primary (10 Gbit/s)"] == pytest.approx(25_000)


def test_what_a_rate_needs() -> None:
    """Whole processes, and figures in proportion to the rate."""
    need = paper.needs(COST, 1_000)
    assert need["rasa"] == 42
    assert need["actions"] == 9
    assert need["memory_gb"] == pytest.approx(42 * 0.5 + 9 * 0.1)
    assert need["postgres_cores"] == pytest.approx(10 / 3)
    assert need["primaries"] == 1
    assert need["postgres_mbit"] == pytest.approx(240)
    assert need["disk_gb_day"] == pytest.approx(259.2)
    assert paper.needs(COST, 10_000)["primaries"] == 2


def test_a_message_that_needs_no_action_server_has_no_limit_there() -> None:
    """Nothing is divided by nothing."""
    idle = replace(COST, actions=0.0, redis=0.0)
    assert all(limit.rate < float("inf") for limit in paper.limits(idle))
    assert paper.needs(idle, 1_000)["actions"] == 0
