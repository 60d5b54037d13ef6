"""Plain words for an emergency in languages that the assistant does not speak.

Shorter lists than those of red_flags.yml, with simpler rules for what is denied, long past or only supposed. They
stand in data/screening/red_flag_phrases.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assistant.datafiles import DataFileError, find, line_of, load_yaml
from assistant.safety.patterns import Grammar, PatternError, PatternSet
from assistant.text import fold

FILE = "screening/red_flag_phrases.yml"
#: The sign of words of self-harm.
SELF_HARM = "self_harm"
#: So many words before a sign may deny it.
DENIES = 6
#: The same for self-harm, where a denial stands beside it ("non ce la faccio più, voglio morire" denies nothing).
DENIES_HARM = 3
#: Letters that have no accent to take away, but another spelling.
_SPELLED = {ord("ł"): "l", ord("Ł"): "l", ord("ß"): "ss", ord("œ"): "oe", ord("Œ"): "oe", ord("æ"): "ae"}
_TOKEN = re.compile(r"(?P<word>[a-z0-9]+)|(?P<end>[.!?;\n]+)|(?P<comma>[,:()\u2026]|\s-+\s)")


@dataclass(frozen=True)
class Phrases:
    """What the file says about one language, compiled."""

    signs: PatternSet
    denied: frozenset[str]
    after: frozenset[str]
    breaks: frozenset[str]
    quiet: PatternSet
    now: PatternSet
    others: frozenset[str]


@dataclass(frozen=True)
class Found:
    """A sign: `self_harm` or one of an emergency, whether it is somebody else's, and in which language."""

    sign: str
    bystander: bool
    language: str


@lru_cache(maxsize=1)
def phrases() -> dict[str, Phrases]:
    """Return the languages of the file.

    Raises:
        DataFileError: the file is missing, or something in it can't be used.
    """
    data = load_yaml(FILE)
    rows = data.get("languages") if isinstance(data, dict) else None
    if not isinstance(rows, dict) or not rows:
        raise _wrong("no languages", "Start the file with `languages:`", "languages:")
    return {str(code): _read(str(code), row) for code, row in rows.items()}


def find_phrase(text: str) -> Found | None:
    """Return the first sign of self-harm, else of an emergency, that stands in `text`, or None."""
    sentences = list(_sentences(text))
    best: Found | None = None
    for code, language in phrases().items():
        for sentence in sentences:
            for sign, match in language.signs.matches(sentence):
                if _silenced(language, sentence, match, sign):
                    continue
                found = Found(sign, not language.others.isdisjoint(sentence.split()), code)
                if sign == SELF_HARM:
                    return found
                best = best or found
    return best


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences as `, word word , word ,`, in plain letters."""
    words: list[str] = [","]
    for token in _TOKEN.finditer(fold(text.translate(_SPELLED))):
        if token["word"]:
            words.append(token["word"])
        elif words[-1] != ",":
            words.append(",")
        if token["end"] and len(words) > 1:
            yield " ".join(words)
            words = [","]
    if words[-1] != ",":
        words.append(",")
    if len(words) > 1:
        yield " ".join(words)


def _silenced(language: Phrases, sentence: str, match: re.Match[str], sign: str) -> bool:
    """Tell whether a sign is denied, long past or only supposed; self-harm is only ever denied."""
    own = not language.denied.isdisjoint(match.group().split())
    before = sentence[: match.start()].split()[-(DENIES_HARM if sign == SELF_HARM else DENIES) :]
    if not own and _denied(language, before):
        return True
    after = sentence[match.end() :].replace(",", " ").split()[:2]
    if after and after[0] in language.after:
        return True
    if sign == SELF_HARM:
        return False
    return bool(language.quiet.search(sentence)) and not language.now.search(sentence)


def _denied(language: Phrases, before: Sequence[str]) -> bool:
    """Tell whether a word before the sign denies it, and nothing new begins in between."""
    for at in range(len(before) - 1, -1, -1):
        word = before[at]
        # "Nein, ..." and "nie, ..." answer a question; they deny nothing after the comma.
        if word in language.denied:
            return before[at + 1 : at + 2] != [","]
        if word in language.breaks:
            return False
    return False


def _read(code: str, row: Any) -> Phrases:
    if not isinstance(row, dict) or not isinstance(row.get("emergency"), dict):
        raise _wrong(f"{code} has no signs under `emergency`", "See the head of the file", f"  {code}:")
    denied = _words(code, row, "denied")
    grammar = Grammar({}, denied)
    patterns, labels = [], []
    for sign, sources in [*row["emergency"].items(), (SELF_HARM, row.get("self_harm"))]:
        for pattern in _compiled(code, grammar, sources, str(sign)):
            patterns.append(pattern)
            labels.append(str(sign))
    return Phrases(
        signs=PatternSet(patterns, labels),
        denied=denied,
        after=_words(code, row, "after"),
        breaks=_words(code, row, "breaks"),
        quiet=PatternSet(_compiled(code, grammar, row.get("quiet"), "quiet")),
        now=PatternSet(_compiled(code, grammar, row.get("now"), "now")),
        others=_words(code, row, "others"),
    )


def _compiled(code: str, grammar: Grammar, sources: Any, name: str) -> list[Any]:
    rows = [sources] if isinstance(sources, str) else sources
    if not isinstance(rows, list) or not rows:
        raise _wrong(f"{code}: {name} has no patterns", "Add one", f"  {code}:")
    compiled = []
    for source in rows:
        try:
            compiled.append(grammar.compile(str(source)))
        except PatternError as e:
            raise _wrong(f"{code}: {e}", "Mend or remove the pattern", str(source)[:40]) from None
    return compiled


def _words(code: str, row: dict[str, Any], name: str) -> frozenset[str]:
    value = row.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(w, str) for w in value):
        raise _wrong(
            f"{code}: {name} is no list of words", "Write [word, word], and quote no and yes", f"  {code}:"
        )
    return frozenset(value)


def _wrong(problem: str, remedy: str, needle: str) -> DataFileError:
    return DataFileError(find(FILE), problem, remedy, line_of(FILE, needle))
