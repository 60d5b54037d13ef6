"""The run of all tests ends with pytest's verdict, below the durations."""

import sys

import pytest

from scripts import test as run


def script(text: str, *, is_pytest: bool = True) -> run.Stage:
    """Returns a stage that runs a piece of Python."""
    return run.Stage("stage", [sys.executable, "-c", text], is_pytest)


@pytest.mark.parametrize(
    "line",
    [
        "==== 3 passed in 0.12s ====",
        "3 passed, 1 skipped in 75.10s (0:01:15)",
        "=== 1 failed, 2 passed, 1 warning in 2.00s ===",
        "no tests ran in 0.01s",
    ],
)
def test_verdict_is_held_back(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The closing line of pytest is kept for the end and all before it is shown."""
    assert run.run_stage(script(f"print('...'); print({line!r})")) == (0, line)
    assert capsys.readouterr().out == "...\n"


def test_line_that_only_looks_like_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    """A line that more output follows was not the last one."""
    assert run.run_stage(script("print('3 passed in 1s'); print('more')")) == (0, "")
    assert capsys.readouterr().out == "3 passed in 1s\nmore\n"


def test_failed_stage_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a failure nothing else runs, and the verdict is still the last line."""
    failing = script("import sys; print('1 failed in 0.1s'); sys.exit(1)")
    never = script("print('never')")
    monkeypatch.setattr(run, "stages", lambda results: [failing, never])
    assert run.main() == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == "1 failed in 0.1s"
    assert "never" not in printed.out
    assert printed.err == "error: the stage 'stage' failed\n"


def test_browser_tests() -> None:
    """The browser is found, or installed, early; its tests come last and start what they need."""
    titles = [stage.title for stage in run.stages("results")]
    assert titles.index("browser") == 1
    assert titles[-1] == "browser tests"
    last = run.stages("results")[-1]
    assert last.is_pytest
    assert last.command[-1] == "tests/browser"


def test_second_procedure() -> None:
    """The example is checked, trained and talked to by the commands of the first procedure."""
    found = {s.title: s for s in run.stages("results")}
    of_example = [s for s in found.values() if s.project]
    assert ["example: checks", "example: training", "example: talk"] == [s.title for s in of_example]
    assert (found["checks"].command, found["training"].command) == tuple(s.command for s in of_example[:2])


def test_stage_of_a_project(capsys: pytest.CaptureFixture[str]) -> None:
    """A stage gets the folder of its project."""
    stage = script("import os; print(os.environ['STRIA_PROJECT'])")._replace(project=run.EXAMPLES[0])
    assert run.run_stage(stage) == (0, "")
    assert capsys.readouterr().out.strip() == str(run.ROOT / run.EXAMPLES[0])
