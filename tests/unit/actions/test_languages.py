"""The actions in another language than English."""

from __future__ import annotations

import re

import pytest
import yaml
from rasa_sdk.utils import all_subclasses

from actions.answer import ActionAnswer
from actions.base import SafeAction, record_of
from actions.check_control import ActionChangeAnswer
from actions.check_form import ValidateContraindicationCheck
from actions.check_result import ActionShowSummary
from actions.check_start import ActionStartCheck
from actions.control import ActionAnswerShort, ActionConfirmDeletion
from actions.emergency import ActionEmergency
from assistant import locales
from assistant.datafiles import ROOT
from assistant.screening.items import ITEMS
from assistant.wording import wording
from tests.action_turn import Patient


def spanish(**answers: str) -> Patient:
    """A patient who speaks Spanish, in the check when there are answers."""
    patient = Patient.with_answers(to=len(answers), **answers) if answers else Patient()
    patient.slots["language"] = "es"
    return patient


def test_a_wish_changes_the_language() -> None:
    """The reply is in the new language, says what works in it, and what does not."""
    patient = Patient()
    turn = patient.run(ActionAnswer(), "español", "language/es", confidence=1.0)
    assert turn.slots["language"] == "es"
    assert "Sigamos en español" in turn.text
    assert "solo en inglés" in turn.text
    assert turn.buttons == ["Empezar cuestionario", "Hablar con alguien", "In English"]
    back = patient.run(ActionAnswer(), "In English", "language/en", confidence=1.0)
    assert back.slots["language"] == "en"
    assert "in English" in back.text
    assert back.buttons == ["Start the check"]
    assert locales.current() == "en"


def test_a_question_is_refused_honestly() -> None:
    """No answer of the document, no reading of health; the words are kept for the specialist."""
    patient = spanish()
    turn = patient.run(ActionAnswer(), "tengo herpes, ¿cuánto dura?", "", confidence=0.0)
    assert "solo en inglés" in turn.text
    assert (turn.slots["answer_kind"], turn.slots["answered_facts"]) == ("unclear", [])
    assert turn.slots.get("herpes") is None
    assert patient.slots["check_record"]["unanswered"] == ["“tengo herpes, ¿cuánto dura?”"]


def test_an_answer_in_the_check() -> None:
    """The form gets the value of the form that was typed; the words stay as typed."""
    patient = spanish(cardiovascular="no")
    turn = patient.run(ValidateContraindicationCheck(), "Sí, claro", "affirm", confidence=1.0)
    assert turn.slots["local_infection"] == "yes"
    assert turn.slots["requested_slot"] == "temperature"
    assert patient.slots["check_record"]["entries"][-1]["words"] == "Sí, claro"


@pytest.mark.parametrize("text", ["no", "No lo sé", "sí"])
def test_english_does_not_read_forms_of_spanish(text: str) -> None:
    """In an English check the English reader decides."""
    patient = Patient.with_answers(to=1)
    turn = patient.run(ValidateContraindicationCheck(), text)
    assert turn.slots["local_infection"] == {"no": "no", "sí": "yes"}.get(text)


def test_the_language_changes_between_two_questions() -> None:
    """The open question stays open; nothing is stored."""
    patient = Patient.with_answers(to=2)
    turn = patient.run(ValidateContraindicationCheck(), "en español", "language/es", confidence=1.0)
    assert (turn.slots["language"], turn.slots["requested_slot"]) == ("es", ITEMS[2])
    assert turn.text == "Sigamos en español."
    assert patient.slots["temperature"] is None


def test_an_emergency_in_spanish_in_an_english_talk() -> None:
    """Somebody who writes Spanish in distress is answered in Spanish; the language of the talk stays."""
    patient = Patient()
    turn = patient.run(ActionEmergency(), "no puedo respirar", "emergency")
    assert "Llame ahora" in turn.text
    assert "112 en Europa" in turn.text
    assert "language" not in turn.slots
    english = Patient().run(ActionEmergency(), "I can't breathe", "emergency")
    assert english.responses == ["utter_emergency"]


def test_buttons_of_the_code() -> None:
    """A button that the code makes shows and sends the words of the language."""
    patient = spanish()
    turn = patient.run(ActionConfirmDeletion(), "borrar todo", "delete_data")
    assert turn.buttons == ["Sí, borrar todo", "No, conservarlo"]
    turn = patient.run(ActionAnswerShort(), "Sí, borrar todo", "affirm")
    assert turn.responses == ["utter_data_deleted"]


def test_what_was_volunteered_in_english_is_known() -> None:
    """What was said before the change of language is kept, and said in the new one."""
    patient = spanish()
    patient.slots["herpes"] = "yes"
    turn = patient.run(ActionStartCheck(), "empezar", "start_check")
    assert "Ya tengo anotado lo que me dijo: Brote de herpes: sí" in turn.text


def test_summary_and_correction() -> None:
    """The chat shows the summary in Spanish; an answer is opened again by its number."""
    patient = spanish()
    patient.slots.update(dict.fromkeys(ITEMS, "no"), check_record={"status": "done", "asked": list(ITEMS)})
    assert "Resumen para el especialista" in patient.run(ActionShowSummary(), "resumen", "show_summary").text
    turn = patient.run(ActionChangeAnswer(), "cambiar 5", "correct_answer/5")
    assert turn.slots["herpes"] is None
    assert turn.slots["check_outcome"] is None
    assert turn.next_action == "contraindication_check"
    nothing = spanish().run(ActionChangeAnswer(), "cambiar 5", "correct_answer/5")
    assert nothing.responses == ["utter_nothing_to_change"]


def test_an_error_leaves_the_language_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an action that fails nothing is spoken in the language of its patient."""
    monkeypatch.setattr("actions.answer.in_language", lambda *_: 1 / 0)
    turn = spanish().run(ActionAnswer(), "hola")
    assert turn.responses == ["utter_action_failed"]
    assert locales.current() == "en"


RULES = {
    rule["steps"][0]["intent"]: rule["steps"][1]["action"]
    for path in sorted((ROOT / "data/rules").glob("*.yml"))
    for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    if "intent" in rule["steps"][0]
}
ACTIONS = {
    kind().name(): kind
    for kind in all_subclasses(SafeAction)
    if not getattr(kind, "__abstractmethods__", None)
}
ENGLISH = re.compile(r"\b(?:the|you|your|question|answer|please|what|is|our|not)\b", re.IGNORECASE)
#: One form of each class.
FORMS = {name: form for form, name in {**locales.locale("es").commands}.items()} | {
    "affirm": "sí",
    "deny": "no",
    "not_sure": "no sé",
}


@pytest.mark.parametrize("status", ["none", "stopped", "done", "emergency"])
@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_form_is_answered_in_spanish(name: str, status: str) -> None:
    """Whatever was said before, and in whatever state the check is: each form gets a reply, and no English one."""
    answers = {} if status == "none" else dict.fromkeys(ITEMS[: 6 if status == "done" else 2], "no")
    patient = Patient.with_answers(status, to=len(answers)) if answers else Patient()
    patient.slots.update(language="es", last_topic="faq/pain", answered_facts=["F15"])
    action = ACTIONS[RULES[name.partition("/")[0]]]()
    turn = patient.run(action, FORMS[name], name, confidence=1.0)
    assert turn.messages
    assert not ENGLISH.search(turn.text)
    assert [r for r in turn.responses if r not in locales.locale("es").responses] == []
    assert [b for b in turn.buttons if b != "In English" and locales.understood(b, "es") is None] == []
    assert turn.slots.get("answer_kind") != "answered"


def test_a_question_in_another_language_gets_the_offer_alone() -> None:
    """What the English classifier made of its words would be nonsense."""
    patient = Patient()
    turn = patient.run(ActionAnswer(), "¿cuánto cuesta?", "offer/es", confidence=1.0)
    assert turn.responses == []
    assert turn.text == "¿Prefiere seguir en español? Escriba «español»."
    assert record_of(patient.tracker()).unread == []


def test_what_is_told_in_another_language_is_kept_in_an_english_talk() -> None:
    """A statement that nobody read reaches the specialist, whatever the language of the talk is."""
    patient = Patient()
    turn = patient.run(ActionAnswer(), "tengo lupus", "offer/es", confidence=1.0)
    assert turn.text.startswith("He anotado sus palabras")
    assert record_of(patient.tracker()).unread == ["tengo lupus"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_told_after_the_check_changes_its_result(language: str) -> None:
    """Words that nobody read can't leave a result that no reason was named; it is said again."""
    patient = Patient.with_answers("done")
    patient.slots |= {"language": language, "check_outcome": "no_listed_contraindication"}
    turn = patient.run(ActionAnswer(), "tengo lupus", "offer/es" if language == "en" else "", confidence=1.0)
    assert turn.slots["check_outcome"] == "needs_specialist_review"
    with locales.speaking(language):
        assert wording("check.new_result") in turn.text
    again = patient.run(ActionAnswer(), "gracias", "smalltalk/thanks", confidence=1.0)
    assert "check_outcome" not in again.slots


def test_a_language_is_offered() -> None:
    """The offer comes beside the English greeting, with a button that asks for the language."""
    turn = Patient().run(ActionAnswer(), "hola", "offer/es", confidence=1.0)
    assert turn.responses == ["utter_smalltalk/greet"]
    assert "¿Prefiere seguir en español?" in turn.text
    assert [locales.wanted(button) for button in turn.buttons] == ["es"]
    assert "language" not in turn.slots
