"""The chart, rendered by the real Helm, and a certificate for the edge."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chart import VALUES
from tests.edge import make_certificate
from tests.helm import Helm


@pytest.fixture(scope="module")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """The program."""
    return Helm.unpack(tmp_path_factory.mktemp("helm"))


@pytest.fixture(scope="module", params=VALUES)
def rendered(request: pytest.FixtureRequest, helm: Helm) -> list[dict[str, Any]]:
    """What would be installed with few values and with many."""
    return helm.template(VALUES[request.param])


@pytest.fixture(scope="module")
def certificate() -> Iterator[Path]:
    """A certificate for the edge's name, where others may read it: nginx runs as somebody else."""
    with tempfile.TemporaryDirectory(prefix="stria-tls-") as folder:
        Path(folder).chmod(0o755)
        yield make_certificate(Path(folder))
