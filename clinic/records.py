"""The record of processing for the clinic's privacy officer, as text and as a page.

Made from the words of data/records.yml and from the configuration in force. Of the tables it tells
how many rows there are and how old the oldest is, and nothing that stands in them.
"""

from __future__ import annotations

import base64
import hashlib
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from assistant.handover.consent import consent_texts
from assistant.records import is_of_retention, records, to_fill
from assistant.retention import retention
from clinic.database import transaction
from clinic.tables import metadata

_FOLDER = Path(__file__).parent
#: Columns that tell how old a row is: seconds since 1970, or a day.
_AGES = ("created", "at", "since", "day", "due")
_WIDTH = 100


@dataclass(frozen=True)
class Amount:
    """How many rows a table has, and the day of its oldest one; empty when there is none."""

    table: str
    rows: int
    oldest: str = ""


@dataclass(frozen=True)
class Configuration:
    """What is in force.

    Attributes:
        environ: variables of the environment; of their values only the servers of recipients are told.
        channels: names of the messengers that are switched on.
        conversation_days: after which conversations are erased; None where nothing does it.
        amounts: of tables outside of the clinic's database.
        places: name and address of each database and folder, without passwords.
        version: of the program.
        document: hash of the document.
        now: seconds since 1970.
    """

    environ: Mapping[str, str]
    channels: tuple[str, ...]
    conversation_days: int | None
    amounts: list[Amount]
    places: list[tuple[str, str]]
    version: str
    document: str
    now: float


@dataclass(frozen=True)
class Section:
    """A part of the page: a list, or a table whose first row holds the headings."""

    heading: str
    items: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Record:
    """The record of processing; `open` is how many texts are still to be filled in."""

    title: str
    intro: str
    made: str
    open: str
    sections: list[Section]


def record(configuration: Configuration) -> Record:
    """Return the record.

    Raises:
        DataFileError: A content file can't be used.
        ClinicDatabaseError: The clinic's database can't be read.
    """
    words, amounts = records(), [*configuration.amounts, *amounts_of_clinic()]
    labels = words["labels"]
    when = datetime.fromtimestamp(configuration.now, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    made = {"time": when, "version": configuration.version, "document": configuration.document[:12]}
    numbers = [[a.table, str(a.rows), a.oldest or labels["none"]] for a in amounts]
    sections = [
        Section(labels["about"], rows=[[e["name"], e["text"]] for e in words["about"]]),
        Section(labels["kinds"], rows=_kinds(words, configuration, amounts)),
        Section(labels["consents"], rows=[list(one) for one in consent_texts()]),
        Section(labels["recipients"], _recipients(words, configuration.environ)),
        Section(labels["processors"], [*_processors(words, configuration.channels), *words["others"]]),
        Section(labels["rights"], [words["rights"]]),
        Section(labels["measures"], list(words["measures"])),
        Section(labels["numbers"], rows=[[labels["table"], labels["rows"], labels["oldest"]], *numbers]),
        Section(labels["places"], rows=[list(place) for place in configuration.places]),
    ]
    unfilled = to_fill([[s.items, s.rows] for s in sections])
    return Record(
        words["title"],
        words["intro"],
        labels["made"].format(**made),
        f"{unfilled} {labels['open']}" if unfilled else "",
        sections,
    )


def amounts_of_clinic() -> list[Amount]:
    """Return how much there is in each of the clinic's tables. Raises ClinicDatabaseError."""
    with transaction() as connection:
        return [_amount(connection, table) for table in metadata.sorted_tables]


def _amount(connection: Any, table: sa.Table) -> Amount:
    age = next((table.c[name] for name in _AGES if name in table.c), None)
    oldest = sa.func.min(age) if age is not None else sa.null()
    count, first = connection.execute(sa.select(sa.func.count(), oldest).select_from(table)).one()
    return Amount(table.name, int(count), day_of(first))


def day_of(value: Any) -> str:
    """Return the day of a time (seconds since 1970) or of a day; empty when it is none."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, timezone.utc).date().isoformat()
    return str(value or "")[:10]


def _kinds(words: Any, configuration: Configuration, amounts: Iterable[Amount]) -> list[list[str]]:
    labels, days = words["labels"], {str(k): v for k, v in retention().items()}
    if configuration.conversation_days is not None:
        days["conversations"] = configuration.conversation_days
    rows = [[labels[name] for name in ("name", "holds", "why", "basis", "where", "kept", "seen")]]
    for kind in words["kinds"]:
        kept = kind["kept"]
        if is_of_retention(kept):
            kept = labels["days"].format(days=days[kept]) if kept in days else labels["not_erased"]
        where = ", ".join(kind["tables"])
        rows.append([kind[n] for n in ("name", "holds", "why", "basis")] + [where, kept, kind["seen"]])
    told = {table for kind in words["kinds"] for table in kind["tables"]}
    untold = [amount.table for amount in amounts if amount.table not in told]
    return [*rows, *([words["other"], "", "", "", table, "", ""] for table in untold)]


def _recipients(words: Any, environ: Mapping[str, str]) -> list[str]:
    told = []
    for entry in words["recipients"]:
        value = environ.get(entry.get("when") or "", "")
        if value or not entry.get("when"):
            told.append(entry["text"].replace("{value}", server_of(value)))
    return told


def server_of(address: str) -> str:
    """Return which server an address names, and nothing more: the path of a webhook may be its secret."""
    scheme, mark, rest = without_login(address).rpartition("://")
    return f"{scheme}{mark}{rest.partition('/')[0]}"


def without_login(address: str) -> str:
    """Return an address without user, password and query, any of which may be a secret."""
    scheme, mark, rest = address.partition("://")
    rest = rest if mark else scheme
    host, slash, path = rest.partition("/")
    path = path.partition("?")[0].partition("#")[0]
    return f"{scheme + mark if mark else ''}{host.rpartition('@')[2].partition('?')[0]}{slash}{path}"


def _processors(words: Any, channels: Iterable[str]) -> list[str]:
    told = [words["processors"].get(name, name) for name in channels]
    return told or [words["labels"]["no_processors"]]


def as_text(made: Record) -> str:
    """Return the record as text, in lines of at most 100 characters where words allow it."""
    lines = [made.title, "=" * len(made.title), *_wrapped(made.intro), "", made.made]
    lines += [made.open] if made.open else []
    for section in made.sections:
        lines += ["", section.heading, "-" * len(section.heading)]
        lines += [line for item in section.items for line in _wrapped(item, "* ")]
        lines += _table(section.rows)
    return "\n".join(lines) + "\n"


def _table(rows: list[list[str]]) -> list[str]:
    """Return a wide table as blocks of lines, a narrow one as lines."""
    if not rows or len(rows[0]) <= 3:
        return [line for row in rows for line in _wrapped(": ".join([row[0], "  ".join(row[1:])]))]
    head, *others = rows
    lines = []
    for row in others:
        lines += _wrapped(row[0], "* ")
        for name, text in zip(head[1:], row[1:], strict=True):
            lines += _wrapped(f"{name}: {text}", "  ") if text else []
    return lines


def _wrapped(text: str, first: str = "") -> list[str]:
    rest = " " * len(first)
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=rest) or [first.rstrip()]


def as_page(made: Record) -> str:
    """Return the record as one HTML file that needs nothing else, for screens and printers."""
    style = (_FOLDER / "records_page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return _template().render(record=made, style=_Trusted(style), policy=policy) + "\n"


class _Trusted(str):
    """Our own style sheet, which is not escaped."""

    def __html__(self) -> str:
        return self


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("records_page.html.j2")
