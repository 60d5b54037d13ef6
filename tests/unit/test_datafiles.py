"""A broken content file is named with its line and a remedy, never a stack trace's riddle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.datafiles import (
    ROOT,
    DataFileError,
    clear_caches,
    data_dir,
    line_of,
    load_yaml,
    read_text,
)
from assistant.screening.lexicon import cues, terms
from assistant.wording import section, wording

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes a file into an empty content folder, which is read from then on."""
    monkeypatch.setenv("STRIA_DATA", str(tmp_path))

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        clear_caches()
        return path

    clear_caches()
    yield write_file
    monkeypatch.undo()
    clear_caches()


def message(call: Callable[[], object]) -> str:
    """The message of the error that `call` raises."""
    with pytest.raises(DataFileError) as error:
        call()
    return str(error.value)


class TestDataFileError:
    def test_message(self) -> None:
        """One line: the file from the project's folder, the line, the problem and the remedy."""
        error = DataFileError(ROOT / "data/x.yml", "it is wrong", "Mend it", 7)

        assert "data/x.yml:7: it is wrong. Mend it" == str(error)

    def test_without_line(self, tmp_path: Path) -> None:
        """A file elsewhere is named in full; an unknown line is left out."""
        assert f"{tmp_path}/x.yml: gone. Restore it" == str(
            DataFileError(tmp_path / "x.yml", "gone", "Restore it")
        )


class TestDataDir:
    def test_default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without the variable the folder beside the code is used."""
        monkeypatch.delenv("STRIA_DATA", raising=False)

        assert ROOT / "data" == data_dir()

    def test_variable(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """STRIA_DATA names another folder."""
        monkeypatch.setenv("STRIA_DATA", str(tmp_path))

        assert tmp_path == data_dir()


class TestReadText:
    def test_missing(self, write: Write) -> None:
        """A missing file is named."""
        assert "nowhere.yml: the file is missing" in message(lambda: read_text("nowhere.yml"))

    def test_not_utf8(self, write: Write) -> None:
        """The line of the first wrong byte is named."""
        write("latin.yml", b"a: 1\nb: 2\nc: caf\xe9\n")

        assert "latin.yml:3: not UTF-8 text. Save the file as UTF-8" in message(
            lambda: read_text("latin.yml")
        )

    def test_folder(self, write: Write) -> None:
        """What can't be read at all is named, too."""
        write("folder/x.yml", "a: 1")

        assert "folder: can't be read" in message(lambda: read_text("folder"))


class TestLoadYaml:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("a: 1\n- b\n", 2),
            ("a: @x\n", 1),
        ],
    )
    def test_bad_yaml(self, write: Write, text: str, line: int) -> None:
        """What is no YAML is named with the line where reading stopped."""
        write("bad.yml", text)

        told = message(lambda: load_yaml("bad.yml"))

        assert f"bad.yml:{line}: not valid YAML" in told
        assert "Check the indentation" in told

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a: [1, 2\nb: 3\n", "1: the bracket that opens there is not closed"),
            ("a: 1\n  b: 2\n", "2: the line begins further left or right than the one above it"),
            ("- a: 1\n- a: 2\n b: 2\n", "3: the line begins further left or right than the one above it"),
            ("a: b: c\n", "1: a colon in a text without quotes"),
            ('a: "b" c\n', "1: a quote within quotes"),
            ('a: 1\nb "c"\nd: 2\n', "2: no colon after the first word"),
            ('a: 1\nb:"c"\nd: 2\n', "2: no blank after the colon"),
            ("a: 1\nb:\n\t- 2\n", "3: a tab stands before the text. Use blanks"),
            ('a: 1\nb: "open\nc: 1\n', "2: the quote that opens there is not closed"),
            ("a: 1\nb: 2\na: 3\n", "3: the key 'a' stands there twice"),
            ("a: 1\nb: {c: 1, c: 2}\n", "2: the key 'c' stands there twice"),
            ("a: 1\nb: x\x07y\n", "2: a character that is no text (code 7)"),
        ],
    )
    def test_common_mistakes(self, write: Write, text: str, expected: str) -> None:
        """What people do by mistake is named in words that they know, at the line where it is."""
        write("bad.yml", text)

        assert f"bad.yml:{expected}" in message(lambda: load_yaml("bad.yml"))

    def test_mark_of_utf_8(self, write: Write) -> None:
        """The mark that some editors put before the text does not count."""
        write("good.yml", "\ufeffa: 1\n")

        assert {"a": 1} == load_yaml("good.yml")

    def test_words_stay_words(self, write: Write) -> None:
        """Yes, no, on and off stay words, numbers become numbers."""
        write("words.yml", "a: [yes, no, on, off, true, 38.0, 7]")

        assert {"a": ["yes", "no", "on", "off", "true", 38.0, 7]} == load_yaml("words.yml")

    def test_no_code(self, write: Write) -> None:
        """A content file can't run code."""
        write("evil.yml", "a: !!python/object/apply:os.system ['true']")

        assert "evil.yml:1: not valid YAML" in message(lambda: load_yaml("evil.yml"))

    def test_twice_the_same(self, write: Write) -> None:
        """A file is parsed once; clearing the caches reads it again."""
        path = write("once.yml", "a: 1")
        first = load_yaml("once.yml")
        path.write_text("a: 2", encoding="utf-8")

        assert first is load_yaml("once.yml")
        clear_caches()
        assert {"a": 2} == load_yaml("once.yml")


class TestLineOf:
    def test_line(self, write: Write) -> None:
        """The first line that holds the words, from 1; None without one."""
        write("lines.yml", "a: 1\nb: needle\nc: needle\n")

        assert (2, None) == (line_of("lines.yml", "needle"), line_of("lines.yml", "hay"))


class TestLexiconFiles:
    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("items: {}\n", "item 'cardiovascular' is missing"),
            (
                "items:\n  cardiovascular:\n    strong: []\n",
                "'cardiovascular/strong' is missing or empty",
            ),
            (
                "items:\n  cardiovascular:\n    strong: [afib, 7]\n",
                "7 in 'cardiovascular/strong' is not a word",
            ),
            (
                "items:\n  cardiovascular:\n    strong: afib\n",
                "'cardiovascular/strong' is missing or empty",
            ),
        ],
    )
    def test_lexicon(self, write: Write, text: str, problem: str) -> None:
        """A missing item, an empty list and what is no word are named."""
        write("screening/items.yml", (ROOT / "data/screening/items.yml").read_bytes())
        write("screening/lexicon.yml", text)

        assert problem in message(terms)

    def test_cues(self, write: Write) -> None:
        """A missing list of cues is named."""
        write("screening/cues.yml", "doubt: [maybe]\n")

        assert ("maybe",) == cues("doubt")
        assert "the list 'past' is missing or empty" in message(lambda: cues("past"))


class TestWording:
    def test_missing(self, write: Write) -> None:
        """A missing wording is named by its path."""
        write("wording.yml", "answer: {a: x}\n")

        assert "no wording 'answer.b'" in message(lambda: wording("answer.b"))

    def test_variations(self, write: Write) -> None:
        """Variations are used in turn, and braces are filled."""
        write("wording.yml", 'a: ["one {x}", "two {x}"]\nb: {c: "{x}"}\n')

        assert ["one 1", "two 1", "one 1"] == [wording("a", turn, x=1) for turn in range(3)]
        assert {"c": "{x}"} == section("b")
