"""Reading /proc, percentiles and the commit."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scripts._eval_machine import (
    MESSAGES,
    TURNS,
    WARM_UP,
    Speed,
    children_cpu,
    commit,
    machine,
    measure_speed,
    parent_and_ticks,
    percentile,
    resident_kb,
    tree,
    usage,
)
from tests.client import Reply


@pytest.mark.parametrize(("share", "value"), [(0.95, 95), (0.5, 50), (1.0, 100), (0.0, 1)])
def test_percentile(share: float, value: int) -> None:
    """The share of values that is asked for does not exceed it."""
    assert percentile(range(1, 101), share) == value


def test_speed() -> None:
    """Median and 95th percentile of the reply times."""
    speed = Speed([0.01] * 90 + [0.05] * 10, 0.0, (0.0, 0.0))
    assert (speed.median, speed.p95) == (0.01, 0.05)


def test_messages_of_one_client() -> None:
    """The warm-up is not counted, and a conversation has some messages only."""
    senders = []

    class Chat:
        def send(self, sender: str, text: str) -> Reply:
            senders.append(sender)
            return Reply.from_messages([], 0.02)

        def slots(self, sender: str) -> dict[str, object]:
            return {}

    speed = measure_speed(Chat(), ["a", "b"], [])
    assert speed.seconds == [0.02] * MESSAGES
    assert len(senders) == MESSAGES + WARM_UP
    assert senders.count("speed-0") == TURNS


def test_process_files() -> None:
    """A process may have any name, and none of its memory may be resident."""
    assert resident_kb("00400000-7ffd [rollup]\nRss:   1234 kB\nPss:   9 kB\n") == 1234
    assert resident_kb("") == 0
    stat = "7 (a) b (c)) S 3 1 1 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1"
    assert parent_and_ticks(stat) == (3, 100)


def test_tree() -> None:
    """All descendants, and nobody else."""
    assert tree(2, {1: 0, 2: 1, 3: 2, 4: 3, 5: 1}) == {2, 3, 4}
    assert tree(9, {}) == {9}


def test_usage(tmp_path: Path) -> None:
    """Memory and time of a process and its children are added."""
    for pid, parent, kilobytes in ((10, 1, 100), (11, 10, 50), (12, 1, 7)):
        (tmp_path / str(pid)).mkdir()
        stat = f"{pid} (x) S {parent} 0 0 0 0 0 0 0 0 0 100 0 0 0 0"
        (tmp_path / str(pid) / "stat").write_text(stat)
        (tmp_path / str(pid) / "smaps_rollup").write_text(f"Rss: {kilobytes} kB\n")
    used = usage(10, tmp_path)
    assert used.kilobytes == 150
    assert used.cpu == pytest.approx(200 / os.sysconf("SC_CLK_TCK"))
    assert usage(99, tmp_path).kilobytes == 0


def test_own_usage() -> None:
    """It works on this machine."""
    assert usage(os.getpid()).kilobytes > 1000
    assert "cores" in machine()


def test_children_cpu() -> None:
    """Only what the work itself ran is counted."""
    assert children_cpu(lambda: None) == 0.0
    code = "sum(range(3_000_000))"
    assert children_cpu(lambda: subprocess.run(["python3", "-c", code], check=True)) > 0


def test_commit(tmp_path: Path) -> None:
    """Changed files are named as a number, the results do not count, and git is not needed."""
    assert commit(tmp_path) == "unknown"

    def git(*arguments: str) -> None:
        name = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *name, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    git("commit", "--allow-empty", "-m", "x")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").touch()
    git("add", "docs")
    git("commit", "-m", "x")
    clean = commit(tmp_path)
    (tmp_path / "docs" / "results.md").touch()
    (tmp_path / "docs" / "benchmarks.md").touch()
    assert commit(tmp_path) == clean
    assert len(clean) == 10
    (tmp_path / "other").touch()
    assert commit(tmp_path) == f"{clean} and uncommitted changes in 1 files"
