"""Whatever patient and clinic do, in whatever order: silence, honesty, and emergencies first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.screening.items import ITEMS
from rasa_ext.policies import take_over
from tests.unit.rasa_ext.policies.engine import AGAIN, NOTICE, Both, Flags

pytestmark = pytest.mark.usefixtures("mended")
EMERGENCY = [("I can't breathe", "deny"), ("I want to kill myself", "faq/price")]
ORDINARY = [
    ("no", "deny"),
    ("yes", "affirm"),
    ("not sure", "not_sure"),
    ("start the check", "start_check"),
    ("stop", "stop_check"),
    ("continue", "resume_check"),
    ("delete my data", "delete_data"),
    ("I have a cold sore", "inform_health"),
    ("hello", "smalltalk/greet"),
    ("I'm fine", "im_fine"),
    ("gghh", "nlu_fallback"),
]
CHECK = (*ITEMS, "check_record", "check_outcome", "requested_slot")
STEPS = st.lists(
    st.one_of(st.sampled_from(["take", "give back"]), st.sampled_from(ORDINARY), st.sampled_from(EMERGENCY)),
    max_size=14,
)


@dataclass
class Model:
    """What has to be so, told without Rasa."""

    chat: Both
    flags: Flags
    takes: int = 0
    told: bool = False
    back: bool = False
    said: list[str] = field(default_factory=list)

    def do(self, step: str) -> None:
        """Takes the conversation over, or gives it back."""
        if step == "take" and not self.flags.taken:
            self.takes += 1
            self.flags.taken = {"patient": float(self.takes)}
            self.told = False
        elif step == "give back" and self.flags.taken:
            self.flags.taken = {}

    async def hear(self, text: str, intent: str) -> None:
        """Sends a message and looks at what follows."""
        before, loop = self.chat.slots, self.chat.loop
        said = await self.chat.say(text, intent)
        if (text, intent) in EMERGENCY:
            assert "emergency number" in said[0]
            assert not any(NOTICE in t or AGAIN in t for t in said)
        elif self.flags.taken:
            assert [NOTICE in t for t in said] == ([] if self.told else [True])
            assert {n: before[n] for n in CHECK} == {n: self.chat.slots[n] for n in CHECK}
            assert loop == self.chat.loop
            self.told, self.back = True, True
        else:
            assert said
            assert not any(NOTICE in t for t in said)
            assert [AGAIN in t for t in said].count(True) == int(self.back)
            assert AGAIN in said[0] or not self.back
            if self.back and text in ("no", "yes", "not sure") and loop:
                assert {n: before[n] for n in ITEMS} == {n: self.chat.slots[n] for n in ITEMS}
            self.back = False


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_is_done(steps: list[str | tuple[str, str]]) -> None:
    """Each message is met as the model says."""

    async def play() -> None:
        flags = Flags()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(take_over, "watch", flags)
            model = Model(Both(), flags)
            for step in steps:
                if isinstance(step, str):
                    model.do(step)
                else:
                    await model.hear(*step)

    asyncio.run(play())
