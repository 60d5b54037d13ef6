"""What a press, a number or a label stands for: the text of a choice that was offered.

A button carries which reply it belongs to. Old buttons stay on the screen of most platforms, and a
"Yes" to an earlier question must never answer the one that is open now.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import Any

from assistant.text import fold
from rasa_ext.channels import stores, transcript
from rasa_ext.channels.messengers import texts
from rasa_ext.channels.replies import Button, Reply

#: Characters of what may be a label; longer texts are read as they are.
LONGEST_LABEL = 100
#: A number alone: 2, 2. 2) #2 and the keycap emoji.
_NUMBER = re.compile(r"#?(\d{1,2})(?:\ufe0f?\u20e3|[.)])?")
_PAYLOAD = re.compile(r"([A-Za-z0-9_-]{8})(?::(.+)|#(\d{1,3}))", re.DOTALL)
#: A question that asks for words or figures as well: there "2" may be two of something.
_TYPE_IT = re.compile(r"\btype\b", re.IGNORECASE)
#: Choices that mean something only as an answer to their own question.
_ANSWER = re.compile(r"(yes|no|not sure)\b", re.IGNORECASE)


def payload(reply: Reply, button: Button, limit: int) -> str:
    """Return what a button carries, in at most `limit` bytes: its reply, and its text or number."""
    whole = f"{_tag(reply)}:{button.payload}"
    if len(whole.encode()) <= limit:
        return whole
    return f"{_tag(reply)}#{reply.buttons.index(button) + 1}"


async def typed(store: Any, sender: str, text: str, *, numbered: bool) -> str:
    """Return the text of the choice that a number or label picks, else the text itself.

    Only what was offered in the last turn counts; a number beyond it, such as 38, is what it is. Where
    no numbers stand at the choices (`numbered` is False), "2" to "Do you take any medicine? Please type
    the names" is not taken for the second choice, which is "No".
    """
    number = _NUMBER.fullmatch(text)
    if len(text) > LONGEST_LABEL:
        return text
    asked = [reply for reply in await stores.last_replies(store, sender) if reply.buttons]
    if number and asked and (numbered or not _TYPE_IT.search(asked[-1].text)):
        offered = asked[-1].buttons
        if 1 <= int(number[1]) <= len(offered):
            return offered[int(number[1]) - 1].payload
    labels = {_label(b.title): b.payload for reply in asked for b in reply.buttons}
    return labels.get(_label(text), text)


async def pressed(store: Any, sender: str, data: str) -> str | list[Reply]:
    """Return the text that a press stands for, or what to say when it stands for none any more.

    What is not a payload of ours, such as a platform's own start button, is a text.
    """
    found = _PAYLOAD.fullmatch(data)
    if not found:
        return data
    last = await stores.last_replies(store, sender)
    belongs = _of(last, found[1])
    if belongs:
        return _text(belongs, found) or [Reply(texts.LOST_BUTTON)]
    belongs = _of(await _all(store, sender), found[1])
    text = (_text(belongs, found) if belongs else found[2]) or ""
    if not text:
        return [Reply(texts.LOST_BUTTON)]
    if not _ANSWER.match(text):
        return text
    open_now = next((r for r in reversed(last) if r.buttons), None)
    if belongs and open_now and (belongs.text, belongs.buttons) == (open_now.text, open_now.buttons):
        return text  # the same question, asked again
    if open_now:
        return [Reply(texts.OLD_BUTTON), open_now]
    return [Reply(texts.LOST_BUTTON)]


async def _all(store: Any, sender: str) -> list[Reply]:
    tracker = await stores.load(store, sender)
    return [r for turn in transcript.replies(tracker.events) for r in turn] if tracker else []


def _label(text: str) -> str:
    """Return a label without what people leave out or add; a question mark stays, it means something."""
    return " ".join(fold(text).split()).rstrip(".! ")


def _tag(reply: Reply) -> str:
    digest = hashlib.sha256(reply.id.encode()).digest()
    return base64.urlsafe_b64encode(digest)[:8].decode()


def _of(replies: Sequence[Reply], tag: str) -> Reply | None:
    return next((r for r in replies if r.buttons and _tag(r) == tag), None)


def _text(reply: Reply, found: re.Match[str]) -> str:
    """Return the text of the button, which has to be one of the reply's."""
    number = int(found[3] or 0)
    if number:
        return reply.buttons[number - 1].payload if number <= len(reply.buttons) else ""
    return found[2] if any(b.payload == found[2] for b in reply.buttons) else ""
