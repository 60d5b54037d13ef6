"""What the clinic does with a running assistant of the tests: takes conversations over and gives them back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from clinic import database
from clinic.takeover_watch import EVERY
from clinic.takeovers import give_back, take
from scripts import _http
from tests.own_stack import OwnStack
from tests.silence import silence
from tests.waiting import eventually

NOTICE, AGAIN = "A person from the clinic has taken over", "I answer here again"
#: Seconds in which a change has to be seen.
SEEN = EVERY + 5


@contextmanager
def clinic_of(own: OwnStack) -> Iterator[None]:
    """Makes the clinic's database of an assistant that of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(database.URL, own.settings[database.URL])
        yield
    database.close()


def rest(own: OwnStack, sender: str, text: str) -> list[str]:
    """Sends a message over REST; returns the texts of the replies."""
    silence.note(text)
    messages = _http.post_json(f"{own.url}/webhooks/rest/webhook", {"sender": sender, "message": text}, 60)
    return [m["text"] for m in messages]


def taken_over(own: OwnStack, conversation: str) -> None:
    """Takes a conversation over and waits until the assistant has seen it."""
    assert take(conversation, "anna")
    _seen(own)


def given_back(own: OwnStack, conversation: str) -> None:
    """Gives a conversation back and waits until the assistant has seen it."""
    assert give_back(conversation, "anna")
    _seen(own)


def _seen(own: OwnStack) -> None:
    """Waits until another conversation shows it, taken over later: in the one in question nothing is said."""
    other = uuid.uuid4().hex
    take(other, "anna")
    eventually(lambda: any(NOTICE in text for text in rest(own, other, "hello")), SEEN)
