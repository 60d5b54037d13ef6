"""Commands in the check, such as stop, start over and explain."""

from __future__ import annotations

from assistant.dialogue.check_step import Step, deletion_offer
from assistant.dialogue.message import UserMessage
from assistant.dialogue.terms import explain_term
from assistant.rendering.reply import RESUME, Reply
from assistant.screening.items import Item
from assistant.screening.record import ACTIVE, STOPPED, CheckRecord
from assistant.screening.summary import summary_text
from assistant.wording import wording


def command(message: UserMessage, record: CheckRecord, item: Item) -> Step | None:
    """Do what the message's best class commands; None when it is no command. Changes `record`."""
    name = message.best
    if name == "stop_check":
        record.status = STOPPED
        return Step(Reply(kind="smalltalk").say(response="utter_check_stopped", choices=(RESUME,)), None)
    if name == "restart_check":
        record.__init__()  # type: ignore[misc]
        record.status = ACTIVE
        return Step(Reply(kind="smalltalk").say(response="utter_check_restarted"), record.next_item)
    if name in ("resume_check", "repeat_question", "start_check"):
        return Step(Reply(), item)
    if name == "show_summary":
        return Step(Reply(kind="smalltalk").say(summary_text(record)), item)
    if name == "delete_data":
        record.status = STOPPED
        return Step(deletion_offer(), None)
    if name == "ask_privacy":
        return Step(Reply(kind="smalltalk").say(response="utter_privacy"), item)
    if name == "ask_own_data":
        return Step(Reply(kind="smalltalk").say(response="utter_own_data"), item)
    if name == "human_handoff":
        record.status = STOPPED
        return Step(Reply(kind="smalltalk").say(wording("handover.check_paused")), None, person=True)
    if name in ("explain_why", "follow_up/why"):
        return Step(Reply(kind="smalltalk").say(wording(f"items.{item}.why")), item)
    if name in ("explain_meaning", "follow_up/more"):
        return Step(_explain(message, item), item)
    if name == "smalltalk/capabilities":
        return Step(Reply(kind="smalltalk").say(response="utter_check_help"), item)
    return None


def explained(message: UserMessage, item: Item) -> Reply:
    """Tell why the open question is asked, or what its words mean."""
    if message.is_a("explain_why"):
        return Reply(kind="smalltalk").say(wording(f"items.{item}.why"))
    return _explain(message, item)


def _explain(message: UserMessage, item: Item) -> Reply:
    """Explain the term that the patient names; else the help of the open question."""
    reply = Reply(kind="smalltalk")
    term = explain_term(message.text)
    reply.say(term) if term else reply.say(response=f"utter_help_{item}")
    return reply
