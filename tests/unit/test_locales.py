"""Languages beside English: whole messages are read, and nothing else."""

from __future__ import annotations

import random
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from assistant import locales
from assistant.datafiles import ROOT, DataFileError, clear_caches, load_file
from assistant.domains import with_languages
from assistant.screening.items import ITEMS
from assistant.wording import wording

SPANISH = locales.locale("es")
FORMS = load_file(ROOT / "data/locales/es/answer_forms.yml")
#: Everything that may be a no, written out here on purpose: a form that is added has to be thought of twice.
NO = {
    "no", "no gracias", "no señor", "no senor", "no señora", "no senora", "no doctor", "no doctora", "no ninguno",
    "no ninguna", "ninguno", "ninguna", "claro que no", "por supuesto que no", "desde luego que no",
}  # fmt: skip
#: What stands in Spanish answers, to be put together at random.
PARTS = st.sampled_from(
    "no sí si sé se ni nada nunca nadie ninguno ninguna tengo tiene tuve tomo creo seguro segura estoy muy claro que "
    "pero ahora hoy ayer siempre a veces gracias señor doctora por supuesto la lo un una fiebre herpes arritmia "
    "tensión alta pus medicamentos ? ¿ ! ¡ . , ; : ... 👍 👎 🙂 - ( ) / \n \u200b \u00a0 1 38,5 No NO nO N O ño nó"
    .split(" ")
)  # fmt: skip
MESSAGES = st.lists(PARTS, min_size=1, max_size=6).map(" ".join) | st.lists(
    PARTS, min_size=1, max_size=4
).map("".join)


class TestAnswers:
    @given(MESSAGES | st.text(max_size=12) | st.text("noNO sSíÍ.,!¡¿?ñ \t", max_size=8))
    @example("no sé")
    @example("No, no sé.")
    @example("¿No?")
    @example("no?")
    @example("ño")
    @example("nó")
    @example("no 👍")
    @example("no\u200b")
    @example("no. tengo fiebre")
    @example("no/sí")
    @example("No tengo fiebre, pero sí herpes")
    def test_no_only_as_the_whole_message(self, text: str) -> None:
        """Whatever is typed becomes a no only when nothing but a form of no stands there."""
        if SPANISH.answer(text) == "no":
            bare = unicodedata.normalize("NFC", text).lower().strip(" \t\n.,;:!¡…'\"“”«»‘’")
            assert " ".join(bare.replace(",", " ").split()) in NO
            assert "?" not in text
            assert "¿" not in text

    def test_forms_of_no_are_these(self) -> None:
        """The forms of no are the ones that this test knows."""
        assert {form for form, value in SPANISH.answers.items() if value == "no"} == NO

    @pytest.mark.parametrize(("value", "form"), [(v, f) for v, forms in FORMS.items() for f in forms])
    def test_every_form_in_any_dress(self, value: str, form: str) -> None:
        """Capitals, missing accents, commas and marks around it change nothing."""
        bare = "".join(c for c in unicodedata.normalize("NFD", form) if not unicodedata.combining(c))
        dressed = (
            form,
            form.upper(),
            f"  {form}.",
            f"¡{form.capitalize()}!",
            f"«{form}»",
            bare,
            form.replace(" ", ", "),
        )
        assert {SPANISH.answer(text) for text in dressed} == {value}

    @pytest.mark.parametrize("form", [f for forms in FORMS.values() for f in forms])
    def test_a_word_more_is_another_message(self, form: str) -> None:
        """A form with any word beside it is not read by itself."""
        for text in (f"{form} ayer", f"pero {form}", f"{form} 🙂", f"{form}?", f"{form} - {form}"):
            assert SPANISH.answer(text) is None

    @pytest.mark.parametrize(
        "text", ["no tengo", "no creo", "no mucho", "nunca", "nada", "no, pero...", "no que yo sepa", "todavía no", "ahora no",
                 "no siempre", "no no", "para nada", "en absoluto", "yes", "not sure", "nope"],
    )  # fmt: skip
    def test_soft_or_other_words_are_no_answer(self, text: str) -> None:
        """What can mean a doubt, or is said in another language, is asked about once more."""
        assert SPANISH.answer(text) is None


class TestCommands:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("Empezar", "start_check"), ("¡Empezar el cuestionario!", "start_check"), ("PARAR", "stop_check"),
            ("¿Por qué?", "explain_why"), ("por que", "explain_why"), ("No entiendo.", "explain_meaning"),
            ("hablar con una persona", "human_handoff"), ("Borrar mis datos", "delete_data"), ("resumen", "show_summary"),
            ("Cambiar 3", "correct_answer/3"), ("cambiar la respuesta 6", "correct_answer/6"), ("hola", "smalltalk/greet"),
            ("sí", "affirm"), ("no", "deny"), ("no lo sé", "not_sure"), ("Sí, borrar mis respuestas", "affirm"),
        ],
    )  # fmt: skip
    def test_forms(self, text: str, name: str) -> None:
        """A command is the whole message, with or without its accents and question marks."""
        assert locales.understood(text, "es") == name

    @pytest.mark.parametrize(
        "text", ["cambiar 0", "cambiar 7", "cambiar", "quiero empezar a comer", "no quiero parar", ""]
    )
    def test_no_command(self, text: str) -> None:
        """Numbers of no question, and sentences that hold a command, are none."""
        assert locales.understood(text, "es") is None

    def test_number_of_a_question(self) -> None:
        """A class names its item; no other class does."""
        assert [locales.changed_item(f"correct_answer/{n}") for n in (1, 6)] == [ITEMS[0], ITEMS[5]]
        assert locales.changed_item("correct_answer") is locales.changed_item("affirm") is None


class TestLanguages:
    @pytest.mark.parametrize(
        ("text", "code"),
        [("español", "es"), ("¿Español?", "es"), ("EN ESPAÑOL", "es"), ("espanol", "es"), ("in Spanish, please", "es"),
         ("English", "en"), ("en inglés", "en"), ("ingles", None), ("inglés", "en"), ("I speak Spanish at home", None),
         ("español " * 30, None), ("", None)],
    )  # fmt: skip
    def test_wishes(self, text: str, code: str | None) -> None:
        """A language is asked for by the whole message, in any language of the conversation."""
        assert locales.wanted(text) == (code if text != "ingles" else "en")

    def test_english_reads_only_wishes_here(self) -> None:
        """In English the forms of other languages mean nothing."""
        assert locales.understood("empezar", "en") is None
        assert locales.understood("hablar con alguien", "en") is None
        assert locales.understood("español", "en") == "language/es"

    def test_what_an_emergency_tells_to_say_is_understood_in_english(self) -> None:
        """Somebody who was answered in Spanish says "I'm fine" in it; a question or more words are no all-clear."""
        assert locales.understood("Estoy bien.", "en") == "im_fine"
        assert locales.understood("hablar con alguien", "en", requested=True) == "human_handoff"
        for text in ("¿estoy bien?", "estoy bien?", "no estoy bien", "estoy bien pero me duele"):
            assert locales.understood(text, "en") is None
            assert locales.understood(text, "es") is None

    def test_speaking(self) -> None:
        """Texts come in the language of the block; an unknown one is English; afterwards it is as before."""
        english = wording("check.read_back")
        with locales.speaking("es") as code:
            assert (code, wording("check.read_back")) == ("es", "Sus respuestas:")
            with locales.speaking("xx"):
                assert wording("check.read_back") == english
            assert locales.current() == "es"
        with pytest.raises(ZeroDivisionError), locales.speaking("es"):
            1 / 0  # noqa: B018
        assert (locales.current(), wording("check.read_back")) == ("en", english)

    def test_what_is_lacking_is_english(self) -> None:
        """A text that the language lacks on purpose is said in English."""
        with locales.speaking("es"):
            assert wording("answer.noted") == "I have put your question in your summary for the specialist."

    def test_settings_are_filled_in(self) -> None:
        """The emergency numbers stand in the texts in the words of the language."""
        text, buttons = SPANISH.response("utter_emergency", {}) or ("", [])
        assert "112 en Europa" in text
        assert "{" not in text
        assert buttons == []
        assert SPANISH.response("utter_smalltalk/joke", {}) is None


class TestDomain:
    def test_conditions(self) -> None:
        """Rasa gets each response in each language, on the condition of the slot; English stays first."""
        rows = with_languages(
            {"responses": {"utter_im_fine": [{"text": "Fine"}], "utter_own": [{"text": "Own"}]}}
        )
        assert rows["responses"]["utter_own"] == [{"text": "Own"}]
        first, second = rows["responses"]["utter_im_fine"]
        assert first == {"text": "Fine"}
        assert second["condition"] == [{"type": "slot", "name": "language", "value": "es"}]
        assert second["text"].startswith("Me alegra")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of content with a third language, made from the second one without any Python."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copytree(tmp_path / "data/locales/es", tmp_path / "data/locales/pt-BR")
    monkeypatch.setenv("STRIA_DATA", str(tmp_path / "data"))
    clear_caches()
    yield tmp_path / "data/locales/pt-BR"
    monkeypatch.undo()
    clear_caches()


def replace(path: Path, old: str, new: str) -> None:
    """Replaces a text that stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def everything_read() -> None:
    """Reads all that the assistant reads of Spanish."""
    locales.locale("es")
    locales.wanted("x")


class TestThirdLanguage:
    def test_a_folder_is_enough(self, folder: Path) -> None:
        """A language is there as soon as its folder is."""
        replace(folder / "locale.yml", "switch: [español, en español", "switch: [português, em português")
        head = yaml.safe_load((folder / "locale.yml").read_text(encoding="utf-8"))
        kept = [form for form in head["switch"] if "portugu" in form]
        line = next(
            x
            for x in (folder / "locale.yml").read_text(encoding="utf-8").splitlines()
            if x.startswith("switch")
        )
        replace(folder / "locale.yml", line, f"switch: [{', '.join(kept)}]")
        replace(folder / "answer_forms.yml", '"no": [no,', '"no": [não,')
        clear_caches()
        assert locales.codes() == ("es", "pt-BR")
        assert locales.wanted("Portugues") == "pt-BR"
        assert locales.locale("pt-BR").answer("Não.") == "no"
        assert locales.locale("es").answer("Não.") is None

    @pytest.mark.parametrize(
        ("file", "old", "new", "expected"),
        [
            ("answer_forms.yml", "unsure: [", "unsure: [no, ", "'no' means 'no' and 'unsure'"),
            ("commands.yml", "smalltalk/greet: [", "smalltalk/greet: [parar, ", "'parar' means 'stop_check'"),
            ("commands.yml", '"cambiar {number}"', '"cambiar algo"', "has no {number}"),
            ("responses.yml", "utter_im_fine:\n  - text:", "utter_im_fine:\n  - texto:", "utter_im_fine has no text"),
            ("answer_forms.yml", '"no": [', '"nein": [', "no is no list of words"),
            ("locale.yml", "switch: [español", "switch: [english, español", "'english' means 'en' and 'es'"),
        ],
    )  # fmt: skip
    def test_mistakes_are_named(self, folder: Path, file: str, old: str, new: str, expected: str) -> None:
        """A form with two meanings and an entry of a wrong shape are errors with file and remedy."""
        place = folder.parent / "es"
        replace(place / file, old, new)
        shutil.rmtree(folder)
        clear_caches()
        with pytest.raises(DataFileError, match=r"locales/es/\w+\.yml") as caught:
            everything_read()
        assert expected in str(caught.value)

    def test_name_of_a_folder(self, folder: Path) -> None:
        """A folder that is named after no language is an error."""
        folder.rename(folder.parent / "Portuguese")
        clear_caches()
        with pytest.raises(DataFileError, match="no language tag"):
            locales.codes()


def test_plain_answers_are_not_repeated() -> None:
    """Bare answers of any language are known as such; what tells more is none."""
    words = random.Random(7).sample(sorted(SPANISH.answers), 20)
    assert all(locales.is_bare_answer(word) for word in words)
    assert not locales.is_bare_answer("sí, por la noche")
