"""Topics and documents of any size, made of Stria's own: to see how cost grows, not how good answers are."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from assistant.datafiles import data_dir
from assistant.knowledge import content as files

#: As in the few-shot samples of the public sets.
EXAMPLES = 15
#: Words of a topic's own, of which each of its messages holds two.
KEYWORDS = 6
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
_WORD = re.compile(r"[^\W\d_]{4,}")
Row = tuple[str, str]


def topics(count: int, messages: Sequence[str], seed: int = 0) -> list[Row]:
    """Returns `EXAMPLES` messages of each of `count` topics, as (text, topic).

    Args:
        count: number of topics.
        messages: real messages; two of their longest words make way for words of the topic.
        seed: the same seed gives the same rows.
    """
    chosen = random.Random(seed)
    usable = [text for text in messages if len(_WORD.findall(text)) >= 2]
    rows: list[Row] = []
    for number in range(count):
        own = ["".join(chosen.choices(_SYLLABLES, k=3)) for _ in range(KEYWORDS)]
        for text in chosen.sample(usable, EXAMPLES):
            rows.append((_with_words(text, chosen.sample(own, 2)), f"topic_{number:04d}"))
    return rows


def _with_words(text: str, words: Sequence[str]) -> str:
    longest = sorted(_WORD.finditer(text), key=lambda m: (-len(m[0]), m.start()))[: len(words)]
    for place, word in sorted(zip(longest, words, strict=True), key=lambda pair: -pair[0].start()):
        text = text[: place.start()] + word + text[place.end() :]
    return text


def longer_document(folder: Path, times: int) -> None:
    """Writes a content folder whose document, facts and topics are so many times as many.

    Args:
        folder: does not exist yet; `STRIA_DATA` may be set to it.
        times: 1 for the content as it is.
    """
    shutil.copytree(data_dir(), folder)
    facts, pairs = _rows(folder, files.FACTS, "facts"), _rows(folder, files.PAIRS, "pairs")
    known = _rows(folder, files.TOPICS, "topics")
    questions = yaml.safe_load((folder / files.QUESTIONS).read_text(encoding="utf-8"))
    document = (folder / files.DOCUMENT).read_text(encoding="utf-8")
    parts, more_facts, more_pairs, more_topics = [document], list(facts), list(pairs), list(known)
    for number in range(2, times + 1):
        marked = [(fact, _marked(fact["verbatim"], number)) for fact in facts]
        under: dict[str, list[str]] = {}
        for fact, text in marked:
            under.setdefault(_marked(fact["section"], number), []).append(text)
        parts.append("\n".join(line for section, texts in under.items() for line in (section, *texts)))
        more_facts += [
            {
                **fact,
                "id": f"{fact['id']}x{number}",
                "section": _marked(fact["section"], number),
                "verbatim": text,
            }
            for fact, text in marked
        ]
        more_pairs += [
            {**p, "id": f"{p['id']}x{number}", "facts": [f"{f}x{number}" for f in p["facts"]]} for p in pairs
        ]
        for topic in known:
            names = {
                key: [f"{n}x{number}" for n in topic[key]]
                for key in ("parts", "list", "after")
                if key in topic
            }
            more_topics.append({"name": f"{topic['name']}_{number}", **names})
            question = questions["responses"][f"utter_faq/{topic['name']}"][0]["text"]
            questions["responses"][f"utter_faq/{topic['name']}_{number}"] = [{"text": question}]
    _overwrite(folder / files.DOCUMENT, "\n\n".join(parts))
    for name, key, rows in (
        (files.FACTS, "facts", more_facts),
        (files.PAIRS, "pairs", more_pairs),
        (files.TOPICS, "topics", more_topics),
    ):
        _overwrite(folder / name, yaml.safe_dump({key: rows}, allow_unicode=True, sort_keys=False))
    _overwrite(folder / files.QUESTIONS, yaml.safe_dump(questions, allow_unicode=True, sort_keys=False))


def _marked(sentence: str, number: int) -> str:
    """Returns a sentence that no other copy of the document has."""
    return f"{sentence} ({number})"


def _rows(folder: Path, name: str, key: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load((folder / name).read_text(encoding="utf-8"))[key])


def _overwrite(path: Path, text: str) -> None:
    path.chmod(0o644)  # the document is read-only
    path.write_text(text, encoding="utf-8")
