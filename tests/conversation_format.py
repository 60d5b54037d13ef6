"""The two formats of conversation files, read into conversations of turns.

`*.conv.yml` is described in tests/conversations/README.md; `*.devset.yml` is the development set's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conversation_yaml import ConversationFileError, Value, check_regex, read_yaml, shown

CONV_SUFFIX = ".conv.yml"
DEVSET_SUFFIX = ".devset.yml"
PATTERNS_FILE = "patterns.yml"
TURN_KEYS = ("user", "press", "include", "bot", "not", "buttons", "slots", "kind", "facts")
DEVSET_TURN_KEYS = ("user", "bot_contains", "bot_lacks", "slots")
KINDS = (
    "answered",
    "not_in_document",
    "out_of_scope",
    "unclear",
    "condition",
    "emergency",
    "smalltalk",
)
Patterns = dict[str, list["Pattern"]]


@dataclass(frozen=True)
class Pattern:
    """Something to look for in the assistant's words: a text, or with `regex` an expression."""

    source: str
    regex: bool

    @classmethod
    def parse(cls, place: Value, source: str) -> Pattern:
        """Reads `/.../` as a regular expression and everything else as plain text."""
        if not source.strip():
            place.fail("an empty pattern is found everywhere", "write the words to look for")
        if len(source) > 2 and source.startswith("/") and source.endswith("/"):
            check_regex(place, source[1:-1])
            return cls(source[1:-1], True)
        return cls(source, False)

    def find(self, text: str) -> str | None:
        """Returns the words of `text` that match, or None."""
        text = text.replace("\u2019", "'")
        if self.regex:
            found = re.search(self.source, text, re.IGNORECASE)
            return found.group() if found else None
        words = r"\s+".join(re.escape(word) for word in self.source.replace("\u2019", "'").split())
        found = re.search(words, text, re.IGNORECASE)
        return found.group() if found else None

    def __str__(self) -> str:
        """Returns the pattern as written in the file."""
        return f"/{self.source}/" if self.regex else f'"{self.source}"'


@dataclass(frozen=True)
class Turn:
    """One message of the patient and what the assistant must and must not say then."""

    path: Path
    line: int
    user: str
    press: bool = False
    bot: tuple[Pattern, ...] = ()
    lacks: tuple[Pattern, ...] = ()
    buttons: tuple[str, ...] | None = None
    slots: dict[str, Any] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    included_from: str = ""

    @property
    def place(self) -> str:
        """The turn's `file:line`, with the including file when there is one."""
        return f"{shown(self.path)}:{self.line}{self.included_from}"


@dataclass(frozen=True)
class Conversation:
    """A named list of turns with one patient."""

    name: str
    path: Path
    line: int
    tags: tuple[str, ...]
    turns: tuple[Turn, ...]
    never: tuple[Pattern, ...]


def load_conversations(path: Path) -> list[Conversation]:
    """Returns the conversations of a file in either format.

    Raises:
        ConversationFileError: With file, line and remedy.
    """
    shared = _shared_patterns(path)
    if path.name.endswith(DEVSET_SUFFIX):
        return _load_devset(path, shared.get("never", []))
    root = read_yaml(path).mapping("the file", ("conversations", "patterns"))
    patterns = dict(shared)
    if "patterns" in root:
        patterns.update(_named_patterns(root["patterns"]))
    if "conversations" not in root:
        raise ConversationFileError(
            path, 1, "'conversations' is missing", "start the file with 'conversations:'"
        )
    result = []
    for value in root["conversations"].items("'conversations'"):
        entry = value.mapping("a conversation", ("name", "tags", "turns"))
        for key in ("name", "turns"):
            if key not in entry:
                value.fail(f"'{key}' is missing in a conversation", f"add '{key}:'")
        turns = _turns(entry["turns"], patterns, "", (path.resolve(),))
        if not turns:
            entry["turns"].fail("the conversation has no turns", "add '- user: ...'")
        tags = tuple(entry["tags"].texts("'tags'")) if "tags" in entry else ()
        name = entry["name"].text("'name'")
        never = tuple(patterns.get("never", []))
        result.append(Conversation(name, path, value.line, tags, tuple(turns), never))
    _refuse_same_names(result)
    return result


def _refuse_same_names(conversations: list[Conversation]) -> None:
    """Reports two conversations of a file that have the same name."""
    seen: dict[str, int] = {}
    for one in conversations:
        if one.name in seen:
            problem = f"two conversations are named '{one.name}' (the other is in line {seen[one.name]})"
            raise ConversationFileError(one.path, one.line, problem, "give each its own name")
        seen[one.name] = one.line


def _shared_patterns(path: Path) -> Patterns:
    """Returns the patterns of `patterns.yml` beside the file; `never` is one of the names."""
    shared = path.parent / PATTERNS_FILE
    if not shared.exists():
        return {}
    root = read_yaml(shared).mapping("the file", ("never", "patterns"))
    patterns = _named_patterns(root["patterns"]) if "patterns" in root else {}
    if "never" in root:
        patterns["never"] = _patterns(root["never"], "'never'", patterns)
    return patterns


def _named_patterns(value: Value) -> Patterns:
    """Returns the lists of patterns of a `patterns:` section; a later one may use an earlier."""
    named: Patterns = {}
    for name, entry in value.mapping("'patterns'").items():
        named[name] = _patterns(entry, f"the pattern '{name}'", named)
    return named


def _patterns(value: Value, what: str, named: Patterns) -> list[Pattern]:
    """Returns the patterns of a list, each `$name` replaced by the list of that name."""
    found: list[Pattern] = []
    for text in value.texts(what):
        if re.fullmatch(r"\$\w+", text):
            if text[1:] not in named:
                known = ", ".join(f"${name}" for name in named) or "none"
                value.fail(f"nothing is named {text}", f"define it below 'patterns:'. Known: {known}")
            found += named[text[1:]]
        else:
            found.append(Pattern.parse(value, text))
    return found


def _turns(value: Value, patterns: Patterns, included: str, stack: tuple[Path, ...]) -> list[Turn]:
    """Returns the turns of a list, included files in their place."""
    turns: list[Turn] = []
    for entry in value.items("a list of turns"):
        keys = entry.mapping("a turn", TURN_KEYS)
        starts = [key for key in ("user", "press", "include") if key in keys]
        if len(starts) != 1:
            entry.fail(
                "a turn needs exactly one of 'user', 'press' and 'include'"
                + (f", not {' and '.join(starts)}" if starts else ""),
                "start the turn with '- user: what the patient writes'",
            )
        if starts == ["include"]:
            turns += _include(entry, keys, patterns, included, stack)
        else:
            turns.append(_turn(entry, keys, patterns, included))
    return turns


def _include(
    entry: Value, keys: dict[str, Value], patterns: Patterns, included: str, stack: tuple[Path, ...]
) -> list[Turn]:
    """Returns the turns of the file that an `include` names."""
    if len(keys) > 1:
        entry.fail("'include' stands alone in its entry", "put the other keys into a turn of their own")
    target = (entry.path.parent / keys["include"].text("'include'")).resolve()
    if not target.is_file():
        keys["include"].fail(f"there is no file {shown(target)}", "the name counts from this file's folder")
    if target in stack:
        keys["include"].fail(f"{shown(target)} includes itself", "take the include out of one of the files")
    origin = f" (included from {shown(entry.path)}:{entry.line}{included})"
    return _turns(read_yaml(target), patterns, origin, (*stack, target))


def _turn(entry: Value, keys: dict[str, Value], patterns: Patterns, included: str) -> Turn:
    """Returns one turn."""
    press = "press" in keys
    kinds = tuple(keys["kind"].texts("'kind'")) if "kind" in keys else ()
    for kind in kinds:
        if kind not in KINDS:
            keys["kind"].fail(f"there is no kind '{kind}'", f"use one of: {', '.join(KINDS)}")
    facts = tuple(keys["facts"].texts("'facts'")) if "facts" in keys else ()
    for fact in facts:
        if not re.fullmatch(r"F\d\d", fact):
            keys["facts"].fail(
                f"'{fact}' is no fact id", "fact ids look like F21, see data/document/facts.yml"
            )
    slots = (
        {name: value.plain() for name, value in keys["slots"].mapping("'slots'").items()}
        if "slots" in keys
        else {}
    )
    return Turn(
        path=entry.path,
        line=entry.line,
        user=keys["press" if press else "user"].text("'press'" if press else "'user'"),
        press=press,
        bot=tuple(_patterns(keys["bot"], "'bot'", patterns)) if "bot" in keys else (),
        lacks=tuple(_patterns(keys["not"], "'not'", patterns)) if "not" in keys else (),
        buttons=tuple(keys["buttons"].texts("'buttons'")) if "buttons" in keys else None,
        slots=slots,
        kinds=kinds,
        facts=facts,
        included_from=included,
    )


def _load_devset(path: Path, never: list[Pattern]) -> list[Conversation]:
    """Returns the conversations of the development set; all its patterns are expressions."""
    result = []
    for value in read_yaml(path).items("the file"):
        entry = value.mapping("a conversation", ("id", "name", "turns"))
        turns = []
        for turn in entry["turns"].items("'turns'"):
            keys = turn.mapping("a turn", DEVSET_TURN_KEYS)
            expressions: list[tuple[Pattern, ...]] = []
            for key in ("bot_contains", "bot_lacks"):
                sources = keys[key].texts(f"'{key}'") if key in keys else []
                for source in sources:
                    check_regex(keys[key], source)
                expressions.append(tuple(Pattern(source, True) for source in sources))
            slots = keys["slots"].plain() if "slots" in keys else {}
            bot, lacks = expressions
            turns.append(Turn(path, turn.line, keys["user"].text("'user'"), False, bot, lacks, None, slots))
        name = f"{entry['id'].text('id')} {entry['name'].text('name')}"
        result.append(Conversation(name, path, value.line, ("devset",), tuple(turns), tuple(never)))
    return result
