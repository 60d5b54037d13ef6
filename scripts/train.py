"""Trains the model when it is missing, unusable or older than the data; `--force` trains anyway."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from scripts._env import (
    PROJECT,
    ROOT,
    VAR,
    CommandError,
    child_environment,
    module,
    run_command,
    say,
    shown,
)
from scripts._model import MODEL_NAME, fingerprint, model_path, stale_reason, write_record

LOG_LINES = 40


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def project_options() -> list[str]:
    """Returns the options that name the project's files to `rasa train` and `rasa data validate`."""
    names = (("--config", "config.yml"), ("--domain", "domain.yml"), ("--data", "data"))
    return [part for option, name in names for part in (option, shown(PROJECT / name))]


def run_training(out: Path, log: Path) -> bool:
    """Runs Rasa's training into a folder and its output into a log; tells whether it worked."""
    # --force: Rasa's cache looks at a component's class alone, not at the helpers and data it uses.
    command = [*module("rasa"), "train", "--force", "--out", str(out)]
    # `make check` validates the data; doing it again here costs seven seconds of CPU.
    command += ["--skip-validation", *project_options()]
    command += ["--fixed-model-name", MODEL_NAME.partition(".")[0]]
    # A cache that is never read need not be written.
    # One thread: a second one only spins beside it, for a second of CPU.
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment = child_environment({"RASA_MAX_CACHE_SIZE": "0", **threads})
    with log.open("wb") as stream:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode == 0 and (out / MODEL_NAME).exists()


def train(reason: str) -> None:
    """Trains the model and puts it in place of the old one, which stays until then.

    Args:
        reason: Why it is trained, in words.

    Raises:
        CommandError: When the training fails; the end of its log is shown before.
    """
    say(f"Training the model: {reason} ...")
    started, cpu = time.monotonic(), _children_cpu()
    archive, log = model_path(), VAR / "log" / "train.log"
    out = archive.parent / ".new"
    log.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    sources = fingerprint()
    try:
        if not run_training(out, log):
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            print("\n".join(lines[-LOG_LINES:]), file=sys.stderr)
            raise CommandError(f"the training failed; its whole log is {shown(log)}")
        (out / MODEL_NAME).replace(archive)
    finally:
        shutil.rmtree(out, ignore_errors=True)
    write_record(sources)
    wall, cpu = time.monotonic() - started, _children_cpu() - cpu
    say(f"Trained {shown(archive)} in {wall:.0f} s ({cpu:.0f} s of CPU).")


def ensure_model(*, force: bool = False) -> None:
    """Trains when it is needed, else says that the model is up to date.

    Raises:
        CommandError: When the project is incomplete or the training fails.
    """
    if not (PROJECT / "config.yml").exists():
        raise CommandError(f"{shown(PROJECT / 'config.yml')} is missing, so there is nothing to train")
    reason = "it was asked for" if force else stale_reason()
    if reason:
        train(reason)
    else:
        say("The model is up to date.")


def main() -> int:
    """Trains when it is needed; returns the exit status."""
    ensure_model(force="--force" in sys.argv[1:] or bool(os.environ.get("FORCE")))
    return 0


if __name__ == "__main__":
    run_command(main)
