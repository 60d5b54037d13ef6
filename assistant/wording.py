"""Access to data/wording.yml by dotted path, with variations used in turn.

A project that stands on another one has that one's wordings where it has none of its own. The texts come in the
language that is being spoken (assistant.locales).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from assistant import locales
from assistant.datafiles import DataFileError, base_dir, find, load_file, load_yaml

FILE = "wording.yml"
#: Sections about the procedure itself, which are never taken over from another one.
OWN_SECTIONS = ("items", "glossary")


@lru_cache(maxsize=16)
def _wordings(language: str) -> dict[str, Any]:
    if language != locales.DEFAULT:
        # What a language lacks is said in English.
        return _filled(_wordings(locales.DEFAULT), load_yaml(locales.file_of(language, FILE)))
    own, base = load_yaml(FILE), base_dir()
    if not isinstance(own, dict):
        raise DataFileError(find(FILE), "no sections", "Restore it from the repository")
    if base is None:
        return own
    lent = load_file(base / "data" / FILE)
    return _filled({k: v for k, v in lent.items() if k not in OWN_SECTIONS}, own)


def _filled(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    filled = dict(base)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        filled[key] = _filled(base[key], value) if both else value
    return filled


def wording(path: str, turn: int = 0, **params: Any) -> str:
    """Return the wording at `path` ("answer.silence"), filled with `params`.

    Args:
        path: dotted path in wording.yml.
        turn: number of the user's message; picks among variations, so that they rotate.
        params: values for {braces}.

    Raises:
        DataFileError: no such wording.
    """
    node: Any = _wordings(locales.current())
    for key in path.split("."):
        if not isinstance(node, dict) or key not in node:
            raise DataFileError(find(FILE), f"no wording {path!r}", "Add it")
        node = node[key]
    if isinstance(node, list):
        node = node[turn % len(node)]
    return str(node).format(**params) if params else str(node)


def section(path: str) -> dict[str, Any]:
    """Return a mapping of wording.yml."""
    node: Any = _wordings(locales.current())
    for key in path.split("."):
        node = node[key]
    return dict(node)
