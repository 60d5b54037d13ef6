"""What is stored of a conversation is told as it is: complete, and nothing that contradicts itself."""

from __future__ import annotations

import pytest

from assistant import locales
from assistant.dialogue.own_data import OwnData, Wish, told
from assistant.screening.record import CheckRecord


def data(begun: tuple[str, ...] | None, *requests: Wish) -> OwnData:
    """Returns what is stored of a short conversation."""
    return OwnData(2, 1.0, None, CheckRecord(), list(requests), {}, begun)


@pytest.mark.parametrize(
    ("begun", "said"),
    [(None, "No request to the clinic."), ((), "not sent yet. You gave: nothing."), (("phone", "wish"), "a wish.")],
)  # fmt: skip
def test_a_request_is_there_or_not(begun: tuple[str, ...] | None, said: str) -> None:
    """One that is begun is one."""
    text = told(data(begun))
    assert said in text
    assert ("No request" in text) == (begun is None)


@pytest.mark.parametrize("code", ["en", "es"])
def test_all_that_a_request_holds_is_told(code: str) -> None:
    """The wish, the check and notes of staff are the patient's data as well."""
    wish = Wish(1.0, "new", ("name", "phone", "email", "wish", "check"), 2.0, "3", noted=True)
    with locales.speaking(code):
        text = told(data(None, wish))
    for part in {"en": ("a wish, your answers from the check", "The staff have added a note."),
                 "es": ("un mensaje, sus respuestas del cuestionario", "El personal ha añadido una nota.")}[code]:  # fmt: skip
        assert part in text
