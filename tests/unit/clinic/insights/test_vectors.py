"""Vectors of questions: learnt once, beside what else the inbox does."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from assistant.nlu.encoder import Vectors
from clinic.insights import vectors
from tests.waiting import eventually


class Learnt:
    """Stands in for what is learnt; knows whether two were at it at once."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.together = False
        self._busy = threading.Lock()

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Notes the texts."""
        self.together |= not self._busy.acquire(blocking=False)
        self.texts += texts
        threading.Event().wait(0.01)
        self._busy.release()
        return np.ones((len(texts), 2), np.float32)


def test_it_is_prepared_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller goes on at once; who asks meanwhile waits for the one learning."""
    learnt, go = Learnt(), threading.Event()
    monkeypatch.setattr(vectors, "project_space", lambda: go.wait(20) and learnt)
    vectors.prepare()
    others = [threading.Thread(target=vectors.vectors, args=[[f"q{n}"]]) for n in range(4)]
    for thread in others:
        thread.start()
    assert learnt.texts == []
    go.set()
    for thread in others:
        thread.join(20)
    eventually(lambda: len(learnt.texts) == 5)
    assert not learnt.together


def test_a_failure_is_told_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It ends nothing: the page tells what is wrong with the content."""

    def broken() -> None:
        raise ValueError("a file")

    monkeypatch.setattr(vectors, "project_space", broken)
    vectors.prepare()
    eventually(lambda: "questions can't be grouped yet: ValueError" in caplog.text)
