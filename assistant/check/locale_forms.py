"""Part of check 11: what buttons send in a language is understood there as it is meant in English."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant import locales
from assistant.check import locale_contact
from assistant.check.coverage import classes
from assistant.check.finding import Finding
from assistant.check.literals import calls
from assistant.datafiles import find, load_yaml
from assistant.locales import CHANGE, COMMANDS, FORMS, LOCALE, RESPONSES
from assistant.safety.second_net import KINDS

if TYPE_CHECKING:
    from assistant.check.locales import Language

#: Parents of classes that are no commands by themselves; a form names one of their children.
_RETRIEVAL = ("smalltalk",)


def check(language: Language) -> Iterator[Finding]:
    """Yield buttons that are not understood, or otherwise than in English, and commands that are missing."""
    means = {str(k): str(v) for k, v in load_yaml(locales.file_of(locales.DEFAULT, LOCALE))["means"].items()}
    yield from _buttons(language, means)
    yield from _choices(language, means)
    yield from _commands(language)
    yield from _switches(language)


def _class(language: Language, sent: str) -> str | None:
    return locales.understood(sent, language.locale.code)


def _buttons(language: Language, means: dict[str, str]) -> Iterator[Finding]:
    """Compare the buttons of fixed responses."""
    for name, text in language.responses.items():
        english = language.english.get(name)
        if english is None:
            continue
        if len(text.buttons) != len(english.buttons):
            yield language.finding(
                RESPONSES, text.line,
                f"{name} has {len(text.buttons)} buttons, in English {len(english.buttons)}", "Use as many",
            )  # fmt: skip
        if name in locale_contact.QUESTIONS:
            continue
        understood = []
        for _, sent in text.buttons:
            understood.append(_class(language, sent))
            if understood[-1] is None:
                yield language.finding(
                    RESPONSES, text.line, f"{name}: nothing understands the button “{sent}”",
                    f"Add it to {COMMANDS} or {FORMS}, or let it send a form that stands there",
                )  # fmt: skip
        for _, sent in english.buttons:
            if sent in means and means[sent] not in understood and None not in understood:
                yield language.finding(
                    RESPONSES, text.line, f"{name}: no button means “{sent}” ({means[sent]})",
                    "Let one send a form of that",
                )  # fmt: skip


def _choices(language: Language, means: dict[str, str]) -> Iterator[Finding]:
    """Compare the buttons that the code makes."""
    titles: set[str] = set()
    for source in language.project.code():
        for call, _ in calls(source.tree, "Choice"):
            shown = call.args[0] if call.args else None
            if isinstance(shown, ast.Constant) and isinstance(shown.value, str):
                titles.add(shown.value)
                if shown.value not in means:
                    yield language.project.finding(
                        source.path, call.lineno, f"the button “{shown.value}” has no meaning",
                        f"Add it to means in {find(locales.file_of(locales.DEFAULT, LOCALE)).name} of English",
                    )  # fmt: skip
    own = language.locale.buttons
    for title in sorted(titles - own.keys()):
        yield language.finding(
            LOCALE, language.line(LOCALE, "buttons"), f"buttons: “{title}” is missing", "Translate it"
        )
    for title, said in own.items():
        line = language.line(LOCALE, "buttons", title)
        if title not in titles:
            yield language.finding(
                LOCALE, line, f"buttons: the code has no “{title}”", "Mend or remove it", "warning"
            )
        elif title in means and _class(language, said) != means[title]:
            yield language.finding(
                LOCALE, line, f"buttons: “{said}” is not understood as “{title}” ({means[title]})",
                f"Add it to {means[title]} in {COMMANDS}, or use a form that stands there",
            )  # fmt: skip


def _commands(language: Language) -> Iterator[Finding]:
    """Yield commands without a form, and forms for what nobody knows."""
    own = {str(name) for name in load_yaml(locales.file_of(language.locale.code, COMMANDS))}
    known = classes(language.project)
    answers = set(locales.ANSWER_CLASSES.values())
    intents = {name.partition("/")[0] for name in known} - answers - {*KINDS}
    for intent in sorted(intents):
        there = intent in own or (intent == "correct_answer" and CHANGE in own)
        if intent in _RETRIEVAL or there or language.lacks("commands", intent):
            continue
        yield language.finding(
            COMMANDS, 1, f"no form means {intent}", f"Add some, or add it to lacks.commands in {LOCALE}"
        )
    for name in sorted(own - known.keys() - {CHANGE}):
        yield language.finding(
            COMMANDS,
            language.line(COMMANDS, name),
            f"there is no class {name}",
            "Mend the name, or remove it",
        )
    for name in sorted(n for n in language.responses if n.partition("/")[0].endswith(_RETRIEVAL)):
        if name.removeprefix("utter_") not in own:
            yield language.finding(
                RESPONSES,
                language.responses[name].line,
                f"no form leads to {name}",
                f"Add some to {COMMANDS}",
            )
    for name in sorted(n for n in own if n.partition("/")[0] in _RETRIEVAL):
        if f"utter_{name}" not in language.responses:
            yield language.finding(
                COMMANDS, language.line(COMMANDS, name), f"utter_{name} is missing", f"Add it to {RESPONSES}"
            )


def _switches(language: Language) -> Iterator[Finding]:
    """Yield forms that already ask for a language."""
    for file, forms in ((FORMS, language.locale.answers), (COMMANDS, language.locale.commands)):
        for form in sorted(forms):
            if locales.wanted(form):
                yield language.finding(
                    file, None, f"“{form}” asks for a language", f"Remove it here or from switch in {LOCALE}"
                )
