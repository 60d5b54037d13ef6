"""A yes is a whole message; everything else asks again."""

from __future__ import annotations

import pytest

from assistant.handover.forms import has_any, is_field, is_whole, is_yes, named_field


@pytest.mark.parametrize(
    "text", ["yes", "Yes, send it", "send", "SEND IT PLEASE!", "yep go ahead", "sure, send"]
)
def test_what_sends(text: str) -> None:
    """A yes, with no more than small words beside it."""
    assert is_yes(text, "send")


@pytest.mark.parametrize(
    "text",
    ["", "ok", "no", "yes?", "yes but change my name", "don't send it", "do not send it", "yes and no", "not yes", "maybe",
     "send me the summary", "yes, my number is wrong", "👍", "yesterday", "if you send it", "never send"],
)  # fmt: skip
def test_what_does_not_send(text: str) -> None:
    """Anything else in the message, and it is no yes."""
    assert not is_yes(text, "send")


@pytest.mark.parametrize("text", ["Yes, I agree", "ok", "I do agree", "that is fine, yes"])
def test_what_agrees(text: str) -> None:
    """Also an "ok", which answers "do you agree?"."""
    assert is_yes(text, "agree")


@pytest.mark.parametrize(
    "text", ["I don't agree", "I agree with nothing", "fine", "who are you?", "I disagree"]
)
def test_what_does_not_agree(text: str) -> None:
    """Consent is never read into words."""
    assert not is_yes(text, "agree")


@pytest.mark.parametrize(
    ("text", "name"),
    [("Skip", "skip"), ("please stop", "stop"), ("Don't send it", "stop"), ("No, thanks", "refuse"),
     ("change something", "change_something"), ("as it is", "keep")],
)  # fmt: skip
def test_whole_messages(text: str, name: str) -> None:
    """A phrase and nothing else, with or without a please."""
    assert is_whole(text, name)
    assert not is_whole(f"{text} {text}", name)


@pytest.mark.parametrize(
    ("text", "field"),
    [("My name", "name"), ("the phone number please", "phone"), ("How to reach me", "way"), ("e-mail", "email"),
     ("my wish", "wish"), ("the weather", None)],
)  # fmt: skip
def test_fields(text: str, field: str | None) -> None:
    """As a whole message, and in one."""
    assert is_field(text) == field
    assert named_field(f"please change {text} now") == field


def test_the_longest_name_of_a_field_counts() -> None:
    """An e-mail address is no address of another kind, a phone number no number."""
    assert named_field("change the e-mail address") == "email"
    assert has_any("my number is wrong", "change")


@pytest.mark.parametrize("name", ["agree", "send"])
@pytest.mark.parametrize(
    "text",
    ["is it ok", "is that sure", "can i send it", "may I send it", "can you send it", "do you agree", "do i accept",
     "is it yes", "yes\uff1f", "yes\u061f", "yes нет", "yes なし", "yes 👎", "yes ❌", "ok, send не надо"],
)  # fmt: skip
def test_a_question_or_what_can_not_be_read_is_no_yes(text: str, name: str) -> None:
    """A question has often no mark, and a word of another alphabet may be a no."""
    assert not is_yes(text, name)


@pytest.mark.parametrize(
    "text", ["yes you can send it", "Yes, you may", "do it, yes", "yes please 🙏", "Yés"]
)
def test_a_yes_keeps_its_small_words(text: str) -> None:
    """What begins no question may stand beside it."""
    assert is_yes(text, "send")
