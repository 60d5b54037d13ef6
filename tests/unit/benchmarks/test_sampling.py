"""Samples of the public sets: what is drawn, and that what is in the repository is that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import sampling
from benchmarks.sampling import DATA, EXAMPLES, INTENTS, OUTSIDE, SEEDS, TESTS, Row, Sample, draw
from scripts._env import CommandError

ROOT = Path(__file__).resolve().parents[3]


def rows(intents: int, each: int, word: str) -> list[Row]:
    """Rows of so many intents."""
    return [
        (f"{word} {number} {intent}", f"i{intent:02d}") for intent in range(intents) for number in range(each)
    ]


def test_a_sample_has_its_size_and_is_the_same_every_time() -> None:
    """40 intents, so many rows of each; another seed draws others."""
    train, test = rows(60, 20, "train"), rows(60, 30, "test")
    sample = draw(train, test, [], 0)
    assert sample == draw(train[::-1], test[::-1], [], 0)
    assert sample != draw(train, test, [], 1)
    intents = {intent for _, intent in sample.train}
    assert len(intents) == INTENTS
    assert {intent for _, intent in sample.test} == intents
    assert len(set(sample.train)) == INTENTS * EXAMPLES
    assert len(set(sample.test)) == INTENTS * TESTS


def test_messages_of_none_are_of_other_intents() -> None:
    """Unless the set has some of its own."""
    train, test = rows(60, 20, "train"), rows(60, 30, "test")
    sample = draw(train, test, [], 0)
    drawn = {intent for _, intent in sample.train}
    assert len(set(sample.oos)) == OUTSIDE
    assert not {f"i{int(text.split()[-1]):02d}" for text in sample.oos} & drawn
    assert draw(train, test, ["a", "b"], 0).oos in (("a", "b"), ("b", "a"))


def test_small_intents_are_left_out() -> None:
    """Doubled texts count once; too few intents is an error."""
    train = [*rows(40, 20, "train"), *[("the same", "i99")] * 50]
    assert "i99" not in {intent for _, intent in draw(train, rows(40, 30, "test"), [], 0).train}
    with pytest.raises(ValueError, match="39 intents have enough rows, 40 are needed"):
        draw(rows(39, 20, "train"), rows(39, 30, "test"), [], 0)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Quotes, commas and emoji included; the same samples give the same bytes."""
    samples = {0: Sample((('say "hi", ok', "a"),), (("😩", "b"),), ("x",)), 2: Sample((), (), ("y",))}
    for name in ("one", "two"):
        sampling.write(tmp_path / name, samples)
    assert sampling.read(tmp_path / "one") == samples
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("name", ["clinc150", "banking77"])
def test_the_samples_of_the_repository(name: str) -> None:
    """They have the size that the report tells, and no test message stands among the examples."""
    samples = sampling.read(DATA / f"{name}.csv.gz")
    assert tuple(samples) == SEEDS
    for sample in samples.values():
        assert len(sample.train) == INTENTS * EXAMPLES
        assert len(sample.test) == INTENTS * TESTS
        assert len(sample.oos) == OUTSIDE
        seen = {text for text, _ in sample.train}
        assert not seen & {text for text, _ in sample.test}
        assert not seen & set(sample.oos)


def test_another_version_of_an_original_is_refused(tmp_path: Path) -> None:
    """It would give other samples under the same name."""
    (tmp_path / "data_full.json").write_text("{}")
    with pytest.raises(CommandError, match="another version"):
        sampling.main(["--clinc", str(tmp_path / "data_full.json"), "--banking", str(tmp_path)])


def test_the_authors_are_named() -> None:
    """In NOTICE, with the licence of each set; beside the data as well."""
    notice, beside = (ROOT / "NOTICE").read_text(), (DATA / "README.md").read_text()
    for path in DATA.glob("*.csv.gz"):
        for text in (notice, beside):
            assert path.name in text
    for text in (notice, beside):
        assert set(re.findall(r"licenses/by/(\d\.0)", text)) == {"3.0", "4.0"}
        assert "Larson" in text
        assert "Casanueva" in text
