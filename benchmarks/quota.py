"""Holds processes to a share of a core, by control groups of Linux: needs the right to make one (root).

So a machine of few cores can show what more servers bring where cores do not run out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from scripts._env import CommandError
from scripts._eval_machine import PROC, parent_and_ticks, tree

#: Where Linux shows its control groups: version 2, or the older one's part for the CPU.
GROUPS = Path("/sys/fs/cgroup")
#: Microseconds in which a share is counted: short, or a process runs at once and then stands still for long.
PERIOD = 20_000


@contextlib.contextmanager
def limited(pid: int, share: float, groups: Path = GROUPS, proc: Path = PROC) -> Iterator[None]:
    """Gives a process and those that it has started a share of a core, until the end.

    Args:
        pid: of the process.
        share: of one core, such as 0.25.
        groups: where the control groups are shown.
        proc: where the processes are shown.

    Raises:
        CommandError: This system has no such groups, or lets nobody but root make them.
    """
    try:
        parent, settings = _kind(groups, share)
        group = parent / f"stria-bench-{pid}"
        group.mkdir(exist_ok=True)
        for name, value in settings.items():
            (group / name).write_text(value)
        _move(pid, group, proc)
    except OSError as error:
        raise CommandError(
            f"no control group could be made for a share of a core: {error.strerror}"
        ) from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            _move(pid, parent, proc)
        with contextlib.suppress(OSError):
            group.rmdir()


def _kind(groups: Path, share: float) -> tuple[Path, dict[str, str]]:
    """Returns the parent of new groups, and what is written into a new one."""
    quota = str(round(share * PERIOD))
    listed = groups / "cgroup.controllers"
    if listed.exists() and "cpu" in listed.read_text().split():
        (groups / "cgroup.subtree_control").write_text("+cpu")
        return groups, {"cpu.max": f"{quota} {PERIOD}"}
    if (groups / "cpu").is_dir():
        return groups / "cpu", {"cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": quota}
    raise CommandError("this system has no control groups of Linux for a share of a core")


def _move(pid: int, group: Path, proc: Path) -> None:
    parents = {}
    for path in proc.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(path.parent.name)] = parent_and_ticks(path.read_text())[0]
    for one in sorted(tree(pid, parents) & parents.keys()):
        (group / "cgroup.procs").write_text(str(one))
