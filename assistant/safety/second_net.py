"""A second net behind the rules: the classifier's word for an emergency, when it is sure.

The rules know phrasings; people in distress find others. The classifier was trained on such
messages, but can't see a denial or a past, so it only fires when none is there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.safety.red_flags import RedFlag
from assistant.text import squash

#: Calibrated probability from which the classifier's word counts. Measured: docs/results.md.
SURE = 0.9
KINDS = ("emergency", "self_harm")

_QUIET = re.compile(
    r"\b(?:no|not|neither|nor|dont|doesnt|didnt|isnt|havent|never|without|none|nothing|could have|ago|as a child|always|years?|last (?:year|month|week|summer|winter)|used to|"
    r"if|was|were|had|once|haha|lol|false alarm|im fine|i am fine|im ok|price|cost)\b|\b(?:19|20)\d\d\b"
)
_ASKS = re.compile(
    r"^(?:and |so |but |hi |hello |ok )*(?:is|are|can|could|does|do|did|will|would|what|which|how|why|when|"
    r"should|has|have you|any|anyone)\b"
)


def classified_flag(text: str, ranking: Sequence[tuple[str, float]]) -> RedFlag | None:
    """Return a red flag when the classifier is sure and nothing speaks against it.

    Args:
        text: the message.
        ranking: class names with calibrated probabilities, best first.
    """
    if not ranking or ranking[0][0] not in KINDS:
        return None
    mass = sum(p for name, p in ranking if name in KINDS)
    squashed = squash(text)
    if mass < SURE or _QUIET.search(squashed) or _ASKS.match(squashed):
        return None
    kind = ranking[0][0]
    return RedFlag("self_harm" if kind == "self_harm" else "emergency", "classified", bystander=False)
