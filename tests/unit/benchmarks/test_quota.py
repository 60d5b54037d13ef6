"""Shares of a core by control groups, on folders that stand for those of Linux."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import quota
from scripts._env import CommandError


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """Process 7 with its child 8, and a stranger."""
    for pid, parent in ((7, 1), (8, 7), (9, 1)):
        (tmp_path / "proc" / str(pid)).mkdir(parents=True)
        (tmp_path / "proc" / str(pid) / "stat").write_text(f"{pid} (x) S {parent} " + "0 " * 20)
    return tmp_path / "proc"


class _Procs(list[str]):
    """What was written into `cgroup.procs`, file by file."""

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write = Path.write_text

        def noted(path: Path, text: str, *args: object, **more: object) -> int:
            if path.name == "cgroup.procs":
                self.append(f"{path.parent.name} {text}")
            return write(path, text)

        monkeypatch.setattr(Path, "write_text", noted)


@pytest.mark.parametrize(
    ("version", "settings"),
    [
        (1, {"cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "5000"}),
        (2, {"cpu.max": "5000 20000"}),
    ],
)
def test_a_process_and_its_children_get_a_share(
    tmp_path: Path, proc: Path, monkeypatch: pytest.MonkeyPatch, version: int, settings: dict[str, str]
) -> None:
    """Both versions of control groups are told a quarter, for the process and its child alone, until the end."""
    groups = tmp_path / "groups"
    groups.mkdir()
    if version == 2:
        (groups / "cgroup.controllers").write_text("memory cpu")
    parent = groups if version == 2 else groups / "cpu"
    parent.mkdir(exist_ok=True)
    moved = _Procs()
    moved.watch(monkeypatch)
    with quota.limited(7, 0.25, groups, proc):
        group = parent / "stria-bench-7"
        assert {p.name: p.read_text() for p in group.iterdir() if p.name in settings} == settings
        assert moved == ["stria-bench-7 7", "stria-bench-7 8"]
    assert moved[2:] == [f"{parent.name} 7", f"{parent.name} 8"]


def test_a_system_without_groups_says_so(tmp_path: Path, proc: Path) -> None:
    """There is no silent measurement without the share."""
    given = quota.limited(7, 0.25, tmp_path, proc)
    with pytest.raises(CommandError, match="no control groups"), given:
        pass


def test_a_group_that_may_not_be_made_says_so(tmp_path: Path, proc: Path) -> None:
    """Who may not make groups is told, not measured without the share."""
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "stria-bench-7").write_text("in the way")
    given = quota.limited(7, 0.25, tmp_path, proc)
    with pytest.raises(CommandError, match="no control group could be made"), given:
        pass
