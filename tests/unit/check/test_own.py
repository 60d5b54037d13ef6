"""A project that stands on another one is told what it still lacks, and what it must not take over."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.check import __main__ as command
from assistant.check import document, lent, own
from assistant.check.project import Project
from assistant.datafiles import ROOT, clear_caches

EXAMPLE = ROOT / "examples" / "tattoo_removal"


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Project]:
    """Make a project of some files of the example, standing on the main project."""

    def make(*names: str) -> Project:
        folder = tmp_path / "own"
        for name in ("config.yml", *names):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = (EXAMPLE / name).read_text(encoding="utf-8")
            path.write_text(text.replace("base: ../..", f"base: {ROOT}"), encoding="utf-8")
        monkeypatch.setenv("STRIA_PROJECT", str(folder))
        clear_caches()
        return Project(place=folder)

    return make


def names(folder: Path) -> list[str]:
    """Return all files of a folder of the example that make a project."""
    paths = (p for p in folder.rglob("*") if p.is_file())
    return [n for n in (str(p.relative_to(EXAMPLE)) for p in paths) if n.startswith(("data/", "domain.yml"))]


def test_nothing_written_yet(begun: Callable[..., Project]) -> None:
    """All files that are about a document are asked for, in the order of the guide, and no error of the base's."""
    project = begun()
    found = command.run(project)
    assert [name for name, _ in own.OWN] == [
        f.file.removeprefix(f"{project.folder}/").removeprefix("data/") for f in found
    ]
    assert all("still to be written" in f.problem and "It is step " in f.remedy for f in found)


def test_each_step_counts(begun: Callable[..., Project]) -> None:
    """What is there is looked at before the rest is written: quotes, and the shape of each file."""
    project = begun("data/document/document.txt", "data/document/facts.yml", "data/document/pairs.yml")
    facts, pairs = project.data / "document/facts.yml", project.data / "document/pairs.yml"
    facts.write_text(
        facts.read_text(encoding="utf-8").replace("The outer layer", "The top layer"), encoding="utf-8"
    )
    pairs.write_text(pairs.read_text(encoding="utf-8").replace("facts:", "fact:", 1), encoding="utf-8")
    found = [str(f) for f in command.run(project)]
    assert "pairs.yml:4: K1: nothing reads 'fact'. Did you mean facts?" in found[0]
    assert "facts.yml:17: the quote of F04 does not stand in document.txt" in found[1]
    assert all("still to be written" in f for f in found[2:])
    assert len(found) == 2 + len(own.OWN) - 3


def test_sums_are_its_own(begun: Callable[..., Project]) -> None:
    """Without a sum of its own a document has none, and the base's file is never written."""
    project = begun(*(n for n in names(EXAMPLE) if not n.endswith(".sha256")))
    (found,) = document.check(project)
    assert f"{project.data}/document/document.sha256:1: the document has no sum" in str(found)
    before = (ROOT / "data" / document.FILE).read_bytes()
    assert project.data / document.FILE == document.write_sums()
    assert before == (ROOT / "data" / document.FILE).read_bytes()
    assert [] == [*document.check(project)]


@pytest.mark.parametrize(
    ("name", "old", "said"),
    [
        (
            "domain.yml",
            "  utter_smalltalk/name:",
            "utter_smalltalk/name is the base's and says “resurfacing”",
        ),
        (
            "domain.yml",
            "  utter_smalltalk/worried:",
            "utter_smalltalk/worried is the base's and says “stretch”",
        ),
        (
            "data/wording.yml",
            "  unclear_nothing:",
            "answer.unclear_nothing is the base's and says “resurfacing”",
        ),
        ("data/wording.yml", "  off_list:", "condition.off_list is the base's and says “it says that”"),
        (
            "data/wording.yml",
            '  listed: "You',
            "condition.listed is the base's and says “Our document lists”",
        ),
    ],
)
def test_texts_of_the_base(begun: Callable[..., Project], name: str, old: str, said: str) -> None:
    """A text of the base that names its procedure, or says what its document says, is never taken over."""
    project = begun(*names(EXAMPLE))
    path = project.folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, old.replace(":", "_gone:", 1)), encoding="utf-8")
    clear_caches()
    (found,) = lent.check(project)
    assert said in str(found)
    assert f"{path}:1: " in str(found)
    assert "Write a text of your own under this name; the base's stands at " in found.remedy


def test_without_a_base(real: Project) -> None:
    """The main project has no base: nothing is asked of it."""
    assert [] == [*own.check(real), *lent.check(real)]
