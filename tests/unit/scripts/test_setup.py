"""Set-up knows when there is nothing to do, and says in one line why it cannot go on."""

import json
from pathlib import Path

import pytest

from scripts import setup
from scripts._env import CommandError


@pytest.fixture
def environment(tmp_path: Path) -> tuple[Path, Path]:
    """A lock file and an environment that is as it says."""
    lock_file, venv = tmp_path / "requirements.lock", tmp_path / ".venv"
    lock_file.write_text("rasa==3.6.21\n", encoding="utf-8")
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    (venv / "pyvenv.cfg").write_text("home = x\nversion_info = 3.10.13\n", encoding="utf-8")
    stamp = json.dumps(setup.wanted_stamp(lock_file, venv))
    (venv / setup.STAMP).write_text(stamp, encoding="utf-8")
    return lock_file, venv


def test_current_environment(environment: tuple[Path, Path]) -> None:
    """An environment whose stamp fits is left alone."""
    assert setup.is_current(*environment)


def test_changed_lock_file(environment: tuple[Path, Path]) -> None:
    """Another lock file asks for another environment."""
    environment[0].write_text("rasa==3.6.20\n", encoding="utf-8")
    assert not setup.is_current(*environment)


def test_changed_python(environment: tuple[Path, Path]) -> None:
    """Another Python asks for another environment."""
    config = environment[1] / "pyvenv.cfg"
    config.write_text("version_info = 3.10.14\n", encoding="utf-8")
    assert not setup.is_current(*environment)


def test_vanished_python(environment: tuple[Path, Path]) -> None:
    """An environment whose Python was uninstalled is made anew."""
    python = environment[1] / "bin" / "python"
    python.unlink()
    python.symlink_to("/nonexistent/python3.10")
    assert not setup.is_current(*environment)


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_damaged_stamp(environment: tuple[Path, Path], text: str) -> None:
    """An installation that was interrupted is not taken for finished."""
    (environment[1] / setup.STAMP).write_text(text, encoding="utf-8")
    assert not setup.is_current(*environment)


def test_no_environment(tmp_path: Path) -> None:
    """Without an environment there is something to do."""
    assert not setup.is_current(tmp_path / "requirements.lock", tmp_path / ".venv")


def test_foreign_folder_is_kept(tmp_path: Path) -> None:
    """A .venv that is no environment is not removed."""
    venv = tmp_path / ".venv"
    venv.mkdir()
    (venv / "thesis.txt").touch()
    with pytest.raises(CommandError, match="no Python environment"):
        setup.make_venv("uv", venv)
    assert (venv / "thesis.txt").exists()


def test_supported_platform() -> None:
    """Linux on x86_64 with glibc is what the lock file is resolved for."""
    setup.check_platform("Linux", "x86_64", "glibc")


@pytest.mark.parametrize(
    "platform", [("Darwin", "arm64", ""), ("Linux", "aarch64", "glibc"), ("Linux", "x86_64", "")]
)
def test_other_platforms(platform: tuple[str, str, str]) -> None:
    """Elsewhere the message names the platform, the reason and a way out."""
    with pytest.raises(CommandError, match=rf"Linux x86_64 .* this is {platform[0]}.* container"):
        setup.check_platform(*platform)


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        ("error: Failed to copy file\n  cause: No space left on device (os error 28)", "disk"),
        ("  × Failed to fetch: `x`\n  ╰─▶ dns error", "network connection"),
        ("error: tcp connect error\n Connection refused", "network connection"),
        ("error: invalid peer certificate: UnknownIssuer", "SSL_CERT_FILE"),
        ("error: Hash mismatch for `absl-py==1.4.0`", "another hash"),
        ("  × No solution\n  │ found when resolving", "lacks a version"),
        ("note\nerror: something else\nhint: x", "uv said: error: something else"),
    ],
)
def test_failure_names_its_remedy(output: str, remedy: str) -> None:
    """Whatever uv says becomes one line with a remedy."""
    line = setup.explain(output)
    assert remedy in line
    assert "\n" not in line


def test_the_early_line_is_left_once(tmp_path: Path) -> None:
    """It is written where Python looks at its start, and only when it is not there as it should be."""
    packages = tmp_path / Path(setup.PTH).parent
    packages.mkdir(parents=True)
    setup.leave_early_line(tmp_path, tmp_path / "project")
    written = tmp_path / setup.PTH
    assert "project" in written.read_text()
    before = written.stat().st_mtime_ns
    setup.leave_early_line(tmp_path, tmp_path / "project")
    assert written.stat().st_mtime_ns == before
    setup.leave_early_line(tmp_path, tmp_path / "moved")
    assert "moved" in written.read_text()


def test_the_early_line_does_nothing_where_there_is_no_environment(tmp_path: Path) -> None:
    """A line of Python, which ends."""
    line = setup.early_line(tmp_path)
    assert line.count("\n") == 1
    exec(line, {})
