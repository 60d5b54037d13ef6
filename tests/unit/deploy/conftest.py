"""The chart, rendered by the real Helm."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart import VALUES
from tests.helm import Helm


@pytest.fixture(scope="module")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """The program."""
    return Helm.unpack(tmp_path_factory.mktemp("helm"))


@pytest.fixture(scope="module", params=VALUES)
def rendered(request: pytest.FixtureRequest, helm: Helm) -> list[dict[str, Any]]:
    """What would be installed with few values and with many."""
    return helm.template(VALUES[request.param])
