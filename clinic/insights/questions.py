"""Which question may be kept, and what of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.knowledge.content import content
from assistant.nlu.segments import split_segments
from assistant.safety.red_flags import find_red_flag
from assistant.text import words
from clinic.insights.scrub import project_scrubber
from clinic.insights.store import Question

SILENT = "not_in_document"
_SELF = frozenset(
    "i im ive id ill me my mine myself we our us he she him her his hers they their them".split()
    + "mum mom dad sister brother daughter son wife husband partner friend".split()
)
#: Probability from which a message may be about one's own health.
_MAYBE = 0.1
_TELLING = ("inform_health", "correct_answer", "emergency", "self_harm")


@dataclass(frozen=True)
class Asked:
    """A question as it was typed. Lives in memory for some seconds, and is never shown.

    Attributes:
        kind: `not_in_document`, `out_of_scope` or `unclear`.
        topic: name of the silent topic, `other`, or empty.
        text: the words that ask it.
        whole: the message that it stood in.
        ranking: classes of the message with their probabilities, best first.
        in_check: a question of the check was open: only what has the form of a question counts.
        locale: language of the conversation.
    """

    kind: str
    topic: str
    text: str = field(repr=False)
    whole: str = field(repr=False)
    ranking: tuple[tuple[str, float], ...] = ()
    in_check: bool = False
    locale: str = "en"


def kept(asked: Asked, day: str) -> Question | None:
    """Return what may be kept of a question; None when nothing may.

    Raises:
        DataFileError: a content file can't be read.
    """
    if tells_of_health(asked) or find_red_flag(asked.whole):
        return None
    asks = _only_questions(asked.text)
    if not asks and asked.kind != SILENT and _of_a_person(asked.whole):
        # "It's sitting right on my lip": a statement that nobody understood.
        return None
    text = asks if asked.in_check else asked.text
    scrubbed = project_scrubber().scrub(text)
    return Question(day, asked.kind, asked.topic, scrubbed, asked.locale) if scrubbed else None


def tells_of_health(asked: Asked) -> bool:
    """Tell whether a message may tell of somebody's health.

    The caller has looked for the conditions and medicines of the lexicon. Here it is the classifier's
    word, and topics that are about one's own body ("I'm five months pregnant, can I have it"): a
    message with one of them that speaks of a person is not kept.
    """
    if any(name in _TELLING and p >= _MAYBE for name, p in asked.ranking):
        return True
    own = {f"{SILENT}/{t.name}" for t in content().silent.values() if t.own_health}
    about_body = any(name in own and p >= _MAYBE for name, p in asked.ranking)
    about_body = about_body or f"{SILENT}/{asked.topic}" in own
    return about_body and _of_a_person(asked.whole)


def _of_a_person(text: str) -> bool:
    return not _SELF.isdisjoint(words(text))


def _only_questions(text: str) -> str:
    """Return the clauses that ask something: the others are answers to the check."""
    segments = split_segments(text)
    return " ".join(s.text for s in segments if s.asks or re.search(r"\?\s*$", s.text))
