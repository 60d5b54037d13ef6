"""Forms of yes, no, skip, stop and change while a request to the clinic is taken down.

A yes counts only when the whole message is one: what is sent to people must have been agreed to. In another language
than English its own forms count (assistant.locales), each as a whole message, and those of English beside them.
"""

from __future__ import annotations

import re
from functools import cache

from assistant import locales
from assistant.datafiles import DataFileError, find, load_yaml
from assistant.text import fold, has_foreign_letters, has_phrase, squash, words

FILE = "handover/forms.yml"
#: The same lists, in the folder of a language.
OWN_FILE = "handover_forms.yml"
#: What whole messages can mean, beside the parts of a request.
MEANINGS = ("agree", "send", "refuse", "stop", "skip", "keep", "change_something")
LISTS = (
    *(
        "agree",
        "send",
        "send_now",
        "beside",
        "asks",
        "refuse",
        "stop",
        "skip",
        "keep",
        "change",
        "change_something",
    ),
    *("remove", "own", "field_openers", "polite", "new_value", "name_openers", "name_plain"),
)
FIELDS = ("name", "phone", "email", "way", "wish")

#: Question marks of all kinds, and signs of a no: beside them nothing is a yes.
_NO_YES = frozenset(
    "?\uff1f\u061f\u00bf\u203d\u2048\u2049\u2047\u2753\u2754\u037e\U0001f44e\u274c\u2716\u274e\U0001f6ab\U0001f6d1\u270b\u26d4\U0001f645"
)
_WORD = re.compile(r"[^\W_]+")


def file_of(language: str) -> str:
    """Return the name of a language's file, relative to data/."""
    return FILE if language == locales.DEFAULT else locales.file_of(language, OWN_FILE)


@cache
def forms(language: str = locales.DEFAULT) -> dict[str, tuple[str, ...]]:
    """Return all lists of phrases of a language by name; those of fields as `fields.name`.

    Raises:
        DataFileError: a list is missing, or holds something else than words.
    """
    file = file_of(language)
    data = load_yaml(file)
    fields = data.get("fields") if isinstance(data, dict) else None
    if not isinstance(fields, dict):
        raise DataFileError(find(file), "no section 'fields'", "Restore it from the repository")
    wanted = {**{n: data.get(n) for n in LISTS}, **{f"fields.{n}": fields.get(n) for n in FIELDS}}
    for name, phrases in wanted.items():
        if not isinstance(phrases, list) or not all(isinstance(p, str) for p in phrases):
            raise DataFileError(find(file), f"{name!r} is no list of words", "Write [word, word]")
    return {name: tuple(_letters(p, language) for p in phrases) for name, phrases in wanted.items()}


def _letters(text: str, language: str) -> str:
    """Return a text as forms are compared: small letters without accents and signs, of any alphabet but for English."""
    if language == locales.DEFAULT:
        return squash(text)
    return " ".join(_WORD.findall(locales.bare_letters(text.casefold())))


def _languages() -> tuple[str, ...]:
    """Return the languages whose forms count now."""
    own = locales.current()
    return (own, locales.DEFAULT) if own in locales.codes() else (locales.DEFAULT,)


def phrases(name: str) -> tuple[str, ...]:
    """Return the phrases of a list in all languages that count now."""
    return tuple(phrase for code in _languages() for phrase in forms(code)[name])


@cache
def _set(language: str, name: str) -> frozenset[str]:
    return frozenset(forms(language)[name])


def _whole(text: str, language: str) -> str:
    """Return the message as whole forms are compared; an empty text when it can be none.

    English drops all signs. In another language, of which nothing but forms is known, a question and a message
    with anything else in it, such as a face, are no form.
    """
    said = _letters(text, language)
    if language != locales.DEFAULT and locales.bare_letters(locales.plain(text)).replace("-", " ") != said:
        return ""
    for word in forms(language)["polite"]:
        said = said.removesuffix(f" {word}").removeprefix(f"{word} ")
    return said


def is_whole(text: str, *names: str) -> bool:
    """Tell whether the whole message is one of the phrases of these lists."""
    return any(_is_whole(text, code, names) for code in _languages())


def _is_whole(text: str, language: str, names: tuple[str, ...]) -> bool:
    said = _whole(text, language)
    return bool(said) and any(said in _set(language, name) for name in names)


def is_yes(text: str, name: str) -> bool:
    """Tell whether the whole message is a yes of the list `name` (`agree` or `send`)."""
    return any(_is_yes(text, code, name) for code in _languages())


def _is_yes(text: str, language: str, name: str) -> bool:
    if language != locales.DEFAULT:
        return _is_whole(text, language, (name,))
    tokens, yes = words(text), _set(language, name)
    if not tokens or is_doubted(text):
        return False
    return any(t in yes for t in tokens) and all(t in yes | _set(language, "beside") for t in tokens)


def is_doubted(text: str) -> bool:
    """Tell whether an English message is a question, also without its mark, or holds what can't be read or means no."""
    if any(c in _NO_YES for c in text) or has_foreign_letters(text):
        return True
    # "Is that OK", "can I send it": a question without its mark.
    return any(f"{squash(text)} ".startswith(f"{opener} ") for opener in forms()["asks"])


def has_any(text: str, name: str) -> bool:
    """Tell whether a phrase of a list stands in the message."""
    return any(has_phrase(_letters(text, code), p) for code in _languages() for p in forms(code)[name])


def named_field(text: str) -> str | None:
    """Return the part of a request that the message names (`name`, `phone`, ...), the longest phrase first."""
    found = [
        (len(phrase), field)
        for code in _languages()
        for field in FIELDS
        for phrase in forms(code)[f"fields.{field}"]
        if has_phrase(_letters(text, code), phrase)
    ]
    return max(found)[1] if found else None


def has_own(text: str, field: str) -> bool:
    """Tell whether the message speaks of the patient's own part ("my number", "my new e-mail")."""
    return any(
        has_phrase(_letters(text, code), f"{own} {p}")
        for code in _languages()
        for own in forms(code)["own"]
        for p in forms(code)[f"fields.{field}"]
    )


def is_field(text: str) -> str | None:
    """Return the part that the whole message names ("my name", "the phone number please")."""
    return next((found for code in _languages() if (found := _field(text, code))), None)


def _field(text: str, language: str) -> str | None:
    said = _whole(text, language)
    for opener in forms(language)["field_openers"]:
        said = said.removeprefix(f"{opener} ")
    return next((f for f in FIELDS if said in _set(language, f"fields.{f}")), None)


@cache
def _new_wish(language: str) -> re.Pattern[str]:
    named = forms(language)
    wish, to = ("|".join(map(re.escape, named[name])) for name in ("fields.wish", "new_value"))
    return re.compile(rf"\b(?:{wish})\b\s*(?:(?:{to})\b\s*:?|:)\s*(.+)", re.S)


def new_wish(text: str) -> str:
    """Return the new wish that a message gives ("change my wish to: ..."), as typed; an empty text without one."""
    # Same length as the text, and without accents.
    folded = fold(text)
    found = next((m for code in _languages() if (m := _new_wish(code).search(folded))), None)
    return text[found.start(1) : found.end(1)] if found else ""


def meanings(text: str, language: str) -> set[str]:
    """Return all that the whole message can mean by the forms of one language; parts as `fields.name`."""
    found = {name for name in ("agree", "send") if _is_yes(text, language, name)}
    found |= {name for name in MEANINGS[2:] if _is_whole(text, language, (name,))}
    field = _field(text, language)
    return found | ({f"fields.{field}"} if field else set())
