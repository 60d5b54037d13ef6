"""The record of processing tells the configuration in force, every table, and nothing of a patient."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from assistant.datafiles import ROOT, DataFileError, clear_caches
from assistant.records import records, to_fill
from clinic import tables
from clinic.records import Amount, Configuration, as_page, as_text, record, without_login
from scripts._env import child_environment
from tests.unit.clinic.test_privacy import SECRET, add_request

NOW = 2_000_000_000.0
EVENTS = [Amount("events", 7, "2026-01-02"), Amount("stria_claims", 0)]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    clear_caches()
    yield
    clear_caches()


def configuration(**more: Any) -> Configuration:
    """Returns a configuration."""
    values: dict[str, Any] = {
        "environ": {},
        "channels": (),
        "conversation_days": 30,
        "amounts": EVENTS,
        "places": [("events", "sqlite:///var/stria.db")],
        "version": "1.2.3",
        "document": "abcdef0123456789",
        "now": NOW,
    }
    return Configuration(**{**values, **more})


def told(**more: Any) -> str:
    """Returns the record as text, on one line."""
    return " ".join(as_text(record(configuration(**more))).split())


def test_what_is_in_force():
    """Days, version, time and document."""
    text = told()
    for part in (
        "Kept for: 30 days",
        "Kept for: 90 days",
        "Made on 2033-05-18 03:33 UTC, Stria 1.2.3, document abcdef012345.",
        "events: 7 2026-01-02",
        "stria_claims: 0 none",
        "No messenger is switched on.",
    ):
        assert part in text
    assert "not erased by age" in told(conversation_days=None)


def test_who_gets_it():
    """Only what is switched on, without logins."""
    assert "e-mail" not in told().partition("Who gets it")[2].partition("Companies")[0]
    environ = {
        "STRIA_SMTP_HOST": "mail.clinic.example",
        "STRIA_WEBHOOK_URL": "https://user:hunter2@system.example:8443/hooks/hunter2?key=hunter2",
        "STRIA_WEBHOOK_SECRET": "hunter2",
    }
    text = told(environ=environ, channels=("whatsapp", "unknown"))
    assert "through the server mail.clinic.example" in text
    assert "at https://system.example:8443, by a signed webhook" in text
    assert "hunter2" not in text
    assert "Meta (WhatsApp Business)" in text
    assert "* unknown" in text
    assert "Telegram:" not in text


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://stria:pa%40ss@db:5432/stria?password=x", "postgresql://db:5432/stria"),
        ("sqlite:////srv/clinic.db", "sqlite:////srv/clinic.db"),
        ("mail.example", "mail.example"),
        ("https://host?token=x", "https://host"),
        ("", ""),
    ],
)
def test_no_secret_in_an_address(address: str, shown: str):
    """User, password and query are left out."""
    assert without_login(address) == shown


def test_counts_and_ages_and_nothing_else():
    """Rows are counted, and none is told."""
    add_request(phone="+49301234567")
    text = told()
    assert "clinic_requests: 1 1970-01-01" in text
    assert "Zorvolex" not in text
    assert SECRET not in text
    assert "+4930" not in text


def test_every_table_is_described():
    """Those of the clinic and of the tracker; one that is not is listed as such."""
    described = {table for kind in records()["kinds"] for table in kind["tables"]}
    assert described == {*tables.metadata.tables, "events", "stria_claims", "stria_erased", "stria_received"}
    text = told(amounts=[*EVENTS, Amount("clinic_new", 3)])
    assert "Not described yet: add it to data/records.yml Where: clinic_new" in text


def test_who_sees_a_table_is_true():
    """What the inbox shows is seen by staff; of the tracker's tables, of which it shows nothing, it is not said."""
    shown = {
        "clinic_requests",
        "clinic_outbox",
        "clinic_takeovers",
        "clinic_questions",
        "clinic_counts",
        "clinic_audit",
    }
    for kind in records()["kinds"]:
        assert kind["seen"].startswith("Staff with a login") == (set(kind["tables"]) <= shown), kind["name"]


def test_what_is_to_be_filled_in_is_counted():
    """By its square brackets, only of what is shown."""
    assert to_fill({"a": "[name]", "b": ["x", {"c": "see [this]"}], "d": 3}) == 2
    few, more = (
        int(re.search(r"(\d+) still", told(channels=channels))[1])  # type: ignore[index]
        for channels in ((), ("telegram",))
    )
    assert 0 < few == more - 1


class Reader(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Keeps the name; fails on anything that loads or runs."""
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]
        self.tags.append(tag)
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Elements end in the order in which they stand."""
        assert self.open.pop() == tag


def test_the_page():
    """Well-formed, without scripts or requests, with headers of rows and columns; all words are escaped."""
    page = as_page(record(configuration(environ={"STRIA_SMTP_HOST": "<script>alert(1)</script>"})))
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert {"table", "th", "dl", "main"} <= {*reader.tags}
    assert "script" not in reader.tags
    assert "default-src 'none'" in html.unescape(page)
    assert "{{" not in page


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("title:", "titel:", "title lacks the text 'title'"),
        ("    basis: \"[legal basis, such as Art. 6(1)(f)]\"\n", "", "Questions without an answer lacks the text 'basis'"),
        ("    tables: [clinic_counts]\n", "    tables: clinic_counts\n", "Counts: no list of tables"),
        ("measures:", "measure:", "no list measures"),
        ("processors:\n", "processors: x\nothers_of_old:\n", "no section processors"),
        ("  rows: \"Rows\"\n", "", "labels lacks the text 'rows'"),
        ("when: STRIA_WEBHOOK_URL", "when: STRIA_WEBHOK_URL", "nothing is switched on by STRIA_WEBHOK_URL"),
        (', when: STRIA_WEBHOOK_URL}', "}", "a part in { } is not filled in"),
        ("system at {value}", "system at {valeu}", "a part in { } is not filled in"),
        ("when: RABBITMQ_HOST", "when: STRIA_SMTP_HOST", "who gets data by RABBITMQ_HOST is left out"),
        ("kept: requests_done", "kept: requests_don", "nothing is called requests_don"),
        ('days: "{days} days"', 'days: "{day} days"', "days: the parts to be filled in are wrong"),
        ("Made on {time}", "Made on {tim}", "made: the parts to be filled in are wrong"),
    ],
)  # fmt: skip
def test_mistakes_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, problem: str
):
    """File and remedy."""
    text = (ROOT / "data" / "records.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "records.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setenv("STRIA_DATA", str(tmp_path))
    with pytest.raises(DataFileError) as caught:
        records()
    assert "records.yml" in str(caught.value)
    assert problem in str(caught.value)


def run(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs the command, from another folder."""
    places = {"STRIA_DB": str(folder / "e.db"), "STRIA_CLINIC_DB": f"sqlite:///{folder / 'c.db'}"}
    return subprocess.run(
        [sys.executable, "-m", "scripts.records"],
        cwd=folder,
        env=child_environment({**places, **settings}),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_the_command(tmp_path: Path):
    """Text on the terminal, a page in a file of its owner, mistakes in one line."""
    done = run(
        tmp_path,
        STRIA_SLACK_TOKEN="xoxb-123456789012-1234567890123-abcdefABCDEF",
        STRIA_SLACK_SIGNING_SECRET="s" * 32,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Slack: what is written there" in done.stdout
    assert "xoxb" not in done.stdout
    done = run(tmp_path, FORMAT="html", OUT="record.html")
    assert done.stdout == f"Written: {tmp_path / 'record.html'}\n"
    assert (tmp_path / "record.html").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "record.html").read_text().startswith("<!doctype html>")
    done = run(tmp_path, FORMAT="pdf")
    assert (done.returncode, done.stderr) == (1, "error: FORMAT=pdf is not known; use one of text, html\n")
    done = run(tmp_path, STRIA_CLINIC_DB=f"sqlite:///{tmp_path}")
    assert done.stderr.startswith("error: the clinic's database can't be read (OperationalError)")
