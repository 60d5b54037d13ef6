"""When a yes, or a repeated wish, to erase everything is meant: it can't be undone, so a doubt asks again."""

from __future__ import annotations

from assistant import locales
from assistant.handover.forms import is_doubted
from assistant.screening.answers import has_no_word


def is_sure(text: str) -> bool:
    """Tell whether nothing in `text` makes a question, a no or something unread of it ("yes?", "yes, no").

    In another language than English whole forms alone count anyway.
    """
    return locales.current() != locales.DEFAULT or not (is_doubted(text) or has_no_word(text))
