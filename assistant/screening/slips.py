"""Recognises that the answer given last was a slip, in words that tell more than that.

"Wait, I meant no, that was yesterday" and "wrong button, I do have it" are about the question before, not
about the one that is open. What stands beside the slip may limit it, so the question before is asked again:
a yes is never lowered by such words. Only a plain yes is taken at once.
"""

from __future__ import annotations

import re

from assistant.screening.correction import Correction
from assistant.screening.evidence import Reading
from assistant.screening.items import NO, YES, Item, Value
from assistant.text import squash

_ANSWERED = r"(?:said|answered|replied|responded|put|wrote|typed|chose|selected|picked|ticked)"
_PRESSED = r"(?:press|click|tap|hit|touch|push|select|choos|chos|tick|typ|answer|pick|repl)\w*"
_ANSWER = r"(?:say|press|type|put|click|tap|answer|hit|tick|choose|pick|select|write)"
_ONE = r"(?:one|answer|question|reply|response|thing)"
_LAST = rf"(?:the |my |that |this )?(?:last|previous|earlier) {_ONE}"
_THAT = rf"(?:that|this|what i (?:just )?(?:said|put|wrote|pressed|answered)|my (?:answer|yes|no)|the (?:yes|no)|{_LAST})"
_VALUE = r"(?:yes|yeah|yep|no|nope|not sure|unsure|maybe)"
_WISH = (
    r"(?:(?:please|pls|can|could|may|i|we|you|want|need|have|like|would|id|to|lets|let|me|must|oh|ah|um|er|erm|hm|hmm|wait|"
    r"oops|sorry|ok|no|actually|just|hold|hang|on) )*"
)

#: By itself each of these tells that the answer given last was wrong.
_SLIPS = (
    # "I meant yes, but", "that was meant to be a no"
    r"(?<!what )(?<!that )(?<!not )\bi (?:\w+ly |just |only )?meant\b(?! (?:an?|the|my|to|well|it|that)\b)|\bi meant the other one\b",
    rf"^(?:\w+ ){{0,3}}meant (?:a )?{_VALUE}\b",
    rf"\b(?:meant|wanted|intended) to {_ANSWER}\b|\b(?:not what i meant|didnt mean (?:that|yes|no|to {_ANSWER}))\b",
    rf"\b(?:should|was|is|were)(?:ve)? (?:(?:supposed|meant) to )?(?:have )?(?:be|been|said|say) (?:a )?{_VALUE}\b",
    rf"\bi (?:should|ought to|shouldnt|should not)(?:ve)? (?:have )?(?:{_ANSWERED}|pressed|clicked|tapped|hit)\b",
    # "wrong button", "pressed yes by accident"
    r"\bwrong (?:button|answer|key|box|option)\b",
    rf"\b{_PRESSED} (?:\w+ ){{0,4}}(?:wrong|wrongly|incorrectly|by accident|by mistake|accidentally|too (?:fast|quick|quickly|"
    rf"soon|early)|in a hurry)\b|\b(?:said|put|wrote) (?:that |it |this )?wrong\b|\b(?:accidentally|mistakenly) {_PRESSED}",
    r"\b(?:misclick|mistap|mistyp|mispress)\w*|\b(?:finger|fingers|thumb) (?:just )?(?:slipped|hit|pressed|touched)\b",
    r"\bautocorrect\w*\b|^(?:\w+ )?typo\b",
    # "my mistake", "I misread that", "that was wrong"
    r"\b(?:i|ive) (?:just )?(?:made|must have made) a(?:n error| (?:\w+ )?mistake)\b|^(?:\w+ )?my (?:mistake|bad)\b",
    r"\b(?:i|ive) (?:must have |may have |might have )?(?:just )?(?:misread|misunderstood|misheard)"
    rf"(?= (?:that|it|this|you|the question|{_LAST})\b|$)",
    rf"\b(?:didnt|did not|havent|hadnt) (?:\w+ ){{0,2}}(?:read|understand|see|get) {_LAST}\b",
    r"\bi thought (?:you (?:meant|asked|said|were asking)|the question (?:was|meant))\b",
    rf"\b(?:{_THAT} (?:was|is)|thats) (?:actually |really |also )?(?:a )?(?:wrong|incorrect|not right|not true|untrue|"
    r"not correct|lie|mistaken|mistake|typo|an accident|my mistake)\b",
    rf"\b{_THAT} (?:wasnt|isnt|was not|is not) (?:actually |really |quite )?(?:right|true|correct)\b",
    r"\b(?:was not|wasnt) (?:being |quite |entirely |fully )?(?:honest|truthful)\b|\b(?:i|ive) (?:just )?lied\b",
    # "scratch that", "go back", "let me redo the last one"
    rf"\b(?:scratch|undo|disregard|ignore|strike) (?:that|this|it)\b|^{_WISH}(?:undo|rewind|previous)\b",
    rf"\b(?:ignore|disregard|undo|redo|forget|change|correct|fix|edit|revise|repeat) {_LAST}\b",
    rf"^{_WISH}(?:correct|change|fix|edit|amend|revise|redo) (?:that|this)\b(?! (?:med|pill|dose|tablet|cream))",
    rf"\b(?:take|taking|took) (?:(?:that|it|this|my answer|{_LAST}) back|back (?:that|what i said|my (?:answer|yes|no)|{_LAST}))\b",
    rf"^{_WISH}(?:answer (?:that|it|this|{_LAST})(?: one| question)? (?:again|anew)|(?:answer|say|put) (?:that|it|this|{_LAST}) "
    r"(?:one |question )?(?:differently|otherwise))\b",
    rf"^{_WISH}(?:back|go back)\b(?! (?:when|then|at|home|in|on|to (?:my|work|school|normal|hospital|the (?:doc|gp|hosp|clinic|nurse))))",
    # "yes to the last one"
    rf"\b{_LAST} (?:is |was |should be )?(?:a )?{_VALUE}\b|\b{_VALUE} (?:to|for|on|about) the (?:last|previous) one\b",
    rf"\bthe {_ONE} before (?:was|is|should|has|needs)\b|\b(?:for|about|on|regarding) {_LAST}\b(?<!last one)",
)
_SLIP = re.compile("|".join(_SLIPS))
#: May be about the answer given last: only where nothing is told of the open question.
_MAYBE = re.compile(
    rf"\bi (?:\w+ly |just )?(?:{_ANSWERED}|{_PRESSED}) (?:a |on )?{_VALUE} (?:but|when|though|although|instead|and|before)\b|"
    r"^(?:\w+ )?(?:oops|whoops|ups|oopsie)\b|\bon (?:second thoughts?|reflection)\b|\bcome to think of it\b|"
    r"\bnow (?:that )?i think (?:of|about) it\b"
)
#: "No wait yes": two answers, the second taking the first back.
_BOTH = re.compile(
    r"^(?:oh |um |well )*(?P<first>no|nope|nah|yes|yeah|yep)(?: no| yes)?(?: (?:oh|wait|sorry|actually|oops|hang on|hold on|i mean|no))+ "
    r"(?P<second>no|nope|yes|yeah|yep|i do|i dont)(?: (?:i do|i dont|i have|sorry|actually|please|it is))*$"
)
_TWO = re.compile(
    r"\b(?:no|nope|nah|yes|yeah|yep)\b.* (?:wait|sorry|actually|oops|i mean|i meant)\b.* (?:yes|yeah|yep|no|nope|i do)\b"
)
#: "Actually no, only as a child": the no takes back, and what follows limits it.
_LIMITED_NO = re.compile(
    r"^(?:(?:oh|um|well|ah|hm+|wait|actually|sorry|hang on|hold on) )+(?:no|nope|nah) (?=\w)(?P<rest>.+)$"
)
_LIMITS = re.compile(
    r"^(?:only|just|that was|it was|that is|thats|used to|not (?:any ?more|now|really|today|currently)|but|except|once|"
    r"(?:last|this) (?:night|week|month|year|morning|summer|winter)|yesterday|years? ago|as a|when i)\b"
)
#: A question about what might be, or how it is done.
_ASKS = re.compile(r"\b(?:if|how|what happens|will i|would i|am i able|is it possible)\b|\bdid i\b|\bwhy\b")
_MEANT_YES = re.compile(
    r"\b(?:i (?:mean|meant)(?: to (?:say|press|click|tap|type|put|answer))?|should(?:ve)?(?: have)? (?:be|been|said)|"
    r"wanted to (?:say|press|click|tap|type|put|answer)|correction|supposed to be|change (?:it|that) to|its|it is)"
    r"(?: a)? (?:yes|yeah|yep)\b"
)
#: Words that add nothing to "I meant yes".
_SMALL = frozenset(
    "i a an the my to for on about in of it its is was that this last previous one answer question there and but so "
    "oh ah um hm hmm well ok okay sorry oops whoops wait no nope nah yes yeah yep hang hold actually please lol "
    "wrong button key typo misclick mistake autocorrect correction hit pressed clicked tapped said put typed "
    "answered just instead of meant mean have before should say press type tap click put answer was".split()
)


def takes_back(text: str) -> bool:
    """Tell whether `text` says two answers, the second taking the first back ("sorry, no, I mean yes for ...")."""
    return bool(_TWO.search(squash(text)))


def find_slip(text: str, reading: Reading, *, last: Item | None, value: Value | None) -> Correction | None:
    """Return the correction of the answer given last that `text` makes beside other words, or None.

    Args:
        text: the message.
        reading: what it says, read as an answer to the open question.
        last: the item answered last; None when there is none, or when the open question was tried since.
        value: the present value of `last`.

    Returns:
        The item answered last, to yes when that is plainly said, else to be asked again.
    """
    squashed = squash(text)
    if last is None or text.strip().startswith("/") or _ASKS.search(squashed):
        return None
    told = any(e.cue != "answer" for e in reading.evidence)
    if not (_SLIP.search(squashed) or (not told and _may_be_one(squashed, value))):
        return None
    plain = _MEANT_YES.search(squashed) and not told and _SMALL.issuperset(squashed.split())
    return Correction(last, YES if plain else None)


def _may_be_one(squashed: str, value: Value | None) -> bool:
    """Tell whether words that may be an answer as well fit the answer given last, `value`, better."""
    if _MAYBE.search(squashed):
        return True
    both = _BOTH.match(squashed)
    if both:
        # Only what was said can be taken back.
        first = NO if both["first"].startswith("n") else YES
        second = NO if both["second"] in ("no", "nope", "i dont") else YES
        return first == value and second != value
    limited = _LIMITED_NO.match(squashed)
    return value == YES and bool(limited and _LIMITS.match(limited["rest"]))
