"""The languages beside English, each a folder of data/locales: its texts and the few forms that it understands.

English is understood by the classifier and the readers of assistant/screening; another language only by whole
messages that stand in its folder ("sí", "empezar el cuestionario"). Nothing guesses a language: it is the
clinic's setting, the channel's, or what the patient asked for. docs/languages.md tells how to add one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from assistant.datafiles import DataFileError, data_dir, find, line_of, load_yaml
from assistant.screening.items import ITEMS, VALUES, Item, Value

#: The language of the document, of the code's own texts and of the clinic.
DEFAULT = "en"
#: The slot that holds the language of a conversation.
SLOT = "language"
FOLDER = "locales"
LOCALE, RESPONSES, FORMS, COMMANDS = "locale.yml", "responses.yml", "answer_forms.yml", "commands.yml"
#: Key of commands.yml for "change 3", and what stands for the number there.
CHANGE, NUMBER = "change", "{number}"
#: Classes of a message that asks for a language, and of one that asks to change the answer to a question.
LANGUAGE_CLASS, CHANGE_CLASS = "language/", "correct_answer/"
#: Class of a message in English talk at which a language is offered, such as "hola".
OFFER_CLASS = "offer/"
#: Class of "I'm fine". An emergency is answered in the language of its words, and tells to say so in it; so its forms
#: count in an English talk, too.
FINE = "im_fine"
#: Class of the wish for a person, which an emergency in the middle of a request tells to say in the same way.
PERSON = "human_handoff"
#: The class that stands for each plain answer, as the classifier names it.
ANSWER_CLASSES: Mapping[Value, str] = {"yes": "affirm", "no": "deny", "unsure": "not_sure"}

_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
#: What may stand around a whole message without changing it. A question mark may not: a question is no answer.
_AROUND = " \t\n.,;:!¡…'\"“”«»‘’"
_ASKED = _AROUND + "?¿"

#: Words and the marks that some languages put before a question.
_PART = re.compile(r"\w+|[¿¡]")
#: So many words of a language tell that a message is written in it; one may stand in English, too ("por favor").
_FEW = 2

_current: ContextVar[str] = ContextVar("language", default=DEFAULT)


@dataclass(frozen=True)
class Locale:
    """A language beside English.

    Attributes:
        code: name of its folder, which is its language tag, such as `es`.
        name: what it is called in itself.
        lacks: what it does not have on purpose: kind (`responses`, `wording`, `commands`) -> names.
        settings: slots of domain.yml whose value it says in its own words, such as the emergency numbers.
        buttons: what stands on a button in English -> in this language.
        responses: name -> variations, each a dict with `text` and perhaps `buttons`; settings are filled in.
        answers: whole message -> yes, no or unsure.
        commands: whole message -> class of the classifier that it stands for.
    """

    code: str
    name: str
    lacks: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, str]
    buttons: Mapping[str, str]
    responses: Mapping[str, list[dict[str, Any]]]
    answers: Mapping[str, Value]
    commands: Mapping[str, str]

    def answer(self, text: str) -> Value | None:
        """Return the answer that the whole of `text` is, or None."""
        return self.answers.get(plain(text))

    def classes(self, text: str) -> str | None:
        """Return the class that the whole of `text` stands for, or None."""
        value = self.answer(text)
        name = ANSWER_CLASSES[value] if value else self.commands.get(plain(text, _ASKED))
        # "¿Estoy bien?" is no all-clear.
        return None if name == FINE and plain(text) not in self.commands else name

    def response(self, name: str, slots: Mapping[str, Any]) -> tuple[str, list[dict[str, str]]] | None:
        """Return text and buttons of a fixed response, filled from `slots`; None when it has none."""
        variations = self.responses.get(name)
        if not variations:
            return None
        text = str(variations[0]["text"])
        for slot in re.findall(r"\{(\w+)\}", text):
            text = text.replace("{" + slot + "}", str(slots.get(slot, "")))
        return text, [dict(b) for b in variations[0].get("buttons", [])]


def current() -> str:
    """Return the language in which texts are composed now."""
    return _current.get()


@contextmanager
def speaking(language: str | None) -> Iterator[str]:
    """Compose texts in `language` inside the block; one that is not there is English."""
    code = language if language in codes() else DEFAULT
    token = _current.set(code or DEFAULT)
    try:
        yield _current.get()
    finally:
        _current.reset(token)


@lru_cache(maxsize=1)
def codes() -> tuple[str, ...]:
    """Return the languages beside English that the project has, in order.

    A base's are not taken over: its texts are about its own procedure.

    Raises:
        DataFileError: a folder's name is no language tag.
    """
    found = []
    for path in sorted((data_dir() / FOLDER).glob(f"*/{LOCALE}")):
        code = path.parent.name
        if not _CODE.fullmatch(code):
            raise DataFileError(path, f"{code!r} is no language tag", "Name the folder as es or pt-BR")
        if code != DEFAULT:
            found.append(code)
    return tuple(found)


@cache
def locale(code: str) -> Locale:
    """Return a language of `codes()`.

    Raises:
        DataFileError: a file of it is missing or can't be used.
    """
    head = _mapping(code, LOCALE)
    settings = {str(k): str(v) for k, v in _section(code, LOCALE, head, "settings").items()}
    responses = {str(name): _response(code, str(name), rows, settings)
                 for name, rows in _mapping(code, RESPONSES).items()}  # fmt: skip
    return Locale(
        code=code,
        name=str(head.get("name") or code),
        lacks={str(k): tuple(map(str, v or ())) for k, v in _section(code, LOCALE, head, "lacks").items()},
        settings=settings,
        buttons={str(k): str(v) for k, v in _section(code, LOCALE, head, "buttons").items()},
        responses=responses,
        answers=_answers(code),
        commands=_commands(code),
    )


def shown(code: str) -> str:
    """Return a language as staff reads it: "es (español)"; the code alone when it is not known."""
    return f"{code} ({locale(code).name})" if code in codes() else code


@lru_cache(maxsize=1)
def _switches() -> dict[str, str]:
    """Return the whole messages that ask for a language -> its code; none where there is only English."""
    found: dict[str, str] = {}
    for code in (DEFAULT, *codes()) if codes() else ():
        for form in _words(code, LOCALE, _mapping(code, LOCALE).get("switch"), "switch"):
            _put(found, form, code, code, LOCALE)
    return found


def wanted(text: str) -> str | None:
    """Return the language that the whole of `text` asks for ("español", "in English"), or None."""
    # Longer ones ask for more than a language; most messages stop here.
    return _switches().get(plain(text, _ASKED)) if len(text) < 60 else None


@lru_cache(maxsize=1)
def _offers() -> dict[str, str]:
    found: dict[str, str] = {}
    for code in codes():
        for form in _words(code, LOCALE, _mapping(code, LOCALE).get("offer_on"), "offer_on"):
            _put(found, form, code, code, LOCALE)
    return found


def offered(text: str) -> str | None:
    """Return the language that is to be offered at a message in English talk, or None."""
    return greets(text) or _spoken(text)


def greets(text: str) -> str | None:
    """Return the language of which the whole of `text` is a form of `offer_on`, or None."""
    return _offers().get(plain(text, _ASKED)) if len(text) < 60 else None


def _spoken(text: str) -> str | None:
    """Return the language that `text` seems to be written in: it tells something, or half of its words are of it."""
    parts = _PART.findall(bare_letters(text.casefold()))
    for code in codes():
        known = sum(part in _own_words(code) for part in parts)
        if (known >= _FEW and 2 * known >= len(parts)) or tells(text, code):
            return code
    return None


@cache
def _own_words(code: str) -> frozenset[str]:
    # A language may do without: then only whole forms bring an offer.
    own = _mapping(code, LOCALE).get("offer_words")
    return (
        frozenset(bare_letters(w.casefold()) for w in _words(code, LOCALE, own, "offer_words"))
        if own
        else frozenset()
    )


def understood(text: str, language: str, *, requested: bool = False) -> str | None:
    """Return the class of a message by the forms alone: a wish for a language, an answer, a command.

    Args:
        text: the message.
        language: of the conversation; in English only wishes for a language are read here, and what an emergency in
            another language tells patients to say.
        requested: a request to the clinic is begun, to which a wish for a person goes back.
    """
    code = wanted(text)
    if code:
        return LANGUAGE_CLASS + code
    if language in codes():
        return locale(language).classes(text)
    if len(text) >= 60:
        return None
    counts = (FINE, PERSON) if requested else (FINE,)
    return next((c for code in codes() if (c := locale(code).classes(text)) in counts), None)


def tells(text: str, code: str) -> bool:
    """Tell whether `text` opens like a statement about oneself ("tengo ..."): it was not read, and may matter."""
    said = bare_letters(plain(text, _ASKED)) + " "
    return any(said.startswith(opening) for opening in _tells(code))


@cache
def _tells(code: str) -> tuple[str, ...]:
    # A language may do without: then nothing outside the check counts as told.
    openings = _mapping(code, LOCALE).get("tells")
    found = _words(code, LOCALE, openings, "tells") if openings is not None else []
    return tuple(bare_letters(plain(form)) + " " for form in found)


def changed_item(name: str) -> Item | None:
    """Return the item that a class such as `correct_answer/3` asks to change, or None."""
    number = name.removeprefix(CHANGE_CLASS)
    return ITEMS[int(number) - 1] if number != name and number.isdigit() else None


@lru_cache(maxsize=1)
def _bare() -> frozenset[str]:
    return frozenset(form for code in codes() for form in locale(code).answers)


def is_bare_answer(text: str) -> bool:
    """Tell whether `text` is a plain answer of any language beside English, and tells no more."""
    return plain(text) in _bare()


def plain(text: str, around: str = _AROUND) -> str:
    """Return `text` as forms are compared: lower case, single blanks, without marks around it and commas.

    Nothing else is dropped, so a message with more in it, be it a sign, is no form.
    """
    low = unicodedata.normalize("NFC", text).casefold().strip(around)
    return " ".join(low.replace(",", " ").split())


def bare_letters(text: str) -> str:
    """Return `text` without accents, as people type it on a phone."""
    split = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))


def _put(found: dict[str, Any], form: str, meaning: Any, code: str, file: str) -> None:
    """Add a form, with and without its accents. Raises DataFileError when it means something else already."""
    for spelled in dict.fromkeys((plain(form, _ASKED), bare_letters(plain(form, _ASKED)))):
        if found.setdefault(spelled, meaning) != meaning:
            raise _wrong(
                code, file, f"{form!r} means {found[spelled]!r} and {meaning!r}", "Keep it in one list", form
            )


def _answers(code: str) -> dict[str, Value]:
    forms, found = _mapping(code, FORMS), dict[str, Value]()
    for value in VALUES:
        for form in _words(code, FORMS, forms.get(value), value):
            _put(found, form, value, code, FORMS)
    return found


def _commands(code: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, forms in _mapping(code, COMMANDS).items():
        for form in _words(code, COMMANDS, forms, str(name)):
            if name != CHANGE:
                _put(found, form, str(name), code, COMMANDS)
                continue
            if NUMBER not in form:
                raise _wrong(
                    code, COMMANDS, f"{form!r} has no {NUMBER}", "Write it where the number is", form
                )
            for number in range(1, len(ITEMS) + 1):
                _put(found, form.replace(NUMBER, str(number)), f"{CHANGE_CLASS}{number}", code, COMMANDS)
    return found


def _response(code: str, name: str, rows: Any, settings: Mapping[str, str]) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) and "text" in r for r in rows):
        raise _wrong(code, RESPONSES, f"{name} has no text", "Write it as in domain.yml", f"{name}:")
    found = []
    for row in rows:
        text = str(row["text"])
        for slot, value in settings.items():
            text = text.replace("{" + slot + "}", value)
        buttons = [{str(k): str(v) for k, v in b.items()} for b in row.get("buttons") or ()]
        found.append({"text": text, **({"buttons": buttons} if buttons else {})})
    return found


def file_of(code: str, name: str) -> str:
    """Return the name of a language's file, relative to data/."""
    return f"{FOLDER}/{code}/{name}"


def _mapping(code: str, name: str) -> dict[str, Any]:
    data = load_yaml(file_of(code, name))
    if not isinstance(data, dict) or not data:
        raise _wrong(code, name, "no sections", "Copy the file from another language's folder")
    return data


def _section(code: str, file: str, data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name, {})
    if not isinstance(found, dict):
        raise _wrong(code, file, f"{name} has no keys", "Write `key: text` below it", f"{name}:")
    return found


def _words(code: str, file: str, value: Any, name: str) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(w, str) and w.strip() for w in value):
        raise _wrong(code, file, f"{name} is no list of words", "Write [word, word]", f"{name}:")
    return value


def _wrong(code: str, file: str, problem: str, remedy: str, needle: str = "") -> DataFileError:
    name = file_of(code, file)
    return DataFileError(find(name), problem, remedy, line_of(name, needle) if needle else None)
