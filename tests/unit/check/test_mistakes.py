"""Whatever a clinic gets wrong in its content is said: exactly that, at its line, with what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.check import __main__ as command
from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.datafiles import ROOT
from tests.unit.check.mistake import Mistake, batches, fits, make
from tests.unit.check.mistakes import of_check, of_document, of_files

TABLE: tuple[Mistake, ...] = (*of_document.TABLE, *of_check.TABLE, *of_files.TABLE)
BATCHES = batches(TABLE)
#: What the check said of each batch, and where that was: several mistakes are found by one run.
RUNS: dict[int, tuple[Path, list[Finding]]] = {}


def run(
    number: int, folders: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, list[Finding]]:
    """Return the folder of a batch and all that the check says of it but notes."""
    if number not in RUNS:
        folder = folders.mktemp("project")
        make(folder, *BATCHES[number])
        monkeypatch.setenv("STRIA_DATA", str(folder / "data"))
        RUNS[number] = folder, [f for f in command.run(Project(place=folder)) if f.level != "note"]
    return RUNS[number]


@pytest.mark.parametrize(
    ("number", "mistake"),
    [
        pytest.param(n, m, id=f"{Path(m.file).name}: {m.name}")
        for n, batch in enumerate(BATCHES)
        for m in batch
    ],
)
def test_mistake(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, number: int, mistake: Mistake
) -> None:
    """Each mistake has the findings that fit it, and none that fits no mistake."""
    folder, found = run(number, tmp_path_factory, monkeypatch)
    shown = "\n".join(map(str, found))
    for said in mistake.said:
        assert any(fits(f, said, mistake, folder) for f in found), f"{said} is not among:\n{shown}"
    known = [(said, m) for m in BATCHES[number] for said in m.said]
    assert [] == [str(f) for f in found if not any(fits(f, said, m, folder) for said, m in known)]
    assert len(found) == len(known)


@pytest.mark.parametrize(
    "saved",
    [lambda text: text.replace(b"\n", b"\r\n"), lambda text: b"\xef\xbb\xbf" + text],
    ids=["line ends of Windows", "the mark of UTF-8"],
)
def test_any_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saved: Callable[[bytes], bytes]) -> None:
    """Files that an editor of Windows saved are as good as others, the document's sum included."""
    files = [str(p.relative_to(ROOT)) for p in (ROOT / "data").rglob("*") if p.is_file()]
    make(tmp_path, *(Mistake("saved", name, saved, ()) for name in (*files, "domain.yml", "config.yml")))
    monkeypatch.setenv("STRIA_DATA", str(tmp_path / "data"))
    assert [] == [str(f) for f in command.run(Project(place=tmp_path)) if f.level != "note"]


def test_each_is_tried_once() -> None:
    """No two mistakes have the same name, and there are many."""
    names = [(m.file, m.name) for m in TABLE]
    assert len(names) == len(set(names))
    assert len(names) > 150
