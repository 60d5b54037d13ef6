"""Finds clinical mentions in a patient's words with spaCy: which item, how strong, how meant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.screening.assertion import Assertion, Clause, assert_span, split_clauses
from assistant.screening.lexicon import STRONG, Term, terms
from assistant.screening.spelling import repair_word
from assistant.text import WORD, fold

if TYPE_CHECKING:
    from spacy.matcher import PhraseMatcher
    from spacy.vocab import Vocab


@dataclass(frozen=True)
class Mention:
    """A condition or medicine that the patient named.

    Attributes:
        label: an item of the check or `off_list`.
        strength: `strong`, `ambiguous` or `generic` (see lexicon).
        term: the phrase of the lexicon that matched.
        start, end: character span in the message.
        words: the patient's own words there.
        assertion: how it is meant.
        clause: number of the clause it stands in.
    """

    label: str
    strength: str
    term: str
    start: int
    end: int
    words: str
    assertion: Assertion
    clause: int


@lru_cache(maxsize=1)
def _matcher() -> tuple[PhraseMatcher, dict[str, list[Term]], Vocab]:
    # spaCy is imported at the first use: a training, which finds no mentions, is a second shorter.
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc

    vocab = spacy.blank("en").vocab
    matcher = PhraseMatcher(vocab, attr="LOWER")
    by_phrase: dict[str, list[Term]] = {}
    for term in terms():
        by_phrase.setdefault(term.phrase, []).append(term)
    matcher.add("term", [Doc(vocab, words=phrase.split()) for phrase in by_phrase])
    return matcher, by_phrase, vocab


def find_mentions(text: str) -> tuple[list[Mention], list[Clause]]:
    """Return the mentions in `text` (longest match per label, in order) and its clauses.

    Spelling of single words is repaired towards the lexicon before matching; spans are those of
    the original text.
    """
    mentions, clauses = _find_mentions(text)
    return list(mentions), list(clauses)


# Several readers look at one message, one after the other.
@lru_cache(maxsize=8)
def _find_mentions(text: str) -> tuple[list[Mention], list[Clause]]:
    from spacy.tokens import Doc

    clauses = split_clauses(text)
    matcher, by_phrase, vocab = _matcher()
    tokens = [(m.start(), m.end(), m.group().replace("'", "")) for m in WORD.finditer(fold(text))]
    if not tokens:
        return [], clauses
    doc = Doc(vocab, words=[repair_word(w) for _, _, w in tokens])
    spans: list[tuple[int, int, Term]] = []
    for _, start, end in matcher(doc):
        phrase = " ".join(t.text for t in doc[start:end])
        if _crosses_clause(tokens, start, end, clauses):
            continue
        spans.extend((start, end, term) for term in by_phrase[phrase])
    mentions = []
    for start, end, term in _longest_per_label(spans):
        first, last = tokens[start][0], tokens[end - 1][1]
        assertion, clause = assert_span(text, clauses, first, last)
        mentions.append(
            Mention(
                term.label,
                term.strength,
                term.phrase,
                first,
                last,
                text[first:last],
                assertion,
                clause,
            )
        )
    return mentions, clauses


def _crosses_clause(tokens: list[tuple[int, int, str]], start: int, end: int, clauses: list[Clause]) -> bool:
    first, last = tokens[start][0], tokens[end - 1][1]
    return not any(c.start <= first and last <= c.end for c in clauses)


def _longest_per_label(spans: list[tuple[int, int, Term]]) -> list[tuple[int, int, Term]]:
    """Drop spans inside a longer one. A longer phrase of another item wins too ("fever blister")."""
    kept: list[tuple[int, int, Term]] = []
    ranked = sorted(spans, key=lambda s: (-(s[1] - s[0]), s[0], s[2].strength != STRONG))
    for start, end, term in ranked:
        inside = [k for k in kept if k[0] <= start and end <= k[1]]
        same_span = [k for k in inside if (k[0], k[1]) == (start, end)]
        if any(k not in same_span for k in inside):
            continue
        if any(k[2].label == term.label for k in same_span):
            continue
        if any(_overlap(k, (start, end)) and k not in inside and term.strength != STRONG for k in kept):
            continue
        if term.strength == STRONG:
            # "have a cold sore": the strong phrase wins over an ambiguous one that it cuts.
            kept = [
                k for k in kept if k in inside or k[2].strength == STRONG or not _overlap(k, (start, end))
            ]
        kept.append((start, end, term))
    return sorted(kept, key=lambda s: s[0])


def _overlap(kept: tuple[int, int, Term], span: tuple[int, int]) -> bool:
    return kept[0] < span[1] and span[0] < kept[1]
