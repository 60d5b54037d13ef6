"""Decides how a condition is meant: present, absent, past, another person's, hypothetical, doubtful.

Own clause rules: measured against negspaCy and medspaCy's ConText they made the fewest dangerous
errors on blind sentences (research/screening.md 2.5). The result never stands alone for a "no":
see reading.py, where only a short, whole-message negative counts as one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from assistant.knowledge.procedure import procedure
from assistant.screening.lexicon import cues
from assistant.text import WORD, fold, has_phrase, squash


class Assertion(str, Enum):
    """How a mention is meant. The names are the roles of the Rasa entities."""

    PRESENT = "present"
    ABSENT = "absent"
    PAST = "past"
    RECENT = "recent"
    FAMILY = "family"
    HYPOTHETICAL = "hypothetical"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Clause:
    """A clause with its character span; `sentence` numbers the sentence it belongs to."""

    start: int
    end: int
    text: str
    sentence: int
    ends_with: str


_SENTENCE_END = re.compile(r"(?<!\d)[.](?!\d)|(?<=\d)[.](?=\s|$)|[!?;\n]+|\.{2,}")
_VERBISH = (
    r"(?:i|im|i'm|ive|i've|id|my|me|it|its|it's|they|he|she|we|you|have|had|has|got|get|take|taking|"
    r"on|am|is|are|was|were|do|does|did|don't|dont|can|could|will|would|should|what|which|how|why|"
    r"when|where|who|no|not|never|also|since|now|then|forgot|just|feel|feeling|used|since|today)"
)
_SPLIT = re.compile(
    r",|:(?=\s)|\s-+\s|"
    r"\s+(?=(?:but|however|although|though|except|apart from|other than|besides|unless|"
    r"while|whereas|only that|it'?s the other|instead)\b)|"
    rf"\s+(?=(?:and|n|&|plus|so|because|cos|cuz|coz)\s+{_VERBISH}\b)"
)
_STARTS_NEW = re.compile(
    r"^(?:well\b|but|however|although|though|except|apart from|other than|besides|only|just|"
    r"(?:and|cos|cuz|coz|because|so|plus|n) (?:i|im|i'm|ive|i've|my|have|take|on)\b|i\b|im\b|i'm|ive\b|i've|my\b|it'?s?\b|is\b|are\b|"
    r"was\b|have\b|had\b|got\b|on\b|take\b|taking\b|since\b|now\b|then\b|yes\b|also\b)"
)
_QUESTION_START = re.compile(
    r"^(?:and |so |but |also |ok |hi |hello |hey |pls |please |sorry |well |um |hmm |btw )*"
    r"(?:can|could|is|are|does|do|did|would|will|should|may|must|what|whats|which|how|why|when|"
    r"where|who|whose|am i|has|have you|if|suppose|say|say someone|any|anyone|anybody)\b"
)
_YEAR = re.compile(r"\b(?:in|back in|of|was|from|around|til|till|until) (?:19|20)\d\d\b")
_AGO = re.compile(
    r"\b(?:\w+ )?(?:years?|yrs?|months?|mths?|weeks?|wks?|summers?|winters?|decades?) (?:ago|back)\b"
)
_NOW_PERFECT = re.compile(
    r"\b(?:ive had|i have had|have had|ive got|still (?:have|got)|had (?:it|this|that|them|one|these)? ?"
    r"(?:for|since|all)|had (?:(?!\bago\b|healed|gone|clear|better|fine|nothing|none).){0,40}\bsince|"
    # "Diagnosed" is long, and often misspelt.
    r"d[a-z]{0,3}[gn][a-z]{3,7}de?|came up|started|appeared|popped up|showed up|broke out|since i was|since (?:a )?(?:birth|kid|child|baby|childhood|teens?|puberty|always)|"
    r"was told i have|put me on|just had|was put on|was given|was prescribed|came back|comes back)\b"
)
_NONE_NOW = re.compile(
    r"\b(?:none|nothing|not|no)(?: \w+){0,2} (?:now|at the moment|atm|right now|rn|currently|today|"
    r"showing|active|anymore|any more|since)\b|\bnow (?:its |it is )?(?:gone|fine|clear|over)\b"
)
#: A comparison with the past does not make the condition past.
_LIKE_LAST = re.compile(
    r"\b(?:like|as|than) (?:the |my )?(?:last (?:time|one|outbreak|year|summer|winter)|before)\b"
)
_NO_DOUBT = re.compile(r"\b(?:no|without(?: a)?) doubt\b")


#: "Will my skin feel hot?" asks about the treatment, although it says "my".
@lru_cache(maxsize=1)
def _afterwards() -> re.Pattern[str]:
    treated = "|".join(map(re.escape, procedure().treated))
    return re.compile(rf"^(?:and |but |so )*(?:will|would|could|can|does|do) my (?:{treated})\b")


_MY = re.compile(r"\bmy(?: \w+){0,2} $")


_ABOUT_TO_SAY = re.compile(
    r"\bi (?:should|would|could) (?:\w+ )?(?:mention|say|tell|add|warn)(?: you| u)?(?: that)?\b"
)
_WHETHER_IT_IS = re.compile(
    r"\b(?:not sure|no idea|no clue|cant say|hard to say|dont know|cant tell|wonder|wondering|unsure|idk) (?:if|whether)\b"
)
#: "Why do you ask about my pills": a question about the question, whoever's pills they are.
_ASKS_ABOUT = re.compile(
    r"^(?:and |but |so |ok )*(?:why|what do|what does|what have|what has|how come|what are|who)\b"
)
_BARE_NO = re.compile(r"^(?:oh |well |um |hm )*(?:no|nope|nah|naw|none|never)(?: oh| wait| sorry| ok)*$")


def split_clauses(text: str) -> list[Clause]:
    """Return the clauses of `text` in order; spans cover all words."""
    folded = fold(text)
    clauses: list[Clause] = []
    start = 0
    bounds = [(m.start(), m.end(), m.group()) for m in _SENTENCE_END.finditer(folded)]
    for number, (stop, after, mark) in enumerate([*bounds, (len(folded), len(folded), "")]):
        inner = start
        cuts = [m for m in _SPLIT.finditer(folded, start, stop) if not _decimal(folded, m.start())]
        for m in cuts:
            if folded[inner : m.start()].strip():
                clauses.append(Clause(inner, m.start(), folded[inner : m.start()], number, ","))
            inner = m.end()
        if folded[inner:stop].strip():
            clauses.append(Clause(inner, stop, folded[inner:stop], number, mark.strip()[:1]))
        start = after
    return clauses


def _decimal(folded: str, at: int) -> bool:
    """Tell whether the comma at `at` stands inside a number."""
    return folded[at] == "," and folded[at - 1 : at].isdigit() and folded[at + 1 : at + 2].isdigit()


def assert_span(text: str, clauses: list[Clause], start: int, end: int) -> tuple[Assertion, int]:
    """Return how the mention at `start:end` is meant, and the number of its clause.

    Args:
        text: the message.
        clauses: its clauses, from `split_clauses`.
        start: first character of the mention.
        end: character after its last.
    """
    index = next(i for i, c in enumerate(clauses) if c.start <= start and end <= c.end)
    clause = clauses[index]
    before, after = fold(text)[clause.start : start], fold(text)[end : clause.end]
    scope = _inherited(clauses, index)
    return _judge(clauses, index, scope, before, after), index


def _judge(clauses: list[Clause], index: int, scope: str, before: str, after: str) -> Assertion:
    clause = clauses[index]
    whole = squash(clause.text)
    neighbour = _comment(clauses, index)
    context = f"{scope} {whole} {neighbour}".strip()
    own_my = bool(_MY.search(squash(before) + " "))
    hypothetical = _hypothetical(scope, before, clause, own_my)
    if hypothetical:
        return Assertion.HYPOTHETICAL
    if _other_person(scope, before, after, neighbour):
        return Assertion.FAMILY
    doubted = any(has_phrase(whole, p) for p in cues("doubt"))
    if _negated("" if doubted else scope, before, after) or _answered_no(clauses, index):
        return Assertion.ABSENT
    if any(has_phrase(_NO_DOUBT.sub(" ", context), p) for p in cues("doubt")) or (
        clause.ends_with == "?" and not own_my and _bare(before, after)
    ):
        return Assertion.DOUBTFUL
    return _time(context, whole, clauses, index)


def _time(context: str, whole: str, clauses: list[Clause], index: int) -> Assertion:
    sentence = " ".join(squash(c.text) for c in clauses if abs(c.sentence - clauses[index].sentence) <= 1)
    context = _LIKE_LAST.sub(" ", context)
    none_now = bool(_NONE_NOW.search(sentence))
    perfect = bool(_NOW_PERFECT.search(context))
    past = bool(_YEAR.search(context) or _AGO.search(context)) or any(
        has_phrase(context, p) for p in cues("past")
    )
    if none_now and not perfect:
        return Assertion.PAST
    if not past or (perfect and not none_now) or has_phrase(whole, "since"):
        return Assertion.PRESENT
    if any(has_phrase(sentence, p) for p in cues("recent")):
        return Assertion.RECENT
    return Assertion.PAST


def _inherited(clauses: list[Clause], index: int) -> str:
    """Return the words of earlier clauses of the sentence that a bare list item hangs on."""
    clause = clauses[index]
    if index == 0 or _STARTS_NEW.match(clause.text.strip()):
        return ""
    previous = clauses[index - 1]
    if previous.sentence != clause.sentence:
        return ""
    if _BARE_NO.match(squash(previous.text)):
        # "Nope, pemphigus": the no answers the question, it does not deny what follows.
        return ""
    earlier = _inherited(clauses, index - 1)
    return f"{earlier} {squash(previous.text)}".strip()


def _comment(clauses: list[Clause], index: int) -> str:
    """Return the next clause when it comments on this one ("herpes, i think"; "a boil, healed")."""
    if index + 1 >= len(clauses):
        return ""
    following = squash(clauses[index + 1].text)
    kinds = ("doubt", "past", "recent")
    short = len(following.split()) <= 5
    if short and any(has_phrase(following, p) for kind in kinds for p in cues(kind)):
        return following
    return ""


def _hypothetical(scope: str, before: str, clause: Clause, own_my: bool) -> bool:
    lead = _ABOUT_TO_SAY.sub(" ", f"{scope} {squash(before)}").strip()
    if has_phrase(lead, "if") or has_phrase(lead, "whether"):
        return not _WHETHER_IT_IS.search(lead)
    if own_my and not (_ASKS_ABOUT.match(lead) or _afterwards().match(lead)):
        return False
    if _OWN_FACT.search(lead):
        return False
    if any(has_phrase(lead, p) for p in cues("hypothetical")):
        return True
    starts = _QUESTION_START.match(squash(clause.text)) or _QUESTION_START.match(lead)
    return bool(starts)


#: "Does it matter that I have epilepsy": what is asked about is told as a fact.
_OWN_FACT = re.compile(
    r"\b(?:that|although|though|because|since|given) (?:i|im|ive|we) (?:\w+ly |still |also |already )?"
    r"(?:have|had|got|take|use|suffer|am|on|ve)\b(?! (?:it|to|the laser|this|treatment)\b)"
)
#: Family words that do not make the condition another person's.
_NOT_OTHERS = re.compile(
    r"\b(?:as a|since i was a|when i was a|from a) (?:\w+ )?(?:child|kid|baby|toddler|son|daughter)\b|"
    r"\b\w+ (?:machine|monitor|cuff|thermometer|scale)\b|\bof mine\b"
)
_SAID = frozenset(
    "says said say thinks think told gave give noticed saw reckons put thought found diagnosed did "
    "suspect suspects suspected prescribed started want call called ablated reckon believe wrote "
    "tested test testing check checked keep kept are".split()
)


def is_other_person(word: str) -> bool:
    """Tell whether `word` names a person other than the patient ("mother", "mums", "grandpas")."""
    others = set(cues("others"))
    return word in others or (word.endswith("s") and word[:-1] in others)


def _other_person(scope: str, before: str, after: str, neighbour: str) -> bool:
    lead = _NOT_OTHERS.sub(" ", f"{scope} {squash(before)}").split()
    mine = {"i", "im", "ive", "id", "me", "my", "mine", "myself"}
    last_other = max((i for i, w in enumerate(lead) if is_other_person(w)), default=-1)
    subject = {"i", "im", "ive", "id"}
    said = _SAID
    if last_other >= 0:
        between = lead[last_other + 1 :]
        return not (set(between) & mine or set(between) & said)
    tail = _NOT_OTHERS.sub(" ", squash(after)).split()
    vague = {"people", "person", "someone", "women", "men", "they", "he", "she", "his", "her"}
    if any(is_other_person(w) and w not in vague for w in tail):
        too = has_phrase(squash(after) + " " + neighbour, "too")
        gave = bool(set(tail) & {"gave", "says", "said", "thinks", "told", "noticed", "from", "like"})
        return not (set(lead) & (subject | {"yes", "yeah", "yep"}) or too or gave)
    return False


def _negated(scope: str, before: str, after: str) -> bool:
    lead = f"{scope} {squash(before)}".strip()
    tail = squash(after)
    for pseudo in cues("pseudo_negation"):
        lead = f" {lead} ".replace(f" {pseudo} ", " ~ ").strip()
    found = [_unstretched(w) for w in lead.split()]
    single = {p for p in cues("negation") if " " not in p}
    near = found[-8:]
    position = max((i for i, w in enumerate(near) if w in single), default=-1)
    if position >= 0 and not _verb_between(near[position + 1 :], near[position]):
        return True
    if any(has_phrase(lead, p) for p in cues("negation") if " " in p):
        return True
    first = tail.split()[:3]
    return bool(first) and (first[0] in {"negative", "no", "none", "nope", "free"})


def _unstretched(word: str) -> str:
    """Write "noo", "nooo" and "nopee" as "no" and "nope"."""
    return "no" if re.fullmatch(r"n+o+", word) else "nope" if re.fullmatch(r"n+o+p+e*s?", word) else word


def _verb_between(rest: list[str], cue: str) -> bool:
    """Tell whether a new statement starts after a bare "no" ("no i have a rash", "no only my boil")."""
    if cue not in {"no", "nope", "nah", "none", "never", "nothing"}:
        return False
    return bool(rest) and rest[0] in {
        "i", "im", "ive", "my", "its", "just", "only", "it", "some", "there", "theres", "yes",
        "but", "wait", "actually", "sorry", "oh", "got",
    }  # fmt: skip


def _answered_no(clauses: list[Clause], index: int) -> bool:
    """Recognise "Fever? No." and "Herpes: none"."""
    if index + 1 >= len(clauses) or clauses[index].ends_with not in {"?", ",", ""}:
        return False
    if clauses[index].ends_with == "," and len(WORD.findall(clauses[index].text)) > 2:
        return False
    return squash(clauses[index + 1].text) in {"no", "nope", "none", "never", "negative", "nah"}


def _bare(before: str, after: str) -> bool:
    """Tell whether the clause holds little but the mention ("herpes?")."""
    return len(squash(before).split()) + len(squash(after).split()) <= 2
