"""The content of the project is in order, as `make check` wants it."""

from collections.abc import Callable, Iterable

import pytest

from assistant.check import (
    closing,
    coverage,
    domain_use,
    forbidden,
    loading,
    questionnaire,
    readability,
    wordings,
)
from assistant.check.finding import Finding
from assistant.check.project import Project


@pytest.mark.parametrize(
    "check",
    [
        loading.check_runtime,
        loading.check_rest,
        wordings.check,
        coverage.check,
        forbidden.check,
        closing.check,
        readability.check,
        domain_use.check,
        questionnaire.check,
    ],
    ids=lambda check: f"{check.__module__}.{check.__name__}",
)
def test_real_content_has_no_errors(real: Project, check: Callable[[Project], Iterable[Finding]]) -> None:
    """Each check passes on the project itself."""
    assert [str(f) for f in check(real) if f.level == "error"] == []
