"""Records of checks for the tests of the summary: one with a bit of everything, and any that can arise."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from assistant.screening.evidence import Evidence, Reading
from assistant.screening.items import ITEMS, VALUES, Item, Value
from assistant.screening.record import ACTIVE, DONE, EMERGENCY, NEW, STOPPED, CheckRecord
from assistant.screening.report import Circumstances, Consent, Patient

START = datetime(2026, 11, 22, 9, 30, tzinfo=timezone.utc)
CONSENT = Consent("2026-11-22T11:00:00+01:00", "2026-11")
ANN = Patient("Ann Example", "+44 20 7946 0000", "ann@mail.example")


def at(minute: int) -> str:
    """Returns a time, so many minutes after the start."""
    return (START + timedelta(minutes=minute)).isoformat(timespec="seconds")


def timed(record: CheckRecord) -> CheckRecord:
    """Sets the times of a record: one thing a minute."""
    for minute, entry in enumerate(record.entries):
        entry["at"] = at(minute)
    for flag in record.red_flags:
        flag["at"] = at(0)
    return record


def finished(**values: Value) -> CheckRecord:
    """Returns a finished check; what is not named was answered with no."""
    record = CheckRecord()
    for item in ITEMS:
        value = values.get(item, "no")
        record.answer(item, value, value, "answer")
    record.status = DONE
    return timed(record)


def full() -> CheckRecord:
    """Returns a finished check with a bit of everything."""
    record = CheckRecord()
    record.raise_from(Reading({"herpes": "yes"}, [Evidence("herpes", "yes", "cold sore", "strong")]))
    record.answer(
        "cardiovascular", "unsure", "my heart skips a beat, 152 over 94", "ambiguous present: skips"
    )
    record.answer("local_infection", "no", "no", "answer")
    record.answer("temperature", "yes", "38.6 this morning", "temperature reading")
    record.answer("systemic_skin", "no", "none", "answer")
    record.answer("medicines", "yes", "warfrin and some green capsules", "strong present: warfarin")
    record.correct("herpes", "no", "change herpes to no, it was a pimple")
    record.off_list.append("pregnant")
    record.readings += ["152 over 94", "38.6", "101.3", "100.4 F", "bp was 185"]
    record.note_unanswered(["price", "other"], "may my dog come along?")
    record.flag("chest pain", None)
    record.status = DONE
    return timed(record)


#: What may stand in a message: anything that JSON can hold, and what is meant to do harm.
TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(
        st.sampled_from("\x00\x1b\ud800\udc00\ufffe\ufdd0\u202e\u2028\x85\xa0 \t\n<>&\"'{}😀é.,/38"),
        max_size=20,
    ),
    st.sampled_from(
        [
            "",
            " ",
            "\x00",
            "38.6",
            "100.4 F",
            "bp 190",
            "120/80 and 38",
            "<script>alert(1)</script>",
            "]]>",
            "&amp;",
        ]
    ),
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.sampled_from(ITEMS), st.sampled_from(VALUES), TEXTS),
        st.tuples(st.just("volunteer"), st.sampled_from(ITEMS), st.sampled_from(("yes", "unsure")), TEXTS),
        st.tuples(st.just("correct"), st.sampled_from(ITEMS), st.sampled_from(VALUES), TEXTS),
        st.tuples(st.just("reopen"), st.sampled_from(ITEMS), st.none(), TEXTS),
        st.tuples(st.just("flag"), st.sampled_from([*ITEMS, None]), st.none(), TEXTS),
    ),
    max_size=12,
)


def _step(record: CheckRecord, what: str, item: Item, value: Value | None, words: str) -> None:
    if what == "answer" and value:
        record.answer(item, value, words, words)
    elif what == "volunteer" and value:
        record.raise_from(Reading({item: value}, [Evidence(item, value, words, words)]))
    elif what == "correct" and value:
        record.correct(item, value, words)
    elif what == "reopen":
        record.reopen(item)
    elif what == "flag":
        record.flag(words, item)


@st.composite
def records(draw: st.DrawFn) -> CheckRecord:
    """Draws a record as it can arise from any course of a check, with any words."""
    record = CheckRecord()
    if draw(st.booleans()):
        for item in ITEMS:
            record.answer(item, draw(st.sampled_from(VALUES)), draw(TEXTS), "answer")
    for step in draw(_STEPS):
        _step(record, *step)  # type: ignore[arg-type]
    record.off_list = draw(st.lists(TEXTS, max_size=3))
    record.readings = draw(st.lists(TEXTS, max_size=3))
    record.note_unanswered(
        draw(st.lists(st.sampled_from(["price", "other", "gone"]), max_size=3)), draw(TEXTS)
    )
    states = (DONE,) if record.next_item is None else (NEW, ACTIVE, STOPPED, EMERGENCY)
    record.status = draw(st.sampled_from(states))
    return timed(record)


CIRCUMSTANCES = st.one_of(
    st.builds(Circumstances, number=TEXTS, channel=TEXTS, language=st.sampled_from(["en", "es", "uk-UA"])),
    st.builds(
        Circumstances,
        consent=st.just(CONSENT),
        patient=st.one_of(st.none(), st.builds(Patient, name=TEXTS, phone=TEXTS, email=TEXTS)),
    ),
)
