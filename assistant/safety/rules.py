"""Loads data/screening/red_flags.yml, and those of languages, and says by file and line what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from assistant.datafiles import DataFileError, content_files, find, line_of, load_yaml
from assistant.locales import DEFAULT, FOLDER, file_of
from assistant.safety.context import Asking, Negation, Time
from assistant.safety.patterns import Grammar, Need, Pattern, PatternError, PatternSet
from assistant.safety.wording import Wording
from assistant.screening.spelling import english_words

FILE = "screening/red_flags.yml"
#: Name of the file with the same sections in the folder of a language.
NAME = "red_flags.yml"


@dataclass(frozen=True)
class Rules:
    """Everything that red_flags.yml says, compiled."""

    wording: Wording
    emergency: PatternSet
    self_harm: PatternSet
    idioms: PatternSet
    pseudo: PatternSet
    negation: Negation
    time: Time
    asking: Asking
    has_it_now: PatternSet
    routine: PatternSet
    own: frozenset[str]
    others: frozenset[str]
    #: Tells whether a word, as it is written, is one of those that a sign can't do without.
    triggers: Callable[[str], bool]

    def possible(self, text: str) -> bool:
        """Tell, at little cost, whether a sign of this language can match `text` at all."""
        return self.wording.any_word(text, self.triggers)


@lru_cache(maxsize=16)
def rules(language: str = DEFAULT) -> Rules:
    """Return the rules for a language, read once per process.

    Raises:
        DataFileError: the file is missing or something in it can't be used.
    """
    file = FILE if language == DEFAULT else file_of(language, NAME)
    data = load_yaml(file)
    if not isinstance(data, dict):
        raise DataFileError(find(file), "no sections", "Restore the file from the repository")
    return _Reader(data, file).rules()


@lru_cache(maxsize=1)
def signed() -> tuple[str, ...]:
    """Return the languages beside English whose signs are known, those of a base as well."""
    names = (name.split("/") for name in content_files(FOLDER))
    return tuple(parts[1] for parts in names if parts[2:] == [NAME])


class _Reader:
    def __init__(self, data: dict[str, Any], file: str):
        self._data, self._file = data, file
        negation = self._section("negation", dict)
        words = self._section("words", dict)
        gap = self._words(negation.get("gap"), "negation")
        self._grammar = Grammar(words, gap)

    def rules(self) -> Rules:
        negation = self._section("negation", dict)
        lists = [f.name for f in fields(Negation)]
        same = {str(k): str(v) for k, v in self._section("same", dict).items()}
        emergency = self._emergency()
        self_harm = self._patterns(self._data.get("self_harm"), "self_harm")
        wording = Wording(same, self._words(self._data.get("spelling"), "spelling"))
        needed = _triggers([*emergency.patterns, *self_harm.patterns], same)
        return Rules(
            wording=wording,
            emergency=emergency,
            self_harm=self_harm,
            idioms=self._patterns(self._data.get("idioms"), "idioms"),
            pseudo=self._patterns(negation.get("pseudo"), "pseudo"),
            negation=Negation(**{n: self._words(negation.get(n), n) for n in lists}),
            time=Time(**{f.name: self._patterns(self._data.get(f.name), f.name) for f in fields(Time)}),
            asking=Asking(
                question=self._patterns(self._data.get("question"), "question"),
                question_not=self._patterns(self._data.get("question_not"), "question_not"),
                hypothetical=self._patterns(self._data.get("hypothetical"), "hypothetical"),
                hypothetical_not=self._patterns(self._data.get("hypothetical_not"), "hypothetical_not"),
                subjects=self._words(negation.get("subjects"), "subjects"),
            ),
            has_it_now=self._patterns(self._data.get("has_it_now"), "has_it_now"),
            routine=self._patterns(self._data.get("routine"), "routine"),
            own=self._words(self._data.get("own"), "own"),
            others=self._words(self._data.get("others"), "others"),
            triggers=lru_cache(maxsize=20_000)(lambda word: needed.met({*wording.mend(word)})),
        )

    def _emergency(self) -> PatternSet:
        patterns, signs = [], []
        for sign, found in self._section("emergency", dict).items():
            for pattern in self._patterns(found, sign).patterns:
                patterns.append(pattern)
                signs.append(str(sign))
        return PatternSet(patterns, signs)

    def _section(self, name: str, kind: type) -> Any:
        found = self._data.get(name)
        if not isinstance(found, kind):
            raise self._wrong(f"the section {name!r} is missing or empty", "Restore it", f"{name}:")
        return found

    def _wrong(self, problem: str, remedy: str, needle: str) -> DataFileError:
        return DataFileError(find(self._file), problem, remedy, line_of(self._file, needle))

    def _words(self, found: Any, name: str) -> frozenset[str]:
        if not isinstance(found, list) or not found:
            raise self._wrong(f"{name!r} must be a list of words", "Restore it", f"{name}:")
        return frozenset(str(word) for word in found)

    def _patterns(self, found: Any, name: str) -> PatternSet:
        sources = list(_flat(found))
        if not sources:
            raise self._wrong(f"{name!r} has no patterns", "Add one or restore the file", f"{name}:")
        return PatternSet([self._compiled(source) for source in sources])

    def _compiled(self, source: str) -> Pattern:
        try:
            return self._grammar.compile(source)
        except PatternError as e:
            raise self._wrong(str(e), "Mend or remove the pattern", source[:40]) from None


def _triggers(patterns: Sequence[Pattern], same: Mapping[str, str]) -> Need:
    """Return, of each pattern, the words it can't do without that are the least English, with their spellings."""
    english = english_words()

    def everyday(need: Need) -> int:
        # Short words that are English as well ("no", "me") stand in most messages.
        short = sum(len(b) < 4 for b in need.beginnings)
        return sum((w in english) * (1 if len(w) > 3 else 10) for w in need.words) + 10 * short

    needs = [min(p.needs, key=everyday) for p in patterns]
    beginnings = tuple({b for need in needs for b in need.beginnings})
    found = Need(frozenset().union(*(need.words for need in needs)), beginnings)
    # What is written otherwise becomes such a word only where its own words are looked at together.
    spelled = {word for key, value in same.items() if found.met(set(value.split())) for word in key.split()}
    return Need(found.words | spelled, beginnings)


def _flat(found: Any) -> list[str]:
    if isinstance(found, dict):
        return [source for value in found.values() for source in _flat(value)]
    if isinstance(found, list):
        return [source for value in found for source in _flat(value)]
    return [] if found is None else [str(found)]
