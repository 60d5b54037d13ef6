"""Plays a conversation against the assistant, compares each turn, and writes the transcript."""

from __future__ import annotations

import json
import textwrap
import uuid
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.client import Button, Reply
from tests.conversation_format import Conversation, Pattern, Turn

KIND_SLOT = "answer_kind"
FACTS_SLOT = "answered_facts"
WIDTH = 96


class Chat(Protocol):
    """What the runner needs of a client."""

    def send(self, sender: str, text: str) -> Reply:
        """Sends one message and returns the reply."""

    def press(self, sender: str, button: Button) -> Reply:
        """Presses a button of the last reply and returns the reply."""

    def slots(self, sender: str) -> dict[str, Any]:
        """Returns the slots of the conversation."""


@dataclass
class PlayedTurn:
    """A turn as it went."""

    turn: Turn
    sent: str
    reply: Reply | None
    problems: list[str] = field(default_factory=list)


class ConversationError(AssertionError):
    """A turn did not go as expected; the message holds the transcript and what went wrong."""


def play(conversation: Conversation, chat: Chat) -> list[PlayedTurn]:
    """Plays all turns with a new sender id and returns them.

    Raises:
        ConversationError: At the first turn that does not go as expected.
    """
    sender = f"test-{uuid.uuid4().hex}"
    played: list[PlayedTurn] = []
    for turn in conversation.turns:
        current = PlayedTurn(turn, turn.user, None)
        previous = played[-1].reply if played else None
        played.append(current)
        button = _button(current, previous) if turn.press else None
        if not current.problems:
            current.reply = chat.press(sender, button) if button else chat.send(sender, current.sent)
            slots = chat.slots(sender) if turn.slots or turn.kinds or turn.facts else {}
            current.problems = check_turn(turn, current.reply, slots, conversation.never)
        if current.problems:
            raise ConversationError(failure_text(conversation, played))
    return played


def _button(current: PlayedTurn, previous: Reply | None) -> Button | None:
    """Finds the button to press and what it sends; adds what is wrong to the turn's problems."""
    title = current.turn.user
    buttons = previous.buttons if previous else []
    for button in buttons:
        if button.title == title:
            current.sent = button.payload
            if button.payload.startswith("/"):
                current.problems = [
                    f"press: the button '{title}' sends the command '{button.payload}', not words"
                ]
            return button
    shown = ", ".join(f"'{button.title}'" for button in buttons) or "no buttons at all"
    current.problems = [f"press: there is no button '{title}' to press; the reply before it shows {shown}"]
    return None


def check_turn(turn: Turn, reply: Reply, slots: dict[str, Any], never: tuple[Pattern, ...]) -> list[str]:
    """Returns what is wrong with a reply, one text each; nothing when all is as expected."""
    problems = []
    if not reply.texts:
        problems.append("the assistant said nothing")
    for pattern in turn.bot:
        if pattern.find(reply.text) is None:
            problems.append(f"bot: {pattern} is not in the reply")
    for pattern in turn.lacks:
        if found := pattern.find(reply.text):
            problems.append(f'not: {pattern} must not be in the reply, but it says "{found}"')
    for pattern in never:
        for text in (*reply.texts, *(button.title for button in reply.buttons)):
            if found := pattern.find(text):
                problems.append(f'never (patterns.yml): {pattern} matches "{found}"')
                break
    if turn.buttons is not None:
        problems += _compare_buttons(turn.buttons, reply.last_buttons)
    if turn.kinds and slots.get(KIND_SLOT) not in turn.kinds:
        expected = " or ".join(turn.kinds)
        problems.append(f"kind: expected {expected}, but {KIND_SLOT} is {_shown(slots.get(KIND_SLOT))}")
    facts = slots.get(FACTS_SLOT) or []
    if missing := [fact for fact in turn.facts if fact not in facts]:
        problems.append(f"facts: {', '.join(missing)} missing; the reply used {', '.join(facts) or 'none'}")
    if difference := slot_diff(turn.slots, slots):
        problems.append("slots differ:\n" + difference)
    return problems


def _compare_buttons(expected: tuple[str, ...], buttons: list[Button]) -> list[str]:
    """Returns the difference between the expected titles and the buttons shown."""
    actual = [button.title for button in buttons]
    if actual == list(expected):
        return []
    return [f"buttons differ:\n  expected: {_titles(list(expected))}\n  actual:   {_titles(actual)}"]


def _titles(titles: list[str]) -> str:
    """Returns titles as they look in a transcript."""
    return " ".join(f"[{title}]" for title in titles) or "(none)"


def slot_diff(expected: dict[str, Any], actual: dict[str, Any]) -> str:
    """Returns a table of the slots that differ, or an empty text; a slot never set is null."""
    rows = [(name, value, actual.get(name)) for name, value in expected.items() if value != actual.get(name)]
    if not rows:
        return ""
    table = [("slot", "expected", "actual")]
    table += [(name, _shown(value), _shown(other)) for name, value, other in rows]
    widths = [max(len(row[column]) for row in table) for column in (0, 1)]
    lines = (f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}" for row in table)
    return textwrap.indent("\n".join(lines), "  ")


def _shown(value: Any) -> str:
    """Returns a slot value as one writes it in a conversation file."""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def transcript(played: list[PlayedTurn]) -> str:
    """Returns the turns with what both sides said; a failed turn carries an arrow."""
    lines = []
    for number, current in enumerate(played, 1):
        pressed = f"[{current.turn.user}]" if current.turn.press else current.sent
        arrow = "   <-- failed here" if current.problems else ""
        lines.append(f"{number:>3}  user  {pressed}{arrow}")
        if current.reply is None:
            continue
        for message in current.reply.raw:
            text = str(message.get("text") or "(no text)")
            lines += _bubble(text)
            single = Reply.from_messages([message])
            if single.buttons:
                lines.append("           " + _titles([button.title for button in single.buttons]))
        if not current.reply.raw:
            lines.append("     bot   (nothing)")
    return "\n".join(lines)


def _bubble(text: str) -> list[str]:
    """Returns one message of the assistant, wrapped, with its label before the first line."""
    wrapped = [line for part in text.splitlines() for line in textwrap.wrap(part, WIDTH) or [""]]
    return [("     bot   " if index == 0 else "           ") + line for index, line in enumerate(wrapped)]


def failure_text(conversation: Conversation, played: list[PlayedTurn]) -> str:
    """Returns the report of a failed conversation: place, transcript, what went wrong."""
    last = played[-1]
    problems = "\n".join(textwrap.indent(f"* {one}", "  ") for one in last.problems)
    return (
        f'{last.turn.place}: turn {len(played)} of "{conversation.name}" went wrong\n\n'
        f"{transcript(played)}\n\nWhat went wrong:\n{problems}"
    )
