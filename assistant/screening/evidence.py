"""What one message says about the items of the check, and why it was read so."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.screening.items import Item, Value, most_cautious


@dataclass(frozen=True)
class Evidence:
    """Why a value was read: the item, the value, the patient's words and the cue."""

    item: Item
    value: Value
    words: str
    cue: str


@dataclass
class Reading:
    """What one message says.

    Attributes:
        values: item -> value, most cautious of the evidence. Only yes and unsure, except for the
            item that was asked, which may be no.
        evidence: one entry for each thing that was understood.
        off_list: conditions that the document does not list, in the patient's words.
        urgent: `blood_pressure` / `temperature` when a reading needs a doctor today.
        ask_again: the asked item was not understood.
        touched: the message was about the asked item, although nothing could be stored
            (a soft no, another person, a hypothetical).
        readings: temperatures and blood pressures as typed, for the summary.
    """

    values: dict[Item, Value] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    off_list: list[str] = field(default_factory=list)
    urgent: list[str] = field(default_factory=list)
    ask_again: bool = False
    touched: bool = False
    readings: list[str] = field(default_factory=list)
    denied: list[Item] = field(default_factory=list)

    def add(self, item: Item, value: Value, said: str, cue: str) -> None:
        """Store a piece of evidence; the most cautious value of an item wins."""
        self.evidence.append(Evidence(item, value, said, cue))
        best = most_cautious(self.values.get(item), value)
        assert best is not None
        self.values[item] = best

    def speaks_of(self, item: Item) -> bool:
        """Tell whether the lexicon or a number, not just a form of words, speaks of `item`."""
        return any(e.item == item and e.cue != "answer" for e in self.evidence)
