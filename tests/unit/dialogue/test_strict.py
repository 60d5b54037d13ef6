"""The check in a language of which only fixed forms are known."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import locales
from assistant.dialogue import check, strict
from assistant.dialogue.message import UserMessage
from assistant.screening.items import ITEMS, VALUES, Item
from assistant.screening.outcome import REVIEW
from assistant.screening.record import ACTIVE, DONE, EMERGENCY, STOPPED, CheckRecord
from assistant.screening.summary import read_back, result_text, summary_text
from tests.unit.dialogue.fakes import said, spoken
from tests.unit.test_locales import MESSAGES, NO

FORM = {"yes": "Sí", "no": "No", "unsure": "No lo sé"}
ENGLISH = {"yes": "Yes", "no": "No", "unsure": "Not sure"}
INTENT = {"yes": "affirm", "no": "deny", "unsure": "not_sure"}


@pytest.fixture(autouse=True)
def _spanish() -> Iterator[None]:
    """Speak Spanish."""
    with locales.speaking("es"):
        yield


def spanish(text: str) -> UserMessage:
    """A message as rasa_ext.languages makes it."""
    found = locales.understood(text, "es")
    return UserMessage(text, ((found, 1.0),) if found else ())


def started() -> CheckRecord:
    """A check that was just begun."""
    return CheckRecord(status=ACTIVE)


def test_all_combinations_give_the_result_of_english() -> None:
    """The same answers lead to the same values and the same result in both languages: all 729 of them."""
    for values in product(VALUES, repeat=len(ITEMS)):
        here, there = started(), started()
        for item, value in zip(ITEMS, values, strict=True):
            strict.advance(spanish(FORM[value]), here, item)
            with locales.speaking("en"):
                check.advance(said(ENGLISH[value], INTENT[value]), there, item)
        assert here.values == there.values == dict(zip(ITEMS, values, strict=True))
        assert here.status == there.status == DONE
        assert here.outcome() == there.outcome()


@settings(max_examples=300, deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=14))
def test_nothing_else_becomes_a_no(texts: list[str]) -> None:
    """Whatever is typed, an item is no only when a form of no was the whole answer; words unread are kept."""
    with locales.speaking("es"):
        record, noes = started(), 0
        for text in texts:
            if record.status != ACTIVE:
                break
            item = record.next_item
            assert item is not None
            strict.advance(spanish(text), record, item)
            noes += locales.plain(text) in NO
        assert sum(v == "no" for v in record.values.values()) <= noes
        for entry in record.entries:
            assert entry["value"] != "no" or locales.plain(entry["words"]) in NO
            assert entry["words"] in {t.strip() for t in texts}
        if record.status == DONE and record.unread:
            assert record.outcome() != "no_listed_contraindication"
            assert "{" not in result_text(record) + summary_text(record)


def test_not_understood_twice_is_not_sure() -> None:
    """Other words are asked about once, with the help, and then noted as not sure, verbatim."""
    record = started()
    step = strict.advance(spanish("tengo palpitaciones por la noche"), record, "cardiovascular")
    assert (step.ask, spoken(step.reply)) == ("cardiovascular", "utter_help_cardiovascular")
    assert record.values["cardiovascular"] is None
    step = strict.advance(spanish("que sí, por la noche"), record, "cardiovascular")
    assert (step.ask, record.values["cardiovascular"]) == ("local_infection", "unsure")
    assert "He anotado «no lo sé»" in spoken(step.reply)
    assert record.words_of("cardiovascular") == ["tengo palpitaciones por la noche", "que sí, por la noche"]


def test_words_that_nobody_read_are_for_the_specialist() -> None:
    """A no after words that were not read stays a no, but the result can't be that nothing was reported."""
    record = started()
    strict.advance(spanish("tengo arritmia"), record, "cardiovascular")
    for item in ITEMS:
        strict.advance(spanish("no"), record, item)
    assert set(record.values.values()) == {"no"}
    assert record.outcome() == REVIEW
    assert "las palabras «tengo arritmia», que este asistente no pudo leer" in result_text(record)
    assert "Ritmo del corazón o presión arterial: no (“tengo arritmia”)" in read_back(record)
    with locales.speaking("en"):
        assert "the words “tengo arritmia”, which this assistant could not read" in result_text(record)


@pytest.mark.parametrize(
    ("text", "response", "ask"),
    [
        ("¿Por qué?", "Por eso pregunto por el ritmo", True),
        ("no entiendo", "utter_help_cardiovascular", True),
        ("ayuda", "utter_check_help", True),
        ("gracias", "utter_smalltalk/thanks", True),
        ("privacidad", "utter_privacy", True),
        ("qué sabe de mí", "utter_own_data", True),
        ("una persona", "He parado las preguntas del cuestionario", False),
        ("resumen", "Todavía no hay resumen", True),
        ("repita, por favor", "", True),
        ("cambiar 4", "utter_check_help", False),
        ("parar", "utter_check_stopped", False),
        ("borrar todo", "utter_delete_confirm", False),
    ],
)
def test_commands_are_no_answers(text: str, response: str, ask: bool) -> None:
    """A command is done, its words are no answer, and a question that stays open is asked again."""
    record = started()
    step = strict.advance(spanish(text), record, "cardiovascular")
    assert response in spoken(step.reply)
    assert not any(record.values.values())
    assert record.unread == []
    if ask:
        assert step.ask == "cardiovascular"


def test_change_an_answer() -> None:
    """ "Cambiar 1" opens question 1 again; the answer then given replaces the old one."""
    record = started()
    strict.advance(spanish("sí"), record, "cardiovascular")
    step = strict.advance(spanish("Cambiar 1"), record, "local_infection")
    assert (step.ask, record.values["cardiovascular"]) == ("cardiovascular", None)
    step = strict.advance(spanish("no"), record, "cardiovascular")
    assert (step.ask, record.values["cardiovascular"]) == ("local_infection", "no")


@pytest.mark.parametrize("text", ["me duele mucho el pecho", "I can't breathe", "ya no quiero vivir"])
def test_an_emergency_stops_the_questions(text: str) -> None:
    """A sign in either language stops the check; the open item can't become a no any more."""
    record = started()
    step = strict.advance(spanish(text), record, "cardiovascular")
    assert (step.ask, record.status, step.reply.kind) == (None, EMERGENCY, "emergency")
    record.status = ACTIVE
    strict.advance(spanish("no"), record, "cardiovascular")
    assert record.values["cardiovascular"] == "unsure"


def test_deletion_is_confirmed() -> None:
    """A yes deletes only when this was asked; else it is the answer."""
    record = started()
    strict.advance(spanish("sí"), record, "cardiovascular")
    step = strict.advance(spanish("Sí, borrar mis respuestas"), record, "local_infection", offer="delete")
    assert spoken(step.reply) == "utter_data_deleted"
    assert record.values["cardiovascular"] is None


def test_a_form_without_a_meaning_here_is_asked_again() -> None:
    """ "Estoy bien" is no answer to a question, and nothing that nobody could read."""
    record = started()
    step = strict.advance(spanish("estoy bien"), record, "cardiovascular")
    assert (step.ask, record.values["cardiovascular"], record.unread) == ("cardiovascular", None, [])
    assert record.status not in (STOPPED, EMERGENCY)


def test_outside_the_check_nothing_is_read() -> None:
    """A sentence is refused honestly, kept for the specialist, and never taken for a statement."""
    record = CheckRecord()
    reply = strict.reply_to(spanish("tengo herpes, ¿puedo hacerme el láser?"), record)
    assert record.values == CheckRecord().values
    assert (reply.kind, reply.facts, reply.unanswered) == ("unclear", [], ["other"])
    assert "solo en inglés" in spoken(reply)
    assert "especialista" in spoken(reply)


@pytest.mark.parametrize(
    ("text", "response", "readings"),
    [
        ("mi tensión es 190/125", "utter_urgent_blood_pressure", ["190/125"]),
        ("tengo 40,5 de fiebre", "utter_urgent_temperature", ["40,5"]),
        ("hoy 38,6", "", ["38,6"]),
        ("120/80", "", ["120/80"]),
        ("tengo 40 años", "", []),
    ],
)
def test_numbers_are_kept_and_urgent_ones_answered(text: str, response: str, readings: list[str]) -> None:
    """A number of an emergency is answered in any language; what it says about a question is not read."""
    record = started()
    step = strict.advance(spanish(text), record, "temperature")
    assert [m.response for m in step.reply.messages] == [r for r in (response, "utter_help_temperature") if r]
    assert (step.ask, record.values["temperature"], record.readings) == ("temperature", None, readings)
    record = CheckRecord()
    assert response in spoken(strict.reply_to(spanish(text), record))
    assert record.readings == readings


@pytest.mark.parametrize(
    ("text", "item", "urgent"),
    [("41", "temperature", True), ("tengo 41 de fiebre", "temperature", True), ("tengo 41 de fiebre", "herpes", True),
     ("Temperatura: 41", "herpes", True), ("41", "herpes", False), ("37", "temperature", False)],
)  # fmt: skip
def test_a_whole_number_of_fever_that_needs_help_today(text: str, item: Item, urgent: bool) -> None:
    """Alone where fever is asked for, and beside the word for fever anywhere; it is no answer all the same."""
    record = started()
    step = strict.advance(spanish(text), record, item)
    assert ("utter_urgent_temperature" in [m.response for m in step.reply.messages]) == urgent
    assert record.values[item] is None
