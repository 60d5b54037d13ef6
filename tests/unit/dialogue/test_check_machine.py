"""Random conversations in the check: whatever is said, in whatever order, the promises hold."""

from __future__ import annotations

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assistant.dialogue.check import advance
from assistant.screening.items import ITEMS, VALUES, Item
from assistant.screening.outcome import IncompleteAnswersError
from assistant.screening.record import ACTIVE, DONE, EMERGENCY, STOPPED, CheckRecord
from assistant.screening.summary import read_back, result_text, summary_text
from tests.unit.dialogue.fakes import said

CAUTION = {None: -1, "no": 0, "unsure": 1, "yes": 2}

#: What may make a plain no: a no as the whole message, a normal temperature.
PLAIN_NO = (
    ("no", "deny"), ("Nope.", "deny"), ("no", ""), ("none", "deny"), ("not at all", "not_sure"),
    ("never", "follow_up/how_long"), ("36.6", ""), ("no 🙂", "smalltalk/thanks"),
    ("nothing like that", "deny"), ("I'm fine", "im_fine"),
    ("no rash, no fever", "deny"), ("no. and how long is the recovery?", "faq/recovery_time"),
)  # fmt: skip
#: What may lower or reopen an answer: said explicitly.
CORRECTIONS = (
    ("sorry, change fever to no", "correct_answer"),
    ("change the answer about my heart", "correct_answer"),
    ("actually I don't have a rash", ""), ("go back to the previous one", "correct_answer"),
    ("change question 5 to no", "correct_answer"),
    ("I was wrong, I take no pills, change that", "correct_answer"),
    ("the lupus answer should be not sure", ""), ("actually I do have a fever", "correct_answer"),
)  # fmt: skip
#: What forgets everything.
RESETS = (("start again", "restart_check"), ("new check please", "restart_check"))
#: Everything else: may raise values, answer, interrupt or fail, but never lowers or makes a no.
OTHERS = (
    ("yes", "affirm"), ("yeah", "affirm"), ("Yes, I do", "affirm"), ("👍", ""),
    ("not sure", "not_sure"), ("idk", ""),
    ("maybe", "deny"), ("no idea", "deny"), ("prefer not to say", "stop_check"),
    ("yes and no", "affirm"),
    ("I guess not", "deny"), ("I don't think so", "deny"),
    ("no, but I get cold sores sometimes", "deny"),
    ("no only the pill", "deny"), ("no, my pulse is high", "deny"), ("no fever, 38.9", "deny"),
    ("no doubt it's herpes", "deny"), ("I have lupus", "inform_health"), ("38.9", ""),
    ("190/125", ""),
    ("118/76", ""), ("i take warfarin for my afib", "inform_health"),
    ("psoriasis", "inform_health"),
    ("my mum has lupus", "inform_health"), ("I'm pregnant", "not_in_document/pregnancy"),
    ("a rash on my stretch marks", "faq/skin_infection"), ("what if I had a fever?", "faq/fever"),
    ("does a cold sore count?", "faq/herpes"), ("how much is it?", "not_in_document/price"),
    ("is it safe?", "faq/safety"), ("why?", "follow_up/why"), ("tell me more", "follow_up/more"),
    ("why do you ask?", "explain_why"), ("what does that mean?", "explain_meaning"),
    ("thanks", "smalltalk/thanks"),
    ("what is the weather", "out_of_scope"), ("asdf qwer", ""), ("", ""), ("?", ""), ("😭😭", ""),
    ("stop", "stop_check"), ("i stopped metformin", "stop_check"), ("go on", "resume_check"),
    ("start the check", "start_check"), ("say that again", "repeat_question"),
    ("my summary", "show_summary"),
    ("who sees this?", "ask_privacy"), ("a human please", "human_handoff"),
    ("delete my data", "delete_data"),
    ("I have chest pain", "emergency"), ("i can't breathe", ""), ("I want to die", "self_harm"),
    ("wait", ""), ("sorry?", "repeat_question"), ("İ" * 300, ""), ("1/2 3/4 38/39", ""),
)  # fmt: skip
CONFIDENCE = st.sampled_from((0.2, 0.36, 0.5, 0.7, 0.95))


class CheckMachine(RuleBasedStateMachine):
    """A patient who says anything at any time."""

    def __init__(self) -> None:
        """Start a check."""
        super().__init__()
        self.record = CheckRecord(status=ACTIVE)
        self.item: Item | None = self.record.next_item
        self.offer = ""
        self.asked: list[Item] = []

    def say(self, text: str, topic: str, confidence: float) -> tuple[dict[Item, str | None], Item]:
        """Send a message; return the values before and the item that was open."""
        assert self.item is not None
        before, asked = dict(self.record.values), self.item
        step = advance(
            said(text, topic, confidence), self.record, self.item,
            offer=self.offer, last_topic="faq/crust", last_facts=["F15"],
        )  # fmt: skip
        self.offer = step.reply.offer or ""
        self.item = step.ask
        assert all(m.text or m.response for m in step.reply.messages)
        # Through the slots, as between two messages of a real conversation.
        self.record = CheckRecord.from_slots(json.loads(json.dumps(self.record.to_slots())))
        return before, asked

    def expect_nothing_lowered(self, before: dict[Item, str | None]) -> None:
        """No value is lower than before."""
        assert [] == [i for i in ITEMS if CAUTION[self.record.values[i]] < CAUTION[before[i]]]

    def new_noes(self, before: dict[Item, str | None]) -> list[Item]:
        """The items that have just become a no."""
        return [i for i in ITEMS if self.record.values[i] == "no" and before[i] != "no"]

    @precondition(lambda self: self.item is not None)
    @rule(message=st.sampled_from(OTHERS), confidence=CONFIDENCE)
    def say_anything(self, message: tuple[str, str], confidence: float) -> None:
        """Anything but a no, a correction or a reset lowers nothing and makes no no."""
        before, _ = self.say(*message, confidence)

        self.expect_nothing_lowered(before)
        assert [] == self.new_noes(before)

    @precondition(lambda self: self.item is not None)
    @rule(message=st.sampled_from(PLAIN_NO), confidence=CONFIDENCE)
    def say_no(self, message: tuple[str, str], confidence: float) -> None:
        """A plain no is a no to the open question at most."""
        before, asked = self.say(*message, confidence)

        self.expect_nothing_lowered(before)
        assert self.new_noes(before) in ([], [asked])

    @precondition(lambda self: self.item is not None)
    @rule(message=st.sampled_from(CORRECTIONS), confidence=CONFIDENCE)
    def correct(self, message: tuple[str, str], confidence: float) -> None:
        """A correction lowers one item at most."""
        before, _ = self.say(*message, confidence)

        lowered = [i for i in ITEMS if CAUTION[self.record.values[i]] < CAUTION[before[i]]]
        assert len(lowered) <= 1

    @precondition(lambda self: self.item is not None)
    @rule(message=st.sampled_from(RESETS), confidence=CONFIDENCE)
    def reset(self, message: tuple[str, str], confidence: float) -> None:
        """Starting again forgets all answers or, when it was not understood, none."""
        before, _ = self.say(*message, confidence)

        if any(self.record.values.values()):
            self.expect_nothing_lowered(before)

    @precondition(lambda self: self.item is None)
    @rule(again=st.booleans())
    def go_on(self, again: bool) -> None:
        """Take a stopped check up again; start a new one after a result."""
        if self.record.status == DONE or (again and not self.record.next_item):
            self.record = CheckRecord()
        self.offer = ""
        self.record.status = ACTIVE
        self.item = self.record.next_item

    @invariant()
    def no_question_about_a_yes(self) -> None:
        """An item that is already a yes is never asked."""
        assert self.item is None or self.record.values[self.item] != "yes"

    @invariant()
    def ends_for_a_reason(self) -> None:
        """Without a question the check is done, stopped, in an emergency, or deleted."""
        if self.item is None:
            assert self.record.status in (DONE, STOPPED, EMERGENCY, "none")
        else:
            assert self.record.status == ACTIVE

    @invariant()
    def result_only_when_complete(self) -> None:
        """There is a result exactly when all six items are answered; done means complete."""
        complete = all(self.record.values[i] in VALUES for i in ITEMS)
        try:
            text = result_text(self.record)
        except IncompleteAnswersError:
            assert not complete
            assert self.record.status != DONE
        else:
            assert complete
            assert "exam" in text

    @invariant()
    def texts_are_whole(self) -> None:
        """Summary and read-back can be made at any time."""
        assert "{" not in summary_text(self.record) + read_back(self.record)

    @invariant()
    def emergencies_are_kept(self) -> None:
        """Once a red flag was seen, the result is never the lowest."""
        if self.record.red_flags and all(self.record.values.values()):
            assert self.record.outcome() != "no_listed_contraindication"


CheckMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, derandomize=True, database=None
)
TestCheckMachine = CheckMachine.TestCase
