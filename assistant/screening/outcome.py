"""The result of the check: one pure function of explicit answers. There is no clearance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from assistant.screening.items import CONTRAINDICATIONS, ITEMS, NO, VALUES, YES, Item

Outcome = Literal["contraindicated", "needs_specialist_review", "no_listed_contraindication"]

CONTRAINDICATED: Outcome = "contraindicated"
REVIEW: Outcome = "needs_specialist_review"
NONE_LISTED: Outcome = "no_listed_contraindication"


class IncompleteAnswersError(ValueError):
    """At least one item has no explicit answer, so there is no result."""

    def __init__(self, missing: Sequence[str]):
        """Name the items without a valid answer."""
        super().__init__(f"no result without an answer to: {', '.join(missing)}")
        self.missing = missing


def compute_outcome(answers: Mapping[Item, str | None], *, other_concerns: bool = False) -> Outcome:
    """Return the result of the check (policy: research/screening.md 2.1).

    Args:
        answers: item -> yes / no / unsure, for all items.
        other_concerns: an off-list condition or a red flag was named; then at least a review.

    Raises:
        IncompleteAnswersError: an item is missing or its value is none of yes, no, unsure.
    """
    missing = [item for item in ITEMS if answers.get(item) not in VALUES]
    if missing:
        raise IncompleteAnswersError(missing)
    if any(answers[item] == YES for item in CONTRAINDICATIONS):
        return CONTRAINDICATED
    # Not sure, or a yes that is no contraindication by itself, as to a medicine.
    if other_concerns or any(answers[item] != NO for item in ITEMS):
        return REVIEW
    return NONE_LISTED
