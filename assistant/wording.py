"""Access to data/wording.yml by dotted path, with variations used in turn."""

from __future__ import annotations

from typing import Any

from assistant.datafiles import DataFileError, data_dir, load_yaml

FILE = "wording.yml"


def wording(path: str, turn: int = 0, **params: Any) -> str:
    """Return the wording at `path` ("answer.silence"), filled with `params`.

    Args:
        path: dotted path in wording.yml.
        turn: number of the user's message; picks among variations, so that they rotate.
        params: values for {braces}.

    Raises:
        DataFileError: no such wording.
    """
    node: Any = load_yaml(FILE)
    for key in path.split("."):
        if not isinstance(node, dict) or key not in node:
            raise DataFileError(data_dir() / FILE, f"no wording {path!r}", "Add it")
        node = node[key]
    if isinstance(node, list):
        node = node[turn % len(node)]
    return str(node).format(**params) if params else str(node)


def section(path: str) -> dict[str, Any]:
    """Return a mapping of wording.yml."""
    node: Any = load_yaml(FILE)
    for key in path.split("."):
        node = node[key]
    return dict(node)
