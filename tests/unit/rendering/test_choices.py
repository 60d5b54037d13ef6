"""Choices in the form that a platform has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.rendering.choices import HOW_TO_CHOOSE, Form, Limits, offer

WHATSAPP = Limits(buttons=3, label=20, rows=10, row=24, detail=72)
MESSENGER = Limits(buttons=13, label=20)
LONG = "How does the laser remove stretch marks?"
titles = st.lists(st.text("abc d", min_size=1, max_size=90).filter(str.strip), max_size=20)


def test_none() -> None:
    """Nothing to choose is nothing."""
    assert offer([], MESSENGER).form is Form.NONE
    assert offer([], MESSENGER).below("Hello.") == "Hello."


def test_buttons() -> None:
    """What fits is shown as it is, and nothing is added to the text."""
    found = offer(["Yes", "No", "Not sure"], WHATSAPP)
    assert (found.form, [o.label for o in found.options]) == (Form.BUTTONS, ["Yes", "No", "Not sure"])
    assert found.below("Fever?") == "Fever?"


def test_a_list() -> None:
    """More, or longer ones, become rows with the whole title below."""
    found = offer(["Yes", LONG], WHATSAPP)
    assert found.form is Form.LIST
    assert [(o.label, o.detail) for o in found.options] == [("Yes", ""), ("How does the laser…", LONG)]
    assert found.lines == ()


def test_numbered_buttons() -> None:
    """Without a list, labels are cut and numbered, and the text has them whole."""
    found = offer(["Yes", LONG], MESSENGER)
    assert [o.label for o in found.options] == ["1. Yes", "2. How does the…"]
    assert found.below("Which?") == f"Which?\n\n1. Yes\n2. {LONG}"


def test_numbers() -> None:
    """Where there are no buttons, or not enough, a number is typed."""
    found = offer(["Yes", "No"], Limits())
    assert found.form is Form.NUMBERS
    assert found.below("Fever?") == f"Fever?\n\n1. Yes\n2. No\n{HOW_TO_CHOOSE}"
    assert offer([f"{n}" for n in range(11)], WHATSAPP).form is Form.NUMBERS


@given(titles, st.sampled_from([WHATSAPP, MESSENGER, Limits(), Limits(100, 64)]))
def test_limits(found: list[str], limits: Limits) -> None:
    """No label is longer than allowed, no choice is missing, and each whole title can be read."""
    made = offer(found, limits)
    assert [o.number for o in made.options] == list(range(1, len(found) + 1))
    longest = {Form.BUTTONS: limits.label, Form.LIST: limits.row}.get(made.form, 1000)
    most = {Form.BUTTONS: limits.buttons, Form.LIST: limits.rows}.get(made.form, 1000)
    assert len(made.options) <= most
    for option, title in zip(made.options, found, strict=True):
        assert len(option.label) <= longest
        assert len(option.detail) <= limits.detail
        assert title in (option.label, option.detail) or f"{option.number}. {title}" in made.lines
