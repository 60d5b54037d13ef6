"""Part of check 11: a request to the clinic is answered in a language as in English, and only a yes is a yes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant import locales
from assistant.check.contact_forms import ends_with_question
from assistant.check.finding import Finding
from assistant.datafiles import DataFileError, find, load_yaml
from assistant.handover.forms import FIELDS, LISTS, MEANINGS, OWN_FILE, file_of, forms, meanings
from assistant.handover.record import FORM_SLOTS
from assistant.locales import LOCALE, RESPONSES

if TYPE_CHECKING:
    from assistant.check.locales import Language

#: The questions of a request.
QUESTIONS = tuple(f"utter_ask_{slot}" for slot in FORM_SLOTS)
#: Section of English that says what each of their buttons means.
SECTION = "means_in_request"
_YES = MEANINGS[:2]
#: A language may leave these lists empty.
_OPTIONAL = ("beside", "asks")


def check(language: Language) -> Iterator[Finding]:
    """Yield lists that are empty, what a yes or a button may mean instead, and questions that ask nothing."""
    code = language.locale.code
    try:
        own = forms(code)
    except DataFileError as error:
        yield language.project.from_error(error)
        return
    names = [*LISTS, *(f"fields.{field}" for field in FIELDS)]
    for name in names:
        line = language.line(OWN_FILE, *name.split("."))
        if not own[name] and name not in _OPTIONAL:
            yield language.finding(OWN_FILE, line, f"{name} is empty", "Add some words")
        elif "" in own[name]:
            yield language.finding(OWN_FILE, line, f"{name} holds a phrase without letters", "Remove it")
    yield from _yes(language)
    yield from _buttons(language)
    yield from _asked(language)


def _asked(language: Language) -> Iterator[Finding]:
    """Yield texts that do not end with a question though in English they do: what would be answered?"""
    for name in QUESTIONS:
        english, own = language.english.get(name), language.responses.get(name)
        if english is None or own is None or not all(map(ends_with_question, english.texts)):
            continue
        if not all(map(ends_with_question, own.texts)):
            yield language.finding(
                RESPONSES, own.line, f"{name} does not end with a question, as it does in English",
                "End it with what the patient answers",
            )  # fmt: skip


def _yes(language: Language) -> Iterator[Finding]:
    """Yield forms of yes that also mean a no, a doubt or a command, and others that are a yes in English."""
    code = language.locale.code
    written = load_yaml(file_of(code))
    for name in _YES:
        line = language.line(OWN_FILE, name)
        for form in written[name]:
            known = {code: meanings(form, code), locales.DEFAULT: meanings(form, locales.DEFAULT)}
            others = sorted((known[code] | known[locales.DEFAULT]) - {*_YES})
            if others:
                yield language.finding(
                    OWN_FILE,
                    line,
                    f"the form “{form}” of {name} is in {others[0]}, too",
                    "Keep it in one list",
                )
            understood = locales.understood(form, code)
            if understood not in (None, "affirm", "smalltalk/acknowledge"):
                yield language.finding(
                    OWN_FILE, line, f"the form “{form}” of {name} means {understood}", "Remove it here"
                )
    for name in MEANINGS[len(_YES) :]:
        for form in written[name]:
            if meanings(form, locales.DEFAULT) & {*_YES}:
                yield language.finding(
                    OWN_FILE, language.line(OWN_FILE, name), f"the form “{form}” of {name} is a yes in English",
                    "Remove it",
                )  # fmt: skip


def _buttons(language: Language) -> Iterator[Finding]:
    """Compare the buttons of the questions, one by one, with what they mean in English."""
    code = language.locale.code
    means: dict[str, str] = load_yaml(locales.file_of(locales.DEFAULT, LOCALE)).get(SECTION) or {}
    for name in QUESTIONS:
        english, own = language.english.get(name), language.responses.get(name)
        if english is None or own is None:
            continue
        for (_, meant), (_, sent) in zip(english.buttons, own.buttons, strict=False):
            wanted = means.get(meant, "")
            if wanted not in meanings(meant, locales.DEFAULT):
                yield language.project.finding(
                    find(locales.file_of(locales.DEFAULT, LOCALE)), None,
                    f"{SECTION}: “{meant}” of {name} does not mean {wanted or 'anything'}",
                    f"Name the list of {file_of(locales.DEFAULT)} that has it",
                )  # fmt: skip
                continue
            found = meanings(sent, code)
            if wanted not in found or ("send" in found and wanted not in _YES):
                yield language.finding(
                    RESPONSES, own.line, f"{name}: the button “{sent}” is not understood as “{meant}” ({wanted})",
                    f"Add it to {wanted} in {OWN_FILE}, or let it send a form that stands there",
                )  # fmt: skip
