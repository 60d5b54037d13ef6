"""Splits a message into clauses that may be questions of their own, keeping character offsets."""

from __future__ import annotations

import re
from itertools import pairwise

from assistant.nlu.topics import Segment
from assistant.text import fold

MAX_SEGMENTS = 8  # further clauses are left out: three answers at most are given
_FEW_WORDS = 8  # a message so short is split at every "and" or comma: "downtime, price and pain?"

_QUESTION_WORDS = (
    r"what(?:'?s|'?re)?|wh?ats?|wots?|how(?:'?s|'?d)?|hw|when(?:'?s)?|where(?:'?s)?|why(?:'?s)?|which|who(?:'?s)?|"
    r"can|could|cud|do|does|dose|did|is|isn'?t|are|am|was|were|will|would|wud|should|shud|shall|may|must|"
    r"has|have|any|anything|whether|for how long|till when|until when|at what|in what|after how|"
    r"on which"
)
_QUESTION = rf"(?:if )?(?!(?:do|have|is|are|was|were|can|will|would|am|has) not\b)(?:{_QUESTION_WORDS})\b"
_STARTS_QUESTION = re.compile(rf"(?:so|ok(?:ay)?|but|hi|hello|hey|then|well|please|pls|or)?[ ,]*{_QUESTION}")

# Two questions in one breath, as dictated: "how long is the healing do i need a bandage". A question that opens so far
# into a clause is one of its own, unless the word before it leads to it ("tell me how long").
_SECOND = re.compile(
    r"(?<=[a-z0-9]) (?=(?:how (?:long|much|many|deep|often|soon|do|does|is)|does (?:it|the)|do (?:i|you) (?:need|have)|can (?:i|you)|"
    r"will (?:it|i|there|the)|is (?:it|there)|are there|when (?:can|do|will)|what (?:does|is|are|happens)|where (?:are|do))\b)"
)
_LEADS = frozenset(
    "me know if and or that to about wondering wonder ask asking on of the see understand is exactly also so then but explain "
    "unsure sure idea wanted question tell say when what why how which where who long much wont will not hi hello hey please "
    "because decide as than like for with from think thinks i you we they".split()
)
# "How long after waxing can I have it": without a verb of its own the beginning is no question.
_VERB = re.compile(
    r"\b(?:is|are|was|were|does|do|did|can|could|will|would|should|must|has|have|what'?s|how'?s|where'?s)\b"
)
_FEWEST = 3  # words of the first question

# Between sentences: not at a figure's point (37.5), nor after an abbreviation.
_SENTENCE_END = re.compile(
    r"(?:(?<!\be\.g)(?<!\bi\.e)(?<!\bdr)(?<!\bmr)(?<!\bmrs)(?<!\bvs)\.+|[!?;\n\u2026]+)[)\"']*(?=\s|$)"
)
_JOINT = re.compile(
    r"\s*,?\s*\b(?:and also|and then|and|n|also|plus|as well as|or)\b,?\s*|\s*(?:,|&|\+| - |/)\s*"
)
_PREFACE = re.compile(
    r"\b(?:\d|two|three|four|few|couple of|some|several|my) (?:\w+ )?"
    r"(?:things?|questions?|qs|q's|points)\b"
    r"[^:\n-]{0,25}(?::| -)\s*"
)
_START = r"(?:(?<=\s)|^)"
_NUMBER = re.compile(
    rf"{_START}\(?\d{{1,2}}[.):]\s+|{_START}[-*\u2022]\s+|"
    rf"\b(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|lastly)\b,?\s+(?={_QUESTION})"
)
_LEAD = re.compile(r"(?:\s|,|&|\+|/|-|\*|\u2022|(?:and also|and|also|plus|n|as well as|or)\b(?!'))+")
_LETTER = re.compile(r"[^\W\d_]")


def split_segments(text: str) -> list[Segment]:
    """Return the clauses of `text` that may stand alone, in order, `MAX_SEGMENTS` at most.

    Clauses end where sentences end; inside a sentence, before a joined question ("..., and how long
    ..."), before a second question without any mark, between the items of an announced list ("2 things: a, b") and of a very short message
    ("price and downtime?"). One clause, or none, means that there is nothing to split.
    """
    folded = fold(text)
    cuts = {0, len(text)}
    preface = _PREFACE.search(folded)
    if preface:
        cuts.add(preface.end())
    for end in _SENTENCE_END.finditer(folded):
        cuts.add(end.end())
    for number in _NUMBER.finditer(folded):
        cuts.add(number.start())
    short = len(folded.split()) <= _FEW_WORDS
    for joint in _JOINT.finditer(folded):
        listed = preface is not None and joint.start() >= preface.end()
        if short or listed or _STARTS_QUESTION.match(folded, joint.end()):
            cuts.add(joint.start())
    cuts.update(_run_on(folded, sorted(cuts)))
    places = sorted(cuts)
    spans = (_trim(folded, start, end) for start, end in pairwise(places))
    kept = [(start, end) for start, end in spans if _LETTER.search(text, start, end)]
    if preface:
        kept = [(start, end) for start, end in kept if end > preface.end()]
    return [Segment(text[a:b], a, b, _asks(folded[a:b])) for a, b in kept[:MAX_SEGMENTS]]


def _run_on(folded: str, cuts: list[int]) -> list[int]:
    """Return the places, beside `cuts`, where a second question begins without any mark before it."""
    found: list[int] = []
    for begin, end in pairwise(cuts):
        start = _trim(folded, begin, end)[0]
        for second in _SECOND.finditer(folded, start, end):
            before = folded[start : second.start()]
            words = before.split()
            if len(words) >= _FEWEST and words[-1] not in _LEADS and _asks(before) and _VERB.search(before):
                start = second.end()
                found.append(start)
    return found


def _trim(folded: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without blanks around it and without numbers and joining words before it."""
    moved = True
    while moved:
        moved = False
        for pattern in (_LEAD, _NUMBER):
            found = pattern.match(folded, start, end)
            if found and found.end() > start:
                start, moved = found.end(), True
    while end > start and folded[end - 1] in " ,\n\t-":
        end -= 1
    return start, max(start, end)


def _asks(folded: str) -> bool:
    """Tell whether a clause has a question's form: its mark, or its word or auxiliary in front."""
    return folded.endswith("?") or _STARTS_QUESTION.match(folded) is not None
