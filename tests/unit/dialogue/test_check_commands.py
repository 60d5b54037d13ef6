"""Commands and corrections inside the check: stop, restart, delete, explain, change an answer."""

from __future__ import annotations

import pytest

from assistant.dialogue.check import Step, advance, apply_correction
from assistant.rendering.reply import Reply
from assistant.screening.correction import Correction
from assistant.screening.items import ITEMS, Item
from assistant.screening.record import ACTIVE, STOPPED, CheckRecord
from tests.unit.dialogue.fakes import answered, said, spoken, titles


def command(text: str, name: str, record: CheckRecord, item: Item = "temperature", offer: str = "") -> Step:
    """Sends a command with high confidence."""
    return advance(said(text, name, 0.95), record, item, offer=offer)


class TestStop:
    def test_keeps_answers(self) -> None:
        """Stop ends the questions, keeps the answers and offers to go on."""
        record = answered("no", "yes")
        step = command("stop", "stop_check", record)

        assert (None, STOPPED) == (step.ask, record.status)
        assert ("no", "yes", None) == (*(record.values[i] for i in ITEMS[:3]),)
        assert ["Go on with the check"] == titles(step.reply)

    def test_resumes_where_it_was(self) -> None:
        """After a stop, the next item is the one that was open."""
        record = answered("no", "yes")
        command("stop", "stop_check", record)

        assert "temperature" == CheckRecord.from_slots(record.to_slots()).next_item

    @pytest.mark.parametrize("text", ["I stopped metformin in May", "i stopped the pill"])
    def test_statement_is_no_stop(self, text: str) -> None:
        """A medicine that was stopped is an answer, even when it sounds like a stop."""
        record = answered(*["no"] * 5)
        advance(said(text, "stop_check", 0.6), record, "medicines")

        assert ("yes", "done") == (record.values["medicines"], record.status)

    @pytest.mark.parametrize("text", ["not sure", "yes", "no", "a cold sore", "39"])
    def test_answer_is_no_command(self, text: str) -> None:
        """An unsure classifier never turns an answer into a command."""
        record = answered("no", "no", "no", "no")
        advance(said(text, "stop_check", 0.4), record, "herpes")

        assert record.status != STOPPED


class TestRestartAndDelete:
    def test_restart(self) -> None:
        """Start again forgets all answers and asks the first item."""
        record = answered("no", "yes")
        step = command("start again", "restart_check", record)

        assert ("cardiovascular", ACTIVE, []) == (step.ask, record.status, record.answered)

    def test_delete_asks_first(self) -> None:
        """Delete asks for a confirmation and keeps everything until then."""
        record = answered("no", "yes")
        step = command("delete my answers", "delete_data", record)

        assert (None, "delete", 2) == (step.ask, step.reply.offer, len(record.answered))

    @pytest.mark.parametrize(("text", "name"), [("Yes, delete my answers", "delete_data"), ("yes", "affirm")])
    def test_delete_confirmed(self, text: str, name: str) -> None:
        """With the confirmation everything is gone."""
        record = answered("no", "yes")
        step = command(text, name, record, offer="delete")

        assert (None, CheckRecord()) == (step.ask, record)
        assert "utter_data_deleted" in spoken(step.reply)

    @pytest.mark.parametrize("text", ["yes?", "yes, no", "yes нет", "is it ok"])
    def test_delete_in_doubt(self, text: str) -> None:
        """It can't be undone: nothing is deleted by what may mean something else."""
        record = answered("no", "yes")
        step = command(text, "affirm", record, offer="delete")

        assert "utter_data_deleted" not in spoken(step.reply)
        assert ("no", "yes") == (record.values["cardiovascular"], record.values["local_infection"])

    @pytest.mark.parametrize(("text", "name"), [("No, keep them", "deny"), ("no", "deny")])
    def test_delete_refused(self, text: str, name: str) -> None:
        """Without it everything stays."""
        record = answered("no", "yes")
        command(text, name, record, offer="delete")

        assert ("no", "yes") == (record.values["cardiovascular"], record.values["local_infection"])


class TestExplain:
    @pytest.mark.parametrize("item", ITEMS)
    def test_why(self, item: Item) -> None:
        """Why it is asked is answered from the document; the question stays open."""
        record = answered(*["no"] * ITEMS.index(item))
        step = command("why do you ask that?", "explain_why", record, item)

        assert (item, None) == (step.ask, record.values[item])
        assert "Our document" in spoken(step.reply)

    @pytest.mark.parametrize("item", ITEMS)
    def test_meaning(self, item: Item) -> None:
        """What it means is answered with the help of the open question."""
        record = answered(*["no"] * ITEMS.index(item))
        step = command("what does that mean?", "explain_meaning", record, item)

        assert (item, f"utter_help_{item}") == (step.ask, spoken(step.reply))

    @pytest.mark.parametrize(
        ("text", "item", "part"),
        [("what is pus?", "local_infection", "fluid"), ("arrhythmia??", "cardiovascular", "steady"),
         ("systemic? in plain words please", "systemic_skin", "whole body")],
    )  # fmt: skip
    def test_term(self, text: str, item: Item, part: str) -> None:
        """A named term is explained, and naming it is no answer."""
        record = answered(*["no"] * ITEMS.index(item))
        step = command(text, "explain_meaning", record, item)

        assert (item, None) == (step.ask, record.values[item])
        assert part in spoken(step.reply)

    @pytest.mark.parametrize(
        ("name", "part"),
        [("ask_privacy", "utter_privacy"),
         ("smalltalk/capabilities", "utter_check_help"), ("repeat_question", ""),
         ("resume_check", "")],
    )  # fmt: skip
    def test_others(self, name: str, part: str) -> None:
        """Other commands are answered and leave the question open."""
        record = answered("no", "no")
        step = command("please", name, record)

        assert ("temperature", part) == (step.ask, spoken(step.reply))

    def test_a_person(self) -> None:
        """The questions stop, the answers stay, and it goes on with the request."""
        record = answered("no", "no")
        step = command("a person please", "human_handoff", record)

        assert (None, True, "stopped") == (step.ask, step.person, record.status)
        assert "kept your answers" in spoken(step.reply)

    def test_summary_so_far(self) -> None:
        """The summary can be seen in the middle."""
        step = command("show my summary", "show_summary", answered("no", "yes"))

        assert "2 of 6" in spoken(step.reply)


class TestCorrection:
    def test_down(self) -> None:
        """An explicit correction lowers an answer, says it back and goes on."""
        record = answered("no", "yes", "yes")
        step = advance(said("sorry, change fever to no"), record, "systemic_skin")

        assert ("no", "systemic_skin") == (record.values["temperature"], step.ask)
        assert "from yes to no" in spoken(step.reply)

    def test_up(self) -> None:
        """A correction upwards is stored at once."""
        record = answered("no", "no", "no")
        step = advance(said("actually I do have afib"), record, "systemic_skin")

        assert ("yes", "systemic_skin") == (record.values["cardiovascular"], step.ask)
        assert "from no to yes" in spoken(step.reply)

    def test_hint_reopens(self) -> None:
        """The words that the read-back suggests have the question asked again."""
        record = answered("no", "no", "yes")
        step = advance(said("change the answer about fever", "correct_answer"), record, "systemic_skin")

        assert ("temperature", None) == (step.ask, record.values["temperature"])

    def test_history(self) -> None:
        """Up and down again: the whole history stays."""
        record = answered("no", "no", "no")
        advance(said("actually I do have a fever"), record, "systemic_skin")
        advance(said("sorry, change fever to no"), record, "systemic_skin")

        told = [(e["old"], e["value"]) for e in record.entries if e["how"] == "correction"]
        assert [("no", "yes"), ("yes", "no")] == told

    def test_beside_an_answer(self) -> None:
        """A correction of one item and a condition of the open one in one message both count."""
        record = answered("no", "no", "no", "no")
        advance(said("sorry, i do have afib, and i have a cold sore"), record, "herpes")

        assert ("yes", "yes") == (record.values["cardiovascular"], record.values["herpes"])

    def test_plain_no_is_none(self) -> None:
        """A bare "actually no" answers the open question and changes no other."""
        record = answered("yes", "yes", "yes")
        advance(said("actually no"), record, "systemic_skin")

        assert ["yes"] * 3 == [record.values[i] for i in ITEMS[:3]]

    @pytest.mark.parametrize(
        ("value", "part"),
        [("no", "to no"), ("unsure", "to not sure"), (None, "look at that one again")],
    )
    def test_apply(self, value: str | None, part: str) -> None:
        """Each kind of correction is said back."""
        reply, record = Reply(), answered("yes")
        apply_correction("change it", record, Correction("cardiovascular", value), reply)  # type: ignore[arg-type]

        assert value == record.values["cardiovascular"]
        assert part in spoken(reply)
