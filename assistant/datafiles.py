"""Reads the content files under data/; errors name the file, the line and the remedy."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]


class DataFileError(Exception):
    """A content file can't be used. The message names file, line (when known) and remedy."""

    def __init__(self, path: Path | str, problem: str, remedy: str, line: int | None = None):
        """Build the one-line message.

        Args:
            path: the file.
            problem: what is wrong, without a full stop.
            remedy: what to do about it.
            line: line number, from 1, when known.
        """
        place = f"{_relative(path)}:{line}" if line else _relative(path)
        super().__init__(f"{place}: {problem}. {remedy}")
        self.path, self.problem, self.remedy, self.line = Path(path), problem, remedy, line


def data_dir() -> Path:
    """Return the folder of content files: `STRIA_DATA` when set, else data/ beside the code."""
    return Path(os.environ.get("STRIA_DATA", ROOT / "data"))


def _relative(path: Path | str) -> str:
    try:
        return str(Path(path).resolve().relative_to(ROOT))
    except ValueError:
        return str(path)


def read_text(name: str) -> str:
    """Return the text of a content file, `name` relative to data/.

    Raises:
        DataFileError: the file is missing, unreadable or not UTF-8.
    """
    path = data_dir() / name
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataFileError(path, "the file is missing", "Restore it from the repository") from None
    except UnicodeDecodeError as e:
        line = path.read_bytes()[: e.start].count(b"\n") + 1
        raise DataFileError(path, "not UTF-8 text", "Save the file as UTF-8", line) from None
    except OSError as e:
        raise DataFileError(path, f"can't be read ({e.strerror})", "Check its permissions") from None


@cache
def _load(path: Path, name: str) -> Any:
    text = read_text(name)
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        problem = getattr(e, "problem", None) or "not valid YAML"
        raise DataFileError(
            path,
            f"not valid YAML ({problem})",
            "Check the indentation, the quotes and the brackets there",
            mark.line + 1 if mark else None,
        ) from None


#: The same parser in C, about seven times as fast; PyYAML is built without it on few machines.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_PARSER):  # type: ignore[misc]
    """SafeLoader that keeps `yes`, `no`, `on`, `off` as words, as a person would expect."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_yaml(name: str) -> Any:
    """Return the parsed content of `data/<name>`, parsed once; `true` is the word "true".

    Raises:
        DataFileError: missing, unreadable, not UTF-8 or not YAML.
    """
    return _load(data_dir() / name, name)


def line_of(name: str, needle: str) -> int | None:
    """Return the first line (from 1) of `data/<name>` that holds `needle`, for error messages."""
    for number, line in enumerate(read_text(name).splitlines(), 1):
        if needle in line:
            return number
    return None


def clear_caches() -> None:
    """Forget everything that was read from content files, in all modules of this package.

    For tests and tools that read another folder (`STRIA_DATA`) in the same process.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != "assistant":
            continue
        for value in list(vars(module).values()):
            clear = getattr(value, "cache_clear", None)
            if callable(clear):
                clear()
