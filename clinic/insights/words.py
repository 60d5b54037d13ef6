"""Which words of a patient may be kept: those of the project's own content, and plain ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from assistant.datafiles import DataFileError, base_dir, data_dir, find, load_yaml, project_dir, read_path
from assistant.nlu.spelling import Speller
from assistant.nlu.training_data import Example, protected_names, read_examples
from assistant.text import fold

FILE = "insights/plain_words.yml"
COMMON = "insights/common_words.txt"
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
#: A word of the examples has to stand in so many of them: the stories that they tell hold words, such as
#: places and jobs, that could point at somebody. 2,927 of 7,778 words stay.
SEEN = 3
#: A word of the examples is a name unless it is written small so many times as often as with a capital.
_NAME = 2
#: What stands before a word inside a sentence.
_INSIDE = re.compile(r"[\w,]\s+$")
#: Repairing two edits would make other words of names.
_EDITS = 1
_LISTS = (
    "plain",
    "everyday",
    "numbers",
    "joined",
    "month_too",
    "before_month",
    "streets",
    "named",
    "maybe_named",
    "names_too",
    "titles",
    "after_name",
)
#: The examples are read apart; signs of emergencies are patterns, and such messages are not kept.
_OTHER = ("nlu", "insights", "safety")
_SAFETY = ("red_flags.yml", "red_flag_phrases.yml", "forbidden.yml")  # also of other languages


@dataclass(frozen=True)
class Words:
    """What the scrubber goes by; all in lower case.

    Attributes:
        allowed: words that may be kept.
        plain: those of them that tell nothing.
        lists: the other lists of `FILE`, by name.
        repair: mends a misspelt word towards the allowed ones, and returns others as they are.
    """

    allowed: frozenset[str]
    plain: frozenset[str]
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    repair: Callable[[str], str] = str

    @classmethod
    def of(
        cls, own: Collection[str], lists: dict[str, tuple[str, ...]], common: Collection[str] = ()
    ) -> Words:
        """Put the words of the content, the lists of `FILE` and the words of `COMMON` together."""
        plain = frozenset(fold(w) for w in lists["plain"])
        # A number in words is a number, also where the content has it.
        numbers = frozenset(lists["numbers"])
        allowed = (frozenset(own) | plain | frozenset(lists["everyday"])) - numbers
        # Not towards common words: among so many, each name has a neighbour.
        speller = Speller({word: 1 for word in allowed if len(word) > 3}, edits=_EDITS)
        return cls(allowed | (frozenset(common) - numbers), plain, lists, speller.repair)


@lru_cache(maxsize=1)
def project_words() -> Words:
    """Return the words of this project.

    Raises:
        DataFileError: a content file can't be read.
    """
    return Words.of(content_words(read_examples()), word_lists(), common_words())


def word_lists() -> dict[str, tuple[str, ...]]:
    """Return the lists of `FILE`.

    Raises:
        DataFileError: a list is missing, or holds something else than words.
    """
    found: Any = load_yaml(FILE)
    for name in _LISTS:
        words = found.get(name) if isinstance(found, dict) else None
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            raise DataFileError(find(FILE), f"{name!r} is no list of words", "Write [word, word]")
    return {name: tuple(fold(w) for w in found[name]) for name in _LISTS}


def common_words() -> frozenset[str]:
    """Return the words of `COMMON`.

    Raises:
        DataFileError: the file is missing, or holds something else than words in small letters.
    """
    path = find(COMMON)
    found: set[str] = set()
    for number, line in enumerate(read_path(path).splitlines(), 1):
        for word in () if line.startswith("#") else line.split():
            if not WORD.fullmatch(word) or word != fold(word):
                raise DataFileError(
                    path, f"{word!r} is no word in small letters", "Write words with blanks between", number
                )
            found.add(word)
    return frozenset(found)


def content_words(examples: Sequence[Example]) -> set[str]:
    """Return the words of the document, the facts, lexicons and wordings, and of these examples."""
    own = {word for text in _texts() for word in WORD.findall(fold(text))}
    own |= {word for name in protected_names() for word in WORD.findall(fold(name))}
    # Letters alone spell something.
    return {word for word in own if len(word) > 1} | _of_examples(e.text for e in examples)


def _of_examples(texts: Iterable[str]) -> set[str]:
    """Return the words that are common in the examples, but for names."""
    seen: Counter[str] = Counter()
    great: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in texts:
        seen.update({fold(word) for word in WORD.findall(text)})
        for found in WORD.finditer(text):
            word = found.group()
            if word == word.lower():
                small[fold(word)] += 1
            elif _INSIDE.search(text[: found.start()]):
                great[fold(word)] += 1
    return {w for w, n in seen.items() if n >= SEEN and len(w) > 1 and small[w] > _NAME * great[w]}


def _texts() -> Iterator[str]:
    """Yield what is written in the project's files, and in those of its base."""
    base = base_dir()
    for folder in (data_dir(), *([base / "data"] if base else [])):
        for path in sorted(folder.rglob("*")):
            if path.suffix not in (".yml", ".txt") or path.name in _SAFETY:
                continue
            if path.relative_to(folder).parts[0] not in _OTHER:
                yield _without_comments(path.read_text(encoding="utf-8"))
    for place in (project_dir(), *([base] if base else [])):
        domain = place / "domain.yml"
        if domain.exists():
            yield _without_comments(domain.read_text(encoding="utf-8"))


def _without_comments(text: str) -> str:
    return re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
