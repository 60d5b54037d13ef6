"""Plain words for an emergency in languages that the assistant does not speak fire on every turn."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from assistant import locales
from assistant.datafiles import DataFileError
from assistant.dialogue.check_step import emergency_reply
from assistant.safety import phrases as module
from assistant.safety.phrases import find_phrase, phrases
from assistant.safety.red_flags import find_red_flag
from tests.unit.safety.test_languages import SPANISH
from tests.unit.safety.test_red_flags import FIRING, ORDINARY

DATA = yaml.safe_load((Path(__file__).parent / "data" / "other_languages.yml").read_text(encoding="utf-8"))
SIGNS = [(code, kind, t) for code in DATA for kind in ("emergency", "self_harm") for t in DATA[code][kind]]
QUIET = [(code, t) for code in DATA for t in DATA[code]["ordinary"]]


def test_each_language_is_tested() -> None:
    """Each language of the file has messages that must fire, and ordinary ones."""
    assert set(phrases()) == set(DATA)
    assert min(len(DATA[c]["ordinary"]) for c in DATA) >= 15


@pytest.mark.parametrize(("code", "kind", "text"), SIGNS)
def test_fires(code: str, kind: str, text: str) -> None:
    """A sign fires, in whatever case and however accents are typed."""
    for said in (text, text.upper(), locales.bare_letters(text)):
        flag = find_red_flag(said)
        assert flag is not None
        assert flag.kind == kind


@pytest.mark.parametrize(("code", "text"), QUIET)
def test_stays_quiet(code: str, text: str) -> None:
    """Greetings, denials, the past, suppositions and figures of speech do not fire."""
    assert find_red_flag(text) is None


@pytest.mark.parametrize(
    "text", [*ORDINARY, *SPANISH["ordinary"], *SPANISH["emergency"], *SPANISH["self_harm"]]
)
def test_other_languages_are_left_alone(text: str) -> None:
    """Neither ordinary English nor any Spanish is taken for one of these languages."""
    assert find_phrase(text) is None


@pytest.mark.parametrize(
    "text", [f for c in locales.codes() for f in (*locales.locale(c).answers, *locales.locale(c).commands)]
)
def test_no_form_fires(text: str) -> None:
    """No form that the assistant understands, and so no button, is such a sign."""
    assert find_phrase(text) is None


def test_the_reply_names_the_number() -> None:
    """It is the emergency reply of the conversation, which has the numbers."""
    flag = find_red_flag("ich bekomme keine Luft")
    assert flag is not None
    reply = emergency_reply(flag, in_check=True)
    assert [m.response for m in reply.messages] == ["utter_emergency", "utter_emergency_check_stopped"]
    assert reply.language is None


def test_is_not_answered_in_a_third_language() -> None:
    """French words that Spanish has as well are French."""
    flag = find_red_flag("ma mère est inconsciente")
    assert flag is not None
    assert (flag.language, flag.bystander) == ("fr", True)


def test_self_harm_counts_before_an_emergency() -> None:
    """As in English, wherever it stands."""
    found = find_phrase("Ich bekomme keine Luft. Ich will nicht mehr leben.")
    assert found is not None
    assert found.sign == "self_harm"


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("keine Brustschmerzen", False), ("kein Fieber, aber Brustschmerzen", True), ("nein, Brustschmerzen", True),
        ("Brustschmerzen: nein", False), ("keine Atemnot, Brustschmerzen oder Schwindel", False),
        ("vor 3 Jahren Brustschmerzen", False), ("vor 3 Jahren schon, und jetzt wieder Brustschmerzen", True),
        ("wenn ich keine Luft bekomme, was dann", False), ("Hilfe, wenn ich liege, bekomme ich keine Luft", True),
    ],
)  # fmt: skip
def test_denials(text: str, fires: bool) -> None:
    """A denial reaches over a list, not over a new beginning; a sign with a negation of its own is none."""
    assert fires is (find_phrase(text) is not None)


def test_english_keeps_its_own_signs() -> None:
    """The words of English signs are left to the rules of English."""
    assert [] == [text for _, text in FIRING if find_phrase(text)]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "no languages"), ({"languages": {"de": {}}}, "no signs"),
        ({"languages": {"de": {"emergency": {"chest": ["(("]}, "denied": ["kein"]}}}, "can't read"),
        ({"languages": {"de": {"emergency": {"chest": []}, "denied": ["kein"]}}}, "no patterns"),
        ({"languages": {"de": {"emergency": {"chest": ["weh"]}, "denied": [False]}}}, "no list of words"),
    ],
)  # fmt: skip
def test_mistakes_are_named(monkeypatch: pytest.MonkeyPatch, data: dict[str, object], problem: str) -> None:
    """A mistake in the file is said with its remedy."""
    monkeypatch.setattr(module, "load_yaml", lambda _: data)
    phrases.cache_clear()
    try:
        with pytest.raises(DataFileError, match=problem):
            phrases()
    finally:
        phrases.cache_clear()


def test_long_messages() -> None:
    """Signs in great number are looked through at once."""
    assert find_phrase("keine brustschmerzen " * 190) is None
