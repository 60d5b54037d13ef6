"""A copy of the content that a test can break, and the real one."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.check.project import Project
from assistant.datafiles import ROOT, clear_caches

_COPIED = ("data", "actions", "assistant", "clinic", "rasa_ext", "tests/devset")
_FILES = ("domain.yml", "config.yml", "tests/conversations/dev.devset.yml")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Read the content anew in each test, and leave none of it to the tests of others."""
    clear_caches()
    yield
    clear_caches()


@pytest.fixture
def real() -> Project:
    """The project itself."""
    return Project()


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of the project; the library reads its data."""
    ignored = shutil.ignore_patterns("__pycache__", "*.txt.gz", "vocab.txt")
    for name in _COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in _FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setenv("STRIA_DATA", str(tmp_path / "data"))
    return Project(tmp_path)


@pytest.fixture
def edit(copy: Project) -> Callable[[str, str, str], None]:
    """Replace a text that stands in a file of the copy."""

    def replace(name: str, old: str, new: str) -> None:
        path = copy.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} does not stand in {name} any more"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace


@pytest.fixture
def append(copy: Project) -> Callable[[str, str], None]:
    """Add a text to the end of a file of the copy."""

    def add(name: str, text: str) -> None:
        path = copy.root / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    return add
