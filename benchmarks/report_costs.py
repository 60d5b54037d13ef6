"""The report's tables of what it costs: speed, growth, several servers, and the plan on paper."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from benchmarks import length, memory, message, paper, processes, starts, throughput
from benchmarks.bots import EPOCHS
from benchmarks.pipelines import EPOCHS as TEMPLATE
from benchmarks.results import Figures, Results
from scripts._eval_report import table

SPEED = ("speed/message", "speed/throughput", "speed/starts", "speed/length", "speed/memory")
BOTS = {
    "stria": "Stria",
    "null": "null bot",
    "null-same-store": "null bot with Stria's store",
    "stock": "stock Rasa",
}
_MODULES = {
    "speed/message": message,
    "speed/throughput": throughput,
    "speed/starts": starts,
    "speed/length": length,
    "speed/memory": memory,
}


_SERVERS = (
    "Servers", "Messages a second", "Median ms", "p95 ms", "Rasa, CPU ms", "Actions, CPU ms", "PostgreSQL, CPU ms",
    "Redis, CPU ms", "All, CPU ms",
)  # fmt: skip


def found_of(entries: Results, name: str) -> Figures:
    """Returns what a measurement of running bots found, without what was noted about the run."""
    about = ("size",)
    return {key: value for key, value in entries[name].figures.items() if key not in about}


def speed_section(entries: Results) -> str:
    """Returns the bars of the measurements of running bots, and their tables."""
    measured = [name for name in SPEED if name in entries]
    bars = [bar for name in measured for bar in _MODULES[name].bars(found_of(entries, name))]
    rows = [
        (
            bar.what,
            f"{'≥' if bar.at_least else '≤'} {bar.limit:g}",
            f"{bar.value:.2f}",
            "met" if bar.held else "**not met**",
        )
        for bar in bars
    ]
    parts = [table(("Bar", "Wanted", "Measured", ""), rows), *_notes(entries, measured)]
    tables = {
        "speed/message": _message_table,
        "speed/throughput": _throughput_table,
        "speed/starts": _starts_table,
        "speed/length": _length_line,
        "speed/memory": _memory_line,
    }
    parts += [tables[name](found_of(entries, name)) for name in measured]
    if {"speed/message", "speed/throughput"} & entries.keys():
        parts.append("![CPU of a message and throughput](benchmarks/speed.png)")
    return "\n\n".join(parts)


def _notes(entries: Results, measured: list[str]) -> list[str]:
    notes = []
    runs = [entries[name].figures for name in measured]
    if any(run.get("size", 1) != 1 for run in runs):
        sizes = ", ".join(f"{name} {entries[name].figures.get('size', 1):g}" for name in measured)
        notes.append(f"**Not full runs**: sizes {sizes} of 1.")
    if any("stock" in _MODULES[name].BOTS for name in measured):
        notes.append(
            f"Stock Rasa was trained for {EPOCHS} of its {TEMPLATE} epochs here. What a message costs does not depend on that, unless another "
            "intent makes it say more or less. TED and UnexpecTED have nothing to learn from: there are rules and no stories."
        )
    return notes


def _message_table(found: Figures) -> str:
    rows = [
        (f"{BOTS[bot]}, {'an answer' if kind == message.ANSWER else 'a step of the check'}",
         f"{one['cpu_ms']:.1f}", f"{one['median_ms']:.1f}", f"{one['p95_ms']:.1f}", one["messages"])
        for bot, kinds in found.items() for kind, one in kinds.items()
    ]  # fmt: skip
    head = (
        "One patient at a time; the bots take turns. All store into SQLite: the null bot as stock Rasa does, and once more with Stria's own "
        "leaner store, which takes what that store saves out of the comparison.\n\n"
    )
    return head + table(("Bot and message", "CPU ms", "Median ms", "p95 ms", "Messages"), rows)


def _throughput_table(found: Figures) -> str:
    rows = [
        (
            f"{BOTS[bot]}, round {number}",
            f"{one['per_second']:.1f}",
            f"{one['cpu_ms']:.1f}",
            f"{one['p95_ms']:.0f}",
        )
        for bot, rounds in found.items()
        for number, one in enumerate(rounds, 1)
    ]
    head = f"{throughput.USERS} patients at once, SQLite, one Rasa process and an action server.\n\n"
    return head + table(("Bot and round", "Messages a second", "CPU ms a message", "p95 ms"), rows)


def _starts_table(found: Figures) -> str:
    rows = []
    for bot, runs in found.items():
        seconds = " / ".join(f"{one['seconds']:.1f}" for one in runs)
        cpu = " / ".join(f"{one['cpu']:.1f}" for one in runs)
        resident = statistics.median(sum(one["memory_kb"].values()) for one in runs) * 1024 / 1e6
        rows.append((BOTS[bot], seconds, cpu, f"{resident:,.0f}"))
    head = "From the command to the first answer, all processes together.\n\n"
    return head + table(("Bot", "Seconds of each start", "CPU s of each", "Memory then, MB"), rows)


def _length_line(found: Figures) -> str:
    short, long = found["events"]
    return (
        f"A message in a conversation of {long:,} events takes {found['long_cpu_ms']:.1f} ms of CPU, in one of {short} events "
        f"{found['short_cpu_ms']:.1f} ms."
    )


def _memory_line(found: Figures) -> str:
    sums = [sum(sample.values()) * 1024 / 1e6 for sample in found["memory_kb"]]
    return f"Memory of all processes over {found['messages']:,} messages after a warm-up: {sums[0]:,.0f} → {sums[-1]:,.0f} MB."


def topics_section(entries: Results) -> str:
    """Returns how the classifier grows with topics."""
    rows = [
        (f"{p['size']:,}", f"{p['examples']:,}", f"{p['training_cpu']:.1f}", f"{p['process']['peak_mb']:,.0f}",
         f"{p['model_mb']:.1f}", f"{p['message_cpu_ms']:.1f}")
        for p in entries["growth/topics"].figures["points"]
    ]  # fmt: skip
    header = ("Topics", "Examples", "Training, CPU s", "Most memory, MB", "Model, MB", "A message, CPU ms")
    return table(header, rows) + "\n\n![Growth with topics](benchmarks/topics.png)"


def document_section(entries: Results) -> str:
    """Returns how the content grows with the document."""
    rows = [
        (f"{p['size']}", f"{p['characters']:,}", f"{p['facts']:,}", f"{p['topics']:,}", f"{p['load_cpu']:.2f}",
         f"{1000 * p['answer_cpu_ms']:.0f}", f"{p['check_cpu']:.1f}", f"{p['process']['peak_mb']:,.0f}")
        for p in entries["growth/document"].figures["points"]
    ]  # fmt: skip
    header = (
        "Times as long", "Characters", "Facts", "Topics", "Reading it, CPU s", "Composing an answer, CPU µs",
        "Quick check of `make run`, CPU s", "Memory, MB",
    )  # fmt: skip
    return table(header, rows) + "\n\n![Growth with the document](benchmarks/document.png)"


def conversation_section(entries: Results) -> str:
    """Returns how a message's cost grows with its conversation."""
    points = entries["growth/conversation"].figures["points"]
    rows = [(p["messages"], f"{p['events']:,.0f}", f"{p['message_cpu_ms']:.1f}") for p in points]
    header = ("Messages before", "Events of the tracker", "CPU ms a message")
    return table(header, rows) + "\n\n![Growth with the conversation](benchmarks/conversation.png)"


def servers_section(entries: Results) -> str:
    """Returns what one and two servers do."""
    found = {n: entries[f"servers/{n}"].figures for n in processes.NAMES if f"servers/{n}" in entries}
    rows = [_servers_row(name, one) for name, one in found.items()]
    parts = [table(_SERVERS, rows)] if rows else []
    if len(found) == 2:
        one, two = (found[name] for name in processes.NAMES)
        more = two["per_second"] / one["per_second"]
        same = one["cpu_ms"]["rasa"] / two["cpu_ms"]["rasa"]
        parts.append(
            f"Two servers take {more:.2f} times as many messages as one on this machine. By the CPU of a message in Rasa it would be "
            f"{2 * same:.2f} times as many with a core for each (computed)."
        )
    if shares := entries.get(f"servers/{processes.SHARES}"):
        parts.append(_shares(shares.figures))
    if found:
        parts.append("![One and two servers](benchmarks/servers.png)")
    return "\n\n".join(parts)


def _shares(found: Figures) -> str:
    """Returns what one and two servers do that are held to a share of a core."""
    rows = [_servers_row(name, found[name]) for name in processes.NAMES]
    one, two = (found[name]["per_second"] for name in processes.NAMES)
    return (
        f"Where cores do not run out: each server held to {100 * found['share']:.0f} % of a core by a control group, all else as above. "
        f"Two take **{two / one:.2f} times** as many messages as one (wanted: 1.7).\n\n{table(_SERVERS, rows)}"
    )


def _servers_row(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    cpu = one["cpu_ms"]
    parts = [f"{cpu[part]:.1f}" for part in ("rasa", "actions", "postgres")]
    return (
        name, f"{one['per_second']:.1f}", f"{one['median_ms']:.0f}", f"{one['p95_ms']:.0f}", *parts,
        f"{cpu['redis']:.2f}", f"{sum(cpu.values()):.1f}",
    )  # fmt: skip


def plan_section(entries: Results) -> str:
    """Returns the plan on paper: the costs it is made of, what gives way first, and what each rate needs."""
    figures = entries["servers/1"].figures
    one = paper.cost(figures)
    per, wires = figures["per_message"], figures["wire"]
    assumed = (
        f"Assumed, not measured: a core or a line is used to {100 * paper.BUSY:.0f} %; a database machine has {paper.PRIMARY_CORES} cores and "
        f"{paper.LINE / 1e9:.0f} Gbit/s; a database answers {1000 * paper.ROUND_TRIP:g} ms after it is asked, and a server waits for it; conversations "
        f"are kept for {paper.DAYS} days. Everything else is the measurement of one server above, multiplied."
    )
    costs = table(
        ("A message", ""),
        [
            ("CPU: Rasa / actions / PostgreSQL / Redis, ms",
             f"{1000 * one.rasa:.1f} / {1000 * one.actions:.1f} / {1000 * one.postgres:.1f} / {1000 * one.redis:.2f}"),
            ("transactions of PostgreSQL", f"{per['transactions']:.1f}"),
            ("rows written", f"{per['rows']:.1f}"),
            ("growth of the database / write-ahead log, bytes", f"{per['stored_bytes']:,.0f} / {per['log_bytes']:,.0f}"),
            ("commands of Redis", f"{per['redis_commands']:.1f}"),
            ("round trips: PostgreSQL / Redis / action server",
             f"{wires['postgres']['round_trips']:.1f} / {wires['redis']['round_trips']:.1f} / {wires['actions']['round_trips']:.1f}"),
            ("bytes over the line: PostgreSQL / Redis / action server / patient",
             " / ".join(f"{wires[n]['bytes']:,.0f}" for n in ("postgres", "redis", "actions", "patients"))),
        ],
    )  # fmt: skip
    limits = [(limit.name, f"{limit.rate:,.0f}", limit.remedy) for limit in paper.limits(one)]
    first = table(
        ("What gives way, the first one first", "Messages a second", "What is done about it"), limits
    )
    return "\n\n".join([assumed, costs, first, "![What gives way first](benchmarks/plan.png)", _needs(one)])


def _needs(one: paper.Cost) -> str:
    found = [paper.needs(one, rate) for rate in paper.RATES]
    lines = {
        "Rasa processes": "rasa",
        "action servers": "actions",
        "memory of both, GB": "memory_gb",
        "cores of PostgreSQL": "postgres_cores",
        f"PostgreSQL primaries ({paper.PRIMARY_CORES} cores)": "primaries",
        "Redis": "redis",
        "Rasa ↔ PostgreSQL, Mbit/s": "postgres_mbit",
        "edge ↔ patients, Mbit/s": "patients_mbit",
        "growth of the disk, GB a day": "disk_gb_day",
        f"disk for {paper.DAYS} days, TB": "disk_tb_kept",
    }
    rows = [(name, *(number(need[key]) for need in found)) for name, key in lines.items()]
    return table(("Messages a second", *(f"{rate:,}" for rate in paper.RATES)), rows)


def number(value: float) -> str:
    """Returns a number with as many digits as it deserves."""
    if value == 0 or value >= 10 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"
