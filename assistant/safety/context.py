"""Decides whether a sign is denied, long past or only asked about: then it does not fire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.safety.patterns import PatternSet

#: How far a denial reaches back over a list: "no A, B, C or D".
LIST_WORDS = 14


@dataclass(frozen=True)
class Negation:
    """The word lists under `negation` in red_flags.yml."""

    cues: frozenset[str]
    fillers: frozenset[str]
    thinking: frozenset[str]
    gap: frozenset[str]
    breaks: frozenset[str]
    joins: frozenset[str]
    closers: frozenset[str]
    after: frozenset[str]
    own: frozenset[str]
    verbs: frozenset[str]
    subjects: frozenset[str]

    def denied(self, before: Sequence[str], match: Sequence[str], after: Sequence[str]) -> bool:
        """Tell whether the words around a match deny it.

        Args:
            before: the words of the sentence before the match, commas included.
            match: the words of the match.
            after: the words after it; after a question mark also the next sentence's.
        """
        if match[0] not in self.own and self._denied_before(before, match, after):
            return True
        return self._denied_after(before, match, after)

    def _denied_before(self, before: Sequence[str], match: Sequence[str], after: Sequence[str]) -> bool:
        at = self._skip_fillers(before, len(before) - 1)
        if at < 0:
            return False
        if before[at] in self.cues:
            # "no, fainted this morning": an answer, then a verb.
            adjacent = at == len(before) - 1
            return not (adjacent and before[at] == "no" and match[0] in self.verbs)
        if before[at] == ",":
            return self._list_goes_on(after) and self._list_denied(before, at)
        return before[at] in self.joins and self._list_denied(before, at)

    def _skip_fillers(self, before: Sequence[str], at: int) -> int:
        while at >= 0:
            if before[at] in self.fillers:
                at -= 1
            elif at >= 1 and before[at - 1] in self.thinking and before[at] in self.subjects | {"its"}:
                at -= 2
            else:
                break
        return at

    def _list_denied(self, before: Sequence[str], at: int) -> bool:
        for back in range(at - 1, max(-1, at - LIST_WORDS), -1):
            word = before[back]
            if word in self.cues:
                return back + 1 < len(before) and before[back + 1] != ","
            if word in self.breaks:
                return False
        return False

    def _list_goes_on(self, after: Sequence[str]) -> bool:
        for word in after[:8]:
            if word in self.closers:
                return True
            if word in self.breaks:
                return False
        return False

    def _denied_after(self, before: Sequence[str], match: Sequence[str], after: Sequence[str]) -> bool:
        start = len(before)
        while start and before[start - 1] != ",":
            start -= 1
        lead = before[start:]
        if len(lead) > 3 or not self.subjects.isdisjoint(lead) or match[0] in self.subjects:
            return False
        at = 0
        while at < len(after) and after[at] == ",":
            at += 1
        if at < len(after) and after[at] in self.after:
            while at < len(after) and after[at] in self.after:
                at += 1
            return at == len(after) or after[at] in (",", "and", "at", "ever", "thanks", "of", "to")
        # "fainting, seizures: none of these"
        parts = " ".join(after).strip(" ,").split(" , ")
        last = parts[-1].split()
        earlier = [w for part in parts[:-1] for w in part.split()]
        return (
            bool(last)
            and len(parts) > 1
            and last[0] in self.after
            and len(last) <= 4
            and (len(last) == 1 or last[1] in ("of", "at", "none", "no", "never"))
            and self.subjects.isdisjoint(earlier)
            and self.subjects.isdisjoint(before)
        )


@dataclass(frozen=True)
class Time:
    """Tells long past from now."""

    past: PatternSet
    now: PatternSet
    now_not: PatternSet
    past_verbs: PatternSet
    present_verbs: PatternSet

    def long_past(self, parts: Sequence[str], index: int) -> bool:
        """Tell whether part `index` of a sentence speaks of something long past."""
        if not self.past.search(" ".join(parts)):
            return False
        dated = [self.past.search(part) for part in parts]
        later = [self.now_not.blank(part) for part in parts[index:]]
        if any(self.now.search(part) for part in later):
            return False
        if dated[index]:
            return True
        part = parts[index]
        if self.present_verbs.search(part):
            return False
        if self.past_verbs.search(part):
            return True
        # A date alone beside the sign: "a seizure, in 2010".
        beside = [i for i in (index - 1, index + 1) if 0 <= i < len(parts) and dated[i]]
        return any(len(parts[i].split()) <= 7 for i in beside)


@dataclass(frozen=True)
class Asking:
    """Tells a question about what might be from a cry for help."""

    question: PatternSet
    question_not: PatternSet
    hypothetical: PatternSet
    hypothetical_not: PatternSet
    subjects: frozenset[str]

    def general(self, parts: Sequence[str], index: int, before: str) -> bool:
        """Tell whether the sign in part `index` is only asked about.

        Args:
            parts: the parts of the sentence.
            index: the part in which the sign stands.
            before: the words before the sign in that part.
        """
        if self.hypothetical.search(f"{before} ,") and not self.hypothetical_not.search(parts[index]):
            return True
        opener = next((i for i, part in enumerate(parts) if self.question.search(part)), None)
        if opener is None or index < opener:
            return False
        if index > opener:
            words = parts[index].split()
            if len(words) > 1 and words[1] in self.subjects:
                return False
        return not any(self.question_not.search(part) for part in parts)
