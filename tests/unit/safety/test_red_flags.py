"""Emergencies and self-harm: what fires, what does not, that no spelling or decoration hides it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.datafiles import DataFileError, data_dir
from assistant.safety.red_flags import RedFlag, find_red_flag
from assistant.safety.rules import FILE, rules

DATA = Path(__file__).parent / "data"


def load(name: str) -> Any:
    """Returns the content of a file of test messages."""
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


FIRING = [(kind, text) for kind, texts in load("firing.yml").items() for text in texts]
ORDINARY = load("ordinary.yml")["messages"]
CONTRASTS = [tuple(pair) for pairs in load("contrasts.yml").values() for pair in pairs]

#: Short and plain: whatever surrounds or decorates these, they fire.
CORE = [
    "I have chest pain",
    "I can't breathe",
    "I just fainted",
    "my throat is closing",
    "my face is drooping",
    "the bleeding won't stop",
    "she's having a seizure",
    "worst headache of my life",
    "I took an overdose",
    "call an ambulance",
    "I want to kill myself",
    "I don't want to live anymore",
]
core = st.sampled_from(CORE)
chatter = st.sampled_from([
    "hi, thanks for the quick answer",
    "I have stretch marks on my belly since the twins",
    "no herpes, no fever",
    "yes",
    "how much is one session?",
    "I was at your clinic in 2019",
    "36.6 this morning",
    "my sister recommended you 😊",
])  # fmt: skip
decoration = st.text(st.sampled_from("!?.,… -*\"'()~😭🙏🆘❤️\u200b\n\t"), max_size=6)


def kind_of(text: str) -> str | None:
    """Returns the kind of the red flag in `text`, if there is one."""
    found = find_red_flag(text)
    return found.kind if found else None


@pytest.mark.parametrize(("kind", "text"), FIRING)
def test_fires(kind: str, text: str) -> None:
    """Every sign fires, in any spelling and from anybody."""
    assert kind_of(text) == kind


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_turns_pass(text: str) -> None:
    """Ordinary turns of laser patients do not fire."""
    assert find_red_flag(text) is None


@pytest.mark.parametrize(("fires", "passes"), CONTRASTS)
def test_contrasts(fires: str, passes: str) -> None:
    """One word decides between an emergency and an ordinary turn."""
    assert find_red_flag(fires)
    assert find_red_flag(passes) is None


@pytest.mark.parametrize("text", ["", " ", "?!", "😭", "...", ",", "\n", "120/80", "36,6"])
def test_nothing_to_read(text: str) -> None:
    """Messages without words or with only a reading do not fire."""
    assert find_red_flag(text) is None


@pytest.mark.parametrize(
    ("text", "bystander"),
    [
        ("my husband collapsed", True),
        ("he's not breathing, what can I do", True),
        ("my daughter swallowed bleach", True),
        ("there is a woman with chest pain", True),
        ("she wants to kill herself", True),
        ("I fainted, my partner found me", False),
        ("my chest hurts", False),
        ("chest pain", False),
        ("my husband says I am slurring my words", False),
    ],
)
def test_bystander(text: str, bystander: bool) -> None:
    """It is told whose emergency it is: the person nearest before the sign."""
    found = find_red_flag(text)
    assert found
    assert found.bystander is bystander


def test_self_harm_wins_over_overdose() -> None:
    """An overdose with a stated intent gets the crisis text, one without it the emergency text."""
    assert kind_of("took all my pills because I want to be gone") == "self_harm"
    assert kind_of("I took 30 pills. I want to die") == "self_harm"
    assert kind_of("took too many paracetamol by mistake") == "emergency"


def test_pills_as_usual_are_no_overdose() -> None:
    """Pills taken as always do not fire."""
    assert find_red_flag("I took all my tablets this morning as usual") is None
    assert find_red_flag("I took all my tablets this morning")


@pytest.mark.parametrize(
    "text",
    [
        "ch3st pain",
        "k*ll myself",
        "s*icide",
        "CHEEEEST PAIN",
        "cantbreathe",
        "chst pain",
        "un\u200bconscious",
        "ｃｈｅｓｔ ｐａｉｎ",
        "sézure",
        "my chest. it hurts",
        "cant\nbreathe",
    ],
)
def test_disguised_words(text: str) -> None:
    """Digits, stars, stretched, glued, clipped and accented words are read all the same."""
    assert find_red_flag(text)


@given(core, st.data())
def test_case_never_silences(phrase: str, data: st.DataObject) -> None:
    """Capital letters anywhere make no difference."""
    capital = data.draw(st.lists(st.booleans(), min_size=len(phrase), max_size=len(phrase)))
    mixed = "".join(c.upper() if up else c for c, up in zip(phrase, capital, strict=True))
    assert kind_of(mixed) == kind_of(phrase) is not None


@given(core, decoration, decoration)
def test_decoration_never_silences(phrase: str, before: str, after: str) -> None:
    """Punctuation, emoji and invisible characters around the phrase make no difference."""
    assert kind_of(f"{before} {phrase}{after}") == kind_of(phrase) is not None


@given(
    core,
    st.sampled_from(["'", "’", "‘", "`", "´", "ʼ", ""]),
    st.sampled_from([" ", "  ", "\t", "\u00a0", " \u2009"]),
)
def test_quotes_and_blanks_never_silence(phrase: str, quote: str, blank: str) -> None:
    """Curly or missing apostrophes and doubled or odd blanks make no difference."""
    assert kind_of(phrase.replace("'", quote).replace(" ", blank)) == kind_of(phrase) is not None


@given(core, st.integers(0, 5), st.sampled_from([",", "...", " 😭 ", "…", " -"]))
def test_a_sign_inside_never_silences(phrase: str, place: int, sign: str) -> None:
    """A comma, dots or an emoji between two words of a terse message make no difference."""
    words = phrase.split()
    place = min(place, len(words) - 1)
    words[place] += sign
    assert find_red_flag(" ".join(words))


@given(
    core,
    st.lists(chatter, max_size=3),
    st.lists(chatter, max_size=3),
    st.sampled_from([". ", "! ", "\n", " 😭. "]),
)
def test_fires_inside_a_longer_message(phrase: str, before: list[str], after: list[str], mark: str) -> None:
    """Chatter before and after does not hide it."""
    assert kind_of(mark.join([*before, phrase, *after])) == kind_of(phrase) is not None


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """No text makes it fail."""
    find_red_flag(text)


HOSTILE = [
    "chest " * 166,
    "my chest my heart no " * 47,
    "want i to of about that " * 41,
    "no chest pain, " * 66,
    "if i feel a " * 83,
    "took like my all my " * 50,
    "bleeding my the it " * 52,
    "chest pain? no. " * 62,
    "i. " * 333,
    "...," * 250,
    "a" * 1000,
    "k*" * 500,
    "'" * 1000,
    "- " * 500,
]


def best_time(text: str) -> float:
    """Returns the shortest of several times, in milliseconds."""
    times = []
    for _ in range(7):
        start = time.perf_counter()
        find_red_flag(text)
        times.append(time.perf_counter() - start)
    return min(times) * 1000


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_hostile_messages_take_linear_time(text: str) -> None:
    """1,000 characters made to confuse take milliseconds, and twice as many about twice as long."""
    once = best_time(text)
    assert once < 60
    assert best_time(text * 2) < 5 * once + 5


def test_a_common_message_takes_a_millisecond() -> None:
    """200 characters take less than 1 ms on a common machine; 3 ms leave room for a busy one."""
    message = "hi, my stretch marks are three years old, do they get better with the laser? " * 3
    assert best_time(message[:200]) < 3


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of red_flags.yml that the rules are read from."""
    copy = tmp_path / FILE
    copy.parent.mkdir(parents=True)
    shutil.copy(data_dir() / FILE, copy)
    monkeypatch.setenv("STRIA_DATA", str(tmp_path))
    rules.cache_clear()
    yield copy
    rules.cache_clear()


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("{chset} .. {pain}", "no list 'chset'"),
        ("chest (pain", "can't read"),
        (".. pain", "can't begin with a gap"),
        ("[chest]", "needs at least one word"),
        ("(pain|Chest!)", "not a word"),
    ],
)
def test_a_wrong_pattern_is_told_with_its_line(broken: Path, pattern: str, problem: str) -> None:
    """A pattern that can't be read is told with file, line and remedy."""
    lines = broken.read_text(encoding="utf-8").splitlines()
    line = next(i for i, text in enumerate(lines) if "chest_hurts:" in text)
    lines[line] = f"    chest_hurts: '{pattern}'"
    broken.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataFileError, match=problem) as caught:
        find_red_flag("hello")
    assert f"red_flags.yml:{line + 1}:" in str(caught.value)
    assert "Mend or remove the pattern" in str(caught.value)


@pytest.mark.parametrize("section", ["words", "emergency", "self_harm", "negation", "past", "own"])
def test_a_missing_section_is_told(broken: Path, section: str) -> None:
    """A section that was removed is named."""
    data = yaml.safe_load(broken.read_text(encoding="utf-8"))
    del data[section]
    broken.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(DataFileError, match=section):
        find_red_flag("hello")


def test_a_missing_file_is_told(broken: Path) -> None:
    """Without the file nothing is silently passed."""
    broken.unlink()
    with pytest.raises(DataFileError, match="missing"):
        find_red_flag("hello")


def test_a_new_pattern_works(broken: Path) -> None:
    """A clinic adds a sign with one line."""
    text = broken.read_text(encoding="utf-8")
    broken.write_text(
        text.replace("emergency:\n", 'emergency:\n  clinic:\n    burn: "(laser|beam) .. eye"\n', 1),
        encoding="utf-8",
    )
    assert find_red_flag("the laser hit my eye") == RedFlag("emergency", "clinic", False)
