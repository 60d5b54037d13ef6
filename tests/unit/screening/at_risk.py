"""Statements of patients at risk, built from templates and words of the lexicon."""

from __future__ import annotations

from assistant.screening.items import Item

#: Conditions on the document's list, and medicines: said about oneself they are a yes.
STRONG: dict[Item, tuple[str, ...]] = {
    "cardiovascular": (
        "arrhythmia",
        "atrial fibrillation",
        "AFib",
        "SVT",
        "WPW",
        "an irregular heartbeat",
        "arythmia",
    ),
    "local_infection": (
        "pus",
        "boils",
        "an abscess",
        "impetigo",
        "folliculitis",
        "a rash",
        "an infected cut",
    ),
    "temperature": (
        "a fever",
        "a high temperature",
        "pyrexia",
        "38.9",
        "102.4 F",
        "a temp",
        "feaver",
    ),
    "systemic_skin": (
        "lupus",
        "scleroderma",
        "dermatomyositis",
        "pemphigus",
        "vasculitis",
        "SLE",
        "sclerodema",
    ),
    "herpes": (
        "herpes",
        "a cold sore",
        "shingles",
        "fever blisters",
        "HSV-1",
        "genital herpes",
        "cold soar",
    ),
    "medicines": (
        "isotretinoin",
        "warfarin",
        "the pill",
        "vitamins",
        "St John's wort",
        "retinol",
        "ibuprofen",
    ),
}
#: Words that the document does not name: for the specialist to place.
AMBIGUOUS: dict[Item, tuple[str, ...]] = {
    "cardiovascular": ("palpitations", "high blood pressure", "a pacemaker", "a heart murmur"),
    "local_infection": ("pimples", "some spots", "ingrown hairs", "itchy bumps"),
    "temperature": ("the chills", "night sweats", "the flu", "a low-grade fever"),
    "systemic_skin": ("psoriasis", "eczema", "vitiligo", "lichen planus"),
    "herpes": ("a mouth ulcer", "a tingling lip", "blisters on my lip", "chickenpox"),
    "medicines": ("some pills", "a cream", "an ointment", "an injection"),
}
#: Beginnings that sound like a no and are none.
PREFIXES = (
    "", "no, but ", "nope, only ", "not sure but ", "no but sometimes ", "nah just ",
    "none except ",
    "no idea, maybe ", "nothing, apart from ", "no... wait, ", "no doubt ", "not only ",
    "never, other than ",
    "no. well, ", "no, although ", "no, however ", "no i'm fine, just ", "not really, ", "no; ",
    "no and ",
)  # fmt: skip
#: Ways to say it about oneself, with and without doubt.
SAYINGS = (
    "{}", "i have {}", "i've got {} right now", "I think it's {}", "maybe {}", "i get {} sometimes",
    "i had {} yesterday", "my doctor says it's {}", "i can't get rid of {}", "it's {}",
    "i was diagnosed with {}", "there's no improvement in my {}",
)  # fmt: skip
#: How a plain statement is said: nothing in it takes anything back.
PLAIN = ("i have {}", "I've got {}", "yes, {}", "Yes I have {} at the moment", "unfortunately {}")
#: Complaints in the item's own words, none of them a term of the lexicon.
COMPLAINTS: dict[Item, tuple[str, ...]] = {
    "cardiovascular": (
        "my pulse is high",
        "bp is very very high",
        "my bp was very high last week",
        "high again",
    ),
    "local_infection": ("my marks are red", "it is red", "red belly", "red lines"),
    "temperature": ("i feel sick", "it's high", "my forehead is warm", "i am ill"),
    "systemic_skin": (
        "it affects my body",
        "long term illness",
        "diagnosed last month",
        "just skin issues",
    ),
    "herpes": ("my lip is sore", "sores in my mouth", "a sore", "a cold blister"),
    "medicines": ("i stopped", "stopped in the past year", "drops", "my ointments"),
}


def statements(item: Item) -> list[str]:
    """All templates for all words of `item`: more than 1,600 for each item."""
    terms = (*STRONG[item], *AMBIGUOUS[item])
    return [prefix + saying.format(t) for t in terms for prefix in PREFIXES for saying in SAYINGS]


def some(item: Item, count: int) -> list[str]:
    """`count` of the statements, spread evenly over terms, prefixes and sayings."""
    every = statements(item)
    step = len(every) / count
    return [every[int(i * step + i % 7) % len(every)] for i in range(count)]
