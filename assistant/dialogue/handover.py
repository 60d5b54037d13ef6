"""The course of a request to the clinic: one message in, what to say, what to keep, what to ask next.

An emergency comes first, then a wish to stop. Nothing typed here is read as a statement about health:
names, numbers and wishes must not change the check.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant import locales
from assistant.dialogue import strict
from assistant.dialogue.answering import reply_to
from assistant.dialogue.check import deletion_offer, emergency_reply
from assistant.dialogue.handover_change import change
from assistant.dialogue.message import UserMessage
from assistant.handover.clinic_file import clinic
from assistant.handover.consent import consent_version
from assistant.handover.contact import MAX_PHONE, MAX_WISH, Found, read_contact, read_name, read_wish
from assistant.handover.forms import has_any, is_whole, is_yes
from assistant.handover.hours import reach_text
from assistant.handover.record import CHANGE, CONSENT, NAME, SEND, WAY, WISH, ContactRecord
from assistant.rendering.reply import Reply
from assistant.safety.red_flags import RedFlag, find_red_flag
from assistant.safety.second_net import classified_flag
from assistant.screening.evidence import Reading
from assistant.screening.reading import read_volunteered
from assistant.screening.record import EMERGENCY as STILL
from assistant.screening.record import CheckRecord
from assistant.screening.spelling import english_words
from assistant.screening.summary import summary_text
from assistant.text import words
from assistant.wording import wording

SMALLTALK = "smalltalk"
#: How a request ends: to be sent, given up, interrupted by an emergency, by the check, by a wish to delete.
SENT, DROPPED, EMERGENCY, CHECK, DELETE = "sent", "dropped", "emergency", "check", "delete"
#: A command, or a question of the patient's, has to be recognised with this probability.
GATE, WISH_GATE = 0.6, 0.8
#: More words than this are a wish, whatever the classifier takes them for.
SHORT = 6
#: After so many names that were not understood, the name is left out.
MAX_ATTEMPTS = 2
#: After so many ways that were not understood, the clinic's own are told.
HELP_FROM = 2

_ASKS = ("faq", "not_in_document", "follow_up", "out_of_scope", "smalltalk")
_COMMANDS = (
    *("start_check", "resume_check", "restart_check", "repeat_question", "show_summary", "delete_data"),
    *(
        "ask_privacy",
        "ask_own_data",
        "human_handoff",
        "explain_why",
        "explain_meaning",
        "affirm",
        "deny",
        "not_sure",
    ),
    *("inform_health", "stop_check", "correct_answer", "im_fine"),
)


@dataclass
class ContactStep:
    """What follows from a message.

    Attributes:
        reply: what to say before the next question.
        ask: the question to put next; None ends the request (see `end`).
        end: how it ends.
        flag: the emergency, if that is the end.
    """

    reply: Reply
    ask: str | None
    end: str = ""
    flag: RedFlag | None = None


@dataclass(frozen=True)
class Turn:
    """A message and what it is read against.

    `stale`: a person has talked with the patient since the question was put, so that the message may be
    an answer to the person.
    """

    message: UserMessage
    record: ContactRecord
    question: str
    check: CheckRecord
    last_topic: str = ""
    last_facts: tuple[str, ...] = ()
    stale: bool = False

    @property
    def text(self) -> str:
        """The message as typed."""
        return self.message.text

    @property
    def short(self) -> bool:
        """Whether it is short enough for a command."""
        return len(words(self.text)) <= SHORT

    @property
    def beside(self) -> list[str]:
        """What goes with the request, a line each; nothing when the patient said nothing of the kind."""
        c = self.check
        parts = {
            "answers": c.answered or c.off_list or c.readings or c.unread,
            "questions": c.unanswered,
            "emergency": c.red_flags,
        }
        return [wording(f"handover.beside.{name}") for name, there in parts.items() if there]


def advance(turn: Turn) -> ContactStep:
    """Take the request one message further; changes `turn.record`."""
    flag = find_red_flag(turn.text) or classified_flag(turn.text, turn.message.ranking)
    if flag:
        reply = emergency_reply(flag, in_check=False).say(response="utter_emergency_contact_stopped")
        return ContactStep(reply, None, EMERGENCY, flag)
    step = _advance(turn)
    # Nobody may read a wish today, so what needs help today is said now.
    warned = [Reply().say(response=f"utter_urgent_{what}").messages[0] for what in _urgent(turn.text)]
    step.reply.messages[:0] = warned
    return step


def _urgent(text: str) -> list[str]:
    if locales.current() != locales.DEFAULT:
        return strict.urgent_numbers(text)
    return list(dict.fromkeys(read_volunteered(text).urgent))


def _advance(turn: Turn) -> ContactStep:
    plain_stop = turn.short and turn.question != WISH and turn.message.is_a("stop_check", at_least=GATE)
    if is_whole(turn.text, "stop") or plain_stop:
        return ContactStep(Reply(kind=SMALLTALK), None, DROPPED)
    if turn.stale:
        # Neither a yes nor a name counts then: the question is put again.
        return go_on(turn) if turn.question == SEND else ContactStep(Reply(kind=SMALLTALK), turn.question)
    if turn.question == CONSENT:
        return _consent(turn)
    changed = change(turn.text, turn.record, turn.question, clinic().phone_region)
    if changed is not None:
        reply = Reply(kind=SMALLTALK).say(changed.said) if changed.said else Reply(kind=SMALLTALK)
        return ContactStep(reply, changed.ask) if changed.ask else go_on(turn, reply)
    return {NAME: _name, WAY: _way, WISH: _wish, SEND: _send, CHANGE: _change_what}[turn.question](turn)


def go_on(turn: Turn, reply: Reply | None = None) -> ContactStep:
    """Return the step to the next question; what would be sent is read back before the last one."""
    reply = reply or Reply(kind=SMALLTALK)
    following = turn.record.next_question
    if following == SEND:
        reply.say(turn.record.read_back(turn.beside))
    return ContactStep(reply, following)


def _again(turn: Turn, said: str) -> ContactStep:
    return ContactStep(Reply(kind=SMALLTALK).say(said), turn.question)


def _consent(turn: Turn) -> ContactStep:
    if is_yes(turn.text, "agree"):
        turn.record.agree(consent_version())
        return go_on(turn)
    if is_whole(turn.text, "refuse") or (turn.short and turn.message.is_a("deny", at_least=GATE)):
        return ContactStep(Reply(kind=SMALLTALK), None, DROPPED)
    return _aside(turn) or _again(turn, wording("handover.need_consent"))


def _name(turn: Turn) -> ContactStep:
    record, text = turn.record, turn.text
    if is_whole(text, "keep", "skip"):
        record.settle(NAME, name=record.name if is_whole(text, "keep") else "")
        return go_on(turn)
    found = read_contact(text, clinic().phone_region)
    name = "" if is_yes(text, "agree") or is_whole(text, "refuse", "change") else read_name(text, asked=True)
    # A word that is also a question's ("Joy", "faith brown") counts when it comes again.
    doubted = name[:MAX_PHONE] if name and _may_be_another(turn, name) else ""
    if doubted and doubted != record.doubted and not found.any:
        return _doubted_name(turn, doubted)
    if found.any:
        # "Maria, 0171 2345678" answers two questions.
        _take_way(record, found)
    if name:
        record.settle(NAME, name=name)
    if found.any or name:
        return go_on(turn)
    if (step := _aside(turn)) is not None:
        return step
    if record.failed(NAME) >= MAX_ATTEMPTS:
        record.settle(NAME, name="")
        return go_on(turn, Reply(kind=SMALLTALK).say(wording("handover.no_name")))
    return _again(turn, wording("handover.help_name"))


def _may_be_another(turn: Turn, name: str) -> bool:
    """Tell whether words that could be a name are more likely something else, by signs, form and class."""
    if "?" in turn.text:
        return True
    if read_name(turn.text, asked=False):
        return False
    if locales.current() != locales.DEFAULT:
        # There a class is a whole form, and what is none has no class.
        return turn.message.is_a(*_ASKS, *_COMMANDS)
    tokens = name.split()
    if len(tokens) > 1 and all(t[:1].isupper() for t in tokens) and not name.isupper():
        return False  # "Will Price"
    # "John Smith" without capitals is out of scope for the classifier, which never saw a name.
    likely = turn.message.is_a(*(a for a in _ASKS if a != "out_of_scope"), *_COMMANDS, at_least=GATE)
    return likely and all(w in english_words() or len(w) < 3 for w in words(turn.text))


def _doubted_name(turn: Turn, name: str) -> ContactStep:
    """Answer, and say how the words can still be a name; nothing is noted as a question of the patient's."""
    step = _aside(turn, noted="?" in turn.text)
    if step is None:
        step = _again(turn, wording("handover.help_name"))
    if step.ask == NAME and "?" not in turn.text and turn.message.is_a(*_ASKS, "inform_health"):
        step.reply.say(wording("handover.if_name"))
        turn.record.doubted = name
    return step


def _way(turn: Turn) -> ContactStep:
    record = turn.record
    found = read_contact(turn.text, clinic().phone_region)
    if found.doubted and found.doubted == record.doubted:
        found = Found(phone=found.doubted)
    if found.any:
        _take_way(record, found)
        reply = Reply(kind=SMALLTALK)
        if found.problem == "email":
            reply.say(wording("handover.problem.email_left_out"))
        return go_on(turn, reply)
    if is_whole(turn.text, "keep") and (record.phone or record.email):
        record.settle(WAY)
        return go_on(turn)
    if is_whole(turn.text, "skip"):
        return _again(turn, wording("handover.need_way"))
    if not found.problem and (step := _aside(turn)) is not None:
        return step
    said = (
        wording(f"handover.problem.{found.problem}", number=found.doubted)
        if found.problem == "doubtful"
        else ""
    )
    said = said or wording(f"handover.problem.{found.problem or 'nothing'}")
    record.doubted = found.doubted
    if record.failed(WAY) >= HELP_FROM:
        said = f"{said} {reach_text()}"
    return _again(turn, said)


def _take_way(record: ContactRecord, found: Found) -> None:
    record.settle(WAY, phone=found.phone or record.phone, email=found.email or record.email)


def _wish(turn: Turn) -> ContactStep:
    record, text = turn.record, turn.text
    if is_whole(text, "keep", "skip"):
        record.settle(WISH, wish=record.wish if is_whole(text, "keep") else "")
        return go_on(turn)
    asks = text.rstrip().endswith("?")
    if (turn.short or asks) and (step := _aside(turn)) is not None:
        if step.reply.kind != "not_in_document":
            return step
        # What the document does not say is for people to answer.
        step.reply.say(wording("handover.question_taken"))
        record.settle(WISH, wish=read_wish(text))
        return go_on(turn, step.reply)
    if wish := read_wish(text):
        record.settle(WISH, wish=wish)
        return go_on(turn)
    if len(text) > MAX_WISH:
        return _again(turn, wording("handover.too_long"))
    if record.failed(WISH) >= MAX_ATTEMPTS:
        record.settle(WISH, wish="")
        return go_on(turn)
    return _again(turn, wording("handover.help_wish"))


def _send(turn: Turn) -> ContactStep:
    if is_yes(turn.text, "send"):
        return ContactStep(Reply(kind=SMALLTALK), None, SENT)
    if is_whole(turn.text, "change_something"):
        return ContactStep(Reply(kind=SMALLTALK), CHANGE)
    if is_whole(turn.text, "refuse"):
        return ContactStep(Reply(kind=SMALLTALK).say(wording("handover.not_sent")), CHANGE)
    return _aside(turn) or _again(turn, wording("handover.need_yes"))


def _change_what(turn: Turn) -> ContactStep:
    if is_yes(turn.text, "send") and has_any(turn.text, "send_now"):
        return ContactStep(Reply(kind=SMALLTALK), None, SENT)
    if is_whole(turn.text, "keep", "refuse", "skip"):
        return go_on(turn)
    return _aside(turn) or _again(turn, wording("handover.help_change"))


def _aside(turn: Turn, *, noted: bool = True) -> ContactStep | None:
    """Answer what is no answer to the question: a command, a question, small talk.

    Args:
        turn: the message.
        noted: a question that the document does not answer is kept for the summary.
    """
    message, question = turn.message, turn.question
    gate = WISH_GATE if question == WISH else GATE
    reply = Reply(kind=SMALLTALK)
    if message.is_a(*_COMMANDS, at_least=gate):
        return _command(turn, reply)
    if message.is_a("follow_up/why", "smalltalk/capabilities", at_least=gate):
        return _again(turn, wording(f"handover.why.{question}"))
    if not message.is_a(*_ASKS, at_least=gate) or message.is_a("smalltalk/acknowledge"):
        return None
    if message.is_a("out_of_scope") and "?" not in turn.text:
        return None
    if question == WISH and message.is_a("smalltalk", "out_of_scope"):
        return None
    given = _answer(turn)
    if given.kind == "unclear":
        return None
    if noted:
        turn.check.note_unanswered(given.unanswered, turn.text)
    return ContactStep(given, question)


def _answer(turn: Turn) -> Reply:
    if locales.current() != locales.DEFAULT:
        # Only small talk has forms there.
        return strict.reply_to(turn.message, turn.check)
    return reply_to(
        turn.message,
        reading=Reading(),
        last_topic=turn.last_topic,
        last_facts=list(turn.last_facts),
        in_check=True,
    )


def _command(turn: Turn, reply: Reply) -> ContactStep | None:
    name, question = turn.message.best, turn.question
    if name == "delete_data":
        return ContactStep(deletion_offer(), None, DELETE)
    if name in ("start_check", "resume_check"):
        if turn.check.status == STILL:
            reply = Reply(kind="emergency").say(response="utter_still_emergency")
        return ContactStep(reply, None, CHECK)
    if name == "restart_check" and turn.record.consent:
        agreed = turn.record.consent
        turn.record.empty()
        turn.record.consent = agreed
        return go_on(turn, reply.say(wording("handover.restarted")))
    if name == "repeat_question":
        return go_on(turn, reply) if question == SEND else ContactStep(reply, question)
    if name == "show_summary":
        return _again(turn, summary_text(turn.check))
    if name in ("ask_privacy", "ask_own_data"):
        response = "utter_privacy" if name == "ask_privacy" else "utter_own_data"
        return ContactStep(reply.say(response=response), question)
    if name == "human_handoff" and question != WISH:
        return _again(turn, wording("handover.already"))
    if name in ("explain_why", "explain_meaning"):
        return _again(turn, wording(f"handover.why.{question}"))
    return None
