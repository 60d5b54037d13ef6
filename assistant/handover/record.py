"""The request that a patient makes to the clinic, while it is taken down; kept in slots as plain JSON."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from assistant.handover.contact import MAX_EMAIL, MAX_NAME, MAX_PHONE, MAX_WISH
from assistant.wording import wording

#: The questions in order, by the slots that hold the answers.
CONSENT, NAME, WAY, WISH, SEND = (
    *("contact_consent", "contact_name", "contact_way"),
    *("contact_wish", "contact_send"),
)
QUESTIONS = (CONSENT, NAME, WAY, WISH, SEND)
#: Asked only when the patient wants to change something and did not say what.
CHANGE = "contact_change"
#: What else is kept: which questions are settled, and how often they were put.
REST = "contact_record"
SLOTS = (*QUESTIONS, CHANGE, REST)
#: Rasa's form, and its slots in the order of domain.yml.
FORM = "contact_request"
FORM_SLOTS = (CONSENT, NAME, WAY, WISH, CHANGE, SEND)


@dataclass
class ContactRecord:
    """A request that is not sent yet.

    Attributes:
        consent: `version` of the text that was agreed to, and `at` (UTC, ISO 8601); None before a yes.
        name, phone, email, wish: as the patient gave them; empty when left out.
        settled: questions that were answered or left out.
        attempts: question -> how often it was not understood.
        doubted: a phone number that no plan of numbers has; taken when it is typed again.
        id: of the request to be sent; a new one for every version that is read back.
        ids: all of them. Any may have reached the clinic, if a process died while it was sent.
    """

    consent: dict[str, str] | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    wish: str = ""
    settled: list[str] = field(default_factory=list)
    attempts: dict[str, int] = field(default_factory=dict)
    doubted: str = ""
    id: str = ""
    ids: list[str] = field(default_factory=list)

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> ContactRecord:
        """Rebuild the record from the tracker's slots; what has a wrong form counts as not given."""
        way, rest, consent = (_mapping(slots.get(n)) for n in (WAY, REST, CONSENT))
        agreed = (
            {k: str(consent[k]) for k in ("version", "at")} if {"version", "at"} <= set(consent) else None
        )
        record = cls(agreed)
        if agreed is None:
            # Without a yes nothing is kept.
            return record
        record.name, record.wish = _text(slots.get(NAME), MAX_NAME), _text(slots.get(WISH), MAX_WISH)
        record.phone, record.email = _text(way.get("phone"), MAX_PHONE), _text(way.get("email"), MAX_EMAIL)
        record.settled = [q for q in _list(rest.get("settled")) if q in QUESTIONS]
        counts = _mapping(rest.get("attempts"))
        record.attempts = {q: n for q, n in counts.items() if q in SLOTS and isinstance(n, int)}
        record.doubted = _text(rest.get("doubted"), MAX_PHONE)
        record.id = _text(slots.get(SEND), 36)
        record.ids = [i for i in _list(rest.get("ids")) if _text(i, 36)]
        return record

    def to_slots(self) -> dict[str, Any]:
        """Return the slots that hold the record; all are empty without a consent."""
        if self.consent is None:
            return dict.fromkeys(SLOTS)
        way = {"phone": self.phone, "email": self.email} if self.phone or self.email else None
        rest = {
            "settled": list(self.settled), "attempts": dict(self.attempts), "doubted": self.doubted,
            "ids": list(self.ids),
        }  # fmt: skip
        return {
            CONSENT: dict(self.consent), NAME: self.name or None, WAY: way, WISH: self.wish or None,
            SEND: self.id or None, CHANGE: None, REST: rest,
        }  # fmt: skip

    @property
    def next_question(self) -> str:
        """The question to put next; the last one is whether to send it."""
        if self.consent is None:
            return CONSENT
        for question in (NAME, WAY, WISH):
            if question not in self.settled or (question == WAY and not (self.phone or self.email)):
                return question
        return SEND

    @property
    def given(self) -> tuple[str, ...] | None:
        """Names of what the patient gave so far; None before a consent."""
        if self.consent is None:
            return None
        return tuple(n for n in ("name", "phone", "email", "wish") if getattr(self, n))

    def agree(self, version: str) -> None:
        """Keep the consent with its time."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self.consent = {"version": version, "at": now}

    def settle(self, question: str, **values: str) -> None:
        """Keep the answer to a question, and with it that another version is to be read back."""
        for name, value in values.items():
            setattr(self, name, value)
        self.doubted = ""
        self.id = ""
        self.attempts.pop(question, None)
        if question not in self.settled:
            self.settled.append(question)

    def failed(self, question: str) -> int:
        """Count an answer that was not understood; return how many there were."""
        self.attempts[question] = self.attempts.get(question, 0) + 1
        return self.attempts[question]

    def reopen(self, question: str) -> None:
        """Put a question again."""
        self.id = ""
        self.settled = [q for q in self.settled if q != question]

    def empty(self) -> None:
        """Forget everything."""
        self.__init__()  # type: ignore[misc]

    def read_back(self, beside: Sequence[str] = ()) -> str:
        """Return what would be sent, and choose the id under which it is sent.

        Args:
            beside: what goes with it from the check, a line each.
        """
        if not self.id:
            self.id = str(uuid.uuid4())
            self.ids.append(self.id)
        left_out = wording("handover.left_out")
        lines = [
            wording("handover.name", value=self.name or left_out),
            *([wording("handover.phone", value=self.phone)] if self.phone else []),
            *([wording("handover.email", value=self.email)] if self.email else []),
            wording("handover.wish", value=f"“{self.wish}”" if self.wish else left_out),
            *(beside or [wording("handover.beside.nothing")]),
        ]
        return "\n".join([wording("handover.read_back"), *(f"- {line}" for line in lines)])


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any, limit: int) -> str:
    return value if isinstance(value, str) and len(value) <= limit else ""
