"""The printed page tells everything, lets nothing that was typed become markup, and needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from assistant.screening import summary_letter
from assistant.screening import summary_page as module
from assistant.screening.fhir_values import clean
from assistant.screening.record import ACTIVE, CheckRecord
from assistant.screening.report import Circumstances, Patient, measured
from assistant.screening.summary_page import amount, summary_page
from assistant.wording import section, wording
from tests.unit.screening.records import ANN, CIRCUMSTANCES, CONSENT, finished, full, records, timed

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True, database=None)
EMPTY = ("meta", "br")
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "p", "ul", "ol", "li", "table",
    "thead", "tbody", "tr", "th", "td", "dl", "div", "dt", "dd", "q", "bdi", "br", "strong", "span", "time",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "aria-labelledby", "scope", "dir", "datetime",
}  # fmt: skip


class Page(HTMLParser):
    """What stands on a page: its tags in order, its attributes, its text."""

    def __init__(self, page: str):
        """Read a page."""
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.ids: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Every end belongs to the last start; cells stand apart."""
        assert self.open.pop() == tag
        if tag in ("td", "th", "dt", "dd"):
            self.texts.append(" ")

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All that is to be read."""
        return "".join(self.texts)


def shown(record: CheckRecord, about: Circumstances | None = None) -> str:
    """Returns the text of a page on one line."""
    page = summary_page(record, about) if about else summary_page(record)
    return " ".join(Page(page).text.split())


class TestContent:
    @pytest.mark.parametrize(
        "part",
        [
            "Result: at least one reason from the document's list was named.",
            "Why: Answered with yes, and on the document's list: a fever or high temperature.",
            "chest pain, 2026-11-22 09:30 UTC",
            "Heart rhythm or blood pressure not sure my heart skips a beat, 152 over 94",
            "Herpes rash or cold sore no change herpes to no, it was a pimple",
            "warfarin Names recognised by software, not checked.",
            "152 over 94 152/94 mmHg",
            "38.6 38.6 °C The unit was not typed.",
            "100.4 F 100.4 °F (38.0 °C)",
            "bp was 185 185 mmHg (upper value only)",
            "not on the document's list pregnant",
            "Changed answers Herpes rash or cold sore: yes → no",
            "the price “may my dog come along?”",
            "2026-11-22 09:30 UTC: Herpes rash or cold sore, said without being asked: yes cold sore",
            "2026-11-22 09:36 UTC: Herpes rash or cold sore, changed by the patient: yes → no",
            "Software went by: ambiguous present: skips",
            "State finished, changed later",
            "Last answer 2026-11-22 09:36 UTC",
            "The patient has not said who they are.",
            "Questionnaire http://clinic.example/fhir/Questionnaire/laser-stretch-mark-screening|1.0.0",
            "Document sha256:",
        ],
    )
    def test_holds(self, part: str) -> None:
        """Everything the specialist needs is on it."""
        assert part in shown(full())

    def test_no_clearance(self) -> None:
        """First and last it says that nobody was examined and nothing cleared."""
        text = shown(finished())
        title, closing = wording("summary.title"), wording("summary.closing")
        assert text.startswith(f"{title} {title} {closing}")
        assert text.endswith(closing)

    def test_unfinished(self) -> None:
        """An unfinished check has no result, and open questions are named as such."""
        record = CheckRecord(status=ACTIVE)
        record.answer("cardiovascular", "no", "no", "answer")
        text = shown(timed(record))
        assert "The check is not finished: 1 of 6 questions answered." in text
        assert text.count("not answered yet") == 5
        assert "Result:" not in text

    def test_identity(self) -> None:
        """Name and ways to reach are on it with the consent, its time and its version."""
        text = shown(full(), Circumstances("S-17", "web", consent=CONSENT, patient=ANN))
        assert "Patient Ann Example Phone +44 20 7946 0000 E-mail ann@mail.example" in text
        assert "Agreed that the clinic gets this 2026-11-22 11:00 UTC+01:00, text 2026-11" in text
        assert "Number S-17" in text
        assert "Channel web" in text

    def test_partly_known(self) -> None:
        """What the patient did not give has no line."""
        text = shown(full(), Circumstances(consent=CONSENT, patient=Patient(phone="020 7946 0000")))
        assert "Phone 020 7946 0000" in text
        assert "E-mail" not in text

    def test_plain_cues(self) -> None:
        """A plain answer needs no word on how it was understood."""
        assert "Software went by" not in shown(finished())


class TestForm:
    def test_language(self) -> None:
        """The page names its language, which is the clinic's; that of the conversation stands in it."""
        assert '<html lang="en">' in summary_page(full())
        page = summary_page(full(), Circumstances(language="es"))
        assert '<html lang="en">' in page
        assert "es (español)" in page

    def test_self_contained(self) -> None:
        """It asks for nothing: no scripts, links, pictures or fonts, and its policy forbids them."""
        page = summary_page(full())
        assert {"script", "link", "img", "iframe", "a", "form"}.isdisjoint(Page(page).tags)
        assert not re.search(r"url\(|@import|src=|href=", page)
        (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src &#39;sha256-{digest}&#39;" in page
        assert "default-src &#39;none&#39;" in page

    def test_headings_name_their_parts(self) -> None:
        """Every part is named by a heading on the page, and ids are unique."""
        page = summary_page(full())
        ids = Page(page).ids
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) == set(ids)

    def test_every_text_is_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No heading or label stands in wording.yml that no page shows."""
        used: set[str] = set()

        class Noted(dict[str, Any]):
            def __getitem__(self, key: str) -> Any:
                used.add(key)
                return super().__getitem__(key)

        def noted(path: str) -> dict[str, Any]:
            return Noted(section(path)) if path == "summary.page" else section(path)

        monkeypatch.setattr(module, "section", noted)
        record = full()
        record.readings.append("a bit warm")
        summary_page(record, Circumstances("S-1", "web", consent=CONSENT, patient=ANN))
        summary_page(finished())
        summary_page(CheckRecord())
        assert used <= set(section("summary.page"))
        by_call = {*re.findall(r"summary\.page\.([\w-]+)", _sources()), "in-progress", "completed", "amended"}
        assert set(section("summary.page")) == used | by_call


def _sources() -> str:
    """Returns the code that asks for single texts of the page."""
    files = (module.__file__, summary_letter.__file__)
    return "".join(Path(file).read_text(encoding="utf-8") for file in files)


HARM = (
    "<script>alert(1)</script>", "</q></td><img src=x onerror=alert(1)>", '" onmouseover="alert(1)',
    "{{ 7 * 7 }}", "{% include 'x' %}", "]]>", "</style><b>", "&lt;b&gt;", "\x00\ud800", "\u202egnp.exe",
)  # fmt: skip


class TestEscaped:
    @pytest.mark.parametrize("words", HARM)
    def test_everywhere(self, words: str) -> None:
        """Wherever a patient's words stand, they stay words."""
        record = full()
        record.answer("herpes", "yes", words, words)
        record.off_list, record.readings = [words], [words]
        record.unanswered = [words]
        record.red_flags[0]["sign"] = words
        about = Circumstances(words, words, consent=CONSENT, patient=Patient(words, words, words))
        page = Page(summary_page(timed(record), about))
        assert page.open == []
        assert set(page.tags) <= ALLOWED
        assert page.attributes <= ATTRIBUTES
        assert page.text.count(clean(words)) >= 12

    @SETTINGS
    @given(records(), CIRCUMSTANCES)
    def test_any_words(self, record: CheckRecord, about: Circumstances) -> None:
        """Whatever is typed, the page has only its own tags, and all of them are closed."""
        html = summary_page(record, about)
        page = Page(html)
        assert page.open == []
        assert set(page.tags) <= ALLOWED
        assert page.attributes <= ATTRIBUTES
        html.encode()

    @SETTINGS
    @given(records())
    def test_same_again(self, record: CheckRecord) -> None:
        """The same record gives the same page."""
        assert summary_page(record) == summary_page(record)


class TestAmount:
    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("39", "39 °C"),
            ("38,6 C", "38.6 °C"),
            ("101 F", "101 °F (38.3 °C)"),
            ("120/80", "120/80 mmHg"),
            ("bp 190", "190 mmHg (upper value only)"),
            ("warm", "no number"),
        ],
    )
    def test_text(self, typed: str, expected: str) -> None:
        """The number, its unit, and what it is in Celsius."""
        assert amount(measured(typed)) == expected
