"""Check 11: each language has what English has, with the same parts, or says what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant import locales
from assistant.check import locale_contact, locale_forms, locale_safety
from assistant.check.finding import Finding, Level
from assistant.check.project import Project, Scalar, load, scalars
from assistant.check.wordings import placeholders
from assistant.datafiles import load_yaml
from assistant.locales import LOCALE, RESPONSES, Locale
from assistant.safety.rules import FILE as RED_FLAGS
from assistant.safety.rules import NAME as SIGNS
from assistant.screening.items import ITEMS
from assistant.wording import FILE as WORDING

#: What no language may lack: the check, its results, emergencies, deletion, and the talk about languages.
_NEEDED = (
    "utter_ask_*", "utter_help_*", "utter_check_*", "utter_emergency*", "utter_self_harm*", "utter_urgent_*",
    "utter_im_fine", "utter_still_emergency", "utter_delete_*", "utter_data_deleted", "utter_action_failed",
    "utter_smalltalk/greet", "utter_data_not_deleted", "utter_person_answers", "utter_own_data*", "language.*", "items.*", "check.values.*", "check.contraindicated", "check.moved_on",
    "check.needs_specialist_review", "check.no_listed_contraindication", "check.stop_med", "check.unread_item",
    "summary.closing", "summary.result.*", "handover.sent", "handover.failed", "handover.unavailable", "handover.dropped*",
)  # fmt: skip


#: Responses that tell from which number on somebody needs help today.
_THRESHOLDS = "utter_urgent_"


@dataclass(frozen=True)
class Text:
    """A text of one language: its name, variations and first line, and the texts on its buttons."""

    name: str
    texts: tuple[str, ...]
    line: int
    #: What each button shows and sends, in order.
    buttons: tuple[tuple[str, str], ...] = ()

    @property
    def parts(self) -> set[str]:
        """The {placeholders} of all variations."""
        return {name for text in self.texts for name in placeholders(text)}

    @property
    def numbers(self) -> set[str]:
        """The numbers of all variations."""
        return {number for text in self.texts for number in re.findall(r"\d+", text)}


@dataclass(frozen=True)
class Language:
    """A language as the checks see it, and readers of its files."""

    project: Project
    locale: Locale
    #: Entries of `lacks` that were needed.
    used: set[tuple[str, str]] = field(default_factory=set)

    def path(self, name: str) -> Path:
        """Return a file of its folder."""
        return self.project.file(locales.file_of(self.locale.code, name))

    def finding(
        self, file: str, line: int | None, problem: str, remedy: str, level: Level = "error"
    ) -> Finding:
        """Return a finding in a file of its folder."""
        return self.project.finding(self.path(file), line, problem, remedy, level)

    def line(self, file: str, *keys: str) -> int | None:
        """Return the line of the first text below some keys."""
        found = (s.line for s in scalars(self.path(file)) if s.keys[: len(keys)] == keys)
        return next(found, None)

    def lacks(self, kind: str, name: str) -> bool:
        """Tell whether the language says that it does not have this on purpose."""
        for entry in self.locale.lacks.get(kind, ()):
            if _means(entry, name):
                self.used.add((kind, entry))
                return True
        return False

    @cached_property
    def english(self) -> dict[str, Text]:
        """The fixed responses in English, those of questions about the document aside."""
        found = self.project.domain_data().get("responses", {})
        return {name: _text(name, rows, 1) for name, rows in found.items()}

    @cached_property
    def responses(self) -> dict[str, Text]:
        """Its fixed responses."""
        path = self.path(RESPONSES)
        lines: dict[str, int] = {}
        for s in scalars(path):
            lines.setdefault(s.keys[0], s.line)
        return {name: _text(name, rows, lines.get(name, 1)) for name, rows in load(path).items()}

    @cached_property
    def wordings(self) -> dict[str, Text]:
        """Its wordings."""
        return {t.name: t for t in _wordings(scalars(self.path(WORDING)))}


def check(project: Project) -> Iterator[Finding]:
    """Yield what a language lacks without saying so, and where its texts, forms and signs do not fit."""
    for code in locales.codes():
        language = Language(project, locales.locale(code))
        english = {t.name: t for t in _wordings(s for _, s in project.wordings())}
        yield from _same(language, RESPONSES, "responses", language.english, language.responses)
        yield from _same(language, WORDING, "wording", english, language.wordings)
        yield from _questions(language)
        yield from _signs(language)
        yield from locale_forms.check(language)
        yield from locale_contact.check(language)
        yield from locale_safety.check(language)
        yield from _lacks(language)


def _text(name: str, rows: Any, line: int) -> Text:
    rows = [r for r in rows or () if isinstance(r, dict)]
    buttons = rows[0].get("buttons") or () if rows else ()
    pairs = tuple((str(b.get("title", "")), str(b.get("payload", ""))) for b in buttons)
    return Text(name, tuple(str(r.get("text", "")) for r in rows), line, pairs)


def _wordings(found: Iterable[Scalar]) -> Iterator[Text]:
    texts: dict[str, tuple[list[str], int]] = {}
    for s in found:
        if "terms" not in s.keys:
            name = ".".join(s.keys[:-1] if s.keys[-1].isdigit() else s.keys)
            texts.setdefault(name, ([], s.line))[0].append(s.text)
    return (Text(name, tuple(said), line) for name, (said, line) in texts.items())


def _same(
    language: Language, file: str, kind: str, english: dict[str, Text], own: dict[str, Text]
) -> Iterator[Finding]:
    """Compare names and {placeholders}, and the numbers from which on somebody needs help today."""
    for name, text in english.items():
        if name not in own:
            if not language.lacks(kind, name):
                yield language.finding(
                    file, 1, f"{name} is missing", f"Translate it, or add it to lacks.{kind} in {LOCALE}"
                )
        elif own[name].parts != text.parts:
            wanted = ", ".join(f"{{{p}}}" for p in sorted(text.parts)) or "none"
            yield language.finding(
                file, own[name].line, f"{name} has not the {{placeholders}} of English", f"Use: {wanted}"
            )
        elif name.startswith(_THRESHOLDS) and own[name].numbers != text.numbers:
            yield language.finding(
                file, own[name].line, f"{name} has other numbers than English",
                f"Use: {', '.join(sorted(text.numbers))}",
            )  # fmt: skip
        elif not all(said.strip() for said in own[name].texts):
            yield language.finding(file, own[name].line, f"{name} is empty", "Write the text")
    for name in own.keys() - english.keys():
        yield language.finding(
            file, own[name].line, f"English has no {name}", "Mend the name, or remove the text"
        )


def _questions(language: Language) -> Iterator[Finding]:
    """Yield questions of the check without their number, or without the three answers in their order."""
    wanted = list(locales.ANSWER_CLASSES)
    for number, item in enumerate(ITEMS, 1):
        text = language.responses.get(f"utter_ask_{item}")
        if text is None:
            continue
        for said in text.texts:
            if re.findall(r"\d+", said)[:2] != [str(number), str(len(ITEMS))]:
                yield language.finding(
                    RESPONSES, text.line, f"{text.name} does not begin with its number",
                    f"Say that it is question {number} of {len(ITEMS)}",
                )  # fmt: skip
        if [language.locale.answer(payload) for _, payload in text.buttons] != wanted:
            yield language.finding(
                RESPONSES, text.line, f"the buttons of {text.name} do not send yes, no and not sure, in this order",
                f"Let each send a form of {locales.FORMS}",
            )  # fmt: skip


def _signs(language: Language) -> Iterator[Finding]:
    """Yield kinds of emergencies that English knows and this language does not."""
    own = load_yaml(locales.file_of(language.locale.code, SIGNS))
    for part in ("emergency", "self_harm"):
        for sign in load_yaml(RED_FLAGS)[part]:
            if sign not in own[part]:
                yield language.finding(
                    SIGNS, language.line(SIGNS, part), f"no signs of {sign}", f"Add some under {part}"
                )


def _lacks(language: Language) -> Iterator[Finding]:
    """Yield what is said to be lacking and is not, or may not be."""
    for kind, entries in language.locale.lacks.items():
        for entry in entries:
            line = language.line(LOCALE, "lacks", kind)
            needed = next((n for n in _NEEDED if _means(n, entry) or _means(entry, n)), None)
            if needed:
                yield language.finding(
                    LOCALE, line, f"lacks.{kind}: a language may not lack {entry}", "Translate it"
                )
            elif (kind, entry) not in language.used:
                yield language.finding(
                    LOCALE,
                    line,
                    f"lacks.{kind}: {entry} is there, or English has none",
                    "Remove it",
                    "warning",
                )


def _means(entry: str, name: str) -> bool:
    """Tell whether an entry, of which a * stands for any end, means a name."""
    return name == entry or (entry.endswith("*") and name.startswith(entry[:-1]))
