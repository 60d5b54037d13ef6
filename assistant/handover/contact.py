"""Reads names, phone numbers and e-mail addresses as patients type them. Nothing is looked up anywhere.

What these functions do not accept they do not return: no half of an address is ever kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from assistant.handover.forms import phrases
from assistant.text import WORD, fold

#: More of a message is not searched for addresses and numbers.
SEARCHED = 2000
MAX_NAME, MAX_WISH = 80, 2000
#: Columns of the database.
MAX_PHONE, MAX_EMAIL = 32, 320
_CANDIDATES = 8

_POSSIBLE = phonenumbers.ValidationResult.IS_POSSIBLE
_EMAIL = re.compile(r"[^\s<>()\[\]{},;:\"“”„]{1,100}@[^\s<>()\[\]{},;:\"“”„]{1,255}")
_NUMBER = re.compile(r"(?:\+|\b00)?\(?\d(?:[ ().\-/\u00a0]{0,2}\d){4,17}")
_DATE = re.compile(r"(?<!\d)\d{4}-\d\d?-\d\d?(?!\d)|(?<!\d)\d\d?[./]\d\d?[./]\d{4}(?!\d)|\b\d\d?:\d\d\b")
_BESIDE = " '’-.·‐"


@dataclass(frozen=True)
class Found:
    """What of a message reaches a person.

    Attributes:
        phone: in international form, or empty.
        email: in its normal form, or empty.
        problem: why something that looks like one was not accepted: `email` (a number beside it may
            be), `phone`, `country` (it lacks one) or `doubtful` (no such number is known: `doubted`).
        doubted: a number of a possible length that is in no plan of numbers.
    """

    phone: str = ""
    email: str = ""
    problem: str = ""
    doubted: str = ""

    @property
    def any(self) -> bool:
        """Whether there is a way to reach somebody."""
        return bool(self.phone or self.email)


def read_contact(text: str, region: str = "") -> Found:
    """Return the first phone number and the first e-mail address in `text`.

    Args:
        text: what the patient typed, as it was typed.
        region: country of numbers without one (ISO 3166), or an empty text.
    """
    text = text[:SEARCHED]
    candidates = _EMAIL.findall(text)[:_CANDIDATES]
    emails = [e for e in map(_email, candidates) if e]
    rest = _EMAIL.sub(" ", text)
    phone = next(_phones(rest, region), "")
    email = emails[0] if emails else ""
    problem = "email" if "@" in text and not email else ""
    return Found(phone, email, problem) if phone or email or problem else _why(rest, region)


def _email(candidate: str) -> str:
    try:
        found = validate_email(candidate.rstrip(".!?'’"), check_deliverability=False)
    except (EmailNotValidError, ValueError):
        return ""
    return found.normalized if len(found.normalized) <= MAX_EMAIL else ""


def _phones(text: str, region: str) -> Iterator[str]:
    text = _with_plus(text, region)
    for match in phonenumbers.PhoneNumberMatcher(text, region or None, max_tries=200):
        yield _shown(match.number)
    # The matcher leaves out what it takes for a date or a price.
    for candidate in _candidates(text):
        number = _parsed(candidate, region)
        if number is not None and phonenumbers.is_valid_number(number):
            yield _shown(number)


def _candidates(text: str) -> list[str]:
    return _NUMBER.findall(_DATE.sub(" ", text))[:_CANDIDATES]


def _with_plus(text: str, region: str) -> str:
    # Without a country of its own, 00 can only be the international prefix.
    return text if region else re.sub(r"(?<!\d)00(?=[1-9])", "+", text)


def _parsed(candidate: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(candidate, region or None)
    except phonenumbers.NumberParseException:
        return None


def _shown(number: phonenumbers.PhoneNumber) -> str:
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if len(shown) > MAX_PHONE:
        shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return str(shown)


def _why(text: str, region: str) -> Found:
    candidates = _candidates(_with_plus(text, region))
    for candidate in candidates:
        number = _parsed(candidate, region)
        if number is None:
            if not region and not candidate.startswith("+"):
                return Found(problem="country")
        elif phonenumbers.is_possible_number_with_reason(number) == _POSSIBLE:
            return Found(problem="doubtful", doubted=_shown(number))
    digits = sum(c.isdigit() for c in text)
    return Found(problem="phone" if candidates or digits >= 4 or re.search(r"\+\d", text) else "")


def read_name(text: str, *, asked: bool) -> str:
    """Return the name that a message gives; an empty text when it gives none.

    Args:
        text: what the patient typed.
        asked: the name was asked for; else only "my name is ..." counts.
    """
    name, opened = _after(text, phrases("name_openers"))
    if asked:
        name = _after(name, phrases("name_plain"))[0] if not opened else name
    elif not opened:
        return ""
    name = re.split(r"[,;\n]|(?<=\w{4})\. ", name, maxsplit=1)[0]
    name = " ".join(name.split()).strip(_BESIDE)
    return name if _is_name(name) else ""


def _after(text: str, openers: tuple[str, ...]) -> tuple[str, bool]:
    """Return what follows the longest of `openers` at the beginning of `text`, and whether one was there."""
    tokens = list(WORD.finditer(fold(text)))
    for opener in sorted(openers, key=len, reverse=True):
        count = len(opener.split())
        start = " ".join(t.group().replace("'", "") for t in tokens[:count])
        if start == opener and len(tokens) >= count:
            return text[tokens[count - 1].end() :].lstrip(" :,.-"), True
    return text.strip(), False


def _is_name(text: str) -> bool:
    if not 0 < len(text) <= MAX_NAME or len(text.split()) > 6:
        return False
    kinds = [unicodedata.category(c)[0] for c in text]
    return any(k == "L" for k in kinds) and all(
        k in "LM" or c in _BESIDE for k, c in zip(kinds, text, strict=True)
    )


def read_wish(text: str) -> str:
    """Return the wish without control characters; an empty text when it says nothing or is too long."""
    kept = "".join(
        c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn") else " " for c in text
    )
    lines = (" ".join(line.split()) for line in kept.splitlines())
    wish = "\n".join(line for line in lines if line)
    return wish if any(c.isalnum() for c in wish) and len(wish) <= MAX_WISH else ""
