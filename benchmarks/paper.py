"""The plan on paper: what so many messages a second need, and what breaks first.

Arithmetic on the figures of benchmarks/processes.py. What it assumes beside them are the constants here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Messages a second that the plan is made for.
RATES = (1, 100, 1_000, 10_000)
#: Share of a core, or of a line, that is planned to be used; the rest is for peaks and for failures.
BUSY = 0.6
#: Cores of the largest machine for a database, and its line in bits a second.
PRIMARY_CORES, LINE = 32, 10e9
#: Seconds to a database and back, in one data centre. A server waits for its databases.
ROUND_TRIP = 0.0005
#: Days for which conversations are kept: the default of STRIA_WEB_SESSION_DAYS.
DAYS = 30
DAY = 86_400


@dataclass(frozen=True)
class Cost:
    """What one message costs.

    Attributes:
        rasa, actions, postgres, redis: CPU seconds of each part.
        waits: round trips to PostgreSQL and Redis.
        to_postgres, to_patients: bytes over these lines, both directions.
        stored: bytes that the database grows by.
        rasa_mb, actions_mb: memory of a process.
    """

    rasa: float
    actions: float
    postgres: float
    redis: float
    waits: float
    to_postgres: float
    to_patients: float
    stored: float
    rasa_mb: float
    actions_mb: float


@dataclass(frozen=True)
class Limit:
    """What gives way at a rate, and what is done about it; the lowest rate gives way first."""

    name: str
    rate: float
    remedy: str


def cost(figures: Mapping[str, Any]) -> Cost:
    """Returns the costs from the figures of `processes.measure`."""
    cpu, wires, per = figures["cpu_ms"], figures["wire"], figures["per_message"]
    return Cost(
        rasa=cpu["rasa"] / 1000,
        actions=cpu["actions"] / 1000,
        postgres=cpu["postgres"] / 1000,
        redis=cpu["redis"] / 1000,
        waits=wires["postgres"]["round_trips"] + wires["redis"]["round_trips"],
        to_postgres=wires["postgres"]["bytes"],
        to_patients=wires["patients"]["bytes"],
        stored=per["stored_bytes"],
        rasa_mb=figures["memory_mb"]["rasa"],
        actions_mb=figures["memory_mb"]["actions"],
    )


def process_rate(one: Cost) -> float:
    """Returns the messages a second of one Rasa process: it computes, or waits for its databases."""
    return BUSY / (one.rasa + one.waits * ROUND_TRIP)


def limits(one: Cost) -> list[Limit]:
    """Returns what gives way, the first one first."""
    primary = f"of one PostgreSQL primary ({PRIMARY_CORES} cores)"
    line = f"({LINE / 1e9:.0f} Gbit/s)"
    # What one of it can do in a second, what a message takes of that, and the remedy.
    found = (
        ("one action server (one core)", BUSY, one.actions, "more of them behind the same address"),
        ("one Redis (one thread)", BUSY, one.redis, "one for each cell of servers, by a hash of the conversation"),
        (f"the CPU {primary}", BUSY * PRIMARY_CORES, one.postgres, "one for each cell: no statement touches two conversations"),
        (f"the line of one PostgreSQL primary {line}", BUSY * LINE / 8, one.to_postgres, "the same, and shorter sessions: a turn reads the whole session"),
        (f"the line of one edge {line}", BUSY * LINE / 8, one.to_patients, "more edges; each needs only the hash"),
    )  # fmt: skip
    process = Limit(
        "one Rasa process (one core)", process_rate(one), "more of them; they share nothing but the databases"
    )
    limits = [Limit(name, there / taken, remedy) for name, there, taken, remedy in found if taken]
    return sorted([process, *limits], key=lambda limit: limit.rate)


def needs(one: Cost, rate: float) -> dict[str, float]:
    """Returns what so many messages a second need."""
    rasa = math.ceil(rate / process_rate(one))
    actions = math.ceil(rate * one.actions / BUSY)
    return {
        "rasa": rasa,
        "actions": actions,
        "memory_gb": (rasa * one.rasa_mb + actions * one.actions_mb) / 1000,
        "postgres_cores": rate * one.postgres / BUSY,
        "primaries": math.ceil(rate * one.postgres / BUSY / PRIMARY_CORES),
        "redis": math.ceil(rate * one.redis / BUSY),
        "postgres_mbit": rate * one.to_postgres * 8 / 1e6,
        "patients_mbit": rate * one.to_patients * 8 / 1e6,
        "disk_gb_day": rate * one.stored * DAY / 1e9,
        "disk_tb_kept": rate * one.stored * DAY * DAYS / 1e12,
    }
