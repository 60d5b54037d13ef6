"""In Spanish a yes is one whole form of its list, or one of English; everything else asks again."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant import locales
from assistant.datafiles import ROOT, load_file
from assistant.handover.contact import read_name
from assistant.handover.forms import (
    FIELDS,
    LISTS,
    forms,
    has_any,
    has_own,
    is_field,
    is_whole,
    is_yes,
    meanings,
    named_field,
    new_wish,
)

WRITTEN = load_file(ROOT / "data/locales/es/handover_forms.yml")
#: Everything that may send something in Spanish, written out on purpose: a form that is added has to be thought of twice.
SENDS = {
    "si", "si si", "si enviar", "si enviarlo", "si envielo", "si envie", "si lo puede enviar", "si puede enviarlo",
    "si mandelo", "si gracias", "si claro", "claro que si", "si por supuesto", "por supuesto", "desde luego", "si quiero",
    "si quiero enviarlo", "si de acuerdo", "enviar", "enviarlo", "envielo", "envielo ya", "enviar ahora", "mandar",
    "mandarlo", "mandelo", "quiero enviarlo",
}  # fmt: skip
PARTS = st.sampled_from(
    "no sí si envíelo enviar enviarlo mándelo pero lo la ya nunca tampoco quizá por favor supuesto claro que quiero ahora "
    "vale ok gracias mañana cambie nombre cancelar espere ? ¿ ! ¡ . , ; - 👍 👎 \n \u200b".split(" ")
)
MESSAGES = st.lists(PARTS, min_size=1, max_size=5).map(" ".join) | st.lists(
    PARTS, min_size=1, max_size=4
).map("".join)


@pytest.fixture(autouse=True)
def _spanish() -> Iterator[None]:
    """Speak Spanish."""
    with locales.speaking("es"):
        yield


def bare(text: str) -> str:
    """A text in small letters, without accents and the marks that may stand around it."""
    split = unicodedata.normalize("NFD", text.casefold())
    letters = unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))
    return " ".join(letters.replace(",", " ").replace("-", " ").strip(" \t\n.;:!¡…").split())


@given(MESSAGES | st.text(max_size=10) | st.text("síSÍ noenvíelo,.!¿? ", max_size=12))
@example("sí?")
@example("¿Sí?")
@example("sí, no")
@example("sí 👎")
@example("si lo envía")
@example("no lo envíe")
@example("vale")
def test_nothing_else_sends(text: str) -> None:
    """Whatever is typed sends something only when nothing but a form of yes stands there."""
    with locales.speaking("es"):
        sends = is_yes(text, "send")
    if sends:
        plain = bare(text).removesuffix(" por favor").removeprefix("por favor ")
        with locales.speaking("en"):
            assert plain in SENDS or is_yes(text, "send")
        assert "?" not in text


def test_forms_that_send_are_these() -> None:
    """The forms that send are the ones that this test knows; weak words are none of them."""
    assert set(forms("es")["send"]) == SENDS
    assert not SENDS & {"ok", "vale", "de acuerdo", "bien", "acepto", "claro"}


@pytest.mark.parametrize("form", WRITTEN["send"])
def test_each_form_in_any_dress(form: str) -> None:
    """Capitals, missing accents, commas, marks around it and a "por favor" change nothing; a word more does."""
    for text in (
        form,
        form.upper(),
        f"¡{form}!",
        f"{form}.",
        bare(form),
        f"{form}, por favor",
        f"Por favor {form}",
    ):
        assert is_yes(text, "send"), text
    for text in (f"{form}?", f"¿{form}?", f"no {form}", f"{form} pero no", f"{form} 🙂", f"{form} mañana"):
        assert not is_yes(text, "send"), text


@pytest.mark.parametrize("text", ["yes", "Yes, send it", "send"])
def test_english_counts_beside_it(text: str) -> None:
    """A plain yes in English is one, too."""
    assert is_yes(text, "send")


@pytest.mark.parametrize("text", ["yes, envíelo", "sí send", "ok", "de acuerdo", "acepto", "yes but no"])
def test_a_mixture_is_no_yes(text: str) -> None:
    """Words of both languages make no whole form; neither does what only agrees."""
    assert not is_yes(text, "send")


def test_in_english_spanish_is_no_yes() -> None:
    """Forms count in a conversation in their language."""
    with locales.speaking("en"):
        assert not is_yes("sí", "send")
        assert not is_whole("omitir", "skip")
        assert not has_any("cambiar mi nombre", "change")


@pytest.mark.parametrize(
    ("text", "name"),
    [("Sí, acepto", "agree"), ("Omitir", "skip"), ("cancelar por favor", "stop"), ("No, gracias", "refuse"), ("skip", "skip"),
     ("Cambiar algo", "change_something"), ("como está", "keep"), ("no enviarlo", "stop"), ("drop it", "stop")],
)  # fmt: skip
def test_whole_messages(text: str, name: str) -> None:
    """A phrase and nothing else, of either language."""
    assert is_yes(text, name) if name == "agree" else is_whole(text, name)
    assert not is_whole(f"{text} y más", name)


@pytest.mark.parametrize(
    ("text", "field"),
    [("Mi nombre", "name"), ("el número de teléfono", "phone"), ("Cómo contactarme", "way"), ("mi e-mail", "email"),
     ("Mi mensaje, por favor", "wish"), ("el tiempo", None), ("my name", "name")],
)  # fmt: skip
def test_fields(text: str, field: str | None) -> None:
    """As a whole message, and in one."""
    assert is_field(text) == field
    assert named_field(f"quiero cambiar {text}") == field


def test_parts_of_corrections() -> None:
    """What is the patient's own, what changes, and the new wish with its accents."""
    assert has_own("mi número es +34 612 345 678", "phone")
    assert not has_own("el número", "phone")
    assert has_any("mi número está mal", "change")
    assert new_wish("cambiar mi mensaje por: Llámenme mañana, ¿sí?") == "Llámenme mañana, ¿sí?"
    assert new_wish("change my wish to: call me") == "call me"
    assert new_wish("cambiar mi mensaje") == ""


@pytest.mark.parametrize(
    ("text", "asked", "name"),
    [("Me llamo Inés Núñez", False, "Inés Núñez"), ("mi nombre es José", False, "José"), ("Soy Ana", True, "Ana"),
     ("Soy alérgica", False, ""), ("my name is Ana", False, "Ana"), ("Ana", False, "")],
)  # fmt: skip
def test_names(text: str, asked: bool, name: str) -> None:
    """With their accents; without "me llamo" only where the name was asked for."""
    assert read_name(text, asked=asked) == name


def test_same_lists_as_english() -> None:
    """Each list and each part is there."""
    assert set(WRITTEN) == {*LISTS, "fields"}
    assert set(WRITTEN["fields"]) == {*FIELDS}


def test_meanings() -> None:
    """All lists that a whole message stands in, by one language alone."""
    assert meanings("No, gracias", "es") == {"refuse", "skip"}
    assert meanings("No, gracias", "en") == set()
    assert meanings("mi nombre", "es") == {"fields.name"}
