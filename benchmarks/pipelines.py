"""The NLU pipelines that are compared, and how one is trained in a process of its own.

* `stria`: this project's, with its importer.
* `stock`: what Rasa fills in when config.yml leaves the pipeline empty, as `rasa init` does.
* `light`: Rasa's own features with its logistic regression, which needs no TensorFlow.
* `null`: the null bot's, which falls back on every message.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks import stock
from scripts._env import ROOT, CommandError, child_environment, module

STRIA, STOCK, LIGHT, NULL = "stria", "stock", "light", "null"
NAMES = (STRIA, STOCK, LIGHT, NULL)
TITLES = {
    STRIA: "Stria",
    STOCK: "stock Rasa (DIET)",
    LIGHT: "light Rasa (LogisticRegression)",
    NULL: "null bot",
}
#: Of the template that `rasa init` writes.
EPOCHS = 100
NULL_BOT = Path(__file__).parent / "nullbot"
#: Stands for the "/" of a topic where a pipeline has no ResponseSelector: Rasa would cut the name there.
JOIN = "+"
_LIGHT = """
recipe: default.v1
assistant_id: light
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: LogisticRegressionClassifier
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
"""


@dataclass(frozen=True)
class Used:
    """What a process used: CPU seconds, seconds by the clock, and the most memory it had, in MB."""

    cpu: float
    wall: float
    peak_mb: float


@dataclass(frozen=True)
class Trained:
    """A trained model, and what the training used."""

    model: Path
    used: Used


@dataclass(frozen=True)
class Reading:
    """What a pipeline made of a message.

    Attributes:
        best: the likeliest full class name before any fallback, or an empty string.
        confidence: its probability as the pipeline states it.
        fallback: whether the pipeline's FallbackClassifier set it aside.
    """

    best: str
    confidence: float
    fallback: bool


def config(name: str, epochs: int = EPOCHS, *, own_data: bool = True) -> dict[str, Any]:
    """Returns the configuration of a pipeline.

    Args:
        name: one of `NAMES`.
        epochs: of stock Rasa's neural networks.
        own_data: False leaves out of Stria's what only fits Stria's content.
    """
    if name == STOCK:
        return stock.config(epochs)
    if name == LIGHT:
        return dict(yaml.safe_load(_LIGHT))
    if name == NULL:
        return _loaded(NULL_BOT / "config.yml")
    ours = _loaded(ROOT / "config.yml")
    if not own_data:
        # Emergencies and conditions are no intents of a bank.
        kept = ("TopicClassifier", "FallbackClassifier")
        ours["pipeline"] = [c for c in ours["pipeline"] if c["name"].rpartition(".")[2] in kept]
    return ours


def _loaded(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def write_examples(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    """Writes (text, intent) rows as training data for Rasa; a topic becomes an intent (`JOIN`)."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in rows:
        # A bracket would begin an entity.
        by_intent[intent.replace("/", JOIN)].append(
            " ".join(text.replace("[", "(").replace("]", ")").split())
        )
    blocks = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in by_intent.items()
    ]
    path.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8")


def train(
    name: str, folder: Path, configuration: Mapping[str, Any], nlu: Path, domain: Path | None = None
) -> Trained:
    """Trains a pipeline's NLU alone, in a process of its own.

    Args:
        name: one of `NAMES`; all but Stria's are trained without Stria's mends.
        folder: where model, configuration and log go.
        configuration: see `config`.
        nlu: file or folder of the training data.
        domain: needed where the data have retrieval intents.

    Raises:
        CommandError: The training fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "config.yml"
    settings.write_text(yaml.safe_dump(dict(configuration), sort_keys=False), encoding="utf-8")
    command = [*module("rasa"), "train", "nlu", "--config", str(settings), "--nlu", str(nlu)]
    command += ["--out", str(folder), "--fixed-model-name", name]
    if domain:
        command += ["--domain", str(domain)]
    used = run(command, folder / "train.log", environment(name))
    model = folder / f"{name}.tar.gz"
    if not model.exists():
        raise CommandError(f"{name}: the training left no model\n{_tail(folder / 'train.log')}")
    return Trained(model, used)


def environment(name: str) -> dict[str, str]:
    """Returns the environment for a process of a pipeline."""
    # As `make train`: no cache, one thread of NumPy (scripts/train.py).
    extra = {"RASA_MAX_CACHE_SIZE": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return child_environment(
        extra if name == STRIA else {"RASA_MAX_CACHE_SIZE": "0", "STRIA_HARDENING": "off"}
    )


def run(command: Sequence[str], log: Path, env: Mapping[str, str]) -> Used:
    """Runs a command, and returns what it and its children used.

    Raises:
        CommandError: It fails; the end of its log is in the message.
    """
    begun = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            # Not Popen.wait: only this call tells what this one child used.
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CommandError(f"{' '.join(command[:6])} ... failed\n{_tail(log)}")
    return Used(usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss * 1024 / 1e6)


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]


def parse(name: str, model: Path, texts: Sequence[str]) -> tuple[list[Reading], list[float]]:
    """Has a trained model read messages, in a process of its own.

    Returns:
        what it made of each, and the CPU seconds that each took.

    Raises:
        CommandError: The model cannot be loaded.
    """
    with tempfile.TemporaryDirectory(prefix="stria-bench-") as place:
        asked, told = Path(place) / "texts.json", Path(place) / "parsed.json"
        asked.write_text(json.dumps(list(texts)), encoding="utf-8")
        command = [*module("benchmarks.parse"), str(model), str(asked), str(told)]
        run(command, Path(place) / "parse.log", environment(name))
        found = json.loads(told.read_text(encoding="utf-8"))
    return [reading(one) for one in found["parsed"]], found["cpu"]


def reading(parsed: Mapping[str, Any]) -> Reading:
    """Returns what a pipeline made of a message, from Rasa's parse data."""
    intent = (parsed.get("intent") or {}).get("name") or ""
    whole = (parsed.get("topics") or {}).get("whole") or []
    fallback = intent == "nlu_fallback"
    if whole:
        best, confidence = whole[0]
        # A rule of the red flags may have put another intent above the classifier's.
        ruled = intent and not fallback and intent != best.partition("/")[0]
        return Reading(intent, 1.0, False) if ruled else Reading(best, confidence, fallback)
    ranked = [
        one for one in parsed.get("intent_ranking") or [] if one.get("name") not in (None, "nlu_fallback")
    ]
    if not ranked:
        return Reading("" if fallback else intent, 0.0, fallback or not intent)
    name, confidence = ranked[0]["name"], ranked[0]["confidence"]
    return Reading(_topic(parsed, name).replace(JOIN, "/"), confidence, fallback)


def _topic(parsed: Mapping[str, Any], intent: str) -> str:
    """Returns the likeliest topic of an intent, as the ResponseSelector ranks them; else the intent."""
    ranking = ((parsed.get("response_selector") or {}).get("default") or {}).get("ranking") or []
    names = [str(one.get("intent_response_key")) for one in ranking]
    return next((name for name in names if name.startswith(f"{intent}/")), intent)
