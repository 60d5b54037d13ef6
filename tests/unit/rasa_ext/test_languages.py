"""What the forms of a language make of a message, in the place of what the English classifier made of it."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import Restarted, SlotSet, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_ext import languages


def parsed(text: str, intent: str = "faq", *, confidence: float = 0.6) -> dict[str, Any]:
    """Parse data as Rasa makes it."""
    topics = {
        "whole": [[f"{intent}/x", confidence]],
        "hits": [{"topic": "faq/x", "confidence": 0.6, "text": text}],
    }
    return {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": [],
        "topics": topics,
    }


def read(text: str, language: str | None, intent: str = "faq") -> tuple[str, list[Any]]:
    """The intent and the classes after reading."""
    data = parsed(text, intent)
    languages.read(data, language)
    return data["intent"]["name"], data["topics"]["whole"]


@pytest.mark.parametrize(
    ("text", "intent", "whole"),
    [
        ("empezar", "start_check", [["start_check", 1.0]]),
        ("No.", "deny", [["deny", 1.0]]),
        ("hola", "smalltalk", [["smalltalk/greet", 1.0]]),
        ("cambiar 2", "correct_answer", [["correct_answer/2", 1.0]]),
        ("English", "nlu_fallback", [["language/en", 1.0]]),
        ("¿cuánto dura la recuperación?", "nlu_fallback", []),
        ("is it painful", "nlu_fallback", []),
        ("", "nlu_fallback", []),
    ],
)
def test_in_spanish_only_forms_count(text: str, intent: str, whole: list[Any]) -> None:
    """Whatever the classifier said, the class is that of a form, or none; no question is left for an answer."""
    assert read(text, "es") == (intent, whole)
    data = parsed(text)
    languages.read(data, "es")
    assert data["topics"]["hits"] == []


def test_after_an_emergency_in_an_english_talk() -> None:
    """What the Spanish answer told to say is understood: "I'm fine", and the way back to a request that waits."""
    assert read("Estoy bien", "en") == ("im_fine", [["im_fine", 1.0]])
    assert read("no puedo respirar", "en", "emergency")[0] == "emergency"
    for requested, found in ((True, "human_handoff"), (False, "nlu_fallback")):
        data = parsed("hablar con alguien")
        languages.read(data, "en", requested=requested)
        assert data["intent"]["name"] == found


@pytest.mark.parametrize("language", ["en", None, "xx"])
def test_english_is_left_alone(language: str | None) -> None:
    """In English nothing changes, but for a wish for a language."""
    for text in ("empezar", "no", "how long does it take?", "hola amiga", "hello"):
        data = parsed(text)
        languages.read(data, language)
        assert data == parsed(text)
    assert read("español", language) == ("nlu_fallback", [["language/es", 1.0]])


def test_an_emergency_stays_one() -> None:
    """No form and no language takes a sign away; only a form is never taken for one by the classifier alone."""
    for text in ("me duele mucho el pecho", "I can't breathe", "quiero morir"):
        assert read(text, "es", "emergency")[0] == "emergency"
    assert read("algo muy raro", "es", "emergency")[0] == "emergency"
    assert read("no", "es", "emergency")[0] == "deny"


def tracker(language: str = "en", *events: Any) -> DialogueStateTracker:
    """A conversation with the slot."""
    slot = TextSlot(
        "language", mappings=[{"type": "custom"}], initial_value=language, influence_conversation=False
    )
    found = DialogueStateTracker("someone", [slot])
    for event in events:
        found.update(event)
    return found


@pytest.mark.parametrize(
    ("named", "slot"),
    [("es", "es"), ("es-MX", "es"), ("ES", "es"), ("en", "en"), ("fr", "en"), ("", "en"), (None, "en"), (5, "en"),
     (["es"], "en"), ("../es", "en")],
)  # fmt: skip
def test_the_channel_names_a_language(named: Any, slot: str) -> None:
    """The first message takes the page's language when the assistant knows it; nonsense changes nothing."""
    found = tracker()
    languages.begin(UserMessage("hola", metadata={"language": named}), found)
    assert found.get_slot("language") == slot


def test_the_patient_decides() -> None:
    """After the first message the channel has no say any more."""
    found = tracker("en", UserUttered("español"), SlotSet("language", "es"))
    languages.begin(UserMessage("no", metadata={"language": "en"}), found)
    assert found.get_slot("language") == "es"
    languages.begin(UserMessage("no"), found)
    assert found.get_slot("language") == "es"


def test_after_a_start_over() -> None:
    """A start over empties the slots, and the page's language counts again."""
    found = tracker("en", UserUttered("español"), SlotSet("language", "es"), Restarted())
    assert found.get_slot("language") == "en"
    languages.begin(UserMessage("hola", metadata={"language": "es"}), found)
    assert found.get_slot("language") == "es"


def test_the_language_is_not_kept_twice() -> None:
    """The slot tells the language; beside the message only the rest of the metadata is kept."""
    message = UserMessage("hola", metadata={"language": "es", "consent": {"version": "1"}})
    languages.begin(message, tracker())
    assert message.metadata == {"consent": {"version": "1"}}
    message = UserMessage("hola", metadata={"language": "es"})
    languages.begin(message, tracker("es", UserUttered("hola")))
    assert message.metadata is None


@pytest.mark.parametrize(
    "text",
    ["¿cuánto cuesta?", "cuanto dura la recuperacion", "quiero hacer el chequeo", "tengo herpes", "¿Duele mucho?",
     "hola, ¿quitan las estrías para siempre?", "Estoy embarazada de 5 meses"],
)  # fmt: skip
def test_a_language_is_offered_at_its_words(text: str) -> None:
    """Words of another language, and not what the English classifier makes of them, decide."""
    assert read(text, "en") == ("nlu_fallback", [["offer/es", 1.0]])


@pytest.mark.parametrize(
    "text",
    ["how long is recovery?", "my doctor is called Los Santos", "I live in Las Palmas del Mar, is it far",
     "que sera", "do I need a cita?", "is the el cheapo laser any good", "no", "si", ""],
)  # fmt: skip
def test_english_with_a_foreign_word_stays_english(text: str) -> None:
    """A name or a single word brings no offer."""
    data = parsed(text)
    languages.read(data, "en")
    assert data == parsed(text)


def test_an_offer_never_hides_an_emergency() -> None:
    """What the classifier takes for an emergency stays one, in whatever language it was written."""
    data = parsed("no puedo mas con esto, quiero acabar", "self_harm")
    languages.read(data, "en")
    assert data["intent"]["name"] == "self_harm"


def test_a_language_is_offered_outside_the_check() -> None:
    """A greeting in another language brings an offer, in an English talk and when no question is open."""
    assert read("¡Hola!", "en") == ("nlu_fallback", [["offer/es", 1.0]])
    assert read("hola", "es") == ("smalltalk", [["smalltalk/greet", 1.0]])
    data = parsed("hola")
    languages.read(data, "en", in_check=True)
    assert data == parsed("hola")
