"""The list of all packages tells what development alone needs."""

from __future__ import annotations

from scripts.sbom import mark_development, needed_at_runtime


def test_what_is_needed() -> None:
    """Packages with all that they need on this platform, extras only where they are asked for."""
    needed = needed_at_runtime(["limits>=5", "not-installed ; sys_platform == 'linux'"])
    assert {"limits", "deprecated", "wrapt", "packaging"} <= needed
    assert not needed & {"pytest", "redis", "pymongo"}


def test_development_is_marked() -> None:
    """Other packages have the scope `excluded`."""
    bom = {"components": [{"name": "Rasa_SDK"}, {"name": "pytest"}]}
    assert mark_development(bom, {"rasa-sdk"}) == 1
    assert bom["components"] == [{"name": "Rasa_SDK"}, {"name": "pytest", "scope": "excluded"}]
