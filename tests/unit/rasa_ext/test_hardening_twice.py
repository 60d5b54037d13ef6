"""The mends may be asked for again and again, by components, channels and policies: they are made once."""

from __future__ import annotations

import sys
from typing import Any

import rasa_ext.channels  # makes all of them, as `rasa run` does
from rasa_ext import hardening, languages, metrics

assert rasa_ext.channels


def functions() -> dict[str, Any]:
    """Returns all functions of Rasa, its action server's library and its HTTP server, by name."""
    found: dict[str, Any] = {}
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] not in ("rasa", "rasa_sdk", "sanic", "aiohttp"):
            continue
        for key, value in list(vars(module).items()):
            if isinstance(value, type):
                found |= {f"{name}.{key}.{part}": of for part, of in vars(value).items() if callable(of)}
            elif callable(value):
                found[f"{name}.{key}"] = value
    return found


def test_a_second_time_changes_nothing() -> None:
    """In whatever order the mends of one function were made: none is wrapped around itself."""
    languages.install()
    before = functions()
    for _ in range(2):
        hardening.install(server=True)
        metrics.install()
        languages.install()
    after = functions()
    assert {name for name in before if after.get(name) is not before[name]} == set()
