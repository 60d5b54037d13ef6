"""Reads the content files of a project; errors name the file, the line and the remedy.

A project is a folder with config.yml, domain.yml and data/. It may stand on another one, its base: `base` of our
importer in config.yml. What it does not have itself, it then has from its base.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant.yaml_text import WordLoader, explain, line_in

ROOT = Path(__file__).resolve().parents[1]
#: Packages whose modules keep what they read.
_READERS = ("assistant", "clinic")


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


def project_dir() -> Path:
    """Return the project's folder: `STRIA_PROJECT` when set, else the folder of the code."""
    return Path(os.environ.get("STRIA_PROJECT") or ROOT)


def data_dir() -> Path:
    """Return the project's folder of content files: `STRIA_DATA` when set, else its data/."""
    return Path(os.environ.get("STRIA_DATA") or project_dir() / "data")


def base_dir() -> Path | None:
    """Return the folder of the project that this one stands on, if any. A base has no base.

    Raises:
        DataFileError: config.yml names a folder that is no project.
    """
    # A folder of content files that somebody names is complete.
    return None if os.environ.get("STRIA_DATA") else base_of(project_dir())


@cache
def base_of(project: Path) -> Path | None:
    """Return the folder that a project's config.yml names as its base. Raises as `base_dir`."""
    path = project / "config.yml"
    config = _parsed(path, read_path(path)) if path.exists() else None
    importers = config.get("importers") if isinstance(config, dict) else None
    for importer in importers if isinstance(importers, list) else ():
        if isinstance(importer, dict) and "base" in importer:
            base = (project / str(importer["base"])).resolve()
            if not (base / "data").is_dir():
                raise DataFileError(
                    path, f"base: {importer['base']} has no folder data", "Name the folder of a project"
                )
            return base
    return None


def find(name: str) -> Path:
    """Return the content file `name`, relative to data/: the project's own, else its base's."""
    own, base = data_dir() / name, base_dir()
    return (
        own if base is None or own.exists() or not (base / "data" / name).exists() else base / "data" / name
    )


def content_files(folder: str) -> list[str]:
    """Return the YAML files below a folder of data/, relative to data/, in order; the base's with them."""
    base = base_dir()
    places = [data_dir(), *([base / "data"] if base else [])]
    found = {str(p.relative_to(place)) for place in places for p in (place / folder).rglob("*.yml")}
    return sorted(found)


def _relative(path: Path | str) -> str:
    try:
        return str(Path(path).resolve().relative_to(ROOT))
    except ValueError:
        return str(path)


def read_text(name: str) -> str:
    """Return the text of a content file, `name` relative to data/. Raises as `read_path`."""
    return read_path(find(name))


def read_path(path: Path) -> str:
    """Return the text of a file. The mark that some editors put before UTF-8 is left out.

    Raises:
        DataFileError: the file is missing, unreadable or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataFileError(path, "the file is missing", "Restore it from the repository") from None
    except UnicodeDecodeError as e:
        # UTF-16, as some editors write it, begins with bytes that UTF-8 never has.
        start = path.read_bytes()[: max(e.start, 0)]
        raise DataFileError(
            path, "not UTF-8 text", "Save the file as UTF-8", start.count(b"\n") + 1
        ) from None
    except OSError as e:
        raise DataFileError(path, f"can't be read ({e.strerror})", "Check its permissions") from None


@cache
def _load(path: Path, name: str) -> Any:
    return _parsed(path, read_text(name))


def _parsed(path: Path, text: str) -> Any:
    try:
        return yaml.load(text, Loader=WordLoader)
    except (yaml.YAMLError, RecursionError) as e:
        raise not_yaml(path, text, e) from None


def not_yaml(path: Path, text: str, error: yaml.YAMLError | RecursionError) -> DataFileError:
    """Return the error that says what keeps a text from being YAML."""
    if isinstance(error, RecursionError):
        return DataFileError(path, "brackets within brackets without end", "Restore the file")
    found = explain(text, error)
    return DataFileError(path, found.problem, found.remedy, found.line)


def load_yaml(name: str) -> Any:
    """Return the parsed content of `data/<name>`, parsed once; `true` is the word "true".

    Raises:
        DataFileError: missing, unreadable, not UTF-8 or not YAML.
    """
    return _load(find(name), name)


def load_file(path: Path) -> Any:
    """Return the parsed content of a file of any project, as `load_yaml` does. Raises DataFileError."""
    return _parsed(path, read_path(path))


def line_at(name: str, *keys: str | int, at_key: bool = False) -> int | None:
    """Return the line of what `keys` lead to in `data/<name>`; see `assistant.yaml_text.line_in`."""
    return line_in(read_text(name), *keys, at_key=at_key)


def line_of(name: str, needle: str) -> int | None:
    """Return the first line (from 1) of `data/<name>` that holds `needle`, for error messages."""
    for number, line in enumerate(read_text(name).splitlines(), 1):
        if needle in line:
            return number
    return None


#: What `functools.cache` makes of a function.
_CACHED = type(cache(lambda: None))


def clear_caches() -> None:
    """Forget everything that was read from content files, in all modules that may have read them.

    For tests and tools that read another folder (`STRIA_DATA`) in the same process.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in _READERS:
            continue
        for value in list(vars(module).values()):
            # By its type: to look at what stands for Flask's request is an error outside of one.
            if isinstance(value, _CACHED):
                value.cache_clear()
