"""The questions of the development set: each pipeline on the same training data, and Stria's replies.

Each pipeline is trained alone, then reads all questions; benchmarks/judging.py says how that is judged.
Stria's replies are judged by the rules of `make eval`, in the running assistant.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.nlu.training_data import read_examples
from benchmarks import judging, pipelines
from benchmarks.pipelines import LIGHT, NULL, STOCK, STRIA
from benchmarks.results import Figures
from scripts._env import ROOT, CommandError
from scripts._results import Evaluation
from scripts.eval_devset import QUESTIONS, evaluate_questions, load_rows
from scripts.train import ensure_model
from tests.stack import StackError, start_stack

REPLIES = "replies"
NAMES = (STRIA, STOCK, LIGHT, NULL, REPLIES)


def measure(name: str, epochs: int) -> Figures:
    """Measures one of `NAMES`.

    Args:
        name: a pipeline, or `replies` for those of the running assistant.
        epochs: of stock Rasa's neural networks; its template says 100.

    Raises:
        CommandError: Something cannot be trained or started.
    """
    if name == REPLIES:
        return _replies()
    rows = load_rows(QUESTIONS)
    with tempfile.TemporaryDirectory(prefix="stria-bench-") as place:
        trained = _train(name, Path(place), epochs)
        read, cpu = pipelines.parse(name, trained.model, [row["text"] for row in rows])
        size = trained.model.stat().st_size / 1e6
    return {
        "examples": len(read_examples()) if name != NULL else None,
        "epochs": epochs if name == STOCK else None,
        "training": asdict(trained.used),
        "model_mb": size,
        "message_cpu_ms": 1000 * statistics.median(cpu),
        "counts": judging.judge(rows, read),
        "counts_without_fallback": judging.judge(rows, read, fallback=False),
        "reachable": judging.reachable(rows),
    }


def _train(name: str, folder: Path, epochs: int) -> pipelines.Trained:
    configuration = pipelines.config(name, epochs)
    if name == NULL:
        return pipelines.train(name, folder, configuration, pipelines.NULL_BOT / "data")
    if name == LIGHT:
        # It has no ResponseSelector, so each topic has to be an intent.
        pipelines.write_examples(folder / "nlu.yml", [(e.text, e.label) for e in read_examples()])
        return pipelines.train(name, folder / "model", configuration, folder / "nlu.yml")
    return pipelines.train(name, folder, configuration, ROOT / "data", ROOT / "domain.yml")


def _replies() -> Figures:
    """Asks the running assistant, as `make eval` does."""
    ensure_model()
    try:
        stack = start_stack()
        try:
            evaluation = evaluate_questions(stack.client, load_rows(QUESTIONS))
        finally:
            stack.stop()
    except StackError as error:
        raise CommandError(str(error)) from error
    return {"counts": reply_counts(evaluation)}


def reply_counts(evaluation: Evaluation) -> Mapping[str, Mapping[str, Any]]:
    """Returns for each kind of row, and for `all`, how many replies were right, and how many unsafe."""
    return {s.group: {"right": s.right, "total": s.total, "unsafe": s.unsafe} for s in evaluation.scores()}
