"""Starting, going on, stopping and correcting outside the questions; emergencies there."""

from __future__ import annotations

import pytest

from actions.check_control import (
    ActionChangeAnswer,
    ActionImFine,
    ActionResumeCheck,
    ActionStopCheck,
)
from actions.check_start import ActionStartCheck
from actions.emergency import ActionEmergency
from assistant.screening.items import ITEMS
from assistant.wording import wording
from tests.action_turn import Patient

FORM = "contraindication_check"


class TestStart:
    """The introduction; the rule runs the form after it."""

    def test_the_first_time(self) -> None:
        """What the check is, with nothing asked yet."""
        patient = Patient()
        turn = patient.run(ActionStartCheck(), "start the check", "start_check")
        assert turn.responses == ["utter_check_intro"]
        assert patient.slots["requested_slot"] is None

    def test_what_was_said_with_it_is_kept(self) -> None:
        """Caution that is volunteered counts."""
        patient = Patient()
        patient.run(ActionStartCheck(), "I have lupus, start the check", "start_check")
        assert patient.slots["systemic_skin"] == "yes"

    @pytest.mark.parametrize("status", ["done", "active"])
    def test_a_new_check_empties_the_old_answers(self, status: str) -> None:
        """Answers and the result of another day do not count."""
        patient = Patient.with_answers(status, herpes="yes")
        patient.slots["check_outcome"] = "contraindicated"
        patient.run(ActionStartCheck(), "start the check", "start_check")
        assert all(patient.slots[i] is None for i in ITEMS)
        assert patient.slots["check_outcome"] is None

    def test_a_stopped_check_goes_on(self) -> None:
        """And a failure of the form after it does not empty the answers at the next try."""
        patient = Patient.with_answers("stopped", to=3)
        for _ in range(2):
            turn = patient.run(ActionStartCheck(), "start the check", "start_check")
            assert turn.responses == ["utter_check_resumed"]
            assert [patient.slots[i] for i in ITEMS[:3]] == ["no"] * 3

    def test_a_restart_empties_a_stopped_check(self) -> None:
        """Asked for in words."""
        patient = Patient.with_answers("stopped", to=3)
        patient.run(ActionStartCheck(), "start over", "restart_check")
        assert all(patient.slots[i] is None for i in ITEMS)


class TestResume:
    """Going on."""

    def test_a_stopped_check(self) -> None:
        """The form is called, which asks the open question."""
        turn = Patient.with_answers("stopped", to=2).run(ActionResumeCheck(), "continue", "resume_check")
        assert (turn.responses, turn.next_action) == (["utter_check_resumed"], FORM)

    def test_none_to_go_on_with(self) -> None:
        """Then it begins."""
        turn = Patient().run(ActionResumeCheck(), "continue", "resume_check")
        assert (turn.responses, turn.next_action) == (["utter_check_intro"], FORM)

    def test_after_an_emergency_only_im_fine_goes_on(self) -> None:
        """The emergency is asked about first; the item that was open can't become a plain no."""
        patient = Patient.with_answers("stopped", to=2)
        turn = patient.run(ActionEmergency(), "I can't breathe", "emergency")
        assert turn.responses == ["utter_emergency"]
        assert patient.slots["check_record"]["status"] == "emergency"
        turn = patient.run(ActionResumeCheck(), "continue", "resume_check")
        assert (turn.responses, turn.next_action) == (["utter_still_emergency"], None)
        turn = patient.run(ActionImFine(), "I'm fine", "im_fine")
        assert (turn.responses, turn.next_action) == (["utter_im_fine"], FORM)

    def test_im_fine_out_of_the_blue(self) -> None:
        """Is small talk."""
        turn = Patient().run(ActionImFine(), "I'm fine", "im_fine")
        assert (turn.slots["answer_kind"], turn.next_action) == ("smalltalk", None)


class TestStop:
    """A stop where no question is open."""

    def test_nothing_to_stop(self) -> None:
        """Acknowledged."""
        assert Patient().run(ActionStopCheck(), "stop", "stop_check").responses == ["utter_nothing_to_stop"]

    def test_a_medicine_that_was_stopped_is_no_stop(self) -> None:
        """The words are read first."""
        patient = Patient()
        patient.run(ActionStopCheck(), "I stopped metformin last week", "stop_check")
        assert patient.slots["medicines"] in ("yes", "unsure")
        assert patient.slots["answer_kind"] == "condition"


class TestEmergency:
    """Outside the questions."""

    def test_a_result_that_was_given_is_raised(self) -> None:
        """A red flag asks for the specialist; the stored result says so as the summary does."""
        patient = Patient.with_answers("done")
        patient.slots["check_outcome"] = "no_listed_contraindication"
        patient.run(ActionEmergency(), "I can't breathe", "emergency")
        assert patient.slots["check_outcome"] == "needs_specialist_review"
        assert patient.slots["check_record"]["status"] == "done"

    @pytest.mark.parametrize(
        ("text", "intent", "response"),
        [
            ("my mum has chest pain", "emergency", "utter_emergency_bystander"),
            ("I want to kill myself", "self_harm", "utter_self_harm"),
            ("words the rules do not know", "emergency", "utter_emergency"),
        ],
    )
    def test_the_text(self, text: str, intent: str, response: str) -> None:
        """For oneself, for somebody else, for self-harm; the sign is kept for the summary."""
        patient = Patient()
        turn = patient.run(ActionEmergency(), text, intent)
        assert (turn.responses, turn.slots["answer_kind"]) == ([response], "emergency")
        assert len(patient.slots["check_record"]["red_flags"]) == 1


class TestCorrection:
    """Up and down, after the result and before."""

    @pytest.mark.parametrize(
        ("text", "value", "outcome"),
        [
            ("I was wrong, I do have herpes", "yes", "contraindicated"),
            ("actually I'm not sure about herpes", "unsure", "needs_specialist_review"),
        ],
    )
    def test_after_the_result_it_is_computed_anew(self, text: str, value: str, outcome: str) -> None:
        """Said back, with the new result."""
        patient = Patient.with_answers("done")
        patient.slots["check_outcome"] = "no_listed_contraindication"
        turn = patient.run(ActionChangeAnswer(), text, "correct_answer")
        assert (patient.slots["herpes"], patient.slots["check_outcome"]) == (value, outcome)
        shown = wording(f"check.values.{value}")
        name = wording("items.herpes.name")
        assert wording("check.changed", item=name, old="no", new=shown) in turn.text
        assert wording("check.new_result") in turn.text

    def test_downwards(self) -> None:
        """An explicit correction may lower."""
        patient = Patient.with_answers("done", herpes="yes")
        patient.run(ActionChangeAnswer(), "actually no herpes", "correct_answer")
        assert (patient.slots["herpes"], patient.slots["check_outcome"]) == (
            "no",
            "no_listed_contraindication",
        )

    def test_in_a_stopped_check_there_is_no_result(self) -> None:
        """Stored, and nothing computed."""
        patient = Patient.with_answers("stopped", to=5)
        patient.run(ActionChangeAnswer(), "I was wrong, I do have a fever", "correct_answer")
        assert (patient.slots["temperature"], patient.slots["check_outcome"]) == ("yes", None)

    def test_nothing_to_change(self) -> None:
        """Said so when nothing was answered."""
        turn = Patient().run(ActionChangeAnswer(), "change my answer", "correct_answer")
        assert turn.responses == ["utter_nothing_to_change"]
