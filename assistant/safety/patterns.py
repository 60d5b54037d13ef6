"""The small language of patterns in data/screening/red_flags.yml, compiled to regular expressions.

A pattern is a row of words with lists, optional words and gaps; the head of the YAML file explains
it to the people who edit it. Every repetition is bounded, so matching is linear in the text. Each
pattern also knows which words it can't do without: most patterns are ruled out by a set comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

#: How many words each gap may span.
GAPS = {"..": 3, "...": 6}

_PART = re.compile(
    r"\s*(?:(?P<gap>\.{2,3})|(?P<anchor>[\^$])|(?P<unless>!)?\((?P<any>[^()]*)\)"
    r"|\[(?P<maybe>[^\[\]]*)\]|\{(?P<group>\w+)\}|(?P<word>[a-z0-9]+\*?))"
)
_GROUP = re.compile(r"\{(\w+)\}")
_PHRASE = re.compile(r"[a-z0-9]+\*?(?: [a-z0-9]+\*?)*")


class PatternError(ValueError):
    """A pattern can't be read. The message says why, without a full stop."""


@dataclass(frozen=True)
class Need:
    """Words of which one must be in the text, as whole words and as beginnings."""

    words: frozenset[str]
    beginnings: tuple[str, ...]

    def met(self, present: frozenset[str]) -> bool:
        """Tell whether one of the words is among `present`."""
        if not self.words.isdisjoint(present):
            return True
        return bool(self.beginnings) and any(w.startswith(self.beginnings) for w in present)


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
                regex += f"(?:{self._gap_word()}){{0,{GAPS[part['gap']]}}}?"
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

    def _gap_word(self) -> str:
        never = "|".join(sorted(self.never_in_gap))
        return (rf" (?!(?:{never})(?!\S))" if never else " ") + "[a-z0-9~]+"

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
    """Patterns that are looked for together."""

    def __init__(self, patterns: Sequence[Pattern]):
        """Keep the patterns, in order."""
        self.patterns = tuple(patterns)

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Yield every match of every pattern, pattern by pattern."""
        present = words_of(text)
        for pattern in self.patterns:
            if pattern.possible(present):
                yield from pattern.regex.finditer(text)

    def search(self, text: str) -> bool:
        """Tell whether any pattern matches."""
        return next(self.matches(text), None) is not None

    def blank(self, text: str) -> str:
        """Return `text` with every match replaced by `~`, which no pattern spans."""
        present = words_of(text)
        for pattern in self.patterns:
            if pattern.possible(present):
                text = pattern.regex.sub("~", text)
        return text


@lru_cache(maxsize=256)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a normalised text."""
    return frozenset(text.split(" "))


def _any(phrases: Sequence[str]) -> str:
    # The longest first, so that "side of my face" wins over "side".
    ordered = sorted(set(phrases), key=lambda p: (-len(p), p))
    return "(?:" + "|".join(p.replace("*", "[a-z0-9]*") for p in ordered) + r")(?!\S)"


def _need(phrases: Sequence[str]) -> Need:
    heads = [phrase.split(" ", 1)[0] for phrase in phrases]
    return Need(
        frozenset(h for h in heads if not h.endswith("*")),
        tuple(sorted({h[:-1] for h in heads if h.endswith("*")})),
    )
