"""Containers for the tests of this folder; without an engine they are skipped, and say why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.containers.compose import BUILD_SECONDS, Containers, missing_engine


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Containers:
    """A checkout with settings and secrets, and the image, built from it."""
    if reason := missing_engine():
        pytest.skip(f"no container engine: {reason}")
    folder = tmp_path_factory.mktemp("checkout")
    containers = Containers.prepare(folder)
    containers.run("build", seconds=BUILD_SECONDS)
    return containers


@pytest.fixture(scope="session")
def containers(built: Containers) -> Iterator[Containers]:
    """All services of compose.yml, healthy."""
    built.close()
    try:
        built.up()
        yield built
    finally:
        built.close()
