"""The terminal shows replies in its width, and a number picks a button only where one is shown."""

import pytest

from scripts._terminal import Reply, buttons_of, message_for, render, wrapped

BUTTONS = [
    {"title": "Yes", "payload": "/answer_yes"},
    {"title": "No", "payload": "/answer_no"},
    {"title": "Not sure"},
]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1", "/answer_yes"),
        (" 2 ", "/answer_no"),
        ("3", "Not sure"),
        ("0", "0"),
        ("4", "4"),
        ("38", "38"),
        ("38.2", "38.2"),
        ("1.", "1."),
        ("-1", "-1"),
        ("²", "²"),
        ("yes", "yes"),
        ("  does it hurt? ", "does it hurt?"),
    ],
)
def test_number_picks_a_button(typed: str, message: str) -> None:
    """A button's number stands for its payload or title; everything else is sent as it is."""
    assert message_for(typed, BUTTONS) == message


def test_number_without_buttons() -> None:
    """Where no buttons are shown a number is a message."""
    assert message_for("1", []) == "1"


def test_buttons_of_the_last_reply_that_has_any() -> None:
    """Only what stands last on the screen can be picked, and a button without a title cannot."""
    replies: list[Reply] = [
        {"text": "a", "buttons": BUTTONS},
        {"buttons": [{"title": "Stop"}, {"title": ""}]},
        {"text": "b"},
    ]
    assert buttons_of(replies) == [{"title": "Stop"}]


def test_whole_turn() -> None:
    """Texts come one below the other and the numbered buttons in the last line."""
    replies: list[Reply] = [
        {"text": "First."},
        {"text": "Fever?", "buttons": BUTTONS},
        {"custom": {"x": 1}},
    ]
    shown = render(replies, 60)
    assert shown == "  First.\n\n  Fever?\n\n  [1] Yes  [2] No  [3] Not sure"


def test_long_text_is_wrapped() -> None:
    """No line is longer than the terminal, and lists hang below their first word."""
    text = "A sentence of some words.\n\n- an item of some words\n2. another item of words"
    assert wrapped(text, 18).splitlines() == [
        "  A sentence of",
        "  some words.",
        "",
        "  - an item of",
        "    some words",
        "  2. another item",
        "     of words",
    ]


def test_buttons_are_not_broken() -> None:
    """A button that does not fit goes to the next line as a whole."""
    assert render([{"buttons": BUTTONS}], 20).splitlines() == [
        "  [1] Yes  [2] No",
        "  [3] Not sure",
    ]
