"""Playing conversations against a fake assistant: what passes, what fails, how it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conversation_format import Conversation, load_conversations
from tests.conversation_run import ConversationError, play, slot_diff, transcript
from tests.unit.runner.conftest import FakeChat

Write = Callable[[str, str], Path]
CHOICES = ("Yes", "No", "Not sure")


def conversation(write: Write, turns: str, patterns: str = "") -> Conversation:
    """Returns the one conversation of a file with these turns."""
    if patterns:
        write("patterns.yml", patterns)
    return load_conversations(write("x.conv.yml", f"conversations:\n- name: one\n  turns:\n{turns}"))[0]


def failure(write: Write, chat: FakeChat, turns: str, patterns: str = "") -> str:
    """Returns the report of a conversation that must fail."""
    with pytest.raises(ConversationError) as caught:
        play(conversation(write, turns, patterns), chat)
    return str(caught.value)


def test_a_passing_conversation(write: Write, chat: FakeChat) -> None:
    """All expectations hold, buttons send their payload, and each run has a new sender."""
    chat.say("hi", "Hello.", "Do you have a *fever*?", buttons=[("Yes", "yes, I do"), "No"])
    chat.say(
        "yes, I do",
        "Noted.",
        temperature="yes",
        answer_kind="answered",
        answered_facts=["F27", "F23"],
    )
    one = conversation(
        write,
        """
  - user: hi
    bot: [hello, '/fever.?\\?/']
    not: [goodbye]
    buttons: ["Yes", "No"]
  - press: "Yes"
    slots: {temperature: yes, check_outcome: null}
    kind: answered
    facts: [F27]
""",
    )
    played = play(one, chat)
    play(one, chat)
    assert [text for _, text in chat.sent[:2]] == ["hi", "yes, I do"]
    assert len({sender for sender, _ in chat.sent}) == 2
    assert transcript(played) == (
        "  1  user  hi\n"
        "     bot   Hello.\n"
        "     bot   Do you have a *fever*?\n"
        "           [Yes] [No]\n"
        "  2  user  [Yes]\n"
        "     bot   Noted."
    )


def test_the_report_of_a_failure(write: Write, chat: FakeChat) -> None:
    """It has the place, all turns so far, and everything that is wrong in the failing one."""
    chat.say("hi", "Hello.", buttons=CHOICES)
    chat.say(
        "no",
        "Fine.\nYou are good to go.",
        buttons=["Maybe"],
        herpes="unsure",
        answer_kind="unclear",
    )
    report = failure(
        write,
        chat,
        """
  - user: hi
    bot: [hello]
  - user: no
    bot: [medicine]
    not: [good to go]
    buttons: ["Yes", "No"]
    slots: {herpes: no, temperature: null, check_outcome: contraindicated}
    kind: answered
    facts: [F21]
  - user: never sent
""",
    )
    place, rest = report.split(": turn ", 1)
    assert place.endswith("x.conv.yml:7")
    assert rest == (
        '2 of "one" went wrong\n'
        "\n"
        "  1  user  hi\n"
        "     bot   Hello.\n"
        "           [Yes] [No] [Not sure]\n"
        "  2  user  no   <-- failed here\n"
        "     bot   Fine.\n"
        "           You are good to go.\n"
        "           [Maybe]\n"
        "\n"
        "What went wrong:\n"
        '  * bot: "medicine" is not in the reply\n'
        '  * not: "good to go" must not be in the reply, but it says "good to go"\n'
        "  * buttons differ:\n"
        "    expected: [Yes] [No]\n"
        "    actual:   [Maybe]\n"
        "  * kind: expected answered, but answer_kind is unclear\n"
        "  * facts: F21 missing; the reply used none\n"
        "  * slots differ:\n"
        "    slot           expected         actual\n"
        "    herpes         no               unsure\n"
        "    check_outcome  contraindicated  null\n".rstrip("\n")
    )
    assert len(chat.sent) == 2


def test_patterns_that_may_never_match(write: Write, chat: FakeChat) -> None:
    """The list `never` holds for every text and button of every turn."""
    chat.say("hi", "All fine.", "Dear {name}")
    chat.say("bye", "All fine.", buttons=["/goodbye"])
    never = "never: ['{', '/^\\//']\n"
    assert 'never (patterns.yml): "{" matches "{"' in failure(write, chat, "  - user: hi\n", never)
    assert 'matches "/"' in failure(write, chat, "  - user: bye\n", never)


def test_pressing_a_button_that_is_not_there(write: Write, chat: FakeChat) -> None:
    """The report names the buttons that were shown, and nothing is sent."""
    chat.say("hi", "Fever?", buttons=CHOICES)
    report = failure(write, chat, "  - user: hi\n  - press: Perhaps\n")
    assert "no button 'Perhaps' to press; the reply before it shows 'Yes', 'No', 'Not sure'" in report
    assert "shows no buttons at all" in failure(write, chat, "  - press: 'Yes'\n")
    assert [text for _, text in chat.sent] == ["hi"]


def test_a_button_must_not_send_a_command(write: Write, chat: FakeChat) -> None:
    """A payload such as /affirm is a failure even where the conversation would go on."""
    chat.say("hi", "Fever?", buttons=[("Yes", "/affirm")])
    report = failure(write, chat, "  - user: hi\n  - press: 'Yes'\n")
    assert "the button 'Yes' sends the command '/affirm', not words" in report


def test_silence_is_a_failure(write: Write, chat: FakeChat) -> None:
    """A turn without an answer fails even without expectations."""
    chat.answers["hi"] = ([], {})
    report = failure(write, chat, "  - user: hi\n")
    assert "the assistant said nothing" in report
    assert "bot   (nothing)" in report


def test_only_the_last_message_with_buttons_counts(write: Write, chat: FakeChat) -> None:
    """`buttons` compares the last message that has any; an empty list means none at all."""
    messages = [
        {"text": "a", "buttons": [{"title": "Old", "payload": "old"}]},
        {"text": "b", "buttons": [{"title": "New", "payload": "new"}]},
        {"text": "c"},
    ]
    chat.answers["hi"] = (messages, {})
    play(conversation(write, "  - user: hi\n    buttons: [New]\n"), chat)
    assert "actual:   [New]" in failure(write, chat, "  - user: hi\n    buttons: []\n")


def test_slot_diff_is_exact() -> None:
    """A slot never set equals null; lists and words are compared as they are."""
    actual = {"a": None, "b": ["F1"], "c": ""}
    assert slot_diff({"a": None, "b": ["F1"], "gone": None}, actual) == ""
    assert slot_diff({"b": ["F2"], "c": None}, actual).splitlines()[1:] == [
        '  b     ["F2"]    ["F1"]',
        '  c     null      ""',
    ]
