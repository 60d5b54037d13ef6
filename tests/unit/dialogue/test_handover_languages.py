"""The course of a request to the clinic in Spanish, where only whole forms are understood."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import locales
from assistant.dialogue import handover
from assistant.dialogue.handover import ContactStep, Turn, advance
from assistant.handover.record import CHANGE, CONSENT, NAME, QUESTIONS, SEND, WAY, WISH, ContactRecord
from assistant.screening.record import CheckRecord
from tests.unit.dialogue.contact import at
from tests.unit.dialogue.fakes import spoken
from tests.unit.dialogue.test_strict import spanish
from tests.unit.handover.test_forms_languages import MESSAGES, SENDS, bare


@pytest.fixture(autouse=True)
def _spanish() -> Iterator[None]:
    """Speak Spanish."""
    with locales.speaking("es"):
        yield


def say(record: ContactRecord, question: str, text: str, check: CheckRecord | None = None) -> ContactStep:
    """Sends a message as rasa_ext.languages reads it."""
    return advance(Turn(spanish(text), record, question, check or CheckRecord()))


@pytest.mark.parametrize("text", ["Sí, acepto", "sí", "de acuerdo", "I agree"])
def test_consent(text: str) -> None:
    """A whole yes of either language."""
    record = at(CONSENT)
    assert say(record, CONSENT, text).ask == NAME
    assert record.consent


@pytest.mark.parametrize(
    "text", ["Inés, +34 612 345 678", "quizás", "sí pero no", "¿sí?", "no sé", "claro 👎", "si", "hola"]
)
def test_anything_else_is_no_consent(text: str) -> None:
    """Asked again, and nothing kept; "si" without its accent is how a yes is typed on a phone."""
    record = at(CONSENT)
    step = say(record, CONSENT, text)
    assert step.ask == (NAME if text == "si" else CONSENT)
    assert bool(record.consent) == (text == "si")


@pytest.mark.parametrize("text", ["No, gracias", "no", "cancelar", "parar", "no thanks"])
def test_refused(text: str) -> None:
    """Nothing is asked and nothing kept."""
    record = at(CONSENT)
    step = say(record, CONSENT, text)
    assert (step.ask, step.end, record) == (None, handover.DROPPED, ContactRecord())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Inés Núñez", "Inés Núñez"),
        ("me llamo José", "José"),
        ("soy Ana", "Ana"),
        ("joy", "joy"),
        ("Omitir", ""),
        ("no", ""),
    ],
)
def test_name(text: str, name: str) -> None:
    """As it was typed; English words are names, too, since no class of English is known here."""
    record = at(NAME)
    assert (say(record, NAME, text).ask, record.name) == (WAY, name)


@pytest.mark.parametrize(
    ("text", "part"),
    [("resumen", "resumen"), ("privacidad", "utter_privacy"), ("mis datos", "utter_own_data"), ("por qué", "por quién preguntar"),
     ("hablar con alguien", "anotando su solicitud"), ("ayuda", "por quién preguntar"), ("gracias", "utter_smalltalk/thanks")],
)  # fmt: skip
def test_a_command_is_no_name(text: str, part: str) -> None:
    """It is done, the question put again, and nothing noted as a question of the patient's."""
    record, check = at(NAME), CheckRecord()
    step = say(record, NAME, text, check)
    assert (step.ask, record.name, check.unanswered) == (NAME, "", [])
    assert part in spoken(step.reply)


def test_small_talk_that_is_a_name() -> None:
    """ "Chao" is a surname, too: it counts when it comes again."""
    record = at(NAME)
    assert "Si es su nombre" in spoken(say(record, NAME, "Chao").reply)
    assert say(record, NAME, "Chao").ask == WAY
    assert record.name == "Chao"


def test_commands_that_end_it() -> None:
    """Deletion, the check, stop."""
    step = say(at(WAY), WAY, "borrar mis datos")
    assert (step.end, step.reply.offer) == (handover.DELETE, "delete")
    assert say(at(WAY), WAY, "empezar").end == handover.CHECK
    assert say(at(WAY), WAY, "parar").end == handover.DROPPED


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "text", ["me duele mucho el pecho", "no puedo respirar", "ya no quiero vivir", "I can't breathe"]
)
def test_an_emergency(question: str, text: str) -> None:
    """Before everything else, in both languages; what was given stays."""
    record = at(question)
    before = record.to_slots()
    step = say(record, question, text)
    assert (step.ask, step.end, step.reply.kind) == (None, handover.EMERGENCY, "emergency")
    assert record.to_slots() == before


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([SEND, CHANGE]), MESSAGES)
def test_only_a_whole_yes_sends(question: str, text: str) -> None:
    """At the last question and at that for a change, whatever is typed."""
    with locales.speaking("es"):
        step = say(at(SEND), question, text)
    if step.end == handover.SENT:
        assert bare(text).removesuffix(" por favor").removeprefix("por favor ") in SENDS


@pytest.mark.parametrize(
    ("text", "name", "phone", "email", "wish"),
    [
        ("mi nombre es Ana", "Ana", "+49 171 2345678", "", "call me"),
        ("mi número es +34 612 345 678", "Maria", "+34 612 34 56 78", "", "call me"),
        ("cambiar mi mensaje por: escríbanme", "Maria", "+49 171 2345678", "", "escríbanme"),
        ("quitar mi nombre", "", "+49 171 2345678", "", "call me"),
        ("borrar el mensaje", "Maria", "+49 171 2345678", "", ""),
    ],
)
def test_corrections(text: str, name: str, phone: str, email: str, wish: str) -> None:
    """They are applied, and the whole is read back in Spanish under another id."""
    record = at(SEND)
    before = record.id
    step = say(record, SEND, text)
    assert (step.ask, step.end) == (SEND, "")
    assert (record.name, record.phone, record.email, record.wish) == (name, phone, email, wish)
    assert "Esto es lo que recibiría" in spoken(step.reply)
    assert record.id != before


@pytest.mark.parametrize(
    ("text", "question"),
    [("mi número está mal", WAY), ("cambiar el correo", WAY), ("cambiar algo", CHANGE), ("no", CHANGE), ("el nombre es incorrecto", NAME)],
)  # fmt: skip
def test_corrections_without_a_value(text: str, question: str) -> None:
    """The question is put again; nothing is lost."""
    record = at(SEND)
    assert say(record, SEND, text).ask == question
    assert (record.name, record.phone, record.wish) == ("Maria", "+49 171 2345678", "call me")


def test_wish() -> None:
    """In the patient's words, a question too; the check hears nothing of it."""
    record, check = at(WISH), CheckRecord()
    step = say(record, WISH, "Tengo herpes, ¿cuánto cuesta?", check)
    assert (step.ask, record.wish) == (SEND, "Tengo herpes, ¿cuánto cuesta?")
    assert check == CheckRecord()
