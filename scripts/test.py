"""Runs everything that CI runs, in order, and stops at the first stage that fails.

Runs on any Python 3.8 or later: its first stage makes the environment for the others. The table
of durations comes before pytest's closing line, so that the last line of all is the verdict.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from scripts._env import (
    ROOT,
    CommandError,
    child_environment,
    module,
    run_command,
    say,
    venv_python,
)

VERDICT = re.compile(r"=*\s*(?:no tests ran|\d+ \w+.*) in [\d.:]+.*")


class Stage(NamedTuple):
    """One step of the run; a pytest stage holds its closing line back for the end."""

    title: str
    command: list[str]
    is_pytest: bool = False
    #: The project that it works on, where that is not the one beside the code.
    project: str = ""


#: Other procedures, made of content alone; the commands are those of the first.
EXAMPLES = sorted(str(p.parent.relative_to(ROOT)) for p in ROOT.glob("examples/*/config.yml"))
MESSENGERS = ("telegram", "messenger", "instagram", "whatsapp", "twilio", "twilio_whatsapp", "slack")
#: The whole check, questions in between and corrections, emergencies, refusals, commands that are typed.
ON_MESSENGERS = [
    f"tests/conversations/{name}.conv.yml"
    for name in ("check_buttons", "check_interrupted", "emergencies", "refusals", "slash_commands")
]


def channels(*names: str) -> list[str]:
    """Returns the options that play conversations on these channels."""
    return [part for name in names for part in ("--channel", name)]


def of_example(folder: str, python: list[str]) -> list[Stage]:
    """Returns the stages of a project in examples/."""
    talk = [
        *python,
        "pytest",
        "-p",
        "tests.silence_plugin",
        "-p",
        "tests.conversation_plugin",
        *channels("rest", "web"),
    ]
    return [
        Stage("example: checks", [*python, "scripts.check"], project=folder),
        Stage("example: training", [*python, "scripts.train"], project=folder),
        Stage("example: talk", [*talk, f"{folder}/tests/conversations"], True, folder),
    ]


def stages(results: str) -> list[Stage]:
    """Returns all stages in order; reports of Rasa go to the folder `results`."""
    python = [str(venv_python()), "-m"]
    pytest = [*python, "pytest"]
    stories = [*module("rasa", python[0]), "test", "core", "--stories", "tests/stories"]
    stories += ["--out", results, "--fail-on-prediction-errors"]
    return [
        Stage("set-up", [sys.executable, "-m", "scripts.setup"]),
        # Early: without a browser the run would end after all other tests.
        Stage("browser", [*python, "scripts.browser"]),
        Stage("checks", [*python, "scripts.check"]),
        Stage("audit", [*python, "scripts.audit"]),
        # On all cores; the tests of a file stay together, and so what they share is made once.
        Stage("unit tests", [*pytest, "-n", "auto", "--dist", "loadfile", "tests/unit"], is_pytest=True),
        Stage("training", [*python, "scripts.train"]),
        Stage("stories", stories),
        Stage("language tests", [*pytest, "tests/nlu"], is_pytest=True),
        Stage("conversations", [*pytest, *channels("rest", "web"), "tests/conversations"], is_pytest=True),
        *(stage for example in EXAMPLES for stage in of_example(example, python)),
        Stage("channels", [*pytest, "tests/channels"], is_pytest=True),
        # A part, for time: `make channels` plays all conversations on every channel.
        Stage("messengers", [*pytest, *channels(*MESSENGERS), *ON_MESSENGERS], is_pytest=True),
        Stage("browser tests", [*pytest, "tests/browser"], is_pytest=True),
    ]


def run_stage(stage: Stage) -> tuple[int, str]:
    """Runs a stage and passes its output on; returns its status and its closing line, if any."""
    held = ""
    with subprocess.Popen(
        stage.command,
        cwd=str(ROOT),
        env=child_environment({"STRIA_PROJECT": str(ROOT / stage.project)} if stage.project else {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if stage.is_pytest else None,
        stderr=subprocess.STDOUT if stage.is_pytest else None,
    ) as process:
        for raw in process.stdout or ():
            if held:
                say(held)
            line = raw.decode(errors="replace").rstrip("\n")
            held = line if VERDICT.fullmatch(line) else ""
            if not held:
                say(line)
    return process.returncode, held


def table(durations: list[tuple[str, float, str]]) -> str:
    """Returns the durations of the stages, each with the verdict of its tests."""
    lines = [f"  {title:<16}{seconds:7.1f} s  {verdict}" for title, seconds, verdict in durations]
    total = sum(seconds for _, seconds, _ in durations)
    return "\n".join(["", "Stages", *lines, f"  {'total':<16}{total:7.1f} s", ""])


def main() -> int:
    """Runs the stages; returns the exit status."""
    durations: list[tuple[str, float, str]] = []
    status, verdict = 0, ""
    with tempfile.TemporaryDirectory() as results:
        for stage in stages(results):
            say(f"\n==== {stage.title}")
            started = time.monotonic()
            status, verdict = run_stage(stage)
            durations.append((stage.title, time.monotonic() - started, verdict.strip("= ")))
            if status != 0:
                break
    say("\n".join(line.rstrip() for line in table(durations).splitlines()) + "\n")
    failed = durations[-1][0]
    if status != 0 and not verdict:
        raise CommandError(f"the stage '{failed}' failed")
    if status != 0:
        print(f"error: the stage '{failed}' failed", file=sys.stderr, flush=True)
    say(verdict)
    return 1 if status else 0


if __name__ == "__main__":
    run_command(main)
