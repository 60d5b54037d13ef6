"""Whatever a clinic gets wrong in its content is said: exactly that, at its line, with what to do."""

from pathlib import Path

import pytest

from assistant.check import __main__ as command
from assistant.check.project import Project
from tests.unit.check.mistake import Mistake, fits, make
from tests.unit.check.mistakes import of_check, of_document, of_files

TABLE: tuple[Mistake, ...] = (*of_document.TABLE, *of_check.TABLE, *of_files.TABLE)


@pytest.mark.parametrize("mistake", TABLE, ids=lambda m: f"{Path(m.file).name}: {m.name}")
def test_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistake: Mistake) -> None:
    """Each mistake has the findings that fit it, and no other one."""
    make(tmp_path, mistake)
    monkeypatch.setenv("STRIA_DATA", str(tmp_path / "data"))
    left = [f for f in command.run(Project(place=tmp_path)) if f.level != "note"]
    for said in mistake.said:
        found = next((f for f in left if fits(f, said, mistake, tmp_path)), None)
        assert found is not None, f"{said} is not among:\n" + "\n".join(map(str, left))
        left.remove(found)
    assert [] == [str(f) for f in left]


def test_each_is_tried_once() -> None:
    """No two mistakes have the same name, and there are many."""
    names = [(m.file, m.name) for m in TABLE]
    assert len(names) == len(set(names)) >= 100
