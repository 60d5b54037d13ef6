"""Short replies by what was offered, deleting, explanations and fixed responses."""

from __future__ import annotations

import pytest

from actions.control import ActionAnswerShort, ActionConfirmDeletion, ActionExplain, ActionUtter
from assistant.screening.items import ITEMS
from tests.action_turn import Patient

FORM = "contraindication_check"
SHORT = ActionAnswerShort()
OFFERS = [None, "check", "resume", "delete", "list"]


def offered(offer: str | None, status: str = "stopped") -> Patient:
    """A patient with two answers to whom something was offered."""
    patient = Patient.with_answers(status, to=2)
    patient.slots["pending_offer"] = offer
    return patient


@pytest.mark.parametrize(
    ("offer", "response", "following"),
    [
        (None, "utter_yes_to_what", None),
        ("check", "utter_check_resumed", FORM),
        ("resume", "utter_check_resumed", FORM),
        ("delete", "utter_data_deleted", None),
    ],
)
def test_yes_does_what_was_offered(offer: str | None, response: str, following: str | None) -> None:
    """And nothing else."""
    turn = offered(offer).run(SHORT, "yes", "affirm")
    assert (turn.responses, turn.next_action) == ([response], following)


def test_yes_to_the_list_gives_the_list() -> None:
    """All five, and then the check is offered."""
    turn = offered("list").run(SHORT, "yes please", "affirm")
    assert {"F25", "F26", "F27", "F28", "F29"} <= set(turn.slots["answered_facts"])
    assert turn.slots["pending_offer"] == "check"


def test_yes_to_the_check_without_a_stopped_one() -> None:
    """It begins at the beginning."""
    patient = Patient()
    patient.slots["pending_offer"] = "check"
    turn = patient.run(SHORT, "yes", "affirm")
    assert (turn.responses, turn.next_action) == (["utter_check_intro"], FORM)


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("intent", ["deny", "not_sure"])
def test_no_and_not_sure_do_nothing(offer: str | None, intent: str) -> None:
    """The answers stay, no form, and the offer is gone."""
    patient = offered(offer)
    turn = patient.run(SHORT, "no" if intent == "deny" else "not sure", intent)
    assert len(turn.responses) == 1
    assert turn.next_action is None
    assert patient.slots["pending_offer"] is None
    assert [patient.slots[i] for i in ITEMS[:2]] == ["no", "no"]
    assert ("utter_delete_cancelled" in turn.responses) == (offer == "delete")


@pytest.mark.parametrize("intent", ["affirm", "deny"])
def test_a_yes_with_a_statement_is_the_statement(intent: str) -> None:
    """The words "yes, I have lupus" say more than yes."""
    patient = Patient()
    patient.run(SHORT, "yes, I have lupus", intent)
    assert patient.slots["systemic_skin"] == "yes"
    assert patient.slots["answer_kind"] == "condition"


class TestDeletion:
    """Asked before, done at once after a yes or a second wish."""

    def test_it_is_asked_before(self) -> None:
        """Nothing is deleted yet."""
        patient = offered(None)
        turn = patient.run(ActionConfirmDeletion(), "delete my data", "delete_data")
        assert turn.responses == ["utter_delete_confirm"]
        assert len(turn.buttons) == 2
        assert patient.slots["cardiovascular"] == "no"

    @pytest.mark.parametrize("how", ["yes", "again"])
    def test_all_that_is_the_patients_is_emptied(self, how: str) -> None:
        """Every slot that holds something of the patient."""
        patient = Patient.with_answers("done", herpes="yes")
        patient.slots.update(check_outcome="contraindicated", last_topic="faq/herpes")
        patient.slots["check_record"]["off_list"] = ["psoriasis"]
        patient.run(ActionConfirmDeletion(), "delete my data", "delete_data")
        if how == "yes":
            patient.run(SHORT, "yes", "affirm")
        else:
            patient.run(ActionConfirmDeletion(), "delete it", "delete_data")
        settings = ("emergency_numbers", "crisis_lines", "language")
        left = {k: v for k, v in patient.slots.items() if v and k not in settings}
        record = left.pop("check_record")
        assert left == {"answer_kind": "smalltalk"}
        assert {k: v for k, v in record.items() if v} == {"status": "none"}

    @pytest.mark.parametrize(
        ("text", "intent"),
        [("yes?", "affirm"), ("yes, no", "affirm"), ("yes нет", "affirm"), ("yes 👎", "affirm"), ("is that ok", "affirm"),
         ("can i delete it", "delete_data"), ("don't delete it", "delete_data"), ("do you delete my data?", "delete_data")],
    )  # fmt: skip
    def test_what_may_be_meant_otherwise_is_asked_again(self, text: str, intent: str) -> None:
        """It can't be undone; the next plain yes does it."""
        patient = offered(None)
        patient.run(ActionConfirmDeletion(), "delete my data", "delete_data")
        turn = patient.run(SHORT if intent == "affirm" else ActionConfirmDeletion(), text, intent)
        assert turn.responses == ["utter_delete_confirm"]
        assert patient.slots["cardiovascular"] == "no"
        assert patient.run(SHORT, "Yes, delete it all", "affirm").responses == ["utter_data_deleted"]

    def test_a_no_in_between_withdraws_it(self) -> None:
        """The next wish is asked about again."""
        patient = offered(None)
        patient.run(ActionConfirmDeletion(), "delete my data", "delete_data")
        patient.run(SHORT, "no", "deny")
        turn = patient.run(ActionConfirmDeletion(), "delete my data", "delete_data")
        assert turn.responses == ["utter_delete_confirm"]


class TestExplain:
    """Where no question is open."""

    def test_a_term(self) -> None:
        """From the glossary."""
        turn = Patient().run(ActionExplain(), "what is pus", "explain_meaning")
        assert "yellow or white fluid" in turn.text

    @pytest.mark.parametrize("intent", ["explain_why", "explain_meaning", "repeat_question"])
    def test_something_is_always_said(self, intent: str) -> None:
        """With and without a last topic, with and without a finished check."""
        for patient in (Patient(), Patient.with_answers("done")):
            for topic in (None, "faq/herpes", "not_in_document/pain"):
                patient.slots["last_topic"] = topic
                assert patient.run(ActionExplain(), "gghhjj", intent).messages


def test_fixed_responses() -> None:
    """One for each command."""
    turn = Patient().run(ActionUtter(), "words", "ask_privacy")
    assert (turn.responses, turn.slots["answer_kind"]) == (["utter_privacy"], "smalltalk")
