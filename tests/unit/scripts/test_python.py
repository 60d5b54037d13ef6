"""Python 3.10 is found wherever this machine keeps it, and shims that start nothing are passed."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import _python
from scripts._python import candidates, find_python, probe


def nothing(_: object) -> None:
    """Finds nothing, prints nothing."""


def only(*good: str) -> Callable[[str], str | None]:
    """Returns a probe to which only some interpreters are of use."""
    return lambda path: "3.10.13" if path in good else None


@pytest.fixture(autouse=True)
def _started_by_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up runs under a Python that the project cannot use."""
    monkeypatch.setattr(_python, "CURRENT", (3, 8))


@pytest.fixture
def pyenv(tmp_path: Path) -> Path:
    """A root of pyenv with several versions."""
    for version in ("3.9.18", "3.10.9", "3.10.13", "3.11.7"):
        (tmp_path / "versions" / version / "bin").mkdir(parents=True)
    return tmp_path


def of_pyenv(root: Path, version: str) -> str:
    """Returns the path of an interpreter of pyenv."""
    return str(root / "versions" / version / "bin" / "python3.10")


def test_path_comes_first(pyenv: Path) -> None:
    """A python3.10 on the PATH is preferred."""
    environ = {"PYENV_ROOT": str(pyenv)}
    found = find_python("uv", environ, only("/usr/bin/python3.10"), "/usr/bin/{}".format, nothing)
    assert found == "/usr/bin/python3.10"


def test_current_interpreter_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """When set-up itself runs under 3.10, that Python will do."""
    monkeypatch.setattr(_python, "CURRENT", (3, 10))
    assert list(candidates({}, nothing, nothing)) == [sys.executable]


def test_newest_of_pyenv(pyenv: Path) -> None:
    """Of pyenv's versions the newest 3.10 comes first: 3.10.13 is newer than 3.10.9."""
    tried = list(candidates({"PYENV_ROOT": str(pyenv)}, nothing, nothing))
    assert tried == [of_pyenv(pyenv, "3.10.13"), of_pyenv(pyenv, "3.10.9")]


def test_pyenv_is_asked_for_its_root(pyenv: Path) -> None:
    """Without PYENV_ROOT the command `pyenv root` tells where the versions are."""
    which = {"pyenv": "/usr/bin/pyenv"}.get
    tried = list(candidates({}, which, lambda command: str(pyenv) if "root" in command else None))
    assert of_pyenv(pyenv, "3.10.13") in tried


def test_dead_shim_is_passed_over(pyenv: Path) -> None:
    """A python3.10 on the PATH that does not run is no obstacle."""
    good = of_pyenv(pyenv, "3.10.9")
    environ = {"PYENV_ROOT": str(pyenv)}
    assert find_python("uv", environ, only(good), "/shims/{}".format, nothing) == good


def test_builds_of_uv_come_last() -> None:
    """Builds that uv fetched earlier are used when there is nothing else."""
    asked: list[list[str]] = []

    def run(command: list[str]) -> str:
        asked.append(command)
        return "/uv/python3.10"

    assert find_python("my-uv", {}, only("/uv/python3.10"), nothing, run) == "/uv/python3.10"
    assert asked == [["my-uv", "python", "find", "3.10"]]


def test_no_python_at_all() -> None:
    """None is the answer when nothing usable is found."""
    assert find_python("uv", {}, only(), nothing, nothing) is None


def test_probe_reads_the_version() -> None:
    """The interpreter of these tests is one that the project can use."""
    assert (probe(sys.executable) or "").startswith("3.10.")


@pytest.mark.parametrize(
    "answer",
    [
        '["PyPy", "x86_64", [3, 10, 13]]',
        '["CPython", "aarch64", [3, 10, 13]]',
        '["CPython", "x86_64", [3, 11, 7]]',
        "hello",
        "",
    ],
)
def test_probe_refuses_others(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Another implementation, machine or version, or no answer, is of no use."""
    monkeypatch.setattr(_python, "output_of", lambda command: answer)
    assert probe("python3.10") is None


def test_probe_of_a_missing_program() -> None:
    """A path at which there is no program is of no use."""
    assert probe("/nonexistent/python3.10") is None
