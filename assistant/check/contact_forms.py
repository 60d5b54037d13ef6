"""Part of check 11: in data/handover/forms.yml only a yes is a yes, and it answers a question. Other languages: `locale_contact`."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.datafiles import DataFileError, line_at, load_yaml
from assistant.handover.consent import RESPONSE as CONSENT
from assistant.handover.forms import FIELDS, FILE, LISTS, MEANINGS, forms, is_yes
from assistant.text import words

_YES = MEANINGS[:2]
#: Lists that may be empty.
_OPTIONAL = ("beside", "asks")
#: What makes something else of a yes, wherever it stands.
_AGAINST = (
    "no nope nah not dont never none nothing without but except unless if maybe perhaps later stop cancel wait cant wont "
    "why what who how when where"
).split()


def check(project: Project) -> Iterator[Finding]:
    """Yield lists that can't be read or are empty, and words that would make a yes of something else."""
    path = project.file(FILE)
    try:
        known = forms()
    except DataFileError as error:
        yield project.from_error(error)
        return
    for name in (*LISTS, *(f"fields.{field}" for field in FIELDS)):
        line = line_at(FILE, *name.split("."))
        if not known[name] and name not in _OPTIONAL:
            yield project.finding(path, line, f"{name} is empty", "Add some words")
        elif "" in known[name]:
            yield project.finding(path, line, f"{name} holds a phrase without letters", "Remove it")
    for name in (*_YES, "send_now", "beside"):
        for word in known[name]:
            if against := [w for w in words(word) if w in _AGAINST]:
                yield project.finding(
                    path, line_at(FILE, name), f"{against[0]!r} in {name} would make a yes of a no or a doubt",
                    "Remove it: what is sent to people must have been agreed to",
                )  # fmt: skip
    yield from _others(project)
    yield from _consent(project)


def ends_with_question(text: str) -> bool:
    """Tell whether a text ends with a question, in any script that has its sign at the end."""
    return text.rstrip(' \t\n"”»’)').endswith(("?", "？", "؟"))


def _consent(project: Project) -> Iterator[Finding]:
    """Yield texts of the consent that ask nothing: a yes to them would agree to nothing."""
    for path, scalar in project.response_scalars():
        if scalar.keys[1] == CONSENT and scalar.keys[-1] == "text" and not ends_with_question(scalar.text):
            yield project.finding(
                path, scalar.line, f"{CONSENT} does not end with a question",
                "End it with what a yes agrees to, such as “Do you agree?”",
            )  # fmt: skip


def _others(project: Project) -> Iterator[Finding]:
    """Yield phrases with another meaning that would count as a yes, and an "ok" that would send."""
    path, written = project.file(FILE), load_yaml(FILE)
    for name in MEANINGS[len(_YES) :]:
        for phrase in map(str, written[name]):
            found = [yes for yes in _YES if is_yes(phrase, yes)]
            if found:
                yield project.finding(
                    path, line_at(FILE, name), f"{phrase!r} of {name} is a yes of {found[0]}, too",
                    f"Remove its words from {found[0]} or beside",
                )  # fmt: skip
    if any(is_yes(weak, "send") for weak in ("ok", "okay", "thanks", "fine")):
        yield project.finding(
            path, line_at(FILE, "send"), "“ok” or “thanks” alone would send a request",
            "Keep them in beside: they answer many questions",
        )  # fmt: skip
