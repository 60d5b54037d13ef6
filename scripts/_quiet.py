"""Runs a module like `python -m`, without the warnings that Rasa's dependencies give.

Rasa and Sanic set their own warning filters, so PYTHONWARNINGS does not reach these. Warnings
that are about this project, and Rasa's own words on the training data, are still shown.
"""

from __future__ import annotations

import runpy
import sys
import warnings
from pathlib import Path
from typing import TextIO

from rasa_ext import without_tensorflow
from scripts._env import ROOT, VENV

_OF_DEPENDENCIES = (
    DeprecationWarning,
    PendingDeprecationWarning,
    FutureWarning,
    ResourceWarning,
)
_show = warnings.showwarning


def is_ours(filename: str) -> bool:
    """Tells whether a file belongs to the project and not to a package that it uses."""
    path = Path(filename)
    return ROOT in path.parents and VENV not in path.parents


def show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Shows a warning when somebody here can act on it; replaces `warnings.showwarning`."""
    if not is_ours(filename):
        if issubclass(category, _OF_DEPENDENCIES):
            return
        if str(message).startswith("pkg_resources is deprecated"):
            return
    _show(message, category, filename, lineno, file, line)


def main() -> None:
    """Runs the module that the command line names, with the rest as its arguments."""
    warnings.showwarning = show_warning
    without_tensorflow.install()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
