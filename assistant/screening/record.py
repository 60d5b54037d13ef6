"""The record of a check: what was asked, answered, corrected and said, ready for the summary.

Kept as plain JSON in the slot `check_record`, so that the tracker holds it in a structured form.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from assistant.screening.evidence import Reading
from assistant.screening.items import ITEMS, UNSURE, VALUES, YES, Item, Value, most_cautious
from assistant.screening.outcome import Outcome, compute_outcome
from assistant.text import shorten

ACTIVE, STOPPED, EMERGENCY, DONE, NEW = "active", "stopped", "emergency", "done", "none"
#: Cue of words in a language of which only fixed forms are known: nobody has read them.
NOT_READ = "not read"


@dataclass
class CheckRecord:
    """State of one check.

    Attributes:
        values: item -> answer; None when not answered yet.
        entries: one dict for each thing said: item, value, words, cue, how (asked, volunteered,
            correction), old (value before), at (UTC time, ISO 8601).
        asked: items whose own question was answered.
        attempts: item -> how often its question was not understood.
        floor: items that an unexplained emergency keeps at `unsure` or above.
        off_list, readings, unanswered, red_flags: see the summary.
        status: none, active, stopped, emergency or done.
    """

    values: dict[Item, Value | None] = field(default_factory=lambda: dict.fromkeys(ITEMS))
    entries: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Item] = field(default_factory=list)
    attempts: dict[str, int] = field(default_factory=dict)
    floor: list[Item] = field(default_factory=list)
    off_list: list[str] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    red_flags: list[dict[str, str]] = field(default_factory=list)
    status: str = NEW

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> CheckRecord:
        """Rebuild the record from the tracker's slots; wrong values count as not answered."""
        raw = slots.get("check_record")
        # A copy: the slots must stay as they were, so that changes are seen as changes.
        data = deepcopy(raw) if isinstance(raw, dict) else {}
        record = cls(**{k: v for k, v in data.items() if k in cls.__dataclass_fields__ and k != "values"})
        for item in ITEMS:
            value = slots.get(item)
            record.values[item] = value if value in VALUES else None
        return record

    def to_slots(self) -> dict[str, Any]:
        """Return the slots that hold the record: one for each item, and `check_record`."""
        extra = {k: getattr(self, k) for k in self.__dataclass_fields__ if k != "values"}
        return {**{str(item): value for item, value in self.values.items()}, "check_record": extra}

    @property
    def next_item(self) -> Item | None:
        """The item to ask next: not answered, or only volunteered as unsure. None = complete."""
        for item in ITEMS:
            value = self.values[item]
            if value is None or (value == UNSURE and item not in self.asked):
                return item
        return None

    @property
    def answered(self) -> list[Item]:
        """The items that have a value, in order."""
        return [i for i in ITEMS if self.values[i] is not None]

    @property
    def tells(self) -> bool:
        """True when there is something for the specialist: an answer, or whatever else was said about health."""
        return bool(self.answered or self.off_list or self.readings or self.red_flags or self.unread)

    @property
    def done(self) -> int:
        """How many questions were asked and answered."""
        return sum(1 for i in ITEMS if self.values[i] is not None and i in self.asked)

    @property
    def other_concerns(self) -> bool:
        """True when something off the list or a red flag was named, or was not read: at least a review."""
        return bool(self.off_list or self.red_flags or self.unread)

    @property
    def unread(self) -> list[str]:
        """The words that nobody has read; see `NOT_READ`."""
        return list(dict.fromkeys(e["words"] for e in self.entries if e["cue"] == NOT_READ))

    def outcome(self) -> Outcome:
        """Return the result. Raises IncompleteAnswersError when an item has no answer."""
        return compute_outcome(self.values, other_concerns=self.other_concerns)

    def words_of(self, item: Item) -> list[str]:
        """Return the patient's own words that stand behind the present value of `item`."""
        said: list[str] = []
        for entry in self.entries:
            if entry["item"] != item:
                continue
            if entry["how"] == "correction":
                said = []
            said.append(entry["words"])
        return list(dict.fromkeys(said))

    def store(self, item: Item, value: Value, words: str, cue: str, how: str) -> Value | None:
        """Store a value as it is, with its history; return the value before."""
        old = self.values[item]
        self.values[item] = value
        self.entries.append(
            {"item": item, "value": value, "words": words, "cue": cue, "how": how, "old": old, "at": _now()}
        )
        return old

    def answer(self, item: Item, value: Value, words: str, cue: str) -> Value:
        """Store the answer to the item's own question; volunteered caution is never lowered by it."""
        floor = UNSURE if item in self.floor else None
        best = most_cautious(self.values[item], value, floor)
        assert best is not None
        self.store(item, best, words, cue, "asked")
        self.attempts.pop(item, None)
        if item not in self.asked:
            self.asked.append(item)
        return best

    def raise_from(self, reading: Reading, *, skip: Item | None = None) -> list[tuple[Item, Value | None]]:
        """Raise values by what was volunteered; return (item, old value) of those that changed."""
        changed = []
        for item, value in reading.values.items():
            if item == skip or value not in (YES, UNSURE):
                continue
            best = most_cautious(self.values[item], value)
            old = self.values[item]
            for e in reading.evidence:
                if e.item == item:
                    self.store(item, best or value, e.words, e.cue, "volunteered")
            if best != old:
                changed.append((item, old))
        self.note(reading)
        return changed

    def note(self, reading: Reading) -> None:
        """Keep readings and off-list conditions for the summary."""
        _extend(self.off_list, reading.off_list)
        _extend(self.readings, reading.readings)

    def note_unread(self, item: Item, words: str) -> None:
        """Keep words that can't be read beside the question they were said to. They are no answer to it."""
        self._note(item, words, NOT_READ)

    def note_beside(self, item: Item, words: str) -> None:
        """Keep words with which the patient took an answer back, and which may limit the next one."""
        self._note(item, words, "taken back")

    def _note(self, item: Item, words: str, cue: str) -> None:
        self.entries.append(
            {"item": item, "value": UNSURE, "words": words, "cue": cue, "how": "volunteered",
             "old": self.values[item], "at": _now()}
        )  # fmt: skip

    def note_unanswered(self, topics: list[str], text: str) -> None:
        """Keep questions that the document could not answer; one without a topic in the patient's words."""
        _extend(self.unanswered, [f"“{shorten(text, 80)}”" if t == "other" else t for t in topics])

    def correct(self, item: Item, value: Value, words: str) -> Value | None:
        """Store an explicit correction, up or down; return the value before."""
        old = self.store(item, value, words, "correction", "correction")
        if item in self.floor and value != YES:
            self.floor.remove(item)
        if item not in self.asked:
            self.asked.append(item)
        return old

    def reopen(self, item: Item) -> None:
        """Ask the question of `item` again."""
        self.values[item] = None
        if item in self.asked:
            self.asked.remove(item)

    def flag(self, sign: str, during: Item | None) -> None:
        """Keep a sign of an emergency; the item being asked can't become a plain no any more."""
        self.red_flags.append({"sign": sign, "at": _now()})
        if during and during not in self.floor:
            self.floor.append(during)


def _extend(target: list[str], values: list[str]) -> None:
    target.extend(v for v in dict.fromkeys(values) if v not in target)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
