"""Makes the beginning of a topic out of a group: entry, question and examples, with marks where people write.

Only texts are made here; nothing is said to patients before `make check` finds no mark any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.check.examples import examples, test_sentences
from assistant.check.project import Project
from assistant.check.unfinished import TODO
from assistant.datafiles import DataFileError, data_dir, find
from assistant.knowledge.content import QUESTIONS, SILENT, TOPICS, content
from assistant.text import squash
from clinic.insights.groups import OTHER, Group
from clinic.insights.scrub import GAP

KINDS = ("not_in_document", "faq")
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_LONGEST = 40
#: A shorter question is everybody's.
_WORDS = 2
_FULL = 15


class StubError(Exception):
    """The topic can't be made. The message says why and names the remedy."""


@dataclass(frozen=True)
class Written:
    """A file that is made or added to: `text` is all that it will hold, `line` where the new part begins."""

    path: Path
    text: str
    line: int
    new: bool


def stub(group: Group, name: str, kind: str = "not_in_document") -> list[Written]:
    """Return the files of a new topic; nothing is written yet.

    Args:
        group: whose questions it begins with.
        name: of the topic, such as price_of_numbing.
        kind: one of `KINDS`.

    Raises:
        StubError: the name can't be used, or a file is not as expected.
        DataFileError: the content can't be read.
    """
    check_name(name, kind)
    if group.topic and not group.part:
        raise StubError(
            f"group {group.number} is about a topic that is there already, {group.topic}. "
            f"Add its questions to the examples of not_in_document/{group.topic} in data/nlu"
        )
    file = data_dir() / "nlu" / f"{name}.yml"
    if file.exists():
        raise StubError(f"data/nlu/{name}.yml is there already. Choose another NAME")
    entry = _silent_entry(name) if kind == "not_in_document" else _faq_entry(name)
    full_name = f"{kind}/{name}"
    response = f"utter_{full_name}"
    question = [f"{response}:", f'  - text: "{TODO}: Write the question in short, as on a button"']
    return [
        _appended(SILENT if kind == "not_in_document" else TOPICS, "topics", entry, name),
        _appended(QUESTIONS, "responses", question, response),
        Written(file, _examples_file(group, full_name), 1, new=True),
    ]


def write(files: Iterable[Written]) -> None:
    """Write the files: first beside their places, then all at once into them.

    Raises:
        StubError: one can't be written; none is changed then, unless the disk fails in between.
    """
    ready: list[tuple[Path, Path]] = []
    try:
        for file in files:
            beside = file.path.with_name(f".{file.path.name}.new")
            beside.write_text(file.text, encoding="utf-8")
            ready.append((beside, file.path))
        for beside, path in ready:
            beside.replace(path)
    except OSError as error:
        for beside, _ in ready:
            beside.unlink(missing_ok=True)
        raise StubError(f"the content can't be written ({error.strerror}). Check its permissions") from None


def check_name(name: str, kind: str) -> None:
    """Raise StubError when there can't be a topic of this name and kind."""
    if kind not in KINDS:
        raise StubError(f"KIND has to be {' or '.join(KINDS)}")
    if not NAME.fullmatch(name) or len(name) > _LONGEST:
        raise StubError(
            f"NAME has to be small letters, digits and single underscores, {_LONGEST} at most, "
            "and begin with a letter, such as NAME=price_of_numbing"
        )
    found = content()
    if name == OTHER or name in found.silent or name in found.topics:
        raise StubError(f"there is a topic {name} already. Choose another NAME")


def _silent_entry(name: str) -> list[str]:
    numbers = [int(t.id[1:]) for t in content().silent.values() if re.fullmatch(r"N\d+", t.id)]
    return [
        f"- id: N{max(numbers, default=0) + 1:02d}",
        f"  name: {name}",
        f'  silence: "{TODO}: Write what ends the sentence Our document does not say anything about ..."',
        "  nearest: []",
    ]


def _faq_entry(name: str) -> list[str]:
    return [
        f"- name: {name}",
        "  parts: []",
        f'  note: "{TODO}: Write what the document leaves open about exactly this, or remove the note"',
    ]


def _appended(name: str, key: str, lines: Sequence[str], added: str) -> Written:
    """Return a content file with lines at its end, which belong to its list or mapping `key`."""
    path = find(name)
    if not path.is_relative_to(data_dir()):
        raise StubError(f"this project has no data/{name} of its own. Copy that of its base first")
    try:
        old = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(path, f"can't be read ({type(error).__name__})", "Restore it") from None
    before = old if old.endswith("\n") else old + "\n"
    indent = _indent(before, key)
    text = before + "".join(f"{indent}{line}\n" for line in lines)
    if not _is_old_and_more(old, text, key, added):
        raise StubError(
            f"nothing can be added to the end of data/{name}: {key} is not its last part. Move it there"
        )
    return Written(path, text, before.count("\n") + 1, new=False)


def _indent(text: str, key: str) -> str:
    """Return the blanks before the entries of `key`."""
    found = re.search(rf"^{key}:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*([ ]*)\S", text, re.MULTILINE)
    return found[1] if found else ""


def _is_old_and_more(old: str, new: str, key: str, added: str) -> bool:
    """Tell whether the new text holds what the old one did, and one entry more."""
    try:
        before: Any = yaml.safe_load(old)
        after: Any = yaml.safe_load(new)
    except yaml.YAMLError:
        return False
    if not isinstance(before, dict) or not isinstance(after, dict):
        return False
    were, are = before.pop(key, None), after.pop(key, None)
    if before != after:
        return False
    if isinstance(were, list):
        return isinstance(are, list) and are[:-1] == were and are[-1].get("name") == added
    return isinstance(were, dict) and isinstance(are, dict) and are == {**were, added: are.get(added)}


def _examples_file(group: Group, full_name: str) -> str:
    usable = _unused(group.questions)
    lines = [f"- {text}" for text in usable if GAP not in text]
    lines += [f"- {TODO}: Write words for {GAP} or remove the line: {text}" for text in usable if GAP in text]
    if not lines:
        lines = [f"- {TODO}: Write what patients ask, in their words"]
    body = "".join(f"    {line}\n" for line in lines)
    return (
        'version: "3.1"\n\n'
        f"# What patients asked, scrubbed (docs/insights.md). {_FULL} examples at least, as different as patients are.\n"
        f"nlu:\n- intent: {full_name}\n  examples: |\n{body}"
    )


def _unused(questions: Sequence[str]) -> list[str]:
    """Return the questions that are neither examples nor test sentences yet, in whatever order of words."""
    project = Project(place=None)
    taken = {frozenset(line.plain.split()) for line in (*examples(project), *test_sentences(project))}
    found = []
    for text in questions:
        words = frozenset(squash(text).split())
        if words not in taken and len(words) >= _WORDS:
            taken.add(words)
            found.append(text)
    return found
