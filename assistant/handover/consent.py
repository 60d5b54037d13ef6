"""Which text a patient agrees to: its version is kept with the yes, and tells the text to the letter.

A version that a person counts up can be forgotten when the text is changed, and the text has a wording in
each language. So the language and a hash of what was asked stand behind the clinic's own version.
"""

from __future__ import annotations

import hashlib
from functools import cache

from assistant import locales
from assistant.datafiles import DataFileError, base_dir, load_file, project_dir
from assistant.handover.clinic_file import clinic

RESPONSE = "utter_ask_contact_consent"
#: Hexadecimal digits: enough to tell the texts of one clinic apart.
_DIGITS = 8


def consent_version() -> str:
    """Return the version of the text in the language that is spoken, such as `2026-11 en 1f0c7d52`.

    Raises:
        DataFileError: there is no such text, or a file of it can't be used.
    """
    language = locales.current()
    digest = hashlib.sha256(consent_text(language).encode()).hexdigest()[:_DIGITS]
    return f"{clinic().consent_version} {language} {digest}"


def consent_texts() -> list[tuple[str, str]]:
    """Return version and text of each language of now. Raises as `consent_version`."""
    found = []
    for language in (locales.DEFAULT, *locales.codes()):
        with locales.speaking(language):
            found.append((consent_version(), consent_text(language)))
    return found


@cache
def consent_text(language: str) -> str:
    """Return the text that a yes agrees to in a language; all variations, should there be several.

    Raises:
        DataFileError: there is none.
    """
    own = locales.locale(language).responses.get(RESPONSE) if language != locales.DEFAULT else None
    texts = [str(row["text"]) for row in own or _of_domain()]
    return "\n".join(texts)


def _of_domain() -> list[dict[str, str]]:
    for folder in (project_dir(), base_dir()):
        path = folder / "domain.yml" if folder else None
        if path is None or not path.exists():
            continue
        data = load_file(path)
        responses = data.get("responses") if isinstance(data, dict) else None
        rows = responses.get(RESPONSE) if isinstance(responses, dict) else None
        found = [row for row in rows or () if isinstance(row, dict) and row.get("text")]
        if found:
            return found
    path = project_dir() / "domain.yml"
    raise DataFileError(path, f"{RESPONSE} has no text", "Restore it from the repository")
