"""How something is written never moves a value towards no: typos, case, signs, spelling, commas."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from assistant.screening.items import ITEMS, Item
from assistant.screening.reading import read_answer, read_volunteered
from tests.unit.screening.at_risk import AMBIGUOUS, STRONG

#: Not understood is asked again with the buttons, so it is no move towards no after a typo.
CAUTION = {"no": 0, None: 1, "unsure": 2, "yes": 3}
SAYINGS = (
    "{}", "i have {}", "I think it's {}", "i get {} sometimes", "i had {} yesterday",
    "i can't get rid of {}",
    "my doctor says it's {}", "i was diagnosed with {}", "no, but i have {}", "not sure, maybe {}",
    "yes, {}",
    "Yes I've got {} at the moment", "no {}", "I don't have {}",
)  # fmt: skip
WRITINGS: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "title case": str.title,
    "emoji after": lambda s: f"{s} 😭😭",
    "emoji before": lambda s: f"🙈 {s}",
    "emoji between": lambda s: s.replace(" ", " 🙂 ", 1),
    "full stop": lambda s: f"{s}.",
    "dots": lambda s: f"{s}...",
    "exclamation": lambda s: f"{s}!!!",
    "brackets": lambda s: f"({s})",
    "quotes": lambda s: f'"{s}"',
    "curly apostrophe": lambda s: s.replace("'", "’"),
    "no apostrophe": lambda s: s.replace("'", ""),
    "wide blanks": lambda s: f"  {s.replace(' ', '   ')} ",
    "hard blanks": lambda s: s.replace(" ", "\u00a0"),
    "line feed": lambda s: f"{s}\n",
    "no commas": lambda s: s.replace(",", ""),
    "dash for comma": lambda s: s.replace(",", " -"),
    "semicolon for comma": lambda s: s.replace(",", ";"),
    "blank for hyphen": lambda s: s.replace("-", " "),
    "decimal comma": lambda s: re.sub(r"(\d)\.(\d)", r"\1,\2", s),
}


def said_about(item: Item) -> list[str]:
    """What patients say about `item`: at risk, in doubt, and denied."""
    return [s.format(t) for t in (*STRONG[item], *AMBIGUOUS[item]) for s in SAYINGS]


def misspell(rng: random.Random, text: str) -> str | None:
    """`text` with one edit inside one of its words of six letters or more, or None without one."""
    long_words = list(re.finditer(r"[A-Za-z]{6,}", text))
    if not long_words:
        return None
    match = rng.choice(long_words)
    word = match.group()
    i = rng.randrange(1, len(word) - 1)
    edited = rng.choice(
        [
            word[:i] + word[i + 1 :],
            word[:i] + word[i] + word[i:],
            word[:i] + word[i + 1] + word[i] + word[i + 2 :],
            word[:i] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[i + 1 :],
        ]
    )
    return text[: match.start()] + edited + text[match.end() :]


class TestWriting:
    @pytest.mark.parametrize("writing", WRITINGS)
    def test_answers(self, writing: str) -> None:
        """The same answer in another writing is never read with less caution."""
        moved = []
        for item in ITEMS:
            for said in said_about(item)[::5]:
                before = read_answer(said, item).values.get(item)
                after = read_answer(WRITINGS[writing](said), item).values.get(item)
                moved += [(said, before, after)] if CAUTION[after] < CAUTION[before] else []

        assert [] == moved

    @pytest.mark.parametrize("writing", WRITINGS)
    def test_volunteered(self, writing: str) -> None:
        """The same statement in another writing raises as much without being asked."""
        moved = []
        for item in ITEMS:
            for said in said_about(item)[::15]:
                before = read_volunteered(said, declared=True).values.get(item)
                after = read_volunteered(WRITINGS[writing](said), declared=True).values.get(item)
                moved += [(said, before, after)] if CAUTION[after] < CAUTION[before] else []

        assert [] == moved


class TestTypos:
    @pytest.mark.parametrize("item", ITEMS)
    def test_never_towards_no(self, item: Item) -> None:
        """One wrong letter in a long word leaves the value, or has the question asked again."""
        rng = random.Random(item)
        moved = []
        for said in said_about(item):
            before = read_answer(said, item).values.get(item)
            misspelt = misspell(rng, said)
            after = read_answer(misspelt, item).values.get(item) if misspelt else before
            if after is not None and CAUTION[after] < CAUTION[before]:
                moved.append((said, misspelt, before, after))

        assert [] == moved

    def test_most_are_understood(self) -> None:
        """At least 95 % of strong words with one typo are still read as they were."""
        rng = random.Random(7)
        same = total = 0
        for item in ITEMS:
            for term in STRONG[item]:
                for _ in range(6):
                    misspelt = misspell(rng, term)
                    if misspelt is None:
                        continue
                    total += 1
                    before = read_answer(f"i have {term}", item).values.get(item)
                    same += before == read_answer(f"i have {misspelt}", item).values.get(item)

        assert same / total >= 0.95


class TestSpelling:
    @pytest.mark.parametrize(
        ("item", "uk", "us"),
        [
            ("systemic_skin", "i have generalised psoriasis", "i have generalized psoriasis"),
            ("systemic_skin", "i have localised scleroderma", "i have localized scleroderma"),
            ("medicines", "i take oestrogen", "i take estrogen"),
            ("medicines", "i use aciclovir", "i use acyclovir"),
            ("medicines", "ciclosporin", "cyclosporine"),
            ("herpes", "i had herpes, it was tumour like", "i had herpes, it was tumor like"),
            (
                "local_infection",
                "my skin is discoloured and infected",
                "my skin is discolored and infected",
            ),
        ],
    )
    def test_uk_us(self, item: Item, uk: str, us: str) -> None:
        """British and American spelling are read alike."""
        assert read_answer(uk, item).values.get(item) == read_answer(us, item).values.get(item)
        assert read_answer(uk, item).values.get(item) in ("yes", "unsure")

    @pytest.mark.parametrize(
        ("uk", "us"),
        [("haemophilia", "hemophilia"), ("a tumour", "a tumor"), ("anaemia", "anemia")],
    )
    def test_off_list(self, uk: str, us: str) -> None:
        """Conditions off the list are noted in both spellings."""
        read = [read_volunteered(f"i have {word}", declared=True).off_list for word in (uk, us)]

        assert [1, 1] == [len(found) for found in read]
