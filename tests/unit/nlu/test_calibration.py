"""Temperature scaling and folds."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.calibration import fit_temperature, stratified_folds


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_it_finds_the_factor_that_scores_are_wrong_by(factor: float) -> None:
    """Scores drawn at temperature 1 and then multiplied are divided again."""
    random = np.random.default_rng(0)
    scores = random.standard_normal((4000, 5)) * 2
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    classes = np.array([random.choice(5, p=row) for row in p])
    assert fit_temperature((scores * factor).astype(np.float32), classes) == pytest.approx(factor, rel=0.1)


def test_each_class_is_spread_evenly() -> None:
    """No fold holds more than one example of a class beyond another fold."""
    classes = np.repeat(np.arange(6), 13)
    folds = stratified_folds(classes, 5)
    for value in range(6):
        counts = np.bincount(folds[classes == value], minlength=5)
        assert counts.max() - counts.min() <= 1


def test_folds_are_the_same_each_time() -> None:
    """Training twice gives the same model."""
    classes = np.repeat(np.arange(3), 7)
    assert (stratified_folds(classes, 5) == stratified_folds(classes, 5)).all()
