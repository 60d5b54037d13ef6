"""Whatever happens to a content file, the check answers with findings and never with a stack trace."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.check import __main__ as command
from assistant.check.project import Project
from assistant.datafiles import ROOT, clear_caches
from tests.unit.check.mistake import Mistake, make

FILES = [str(p.relative_to(ROOT)) for p in sorted((ROOT / "data").rglob("*")) if p.is_file()] + ["domain.yml"]
CHANGES = ("delete", "double", "swap", "join", "cut", "indent", "outdent", "value", "value", "value")
#: Values of other kinds than those that stand there.
VALUES = (
    b"[]", b"{}", b"", b"~", b"7", b"[7]", b"{a: b}", b"[[x]]", b"- a", b'""', b"&a [*a]", b"*x", b"|", b"{0}", b"{a!r}",
    b"!!python/name:os.system", b"%s", b"\t", b"\xff", b"\x00",
)  # fmt: skip


def changed(text: bytes, seed: int) -> bytes:
    """Return a file with one to three lines deleted, doubled, exchanged, joined, cut, moved or filled otherwise."""
    lines, draw = text.split(b"\n"), random.Random(seed)
    for _ in range(draw.randint(1, 3)):
        at, other, kind = draw.randrange(len(lines)), draw.randrange(len(lines)), draw.choice(CHANGES)
        if kind == "delete" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "join" and at + 1 < len(lines):
            lines[at] += lines.pop(at + 1)
        elif kind == "cut":
            lines[at] = lines[at][: draw.randint(0, len(lines[at]))]
        elif kind == "indent":
            lines[at] = b"  " + lines[at]
        elif kind == "outdent":
            lines[at] = lines[at][2:]
        elif kind == "value":
            key, colon, _ = lines[at].partition(b": ")
            lines[at] = key + colon + draw.choice(VALUES) if colon else lines[at]
    return b"\n".join(lines)


def test_any_change(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each finding names a line that exists and a remedy, and none says that the check itself failed."""

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(FILES), st.integers(0, 2**32))
    def each(file: str, seed: int) -> None:
        folder = tmp_path_factory.mktemp("project")
        make(folder, Mistake("any", file, lambda text: changed(text, seed), ()))
        monkeypatch.setenv("STRIA_DATA", str(folder / "data"))
        clear_caches()
        for finding in command.run(Project(place=folder)):
            path = ROOT / finding.file  # of an absolute path, that itself
            last = path.read_bytes().count(b"\n") + 1 if path.is_file() else 1
            assert 1 <= finding.line <= last, str(finding)
            assert finding.remedy or finding.level == "note", str(finding)
            assert "can't use the content" not in finding.problem, str(finding)

    each()


def test_the_net(monkeypatch: pytest.MonkeyPatch, real: Project) -> None:
    """A check that fails by itself is a finding that says what to do, and no stack trace."""

    def broken(project: Project) -> list[str]:
        raise KeyError("x")

    monkeypatch.setattr(command, "_stages", lambda: ((broken,),))
    (found,) = command.run(real)
    assert "can't use the content (KeyError" in found.problem
    assert found.remedy == "Take back your last change, and report this"
    assert Path(found.file).name == "data"
