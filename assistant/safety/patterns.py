"""The small language of patterns in data/screening/red_flags.yml, compiled to regular expressions.

A pattern is a row of words with lists, optional words and gaps; the head of the YAML file explains
it to the people who edit it. Every repetition is bounded, so matching is linear in the text. Each
pattern also knows which words it can't do without: most patterns are ruled out by a set comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

#: How many words each gap may span.
GAPS = {"..": 3, "...": 6, "....": 10}
#: The gap that also spans commas.
OVER_COMMAS = "...."

_PART = re.compile(
    r"\s*(?:(?P<gap>\.{2,4})|(?P<anchor>[\^$])|(?P<unless>!)?\((?P<any>[^()]*)\)"
    r"|\[(?P<maybe>[^\[\]]*)\]|\{(?P<group>\w+)\}|(?P<word>[a-z0-9#]+\*?))"
)
_GROUP = re.compile(r"\{(\w+)\}")
_OPEN = re.compile(r"[*#]")
_PHRASE = re.compile(r"[a-z0-9#]+\*?(?: [a-z0-9#]+\*?)*")


class PatternError(ValueError):
    """A pattern can't be read. The message says why, without a full stop."""


@dataclass(frozen=True)
class Need:
    """Words of which one must be in the text, as whole words and as beginnings."""

    words: frozenset[str]
    beginnings: tuple[str, ...]

    def met(self, present: Set[str]) -> bool:
        """Tell whether one of the words is among `present`."""
        if not self.words.isdisjoint(present):
            return True
        return any(w.startswith(self.beginnings) for w in present) if self.beginnings else False


@dataclass(frozen=True)
class Pattern:
    """One compiled pattern and what it can't do without."""

    regex: re.Pattern[str]
    needs: tuple[Need, ...]

    def possible(self, present: frozenset[str]) -> bool:
        """Tell whether a text of the words `present` can match at all."""
        return all(need.met(present) for need in self.needs)


@dataclass(frozen=True)
class Grammar:
    """The lists of words that patterns may name, and the words that a gap never spans."""

    groups: Mapping[str, Sequence[str]]
    never_in_gap: frozenset[str] = frozenset()

    def compile(self, source: str) -> Pattern:
        """Compile one pattern.

        Raises:
            PatternError: the pattern can't be read.
        """
        regex, needs, position, first = "", [], 0, True
        source = source.strip()
        while position < len(source):
            part = _PART.match(source, position)
            if not part:
                raise PatternError(f"can't read the pattern from {source[position:][:20]!r}")
            position = part.end()
            if part["gap"]:
                if first:
                    raise PatternError("a pattern can't begin with a gap")
                word = self._gap_word(part["gap"] == OVER_COMMAS)
                regex += f"(?:{word}){{0,{GAPS[part['gap']]}}}?"
            elif part["anchor"] == "^":
                regex += "(?<=, )"
            elif part["anchor"]:
                regex += "(?= ,)"
            elif part["maybe"] is not None:
                if first:
                    regex += f"(?:{_any(self._phrases(part['maybe']))} )?"
                else:
                    regex += f"(?: {_any(self._phrases(part['maybe']))})?"
            elif part["unless"]:
                regex += f"(?! {_any(self._phrases(part['any']))}(?!\\S))"
            else:
                phrases = self._phrases(part["any"] or part["word"] or "{" + part["group"] + "}")
                regex += ("" if first else " ") + _any(phrases)
                needs.append(_need(phrases))
                first = False
        # A pattern of nothing but signs and optional words would match anywhere.
        if first:
            raise PatternError("a pattern needs at least one word")
        # The rarest need first: short lists rule out most texts.
        needs.sort(key=lambda need: len(need.words) + 5 * len(need.beginnings))
        return Pattern(re.compile(rf"(?<!\S){regex}(?!\S)"), tuple(needs))

    def _gap_word(self, over_commas: bool) -> str:
        never = "|".join(sorted(self.never_in_gap))
        return (rf" (?!(?:{never})(?!\S))" if never else " ") + (
            "[a-z0-9~,]+" if over_commas else "[a-z0-9~]+"
        )

    def _phrases(self, source: str) -> tuple[str, ...]:
        return tuple(self._expanded(source))

    def _expanded(self, source: str) -> Iterator[str]:
        for item in (i.strip() for i in source.split("|")):
            named = _GROUP.search(item)
            if named and named[1] in self.groups:
                for word in self.groups[named[1]]:
                    yield from self._expanded(item.replace(named[0], str(word), 1))
            elif named:
                raise PatternError(f"there is no list {named[1]!r} under words")
            elif _PHRASE.fullmatch(item):
                yield item
            else:
                raise PatternError(f"{item!r} is not a word or a row of words")


class PatternSet:
    """Patterns that are looked for together, each with a label of the caller's."""

    def __init__(self, patterns: Sequence[Pattern], labels: Sequence[str] = ()):
        """Keep the patterns, in order.

        Args:
            patterns: the patterns.
            labels: one for each pattern, given back with its matches.
        """
        self.patterns = tuple(patterns)
        self._labels = tuple(labels) or ("",) * len(self.patterns)
        self._called_by = lru_cache(maxsize=20_000)(self._find_called_by)

    def matches(self, text: str) -> Iterator[tuple[str, re.Match[str]]]:
        """Yield every match with its label, pattern by pattern."""
        for number in self._candidates(words_of(text)):
            for match in self.patterns[number].regex.finditer(text):
                yield self._labels[number], match

    def search(self, text: str) -> bool:
        """Tell whether any pattern matches."""
        return next(self.matches(text), None) is not None

    def blank(self, text: str) -> str:
        """Return `text` with every match replaced by `~`."""
        for number in self._candidates(words_of(text)):
            text = self.patterns[number].regex.sub("~", text)
        return text

    def _candidates(self, present: frozenset[str]) -> list[int]:
        called = frozenset().union(*(self._called_by(word) for word in present))
        return [n for n in sorted(called) if self.patterns[n].possible(present)]

    def _find_called_by(self, word: str) -> frozenset[int]:
        """Return the patterns that can't do without `word` or one of its like."""
        one = frozenset((word,))
        return frozenset(n for n, p in enumerate(self.patterns) if p.needs[0].met(one))


@lru_cache(maxsize=1024)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a normalised text."""
    return frozenset(text.split(" "))


def _any(phrases: Sequence[str]) -> str:
    # The longest first, so that "side of my face" wins over "side".
    ordered = sorted(set(phrases), key=lambda p: (-len(p), p))
    return "(?:" + "|".join(p.replace("*", "[a-z0-9]*").replace("#", "[0-9]") for p in ordered) + r")(?!\S)"


def _need(phrases: Sequence[str]) -> Need:
    heads = [phrase.split(" ", 1)[0] for phrase in phrases]
    open_ended = {_OPEN.split(h, maxsplit=1)[0] for h in heads if _OPEN.search(h)}
    return Need(frozenset(h for h in heads if not _OPEN.search(h)), tuple(sorted(open_ended)))
