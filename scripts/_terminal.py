"""How a reply looks in the terminal, and what a typed line means."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

INDENT = "  "
Reply = dict[str, Any]


def wrapped(text: str, width: int) -> str:
    """Returns text wrapped to a width; its own line breaks and its lists keep their shape."""
    lines: list[str] = []
    for line in text.splitlines():
        bullet = re.match(r"\s*(?:[-*•]|\d+[.)])\s+|\s*", line)
        hanging = " " * len(bullet.group() if bullet else "")
        filled = textwrap.wrap(
            line,
            width,
            initial_indent=INDENT,
            subsequent_indent=INDENT + hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines.extend(filled or [""])
    return "\n".join(lines)


def buttons_of(replies: Sequence[Reply]) -> list[dict[str, str]]:
    """Returns the buttons on offer: those of the last reply that has any."""
    for reply in reversed(replies):
        buttons = [b for b in reply.get("buttons") or () if b.get("title")]
        if buttons:
            return buttons
    return []


def button_lines(buttons: Sequence[dict[str, str]], width: int) -> str:
    """Returns the numbered buttons, as many in a line as fit, none broken in two."""
    lines = [""]
    for number, button in enumerate(buttons, start=1):
        label = f"[{number}] {button['title']}"
        if lines[-1] and len(lines[-1]) + 2 + len(label) > width:
            lines.append("")
        lines[-1] += (INDENT if not lines[-1] else "  ") + label
    return "\n".join(lines)


def render(replies: Sequence[Reply], width: int) -> str:
    """Returns a whole turn of the bot as it is shown."""
    parts = []
    for reply in replies:
        for key in ("text", "image", "attachment"):
            if isinstance(reply.get(key), str):
                parts.append(wrapped(reply[key], width))
    buttons = buttons_of(replies)
    if buttons:
        parts.append(button_lines(buttons, width))
    return "\n\n".join(parts)


def message_for(line: str, buttons: Sequence[dict[str, str]]) -> str:
    """Returns the message that a typed line stands for.

    The number of a button that is shown picks it; any other number, such as a temperature of 38,
    is what the user wants to say.
    """
    typed = line.strip()
    if typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= len(buttons):
        button = buttons[int(typed) - 1]
        return button.get("payload") or button["title"]
    return typed
