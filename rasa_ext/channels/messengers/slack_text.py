"""What a person typed in Slack, from the form in which Slack hands it over."""

from __future__ import annotations

import re
from typing import Any

from rasa_ext.channels.messengers.reading import at, items_at, text_at

#: "Retrieving message text": links, mentions, channels and dates stand as <target> or <target|label>.
_TOKEN = re.compile(r"<([^<>|\n]*)(?:\|([^<>\n]*))?>")
#: Emoji stand as names, with the skin tone as a second one.
_EMOJI = re.compile(r":([\w+'-]{1,100}):(?::skin-tone-\d:)?")
#: The only three signs that Slack escapes; `&` is the last one, or "&amp;lt;" would become "<".
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_CODES = re.compile(r"[0-9a-f]{2,6}(?:-[0-9a-f]{2,6}){0,15}")
_HIGHEST = 0x10FFFF


def typed(message: Any) -> str:
    """Return the words of a message, with the signs for the names of emoji."""
    signs = _signs(items_at(message, "blocks"))
    text = _TOKEN.sub(_shown, text_at(message, "text"))
    text = _EMOJI.sub(lambda found: signs.get(found[1], found[0]), text)
    for escape, sign in _ESCAPES:
        text = text.replace(escape, sign)
    return text.strip()


def _shown(token: re.Match[str]) -> str:
    """Return a link or mention as the app shows it; one without a name, such as of the bot, is left out."""
    target, label = token[1], token[2] or ""
    if target[:1] in ("@", "#"):
        return f"{target[0]}{label.lstrip('@#')}" if label else ""
    if target[:1] == "!":
        return label
    return label or target.removeprefix("mailto:").removeprefix("tel:")


def _signs(blocks: list[Any]) -> dict[str, str]:
    """Return the emoji in the blocks of a message by their names; a workspace's own have no sign.

    Without this, the name of a heart would be read as a word about the heart.
    """
    found, rest = {}, list(blocks)
    while rest:
        element = rest.pop()
        rest.extend(items_at(element, "elements"))
        if at(element, "type") == "emoji":
            name = text_at(element, "name").partition("::")[0]
            found[name] = _sign(text_at(element, "unicode"))
    return found


def _sign(codes: str) -> str:
    numbers = [int(code, 16) for code in codes.split("-")] if _CODES.fullmatch(codes) else []
    return "".join(map(chr, numbers)) if max(numbers, default=0) <= _HIGHEST else ""
