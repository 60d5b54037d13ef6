"""Starting and stopping the assistant's processes, with stand-ins for Rasa."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from scripts._env import child_environment
from tests import stack as module
from tests.client import StackError
from tests.stack import Service, start_stack

CHILD = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', {}]); {}"


def alive(pid: int) -> bool:
    """Says whether a process still runs (a zombie does not)."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with everything that a start needs, as empty files."""
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "model_path", lambda: tmp_path / "models" / "stria.tar.gz")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "models").mkdir()
    for name in ("models/stria.tar.gz", "endpoints.yml", "credentials.yml"):
        (tmp_path / name).touch()
    return tmp_path


def stand_in(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Starts this Python code instead of Rasa, and one that only waits as action server."""
    wait = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(module, "rasa_command", lambda ports, env: [sys.executable, "-c", code])
    monkeypatch.setattr(module, "actions_command", lambda ports: wait)


def test_a_missing_model_names_the_remedy(project: Path) -> None:
    """Nothing is trained; the message says what to run."""
    (project / "models" / "stria.tar.gz").unlink()
    with pytest.raises(StackError, match=r"no model at models/stria\.tar\.gz: run `make train`"):
        start_stack()


def test_a_server_that_is_named_replaces_none_that_is_started(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that stop and restart an assistant start one of their own, whatever the others talk to."""
    monkeypatch.setenv("STRIA_TEST_URL", "http://127.0.0.1:1")
    stand_in(monkeypatch, "import sys; sys.exit('started')")
    with pytest.raises(StackError, match="rasa ended with status 1"):
        start_stack()


def test_a_missing_file_is_named(project: Path) -> None:
    """Without its endpoints file, Rasa would silently use other stores."""
    (project / "endpoints.yml").unlink()
    with pytest.raises(StackError, match=r"endpoints\.yml is missing"):
        start_stack()


def test_a_process_that_ends_is_reported_with_its_log(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure holds the end of the log, and nothing is left running."""
    stand_in(monkeypatch, "import sys; sys.exit('no such dialect')")
    started: list[Service] = []
    start = Service.start
    monkeypatch.setattr(Service, "start", lambda *a: started.append(start(*a)) or started[-1])
    with pytest.raises(StackError, match="rasa ended with status 1") as caught:
        start_stack()
    assert "no such dialect" in str(caught.value)
    assert [service.name for service in started] == ["actions", "rasa"]
    assert not any(alive(service.process.pid) for service in started)


def test_a_process_that_never_answers(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting ends, with the logs."""
    stand_in(monkeypatch, "print('still loading', flush=True); import time; time.sleep(60)")
    monkeypatch.setattr(module, "START_SECONDS", 1.0)
    with pytest.raises(StackError, match="not ready after 1 s") as caught:
        start_stack()
    assert "still loading" in str(caught.value)


def test_stopping_ends_the_whole_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that ignores the polite signal goes as well."""
    monkeypatch.setattr(module, "STOP_SECONDS", 2.0)
    stubborn = "'import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)'"
    code = CHILD.format(stubborn, "time.sleep(0.5); print(p.pid, flush=True); time.sleep(60)")
    log = tmp_path / "x.log"
    service = Service.start("x", [sys.executable, "-c", code], log, child_environment())
    while not service.tail():
        time.sleep(0.05)
    child = int(service.tail())
    assert os.getpgid(child) == service.process.pid
    service.stop()
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(service.process.pid)
    assert not alive(child)


def test_the_tail_of_a_log(tmp_path: Path) -> None:
    """It is the last lines, or those since a mark."""
    log = tmp_path / "x.log"
    log.write_text("one\ntwo\n", encoding="utf-8")
    service = Service("x", None, log)  # type: ignore[arg-type]
    mark = service.size()
    log.write_text("one\ntwo\nthree\nfour\n", encoding="utf-8")
    assert service.tail(1) == "four"
    assert service.tail(since=mark) == "three\nfour"
    assert Service("y", None, tmp_path / "gone").tail() == ""  # type: ignore[arg-type]
