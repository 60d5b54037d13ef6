"""What `make eval` measures of the processes: time, memory, CPU, and the machine they ran on."""

from __future__ import annotations

import math
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts._env import ROOT, CommandError, child_environment
from scripts._ports import Ports
from scripts._stack import rasa_command, rasa_state
from scripts.eval_devset import Chat
from tests.stack import Service, free_port

PROC = Path("/proc")
MESSAGES, WARM_UP, TURNS, STARTS = 200, 10, 10, 3
START_LIMIT = 240.0
#: What a measurement writes itself.
RESULTS = ("docs/results", "docs/benchmarks", "results/benchmarks.json")


@dataclass(frozen=True)
class Usage:
    """Resident memory and CPU time of a process and all its descendants."""

    kilobytes: int
    cpu: float


@dataclass(frozen=True)
class Speed:
    """Reply times in seconds, CPU seconds of the servers a message, load averages around it."""

    seconds: list[float]
    cpu: float
    load: tuple[float, float]

    @property
    def median(self) -> float:
        """The median reply time."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """The reply time that 95 % of the replies keep to."""
        return percentile(self.seconds, 0.95)


@dataclass(frozen=True)
class Start:
    """One start of `rasa run`: seconds until it is ready, and CPU seconds until then."""

    seconds: float
    cpu: float


def percentile(values: Iterable[float], share: float) -> float:
    """Returns the smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def resident_kb(rollup: str) -> int:
    """Returns Rss of a /proc/<pid>/smaps_rollup in kB; 0 for a process that is ending.

    The kernel counts these pages when it is asked. VmRSS of /proc/<pid>/status is a sum of counters of
    each core that it leaves behind for long.
    """
    for line in rollup.splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1])
    return 0


def parent_and_ticks(stat: str) -> tuple[int, int]:
    """Returns the parent and the CPU ticks (own and of ended children) of a /proc/<pid>/stat."""
    fields = stat.rpartition(")")[2].split()  # the name may hold spaces and brackets
    return int(fields[1]), sum(int(value) for value in fields[11:15])


def tree(root: int, parents: dict[int, int]) -> set[int]:
    """Returns a process and all its descendants."""
    found, added = {root}, True
    while added:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        found |= children
        added = bool(children)
    return found


def usage(pid: int, proc: Path = PROC) -> Usage:
    """Returns what a process and its descendants use now."""
    stats = {}
    for path in proc.glob("[0-9]*/stat"):
        try:
            stats[int(path.parent.name)] = parent_and_ticks(path.read_text())
        except (OSError, ValueError, IndexError):
            continue  # it ended meanwhile
    kilobytes = ticks = 0
    for one in tree(pid, {p: parent for p, (parent, _) in stats.items()}) & stats.keys():
        ticks += stats[one][1]
        try:
            kilobytes += resident_kb((proc / str(one) / "smaps_rollup").read_text())
        except OSError:
            continue
    return Usage(kilobytes, ticks / os.sysconf("SC_CLK_TCK"))


def measure_speed(chat: Chat, texts: Sequence[str], services: Sequence[Service]) -> Speed:
    """Sends messages one after the other, in conversations of `TURNS`, and times the replies."""
    chosen = random.Random(0).choices(texts, k=WARM_UP + MESSAGES)
    for number, text in enumerate(chosen[:WARM_UP]):
        chat.send(f"warm-{number}", text)
    load = os.getloadavg()[0]
    cpu = sum(usage(one.process.pid).cpu for one in services)
    seconds = [
        chat.send(f"speed-{number // TURNS}", text).seconds for number, text in enumerate(chosen[WARM_UP:])
    ]
    cpu = sum(usage(one.process.pid).cpu for one in services) - cpu
    return Speed(seconds, cpu / len(seconds), (load, os.getloadavg()[0]))


def measure_start() -> Start:
    """Starts `rasa run` alone on a free port with a new database and waits until it is ready.

    Raises:
        CommandError: When it does not become ready.
    """
    folder = Path(tempfile.mkdtemp(prefix="stria-eval-"))
    ports = Ports(free_port(), free_port())
    env = child_environment(
        {
            "ACTION_ENDPOINT_URL": f"{ports.actions_url}/webhook",
            "STRIA_DB": str(folder / "stria.db"),
            "STRIA_CLINIC_DB": f"sqlite:///{folder}/clinic.db",
        }
    )
    begun = time.monotonic()
    service = Service.start("rasa", rasa_command(ports, {}), folder / "rasa.log", env)
    try:
        while (state := rasa_state(ports, None)) != "ready":
            ended = service.process.poll() is not None
            if ended or state == "no model" or time.monotonic() - begun > START_LIMIT:
                raise CommandError(f"rasa run did not become ready\n{service.tail()}")
            time.sleep(0.05)
        return Start(time.monotonic() - begun, usage(service.process.pid).cpu)
    finally:
        service.stop()
        shutil.rmtree(folder, ignore_errors=True)


def children_cpu(work: Callable[[], object]) -> float:
    """Does something and returns the CPU seconds of the processes that it ran."""

    def used() -> float:
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        return now.ru_utime + now.ru_stime

    before = used()
    work()
    return used() - before


def commit(root: Path = ROOT) -> str:
    """Returns the commit, and whether files differ from it (the results themselves do not count)."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
        return done.stdout

    try:
        name = git("rev-parse", "--short=10", "HEAD").strip()
        lines = git("status", "--porcelain").splitlines()
        changed = [line for line in lines if not any(own in line for own in RESULTS)]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{name} and uncommitted changes in {len(changed)} files" if changed else name


def machine() -> str:
    """Returns processor, cores, memory, operating system and Python, in a line."""
    model = platform.machine()
    info = PROC / "cpuinfo"
    if info.exists():
        named = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = named[0].partition(":")[2].strip() if named else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cores = len(os.sched_getaffinity(0))
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{model}, {cores} cores, {memory:.0f} GB, {system}"
