"""Part of check 11: no clearance in any language, the same emergency numbers, results that defer, short sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from assistant import locales
from assistant.check.finding import Finding
from assistant.check.texts import sentences
from assistant.datafiles import DataFileError, find, load_yaml
from assistant.locales import FORMS, LOCALE, RESPONSES
from assistant.screening.items import ITEMS, NO, VALUES, YES, medicine_given
from assistant.screening.outcome import CONTRAINDICATED, NONE_LISTED, REVIEW
from assistant.screening.record import CheckRecord
from assistant.screening.summary import result_text
from assistant.text import has_phrase
from assistant.wording import FILE as WORDING
from assistant.wording import wording

if TYPE_CHECKING:
    from assistant.check.locales import Language

FILE = "forbidden.yml"
_NUMBER = re.compile(r"\d[\d ]*\d")
_WORD = re.compile(r"[^\W_]+")
_RESULTS = (CONTRAINDICATED, REVIEW, NONE_LISTED)


@dataclass(frozen=True)
class Rules:
    """What forbidden.yml of a language says, in plain letters; `doubt` may never stand in a form of no."""

    phrases: dict[str, str]
    allowed: frozenset[str]
    closing: str
    doubt: frozenset[str]
    longest: int


def rules(code: str) -> Rules:
    """Return what must not be said in a language.

    Raises:
        DataFileError: a section or a reason is missing.
    """
    file = locales.file_of(code, FILE)
    data: Any = load_yaml(file)
    try:
        return Rules(
            phrases={_letters(row["say"]): str(row["why"]) for row in data["phrases"]},
            allowed=frozenset(_letters(row["sentence"]) for row in data["allowed"] if row["why"]),
            closing=_letters(data["closing"]),
            doubt=frozenset(_letters(word) for word in data["doubt"]),
            longest=int(data["longest_sentence"]),
        )
    except (KeyError, TypeError, ValueError) as e:
        raise DataFileError(
            find(file), f"an entry or a section is incomplete ({e})", "See its head"
        ) from None


def check(language: Language) -> Iterator[Finding]:
    """Yield what must not be said, what must be, numbers that differ, and what is too long to read."""
    found = rules(language.locale.code)
    yield from _said(language, found)
    yield from _results(language, found)
    yield from _no_forms(language, found)
    yield from _settings(language)


def _letters(text: Any) -> str:
    """Return the words of a text in lower case and without accents, for phrase search."""
    return " ".join(_WORD.findall(locales.bare_letters(str(text).casefold())))


def _said(language: Language, found: Rules) -> Iterator[Finding]:
    """Yield forbidden phrases and long sentences in any text or button."""
    said: list[tuple[str, str, int, str]] = []
    for file, texts in ((RESPONSES, language.responses), (WORDING, language.wordings)):
        for text in texts.values():
            shown = (*text.texts, *(part for button in text.buttons for part in button))
            said += [(file, text.name, text.line, one) for one in shown]
    said += [
        (LOCALE, "buttons", language.line(LOCALE, "buttons") or 1, b)
        for b in language.locale.buttons.values()
    ]
    heard: set[str] = set()
    for file, name, line, whole in said:
        for sentence in sentences(whole):
            letters = _letters(sentence)
            heard.add(letters)
            if letters not in found.allowed:
                for phrase, why in found.phrases.items():
                    if has_phrase(letters, phrase):
                        yield language.finding(
                            file, line, f"forbidden phrase “{phrase}”: “{sentence}” ({name})",
                            f"Say it differently: {why}",
                        )  # fmt: skip
            long = len(_WORD.findall(re.sub(r"\([^)]*\)", "", sentence)))
            if long > found.longest:
                yield language.finding(
                    file, line, f"{name} has a sentence of {long} words: “{sentence[:60]}…”",
                    f"Make two of it; {found.longest} is the most", "warning",
                )  # fmt: skip
    for sentence in sorted(found.allowed - heard):
        yield language.finding(
            FILE, language.line(FILE, "allowed"), f"nobody says “{sentence}” any more", "Remove the exception",
            "warning",
        )  # fmt: skip


def _results(language: Language, found: Rules) -> Iterator[Finding]:
    """Yield results that do not defer to the exam, or lack the warning about medicines; all combinations."""
    missing: set[tuple[str, str]] = set()
    with locales.speaking(language.locale.code):
        stop = wording("check.stop_med")
        for values in product(VALUES, repeat=len(ITEMS)):
            record = CheckRecord(dict(zip(ITEMS, values, strict=True)))
            text, name = result_text(record), f"check.{record.outcome()}"
            if found.closing not in _letters(text):
                missing.add((name, "closing"))
            if medicine_given(record.values, YES) and stop not in text:
                missing.add((name, "check.stop_med"))
        for name in ("summary.closing", *(f"check.{outcome}" for outcome in _RESULTS)):
            if found.closing not in _letters(wording(name)):
                missing.add((name, "closing"))
    for name, what in sorted(missing):
        text_of = language.wordings.get(name)
        yield language.finding(
            WORDING, text_of.line if text_of else 1, f"{name} does not hold {what}",
            f"Say what {FILE} has under closing" if what == "closing" else "Add it",
        )  # fmt: skip


def _no_forms(language: Language, found: Rules) -> Iterator[Finding]:
    """Yield forms of no that hold a word of doubt."""
    for form in load_yaml(locales.file_of(language.locale.code, FORMS))[NO]:
        letters = _letters(form)
        word = next((d for d in sorted(found.doubt) if has_phrase(letters, d)), None)
        if word:
            yield language.finding(
                FORMS, language.line(FORMS, NO), f"the form “{form}” of no holds the word “{word}”",
                "Move it to unsure, or remove it",
            )  # fmt: skip


def _settings(language: Language) -> Iterator[Finding]:
    """Yield settings of domain.yml with other numbers, and those that would be said in English."""
    slots = language.project.domain_data().get("slots", {})
    own = language.locale.settings
    for name, text in own.items():
        line = language.line(LOCALE, "settings", name)
        value = slots.get(name, {}).get("initial_value")
        if value is None:
            yield language.finding(
                LOCALE, line, f"settings: domain.yml has no setting {name}", "Mend the name"
            )
        elif _NUMBER.findall(str(value)) != _NUMBER.findall(text):
            yield language.finding(
                LOCALE, line, f"settings: {name} has other numbers than the slot in domain.yml",
                f"There it is: {value}",
            )  # fmt: skip
    spoken = {p for text in language.english.values() for p in text.parts}
    for name in sorted(spoken - own.keys()):
        if slots.get(name, {}).get("initial_value") is not None:
            yield language.finding(
                LOCALE, language.line(LOCALE, "settings"), f"settings: {name} is missing", "Say it here"
            )
