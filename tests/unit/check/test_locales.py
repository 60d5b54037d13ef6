"""Each rule about languages has a change that breaks it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable

import pytest

from assistant.check import loading, locales
from assistant.check.project import Project
from assistant.datafiles import clear_caches

Edit = Callable[[str, str, str], None]
ES = "data/locales/es/"


def problems(project: Project) -> str:
    """All findings, one a line."""
    clear_caches()
    return "\n".join(str(f) for f in locales.check(project))


def test_real_languages_are_in_order(real: Project) -> None:
    """Spanish has what English has, or says what it lacks; no finding at all."""
    assert problems(real) == ""


#: file below data/locales/es, what stands there, what is put in its place, what is reported.
CHANGES = [
    # Keys.
    ("responses.yml", "utter_im_fine:", "utter_im_fin:", "responses.yml:1: utter_im_fine is missing"),
    ("responses.yml", "utter_im_fine:", "utter_im_fin:", "English has no utter_im_fin"),
    ("wording.yml", "  moved_on:", "  move_on:", "wording.yml:1: check.moved_on is missing"),
    ("wording.yml", "  moved_on:", "  move_on:", "English has no check.move_on"),
    ("wording.yml", "    why: \"Nuestro documento, que está en inglés, nombra el brote", "    warum: \"Nuestro", "items.herpes.why is missing"),
    # Placeholders.
    ("responses.yml", "En una emergencia le doy los números", "{crisis_linea} le doy los números", "utter_smalltalk/greet has not the {placeholders} of English"),
    ("wording.yml", "de «{old}» a «{new}»", "a «{new}»", "Use: {item}, {new}, {old}"),
    ("wording.yml", "Sus respuestas:", "", "check.read_back is empty"),
    # Buttons, and what they send.
    ("responses.yml", '      - {title: "No estoy seguro/a", payload: "No lo sé"}\n', "", "utter_ask_cardiovascular has 2 buttons, in English 3"),
    ("responses.yml", 'payload: "No lo sé"', 'payload: "No mucho"', "nothing understands the button “No mucho”"),
    ("responses.yml", 'title: "Sí", payload: "Sí"', 'title: "Sí", payload: "No"', "do not send yes, no and not sure, in this order"),
    ("responses.yml", 'payload: "Estoy bien"', 'payload: "Parar"', "utter_emergency_check_stopped: no button means “I'm fine” (im_fine)"),
    ("responses.yml", "Pregunta 5 de 6", "Pregunta 4 de 6", "utter_ask_herpes does not begin with its number"),
    ("locale.yml", "  Show my summary: Ver mi resumen\n", "", "buttons: “Show my summary” is missing"),
    ("locale.yml", "Ver mi resumen", "Enséñemelo", "“Enséñemelo” is not understood as “Show my summary” (show_summary)"),
    ("locale.yml", "No, conservarlo", "Sí, borrar mis respuestas", "is not understood as “No, keep it” (deny)"),
    ("locale.yml", "  Show my summary:", "  Show the summary:", "the code has no “Show the summary”"),
    # Commands.
    ("commands.yml", "stop_check:", "stop_chek:", "no form means stop_check"),
    ("commands.yml", "stop_check:", "stop_chek:", "there is no class stop_chek"),
    ("commands.yml", "change: [", "smalltalk/wishes: [", "no form means correct_answer"),
    ("commands.yml", "smalltalk/thanks:", "smalltalk/wishes:", "no form leads to utter_smalltalk/thanks"),
    ("commands.yml", "smalltalk/thanks:", "smalltalk/wishes:", "utter_smalltalk/wishes is missing"),
    ("commands.yml", "smalltalk/thanks: [", "smalltalk/thanks: [español, ", "“español” asks for a language"),
    # A request to the clinic.
    ("responses.yml", '      - {title: "Omitir", payload: "Omitir"}\n', "", "utter_ask_contact_name has 1 buttons, in English 2"),
    ("responses.yml", 'payload: "Omitir"', 'payload: "Pasemos"', "the button “Pasemos” is not understood as “Skip” (skip)"),
    ("responses.yml", 'payload: "No enviarlo"}\nutter_ask_contact_send', 'payload: "Sí, enviarlo"}\nutter_ask_contact_send', "the button “Sí, enviarlo” is not understood as “Don't send it” (stop)"),
    ("responses.yml", 'payload: "Sí, enviarlo"', 'payload: "Vale"', "the button “Vale” is not understood as “Yes, send it” (send)"),
    ("responses.yml", " ¿Está de acuerdo?", "", "utter_ask_contact_consent does not end with a question, as it does in English"),
    ("responses.yml", "¿Está de acuerdo?", "¿Está de acuerdo? Gracias.", "utter_ask_contact_consent does not end with a question, as it does in English"),
    ("responses.yml", "¿Cómo se llama usted?", "Su nombre.", "utter_ask_contact_name does not end with a question, as it does in English"),
    ("handover_forms.yml", "agree: [sí, ", "agree: [sí, no, ", "the form “no” of agree is in refuse, too"),
    ("handover_forms.yml", "send: [sí, ", "send: [sí, cancelar, ", "the form “cancelar” of send is in stop, too"),
    ("handover_forms.yml", "send: [sí, ", "send: [sí, drop it, ", "the form “drop it” of send is in stop, too"),
    ("handover_forms.yml", "send: [sí, ", "send: [sí, quizás, ", "the form “quizás” of send means not_sure"),
    ("handover_forms.yml", "stop: [parar, ", "stop: [parar, sure, ", "the form “sure” of stop is a yes in English"),
    ("handover_forms.yml", "skip: [saltar, ", "skip: [saltar, '?', ", "skip holds a phrase without letters"),
    ("handover_forms.yml", "new_value: [a, por]", "new_value: []", "new_value is empty"),
    ("handover_forms.yml", "polite:", "politely:", "'polite' is no list of words"),
    ("locale.yml", "  responses: [", "  responses: [utter_ask_contact_consent, ", "a language may not lack utter_ask_contact_consent"),
    # Forms of no.
    ("answer_forms.yml", '"no": [no, ', '"no": [no, no mucho, ', "the form “no mucho” of no holds the word “mucho”"),
    ("answer_forms.yml", "[no estoy seguro, ", "[", None),
    # What may not lack.
    ("locale.yml", "  responses: [", "  responses: [utter_emergency, ", "a language may not lack utter_emergency"),
    ("locale.yml", "  responses: [", "  responses: [utter_*, ", "a language may not lack utter_*"),
    ("locale.yml", "  wording: [", "  wording: [check.contraindicated, ", "a language may not lack check.contraindicated"),
    ("locale.yml", "  responses: [", "  responses: [utter_ok_no, ", "utter_ok_no is there, or English has none"),
    # Settings.
    ("locale.yml", "112 en Europa", "113 en Europa", "emergency_numbers has other numbers than the slot"),
    ("locale.yml", "  crisis_lines:", "  crisis_line:", "domain.yml has no setting crisis_line"),
    ("locale.yml", "  crisis_lines:", "  crisis_line:", "settings: crisis_lines is missing"),
    # Words that are never said, and what always is.
    ("responses.yml", "¿Necesita algo más?", "Puede hacerse el láser.", "forbidden phrase “puede hacerse”"),
    ("responses.yml", 'title: "Estoy bien"', 'title: "No hay problema"', "forbidden phrase “no hay problema”"),
    ("wording.yml", "seguro para usted. La decisión", "seguro para usted hoy. La decisión", "forbidden phrase “seguro para usted”"),
    ("wording.yml", "seguro para usted. La decisión", "bueno. La decisión", "nobody says"),
    ("wording.yml", "La decisión final se toma solo después de un examen completo, así que", "Así que", "check.no_listed_contraindication does not hold closing"),
    ("wording.yml", "No se dio ninguna autorización. La decisión final se toma solo después de un examen completo.", "Nada.", "summary.closing does not hold closing"),
    ("forbidden.yml", "closing:", "closed:", "an entry or a section is incomplete"),
    # Reading length.
    ("responses.yml", "¡De nada!", "De nada " * 20, "has a sentence of 40 words"),
    # Thresholds.
    ("responses.yml", "40 °C (104 °F) o más", "41 °C (106 °F) o más", "utter_urgent_temperature has other numbers than English"),
    ("responses.yml", "de 180/120 o más", "de 200/120 o más", "utter_urgent_blood_pressure has other numbers than English"),
    # Signs.
    ("red_flags.yml", "  stroke:\n", "  strokes:\n", "no signs of stroke"),
    ("red_flags.yml", "  wants_to_die:", "  wants_to_dies:", "no signs of wants_to_die"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), CHANGES)
def test_change_is_reported(
    copy: Project, edit: Edit, file: str, old: str, new: str, expected: str | None
) -> None:
    """A change that breaks the language is named with its file, its line and a remedy."""
    edit(ES + file, old, new)
    if expected is None:
        assert problems(copy) == ""
        return
    try:
        found = problems(copy)
    except Exception as error:
        found = str(error)
    line = next((one for one in found.splitlines() if expected in one), None)
    assert line, found
    assert re.search(r"locales/es/\w+\.yml(:\d+)?: ", line)


def test_line(copy: Project, edit: Edit) -> None:
    """The line is that of the text."""
    edit(ES + "responses.yml", "¿Necesita algo más?", "Es apto.")
    lines = (copy.root / ES / "responses.yml").read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "Es apto." in line)
    assert f"responses.yml:{number}: forbidden phrase “es apto”" in problems(copy)


def test_button_of_the_code(copy: Project) -> None:
    """A button that the code makes has to be known, and to be there in each language."""
    (copy.root / "actions" / "new.py").write_text('X = Choice("Buy it")\n', encoding="utf-8")
    found = problems(copy)
    assert "actions/new.py:1: the button “Buy it” has no meaning" in found
    assert "buttons: “Buy it” is missing" in found


def test_english_text_without_translation(copy: Project, edit: Edit) -> None:
    """A response that is new in English is missing in each language."""
    edit("domain.yml", "  utter_im_fine:", '  utter_new:\n    - text: "New"\n  utter_im_fine:')
    assert "utter_new is missing. Translate it, or add it to lacks.responses" in problems(copy)


def test_number_of_the_clinic(copy: Project, edit: Edit) -> None:
    """A clinic that changes its emergency number is told where else it stands."""
    edit("domain.yml", "112 in Europe", "144 in Switzerland")
    assert "There it is: 144 in Switzerland" in problems(copy)


def test_button_of_a_request_without_a_meaning(copy: Project, edit: Edit) -> None:
    """A new button of English in the request needs a meaning, or no language could be compared with it."""
    edit("domain.yml", '{title: "Drop it", payload: "Drop it"}', '{title: "Out", payload: "Out"}')
    assert "means_in_request: “Out” of utter_ask_contact_name does not mean anything" in problems(copy)


@pytest.mark.parametrize(
    "file", ["responses.yml", "wording.yml", "answer_forms.yml", "commands.yml", "handover_forms.yml"]
)
def test_missing_file(copy: Project, file: str) -> None:
    """A file that is not there keeps the assistant from starting, with its name."""
    (copy.root / ES / file).unlink()
    clear_caches()
    found = [str(f) for f in loading.check_runtime(copy)]
    assert any(f"locales/es/{file}" in f and "missing" in f for f in found)


def test_broken_signs_keep_it_from_starting(copy: Project, edit: Edit) -> None:
    """A pattern that can't be read is reported before the start, with its file."""
    edit(ES + "red_flags.yml", "sobredosis !(", "sobredosis !(((")
    clear_caches()
    assert any("locales/es/red_flags.yml" in str(f) for f in loading.check_runtime(copy))


def test_without_languages(copy: Project) -> None:
    """A project in English alone has nothing to compare."""
    shutil.rmtree(copy.root / "data/locales")
    assert problems(copy) == ""
