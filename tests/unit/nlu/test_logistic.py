"""The regression against scikit-learn's, and its parts."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from assistant.nlu import logistic

N, CLASSES = 60, 4


@pytest.fixture(scope="module")
def data() -> tuple[scipy.sparse.csr_matrix, np.ndarray, np.ndarray]:
    """60 rows of 4 classes: sparse columns, dense columns, classes."""
    random = np.random.default_rng(1)
    classes = random.integers(0, CLASSES, N)
    sparse = scipy.sparse.random(N, 30, 0.2, "csr", np.float32, random_state=2)
    dense = (random.standard_normal((N, 5)) + classes[:, None]).astype(np.float32)
    return sparse, dense, classes


def test_row_products(data: tuple[scipy.sparse.csr_matrix, np.ndarray, np.ndarray]) -> None:
    """Inner products of the rows, plus 1."""
    sparse, dense, _ = data
    rows = np.hstack([sparse.toarray(), dense])
    assert np.allclose(logistic.row_products(sparse, dense), rows @ rows.T + 1, atol=1e-4)


def test_rare_columns_count_too(
    data: tuple[scipy.sparse.csr_matrix, np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many columns are unfolded, and in chunks of any size, the products are the same."""
    sparse, dense, _ = data
    expected = logistic.row_products(sparse, dense)
    monkeypatch.setattr(logistic, "_DENSE_COLUMNS", 3)
    monkeypatch.setattr(logistic, "_CHUNK", 7)
    assert np.allclose(logistic.row_products(sparse, dense), expected, atol=1e-4)


def test_it_finds_what_scikit_learn_finds(
    data: tuple[scipy.sparse.csr_matrix, np.ndarray, np.ndarray],
) -> None:
    """Probabilities agree to half a hundredth; the intercept is penalised in both."""
    sparse, dense, classes = data
    rows = np.hstack([sparse.toarray(), dense, np.ones((N, 1))]).astype(np.float32)
    reference = LogisticRegression(C=2.0, fit_intercept=False, max_iter=2000, tol=1e-8).fit(rows, classes)
    products = logistic.row_products(sparse, dense)
    a = logistic.fit(products, classes, CLASSES, 2.0, np.ones(N, np.float32), 200)
    assert np.allclose(logistic.softmax(products @ a), reference.predict_proba(rows), atol=5e-3)


def test_a_start_from_the_solution_stays_there(
    data: tuple[scipy.sparse.csr_matrix, np.ndarray, np.ndarray],
) -> None:
    """Starting where another fit ended moves no probability by more than half a hundredth."""
    sparse, dense, classes = data
    products = logistic.row_products(sparse, dense)
    weights = np.ones(N, np.float32)
    a = logistic.fit(products, classes, CLASSES, 2.0, weights, 200)
    again = logistic.fit(products, classes, CLASSES, 2.0, weights, 5, a)
    assert np.allclose(logistic.softmax(products @ a), logistic.softmax(products @ again), atol=5e-3)


def test_balanced_weights_give_each_class_the_same_sum() -> None:
    """Mean 1 in all, the same sum in each class."""
    weights = logistic.balanced_weights(np.array([0, 0, 0, 1]), 2)
    assert weights.sum() == pytest.approx(4)
    assert weights[:3].sum() == pytest.approx(weights[3])


def test_softmax_of_large_scores() -> None:
    """No overflow."""
    assert np.allclose(logistic.softmax(np.array([[1000.0, 0.0]], np.float32)), [[1, 0]])
