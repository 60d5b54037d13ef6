"""Relates what patients say about themselves to the list. Never cleared, never diagnosed."""

from __future__ import annotations

from assistant.knowledge.procedure import procedure
from assistant.rendering.reply import CHECK, RESUME, Reply
from assistant.screening.evidence import Reading
from assistant.screening.items import CONTRAINDICATIONS, ITEMS, MEDICINES, UNSURE, Item, policies
from assistant.text import shorten
from assistant.wording import wording

CONDITION = "condition"


def fact_of(item: Item) -> str:
    """Return the id of the fact that an item rests on."""
    return policies()[item].fact


def quoted(reading: Reading, item: Item) -> str:
    """Return the patient's own words for `item`, quoted, shortened."""
    said = dict.fromkeys(e.words.strip() for e in reading.evidence if e.item == item)
    return ", ".join(f"“{shorten(w, 60)}”" for w in said)


def condition_reply(reading: Reading, *, status: str, none: str | None = None) -> Reply:
    """Return the reply to a statement about oneself.

    Args:
        reading: what was understood; may be empty.
        status: state of the check (`stopped` offers to go on instead of to start).
        none: name of the wording for a statement that tells of no condition of the patient's
            (`no_condition.tells_of_none`), said where `reading` has nothing.
    """
    reply = Reply(kind=CONDITION)
    texts = []
    for item in ITEMS:
        value = reading.values.get(item)
        if value is None or value == "no":
            continue
        words = quoted(reading, item)
        if policies()[item].kind == MEDICINES:
            texts.append(wording("condition.medicine", words=words))
        else:
            if item not in CONTRAINDICATIONS:
                path = "condition.review"
            else:
                path = "condition.unsure" if value == UNSURE else "condition.listed"
            named = wording(f"items.{item}.listed").rstrip(",")
            texts.append(wording(path, words=words, item=named))
        reply.facts.append(fact_of(item))
    if reading.off_list:
        words = ", ".join(f"“{w}”" for w in dict.fromkeys(reading.off_list))
        texts.append(wording("condition.off_list", words=words))
        reply.facts.append(procedure().off_list)
    noted = bool(texts)
    if not noted:
        # Denied or merely touched items still name the fact that the talk is about.
        reply.facts.extend(fact_of(i) for i in dict.fromkeys(reading.denied))
        path = "condition.denied" if reading.denied else "condition.other"
        texts.append(wording(f"condition.{none}" if none else path))
    texts.append(wording("condition.closing"))
    reply.facts.append(procedure().exam)
    # "I have noted what you said" only where it is so.
    if status == "done":
        reply.say("\n\n".join(texts))
        return reply
    if status == "stopped":
        texts.append(wording("condition.offer_resume" if noted else "condition.offer_resume_only"))
    else:
        texts.append(wording("condition.offer" if noted else "condition.offer_only"))
    reply.say("\n\n".join(texts), choices=(RESUME if status == "stopped" else CHECK,))
    reply.offer = "resume" if status == "stopped" else "check"
    return reply
