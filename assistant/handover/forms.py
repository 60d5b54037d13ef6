"""Forms of yes, no, skip, stop and change while a request to the clinic is taken down.

A yes counts only when the whole message is one: what is sent to people must have been agreed to.
"""

from __future__ import annotations

from functools import cache, lru_cache

from assistant.datafiles import DataFileError, find, load_yaml
from assistant.text import has_phrase, squash, words

FILE = "handover/forms.yml"
LISTS = (
    *("agree", "send", "beside", "refuse", "stop", "skip", "keep", "change", "change_something"),
    *("remove", "name_openers", "name_plain"),
)
FIELDS = ("name", "phone", "email", "way", "wish")


@lru_cache(maxsize=1)
def forms() -> dict[str, tuple[str, ...]]:
    """Return all lists of phrases by name; those of fields as `fields.name`.

    Raises:
        DataFileError: a list is missing, or holds something else than words.
    """
    data = load_yaml(FILE)
    fields = data.get("fields") if isinstance(data, dict) else None
    if not isinstance(fields, dict):
        raise DataFileError(find(FILE), "no section 'fields'", "Restore it from the repository")
    wanted = {**{n: data.get(n) for n in LISTS}, **{f"fields.{n}": fields.get(n) for n in FIELDS}}
    for name, phrases in wanted.items():
        if not isinstance(phrases, list) or not all(isinstance(p, str) for p in phrases):
            raise DataFileError(find(FILE), f"{name!r} is no list of words", "Write [word, word]")
    return {name: tuple(squash(p) for p in phrases) for name, phrases in wanted.items()}


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(forms()[name])


def is_whole(text: str, *names: str) -> bool:
    """Tell whether the whole message is one of the phrases of these lists."""
    said = squash(text).removesuffix(" please").removeprefix("please ")
    return bool(said) and any(said in _set(name) for name in names)


def is_yes(text: str, name: str) -> bool:
    """Tell whether the whole message is a yes of the list `name` (`agree` or `send`)."""
    tokens = words(text)
    if not tokens or "?" in text:
        return False
    return any(t in _set(name) for t in tokens) and all(t in _set(name) | _set("beside") for t in tokens)


def has_any(text: str, name: str) -> bool:
    """Tell whether a phrase of a list stands in the message."""
    said = squash(text)
    return any(has_phrase(said, p) for p in forms()[name])


def named_field(text: str) -> str | None:
    """Return the part of a request that the message names (`name`, `phone`, ...), the longest phrase first."""
    said = squash(text)
    found = [(len(p), f) for f in FIELDS for p in forms()[f"fields.{f}"] if has_phrase(said, p)]
    return max(found)[1] if found else None


def has_own(text: str, field: str) -> bool:
    """Tell whether the message speaks of the patient's own part ("my number", "my new e-mail")."""
    said = squash(text).replace(" my new ", " my ")
    return any(has_phrase(said, f"my {p}") for p in forms()[f"fields.{field}"])


def is_field(text: str) -> str | None:
    """Return the part that the whole message names ("my name", "the phone number please")."""
    said = squash(text).removesuffix(" please")
    for opener in ("my ", "the ", "only my ", "just my "):
        said = said.removeprefix(opener)
    return next((f for f in FIELDS if said in _set(f"fields.{f}")), None)
