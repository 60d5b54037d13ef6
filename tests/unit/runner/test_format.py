"""Reading conversation files: what they may hold, and what a mistake is answered with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conversation_format import Pattern, load_conversations
from tests.conversation_yaml import ConversationFileError

Write = Callable[[str, str], Path]
HEAD = "conversations:\n- name: one\n  turns:\n"


def test_a_full_turn(write: Write) -> None:
    """Every key of a turn arrives where the runner looks for it."""
    path = write(
        "a.conv.yml",
        """
conversations:
- name: all keys
  tags: [check, buttons]
  turns:
  - user: hi
    bot: [Hello, '/good (day|morning)/']
    not: [bye]
    buttons: ["Yes", "No", Not sure]
    slots: {check_outcome: null, cardiovascular: no, count: 2, done: true}
    kind: [smalltalk, unclear]
    facts: [F21]
  - press: "Yes"
""",
    )
    (conversation,) = load_conversations(path)
    first, second = conversation.turns
    assert (conversation.name, conversation.tags) == ("all keys", ("check", "buttons"))
    assert first.bot == (Pattern("Hello", False), Pattern("good (day|morning)", True))
    assert first.lacks == (Pattern("bye", False),)
    assert first.buttons == ("Yes", "No", "Not sure")
    assert first.slots == {
        "check_outcome": None,
        "cardiovascular": "no",
        "count": 2,
        "done": True,
    }
    assert (first.kinds, first.facts, first.line) == (("smalltalk", "unclear"), ("F21",), 6)
    assert (second.user, second.press, second.buttons) == ("Yes", True, None)


@pytest.mark.parametrize("text", ["no", "yes", "39", "36.60", "12:30", "2024-01-01", "off", "0x1f"])
def test_what_the_patient_writes_stays_as_written(write: Write, text: str) -> None:
    """Words that YAML likes to turn into something else stay words without quotes."""
    path = write("a.conv.yml", f"{HEAD}  - user: {text}\n    slots: {{herpes: {text}}}\n")
    turn = load_conversations(path)[0].turns[0]
    assert turn.user == text
    if text in ("no", "yes", "off"):
        assert turn.slots == {"herpes": text}


def test_includes_are_relative_and_keep_their_own_place(write: Write) -> None:
    """An included turn names its own file and the file that includes it."""
    write("fragments/inner.yml", "- user: b\n")
    write("fragments/outer.yml", "- user: a\n- include: inner.yml\n")
    path = write("x.conv.yml", f"{HEAD}  - include: fragments/outer.yml\n  - user: c\n")
    turns = load_conversations(path)[0].turns
    assert [turn.user for turn in turns] == ["a", "b", "c"]
    assert turns[1].place.endswith("x.conv.yml:4))")
    assert "inner.yml:1 (included from " in turns[1].place


def test_named_patterns_and_never(write: Write) -> None:
    """`$name` is replaced by the list of that name; a file's own list wins over patterns.yml."""
    write("patterns.yml", "patterns:\n  clear: [good to go]\n  a: [x]\nnever: ['{', $clear]\n")
    path = write(
        "x.conv.yml",
        f"patterns:\n  a: [mine, /too/]\n{HEAD}  - user: hi\n    not: [$clear, $a, $5]\n".replace(", $5", ""),
    )
    (conversation,) = load_conversations(path)
    assert [str(p) for p in conversation.turns[0].lacks] == ['"good to go"', '"mine"', "/too/"]
    assert [p.source for p in conversation.never] == ["{", "good to go"]


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("Your Blood  Pressure", "is your blood\npressure high", "your blood\npressure"),
        ("don't know", "I don\u2019t know", "don't know"),
        ("2.1", "about 2x1", None),
    ],
)
def test_plain_patterns(source: str, text: str, found: str | None) -> None:
    """Plain text is found whatever the case, the line breaks and the kind of apostrophe."""
    assert Pattern(source, False).find(text) == found


def test_devset_format(write: Write) -> None:
    """The development set's patterns are expressions without slashes."""
    path = write(
        "d.devset.yml",
        """
- id: C01
  name: "short"
  turns:
    - user: "39"
      bot_contains: ['(fever|temperature)']
      bot_lacks: ['good to go']
      slots: {temperature: "yes", check_outcome: null}
    - user: "hi"
""",
    )
    (conversation,) = load_conversations(path)
    first = conversation.turns[0]
    assert (conversation.name, first.user) == ("C01 short", "39")
    assert first.bot == (Pattern("(fever|temperature)", True),)
    assert first.lacks == (Pattern("good to go", True),)
    assert first.slots == {"temperature": "yes", "check_outcome": None}


MISTAKES = {
    "unknown key": (HEAD + "  - user: hi\n    bott: [x]\n", 5, "unknown key 'bott'", "'bot'"),
    "two starts": (HEAD + "  - user: hi\n    press: x\n", 4, "exactly one of", "- user:"),
    "no start": (HEAD + "  - bot: [x]\n", 4, "exactly one of", "- user:"),
    "key twice": (HEAD + "  - user: a\n    user: b\n", 5, "'user' is given twice", "keep one"),
    "no turns": (HEAD.replace("turns:", "turns: []"), 3, "has no turns", "- user"),
    "turns empty": (HEAD, 3, "must be a list, not empty", "'- '"),
    "no name": ("conversations:\n- turns: []\n", 2, "'name' is missing", "add 'name:'"),
    "bad regex": (HEAD + "  - user: a\n    bot: ['/(a/']\n", 5, "regular expression", "slashes"),
    "empty pattern": (HEAD + "  - user: a\n    not: ['']\n", 5, "empty pattern", "words"),
    "unknown name": (HEAD + "  - user: a\n    not: [$gone]\n", 5, "nothing is named $gone", "none"),
    "bad kind": (HEAD + "  - user: a\n    kind: anwered\n", 5, "no kind 'anwered'", "emergency"),
    "bad fact": (HEAD + "  - user: a\n    facts: [21]\n", 5, "'21' is no fact id", "F21"),
    "no file": (HEAD + "  - include: gone.yml\n", 4, "there is no file", "this file's folder"),
    "itself": (HEAD + "  - include: me.conv.yml\n", 4, "includes itself", "take the include out"),
    "not alone": (
        HEAD + "  - include: a.yml\n    bot: [x]\n",
        4,
        "stands alone",
        "turn of their own",
    ),
    "empty file": ("", 1, "the file is empty", "conversations:"),
    "wrong top": ("- a\n", 1, "not a list", "README.md"),
    "missing top": ("patterns: {a: [b]}\n", 1, "'conversations' is missing", "start the file"),
    "user a list": (HEAD + "  - user: [hi]\n", 4, "must be a text, not a list", "quotes"),
    "colon": (HEAD + "  - user: see: this\n", 4, "mapping values", "quotes around"),
    "tab": (HEAD + "\t- user: hi\n", 4, "cannot start any token", "not tabs"),
    "open quote": (HEAD + '  - user: "hi\n', 5, "end of stream", "quote is not closed"),
    "open list": (HEAD + "  - user: hi\n    bot: [a\n    not: [b]\n", 6, "", "bracket"),
    "backslash": (HEAD + '  - user: "a\\d"\n', 4, "unknown escape", "single quotes"),
    "same name": (
        HEAD + "  - user: a\n- name: one\n  turns: [{user: b}]\n",
        5,
        "line 2",
        "own name",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_name_file_line_and_remedy(write: Write, mistake: str) -> None:
    """A mistake is reported with its file, its line, what is wrong and how to mend it."""
    text, line, problem, remedy = MISTAKES[mistake]
    path = write("me.conv.yml", text)
    with pytest.raises(ConversationFileError) as caught:
        load_conversations(path)
    error = caught.value
    assert (error.path, error.line) == (path, line), error
    assert problem in error.problem
    assert remedy in error.remedy
    assert str(error).startswith(f"{path}:{line}: ")


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    """A file that cannot be read is a mistake like the others."""
    with pytest.raises(ConversationFileError, match="cannot be read"):
        load_conversations(tmp_path / "gone.conv.yml")


def test_a_mistake_in_the_shared_patterns_names_that_file(write: Write) -> None:
    """A mistake in patterns.yml is not blamed on the conversation file."""
    write("patterns.yml", "never:\n- '/(/'\n")
    with pytest.raises(ConversationFileError, match=r"patterns\.yml:2: "):
        load_conversations(write("x.conv.yml", HEAD + "  - user: hi\n"))
