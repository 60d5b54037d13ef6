"""What a conversation remembers of a take-over, in the slot `person_answers`.

While a person of the clinic has taken over: since when, so that it is said once a take-over. After it
was given back, until the next answer: `BACK`. Else nothing.
"""

from __future__ import annotations

BACK = "back"
#: The answer kind of turns in which the assistant leaves the answer to a person.
PERSON = "person"
#: Said once: a person answers now, and the assistant is silent.
NOTICE = "utter_person_answers"
#: Said once, before the first answer after it.
AGAIN = "utter_assistant_again"
