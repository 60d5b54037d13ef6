"""From what patients asked to a trained answer, in a copy of a project, with the commands alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from assistant.nlu.pipeline import TopicModel
from clinic import database
from clinic.insights import store
from clinic.insights.scrub import project_scrubber
from clinic.insights.store import Question
from scripts._env import ROOT, child_environment

pytestmark = pytest.mark.stack
ASKED = (
    "is there parking for a bicycle",
    "where do i leave my bicycle",
    "can i bring my bicycle inside the clinic",
    "is there a place for bicycles",
)
WHERE = ("gate", "porch", "fence", "lobby", "shed", "cellar", "railing", "wall", "yard")
MORE = [f"may i lock my bike to the {w}" for w in WHERE] + [
    f"is your {w} a place for cycling folk" for w in WHERE
]


def run(project: Path, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of ours for a project."""
    return subprocess.run(
        [sys.executable, "-m", command],
        cwd=ROOT, env=child_environment({"STRIA_PROJECT": str(project), **variables}),
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip


def left(project: Path) -> list[str]:
    """Returns what the check of the content still wants."""
    done = run(project, "assistant.check")
    return [
        line.removeprefix(f"{project}/")
        for line in done.stdout.splitlines()
        if ": " in line and ": note:" not in line and not line.startswith("Content:")
    ]


def replace(path: Path, old: str, new: str) -> None:
    """Replaces a text that stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_from_questions_to_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make topic`, what the check names, filled in, checked, trained: the new topic is recognised."""
    project = tmp_path / "tattoos"
    shutil.copytree(ROOT / "examples" / "tattoo_removal", project)
    shutil.rmtree(project / "models", ignore_errors=True)
    replace(project / "config.yml", "base: ../..", f"base: {ROOT}")
    url = f"sqlite:///{tmp_path / 'clinic.db'}"
    monkeypatch.setenv(database.URL, url)
    database.close()
    day = store.day_of(time.time())
    texts = [project_scrubber().scrub(text) for text in ASKED]
    store.add({}, [Question(day, "not_in_document", "other", text) for text in texts])
    before = {p.relative_to(project): p.read_bytes() for p in project.rglob("*.yml")}
    assert left(project) == []

    done = run(project, "scripts.topic", GROUP="1", NAME="bicycles", STRIA_CLINIC_DB=url)
    print(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    wanted = left(project)
    print("\n".join(wanted))
    assert any(w.startswith("data/document/not_in_document.yml:") for w in wanted)
    assert any(w.startswith("data/responses/questions.yml:") for w in wanted)
    assert all("still to be written" in w or "fewer than 15" in w for w in wanted)
    assert all((project / name).read_bytes().startswith(text) for name, text in before.items())
    assert run(project, "scripts.topic", GROUP="1", NAME="bicycles", STRIA_CLINIC_DB=url).returncode == 1

    entry = project / "data" / "document" / "not_in_document.yml"
    replace(
        entry,
        '"TODO: Write what ends the sentence Our document does not say anything about ..."',
        '"bicycles"',
    )
    question = project / "data" / "responses" / "questions.yml"
    replace(question, '"TODO: Write the question in short, as on a button"', '"Can I come by bicycle?"')
    examples = project / "data" / "nlu" / "bicycles.yml"
    kept = [line for line in examples.read_text(encoding="utf-8").splitlines() if "TODO" not in line]
    examples.write_text("\n".join([*kept, *(f"    - {text}" for text in MORE), ""]), encoding="utf-8")
    assert left(project) == []
    checked = run(project, "scripts.check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    trained = run(project, "scripts.train")
    assert trained.returncode == 0, trained.stdout + trained.stderr

    with tarfile.open(project / "models" / "stria.tar.gz") as archive:
        archive.extractall(tmp_path / "model", filter="data")
    (weights,) = (tmp_path / "model").rglob("weights.npz")
    best = TopicModel.load(weights.parent).predict("could I chain my bicycle up somewhere near you?").best
    assert best is not None
    assert best[0] == "not_in_document/bicycles"
