"""Choices that stand as numbered lines at the end of a text, as channels without buttons show them."""

from __future__ import annotations

import re

from assistant.rendering.choices import HOW_TO_CHOOSE

_LINE = re.compile(r"(\d+)\. (.+)")


def listed(text: str) -> tuple[str, list[str]]:
    """Returns a text without the lines of choices at its end, and these choices; none when there are none."""
    lines = text.split("\n")
    if lines[-1] == HOW_TO_CHOOSE:
        lines.pop()
    titles: list[str] = []
    while lines and (found := _LINE.fullmatch(lines[-1])):
        titles.insert(0, found[2])
        lines.pop()
        if found[1] == "1":
            return "\n".join(lines).rstrip(), titles
    return text, []
