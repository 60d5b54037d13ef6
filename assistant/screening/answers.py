"""Forms of yes, no and not sure in answer to a question.

The forms are asymmetric on purpose: a yes or a doubt counts wherever it stands, a no only as the
whole message (research/screening.md 2.3). A no-form matched as a prefix was the one cause of
unsafe results in the prototype.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from assistant.datafiles import load_yaml
from assistant.screening.items import CONDITION, Item, neutral_words, policies
from assistant.screening.lexicon import AMBIGUOUS, STRONG, cues, terms
from assistant.text import fold, has_foreign_letters, has_phrase, squash, words

FORMS = "screening/answer_forms.yml"

_YES_SIGNS = re.compile("[\U0001f44d\u2705\u2714\u2611]")
_NO_SIGNS = re.compile("[\U0001f44e\u274c\u2716\U0001f6ab]")
#: Faces of the ill, medicines, a thermometer: beside a no they tell more than the no does.
_ILL_SIGNS = re.compile(
    "[\U0001f48a\U0001f489\U0001f494\U0001f321\U0001f635\U0001f637\U0001f912\U0001f915\U0001f922\U0001f927"
    "\U0001f92e\U0001f975\U0001f976\U0001f9a0\U0001fa78\U0001fa79\U0001fac0\U0001fac1]"
)
_STRETCHED = re.compile(r"^(n+o+p*e*|n+a+h+|n+e+i+n+)$")
_CLAIM = re.compile(
    r"\b(?:i|ive|we) (?:do|have|got|had|take|use|am|was|did|get)\b"
    r"(?! (?:not|no|none|nothing|never|neither|zero|nada|without|fine|good|feel|normal|healthy|clear))"
)
_DENIED_CLAIM = re.compile(
    r"\b(?:dont|not|never|none|nothing|neither|nor|that|havent|didnt|hasnt|as far as|if)"
    r"(?: \w+)? (?:i|ive|we) (?:do|have|got|had|take|use|am|was|did|get)\b|"
    r"\b(?:never|not) (?:had|have|got|take|use)\b"
)
_NOT_GOOD = re.compile(
    r"\b(?:not|isnt|arent|dont|never|aint|doesnt|wasnt|no)(?: \w+)? "
    r"(?:so |very |too |that |feeling |feel )?(?:fine|good|great|normal|healthy|clear|clean|ok|okay|sure|smooth)\b"
)
#: "no... wait sorry, yes"
_TAKEN_BACK = re.compile(
    r"\b(?:wait|sorry|actually|oops|correction|i mean|i meant)\b(?: \w+){0,2} (?:yes|yeah|yep|i do)\b"
)
#: "no my pulse is high", "nope sore lip": a no that stands for itself, without a comma after it.
_NO_THEN = re.compile(
    r"^\W*(?:no|none|never|nothing|negative)\W+(?=(?:and|plus|my|it|it'?s|i|i'?m|the|they|there'?s?|"
    r"that|this|some|only|just)\b|(?!of\b|that\b)\w+(?: \w+)? (?:is|are|was|were)\b)|"
    r"^\W*no\W+(?=(?:an?|stopped|started|had|got|was|diagnosed|last|yesterday)\b)|"
    r"^\W*(?:nopes?|nah|naw)\W+(?=\w)"
)
_OPENER = re.compile(r"^(?:and |but |so )?(?:my|its?|im|i|the|they|theres?|this)\b")
_ONLY_ONE = re.compile(r"\b(?:only|just) (?:(?:very|so|really) )?(?:one|an?|the|my|some|this|that|it|dry)\b")
_PARTS = re.compile(r"([.!?;\n]+|[,:]+|\s-+\s)")
#: "Sore lip, no?"
_TAG = re.compile(r"\w\W+(?:no|nope|nah)\s*\?")
_DOUBLE_NO = re.compile(r"\b(?:not|never|isnt|dont|havent) (?:no|none|nothing|never|not)\b")


@lru_cache(maxsize=1)
def _no_phrase() -> re.Pattern[str]:
    """Return what finds a phrase that stands for a no, where nothing or a mark follows it."""
    phrases = "|".join(map(re.escape, sorted(_set("no_phrases"), key=len, reverse=True)))
    vocative = "|".join(map(re.escape, sorted(_set("vocatives"))))
    return re.compile(rf"\b(?:{phrases})(?: (?:{vocative}))?(?=\s*(?:[.,;!\n]|$))")


def _with_plain_no(text: str) -> str:
    """Write "no" for each phrase that stands for one ("absolutely not, thank you")."""
    return _no_phrase().sub("no", fold(text).replace("'", ""))


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(squash(w) for w in load_yaml(FORMS)[name])


@cache
def _item_words(item: Item) -> frozenset[str]:
    policy = policies()[item]
    own: set[str] = set()
    # A medicine named beside a no is not a no, whatever the words around it.
    if policy.kind == CONDITION:
        own = {w for t in terms() if t.label == item and t.strength in (STRONG, AMBIGUOUS)
               for w in t.phrase.split()}  # fmt: skip
    return frozenset(own | set(policy.beside_no))


def is_no(text: str, item: Item) -> bool:
    """Tell whether the whole of `text` is a plain no to the question about `item`."""
    text = _with_plain_no(text)
    tokens = words(text)
    if is_unreadable(text):
        # "no, но есть сыпь": what can't be read is no part of a plain no.
        return False
    if not tokens:
        return bool(_NO_SIGNS.search(text)) and not _YES_SIGNS.search(text)
    joined = " ".join(tokens)
    if is_soft_no(text) or _claims(joined) or _tells_more(text) or _TAG.search(fold(text)):
        return False
    clear = any(has_phrase(joined, p) for p in _set("all_clear"))
    negated = any(_is_no_word(t) for t in tokens) or bool(_NO_SIGNS.search(text))
    if not (clear or negated) or _DOUBLE_NO.search(joined):
        return False
    if not negated and not _harmless().issuperset(tokens):
        # "All clear" and "temperature is normal" are a no, "clear blisters" is none.
        return False
    if _NOT_GOOD.search(joined) and not re.match(r"^(?:no|nope|nah|none)\b", joined):
        return False
    if re.search(r"\bnot (?:sure|clear|normal|good|fine|okay|ok|healthy|clean|only|just)\b", joined):
        return False
    allowed = _set("fillers") | _item_words(item)
    clear_words = {w for p in _set("all_clear") for w in p.split()}
    if any(t in _set("yes_words") - {"absolutely", "definitely", "sure"} for t in tokens):
        return False
    return all(_is_no_word(t) or t in allowed or t in clear_words for t in tokens)


def is_unreadable(text: str) -> bool:
    """Tell whether words of another alphabet, or faces of the ill, stand in `text`, which may tell anything."""
    return bool(_ILL_SIGNS.search(text)) or has_foreign_letters(text)


@cache
def _harmless() -> frozenset[str]:
    """Words that claim nothing: small words, names of the topic, words of being well."""
    well = {w for p in _set("all_clear") for w in p.split()}
    return frozenset(_set("fillers") - {"up"} | {squash(w) for w in neutral_words()} | well)


def _tells_more(text: str) -> bool:
    """Tell whether a complaint stands beside the no, undenied ("no, my pulse is high")."""
    folded = _NO_THEN.sub(r"\g<0>, ", _NO_SIGNS.sub(" no, ", fold(text)))
    alone = False
    pieces = [*_PARTS.split(folded), ""]
    for piece, mark in zip(pieces[::2], pieces[1::2], strict=True):
        part = squash(piece)
        tokens = part.split()
        denied = any(_is_no_word(t) for t in tokens) or "free" in tokens
        told = not _harmless().issuperset(tokens) or _ONLY_ONE.search(part)
        if told and not denied and (alone or _OPENER.match(part)):
            return True
        # A list goes on with what came before ("no fever, chills"); a sentence does not.
        bare = all(_is_no_word(t) or t in _set("fillers") - {"up"} for t in tokens)
        alone = bare or (alone and not denied) or mark[:1] in tuple(".!?;\n")
    return False


def _is_no_word(token: str) -> bool:
    return token in _set("no_words") or bool(_STRETCHED.match(token))


def _claims(joined: str) -> bool:
    """Tell whether an "i do" or "i have" stands there that nothing denies ("no i have")."""
    return bool(_CLAIM.search(_DENIED_CLAIM.sub(" ", joined)))


def is_soft_no(text: str) -> bool:
    """Tell whether `text` is a soft negative ("I don't think so"): ask once more."""
    joined = squash(text)
    return any(has_phrase(joined, p) for p in _set("soft_no"))


def is_yes(text: str) -> bool:
    """Tell whether `text` starts with, or is, a yes."""
    text = _with_plain_no(text)
    tokens = words(text)
    if not tokens:
        return bool(_YES_SIGNS.search(text)) and not _NO_SIGNS.search(text)
    joined = " ".join(tokens)
    lead = [t for t in tokens[:4] if t not in {"oh", "well", "um", "hm", "hmm", "ok", "and", "so"}]
    if lead and lead[0] in _set("yes_words"):
        return not has_phrase(joined, "yes and no")
    if _YES_SIGNS.search(text) and not has_no_word(text):
        return True
    back = _TAKEN_BACK.search(joined)
    # "No, wait, I do" is a yes; "actually I do have afib" tells what the patient has.
    if back and (not back[0].endswith("i do") or is_small_talk(joined[back.end() :])):
        return True
    if joined.startswith(("afraid so", "im afraid so")):
        return True
    # "I have it" is a yes; "I have psoriasis" and "I am pregnant" have to be read.
    return any(
        joined == p or (joined.startswith(p + " ") and is_small_talk(joined[len(p) :]))
        for p in _set("yes_phrases")
    )


def is_small_talk(rest: str) -> bool:
    """Tell whether only small words and words of time and doubt follow an "I do" or "I have"."""
    return _beside_yes().issuperset(rest.split())


@lru_cache(maxsize=1)
def _beside_yes() -> frozenset[str]:
    kinds = ("past", "recent", "present", "doubt")
    when = {w for kind in kinds for p in cues(kind) for w in p.split()}
    clear = {w for p in _set("all_clear") for w in p.split() if len(w) > 3} - {"have"}
    return frozenset((_set("fillers") | _set("yes_words") | when) - _set("no_words") - clear)


def is_unsure(text: str) -> bool:
    """Tell whether `text` says that the patient doesn't know, or skips the question."""
    joined = squash(text)
    return any(has_phrase(joined, p) for p in _set("unsure"))


def is_refusal(text: str) -> bool:
    """Tell whether the patient does not want to say."""
    joined = squash(text)
    return any(has_phrase(joined, p) for p in cues("refusal"))


def has_no_word(text: str) -> bool:
    """Tell whether a word of negation stands anywhere in `text`."""
    return any(_is_no_word(t) for t in words(text))


def leads_with_no(text: str) -> bool:
    """Tell whether `text` starts with a no, whatever follows."""
    lead = [t for t in words(text)[:3] if t not in {"oh", "well", "um", "hm", "hmm", "ok"}]
    return bool(lead) and _is_no_word(lead[0])
