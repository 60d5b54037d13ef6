"""Check 11: what data/clinic.yml tells patients can be right: numbers, addresses, hours, the text they agree to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.datafiles import line_of, load_yaml
from assistant.handover.clinic_file import FILE, Clinic, read

_Wrong = tuple[str, str, str]


def check(project: Project) -> Iterator[Finding]:
    """Yield all that is wrong with the file, and closed days that are over."""
    path = project.file(FILE)
    found, problems = read(load_yaml(FILE))
    wrong = [(p.key, p.text, p.remedy) for p in problems]
    for key, problem, remedy in (*wrong, *_ways(found), *_region(found)):
        yield project.finding(path, line_of(FILE, key), problem, remedy)
    today = datetime.now(timezone.utc).date()
    for day in sorted(found.closed):
        if (today - day).days > 1:
            yield project.finding(
                path, line_of(FILE, day.isoformat()), f"the closed day {day} is over",
                "Remove it", "note",
            )  # fmt: skip


def _ways(found: Clinic) -> Iterator[_Wrong]:
    phone, email, website = (found.contact.get(n, "") for n in ("phone", "email", "website"))
    if phone and not _is_phone(phone, found.phone_region):
        yield "phone:", "phone is no phone number", "Write it with its country code, as in +49 30 901820"
    if email:
        try:
            validate_email(email, check_deliverability=False)
        except EmailNotValidError:
            yield "email:", "email is no e-mail address", "Write it as in hello@clinic.com"
    if website:
        parts = urlsplit(website)
        if parts.scheme not in ("http", "https") or "." not in (parts.hostname or ""):
            yield "website:", "website is no address", "Write it as in https://clinic.com/contact"


def _is_phone(text: str, region: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, region or None))
    except phonenumbers.NumberParseException:
        return False


def _region(found: Clinic) -> Iterator[_Wrong]:
    if found.phone_region and found.phone_region not in phonenumbers.SUPPORTED_REGIONS:
        yield (
            "phone_region", f"phone_region: {found.phone_region!r} is no country",
            "Use its two letters, such as DE",
        )  # fmt: skip
