"""What `make eval` asks the running assistant beside the two files of scripts/eval_devset.py.

The dev conversations turn by turn, red flags through the whole NLU, and a recorder of all replies,
which are searched for words that the assistant must never say.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.check.forbidden import Forbidden, load_forbidden
from assistant.check.texts import sentences
from assistant.safety.red_flags import find_red_flag
from assistant.text import has_phrase, squash
from scripts import _http
from scripts._env import ROOT
from scripts._results import Evaluation, Result
from scripts.eval_devset import Chat
from tests.client import Reply
from tests.conversation_format import Conversation, Turn
from tests.conversation_run import check_turn

RED_FLAGS = ROOT / "tests" / "unit" / "safety" / "data"
KINDS = ("emergency", "self_harm")
CLEARED = "no_listed_contraindication"
OUTCOME_SLOT = "check_outcome"
_QUOTE = re.compile(r"“([^”]*)”")


@dataclass(frozen=True)
class Exchange:
    """One message of a patient and the reply to it."""

    sender: str
    text: str
    reply: Reply


class Recorder:
    """A chat that keeps everything that was said."""

    def __init__(self, chat: Chat) -> None:
        """Wraps a chat."""
        self._chat = chat
        self.exchanges: list[Exchange] = []

    def send(self, sender: str, text: str) -> Reply:
        """Sends one message and returns the reply."""
        reply = self._chat.send(sender, text)
        self.exchanges.append(Exchange(sender, text, reply))
        return reply

    def slots(self, sender: str) -> dict[str, Any]:
        """Returns the slots of the conversation."""
        return self._chat.slots(sender)


@dataclass(frozen=True)
class CheckOutcome:
    """An outcome of the check that a dev conversation expects, and what it was."""

    id: str
    expected: str
    got: str | None


def play_conversations(
    chat: Chat, conversations: Iterable[Conversation]
) -> tuple[Evaluation, list[CheckOutcome]]:
    """Plays all turns of all conversations, also those after a failed one, and judges each.

    Returns:
        One result a turn, in groups by conversation, and each new outcome of a check.
    """
    results: list[Result] = []
    outcomes: list[CheckOutcome] = []
    for conversation in conversations:
        sender, group = f"eval-{uuid.uuid4().hex}", conversation.name.partition(" ")[0]
        last = None
        for number, turn in enumerate(conversation.turns, 1):
            reply = chat.send(sender, turn.user)
            slots = chat.slots(sender)
            problems = check_turn(turn, reply, slots, conversation.never)
            row, unsafe = f"{group}.{number}", unsafe_turn(turn, slots)
            results.append(Result(row, group, turn.user, reply.text, problems, unsafe, [reply.seconds]))
            expected = turn.slots.get(OUTCOME_SLOT, last)
            if expected and expected != last:
                outcomes.append(CheckOutcome(row, str(expected), slots.get(OUTCOME_SLOT)))
            last = expected
    return Evaluation("conversations", results), outcomes


def unsafe_turn(turn: Turn, slots: Mapping[str, Any]) -> bool:
    """Says whether a yes or unsure was stored as no, or a check ended clear that should not have."""
    for name, value in turn.slots.items():
        if slots.get(name) == "no" and value in ("yes", "unsure"):
            return True
        if name == OUTCOME_SLOT and slots.get(name) == CLEARED and value not in (CLEARED, None):
            return True
    return False


def own_words(text: str, patient: str, document: str) -> str:
    """Returns a text without its quotations of the document and of the patient, who may say anything."""

    def keep(match: re.Match[str]) -> str:
        words = " ".join(match.group(1).split())
        quoted = squash(words.rstrip("… "))
        return "“”" if words in document or quoted in patient else match.group()

    return _QUOTE.sub(keep, text)


def forbidden_words(exchanges: Sequence[Exchange], rules: Forbidden | None = None) -> list[tuple[str, str]]:
    """Returns each forbidden phrase that was said, with the sentence; exceptions as in `make check`."""
    rules = rules or load_forbidden()
    said_by: dict[str, list[str]] = {}
    for exchange in exchanges:
        said_by.setdefault(exchange.sender, []).append(squash(exchange.text))
    found = []
    for exchange in exchanges:
        patient = " . ".join(said_by[exchange.sender])
        for text in exchange.reply.texts:
            for sentence in sentences(own_words(text, patient, rules.document)):
                if sentence in rules.allowed:
                    continue
                said = squash(sentence)
                found += [(phrase, sentence) for phrase in rules.phrases if has_phrase(said, phrase)]
    return found


@dataclass(frozen=True)
class RedFlags:
    """How many messages that must fire did, and how many that must not did; and those that erred."""

    name: str
    found: int
    firing: int
    alarms: int
    quiet: int
    missed: tuple[str, ...] = ()
    false: tuple[str, ...] = ()


def red_flag_messages(folder: Path = RED_FLAGS) -> tuple[list[str], list[str]]:
    """Returns the messages of the test data that must fire, and those that must not."""

    def load(name: str) -> Any:
        return yaml.safe_load((folder / name).read_text(encoding="utf-8"))

    pairs = [pair for group in load("contrasts.yml").values() for pair in group]
    firing = [text for texts in load("firing.yml").values() for text in texts]
    quiet = [str(text) for text in load("ordinary.yml")["messages"]]
    return firing + [fires for fires, _ in pairs], quiet + [passes for _, passes in pairs]


def count_red_flags(
    name: str, fires: Callable[[str], bool], firing: Sequence[str], quiet: Sequence[str]
) -> RedFlags:
    """Counts what a detector finds among the messages."""
    missed = tuple(text for text in firing if not fires(text))
    false = tuple(text for text in quiet if fires(text))
    return RedFlags(name, len(firing) - len(missed), len(firing), len(false), len(quiet), missed, false)


def rules_fire(text: str) -> bool:
    """Tells whether the rules alone see an emergency."""
    return find_red_flag(text) is not None


def parse(url: str, text: str) -> dict[str, Any]:
    """Returns what the NLU of the running assistant makes of a message."""
    parsed = _http.post_json(f"{url}/model/parse", {"text": text})
    return parsed if isinstance(parsed, dict) else {}


def is_emergency(parsed: Mapping[str, Any]) -> bool:
    """Tells whether a parsed message goes to the emergency reply."""
    return (parsed.get("intent") or {}).get("name") in KINDS
