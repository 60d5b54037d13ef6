"""The files that are checked, and readers that know the line of each text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.check.finding import Finding, Level
from assistant.datafiles import ROOT, DataFileError, data_dir

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
#: The folders of code that use the content. The checks themselves do not count as a use.
_CODE = ("assistant", "actions", "rasa_ext")

#: Several checks read the same code.
_PARSED: dict[str, ast.Module] = {}


@dataclass(frozen=True)
class Scalar:
    """A text in a YAML file: the keys that lead to it (numbers in lists) and its first line."""

    keys: tuple[str, ...]
    text: str
    line: int


@dataclass(frozen=True)
class Source:
    """A parsed Python file."""

    path: Path
    tree: ast.Module


@dataclass(frozen=True)
class Project:
    """A checkout. The content is in `STRIA_DATA` when that is set, else in its data/."""

    root: Path = ROOT

    @property
    def data(self) -> Path:
        """The folder of content files."""
        return data_dir()

    @property
    def domain(self) -> Path:
        """Rasa's domain."""
        return self.root / "domain.yml"

    def responses(self) -> dict[str, tuple[Path, int]]:
        """Return the responses of domain.yml and data/responses with their places."""
        found: dict[str, tuple[Path, int]] = {}
        for path in self.response_files():
            for scalar in scalars(path):
                if scalar.keys[0] == "responses":
                    found.setdefault(scalar.keys[1], (path, scalar.line))
        return found

    def response_files(self) -> list[Path]:
        """Return the files that hold responses."""
        return [self.domain, *sorted((self.data / "responses").rglob("*.yml"))]

    def code(self) -> Iterator[Source]:
        """Yield the Python files that use the content, in a fixed order."""
        for folder in _CODE:
            for path in sorted((self.root / folder).rglob("*.py")):
                if path.relative_to(self.root).parts[:2] != ("assistant", "check"):
                    yield Source(path, _parse(_text(path), path))

    def show(self, path: Path) -> str:
        """Return `path` relative to the checkout where possible."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def finding(
        self, path: Path, line: int | None, problem: str, remedy: str, level: Level = "error"
    ) -> Finding:
        """Return a finding; texts are put on one line."""
        return Finding(self.show(path), line or 1, " ".join(problem.split()), " ".join(remedy.split()), level)

    def from_error(self, error: DataFileError) -> Finding:
        """Return the finding that stands for an error in a content file."""
        return self.finding(error.path, error.line, error.problem, error.remedy)


def _parse(text: str, path: Path) -> ast.Module:
    if text not in _PARSED:
        try:
            _PARSED[text] = ast.parse(text)
        except SyntaxError as e:
            raise DataFileError(path, f"no valid Python ({e.msg})", "Mend it", e.lineno) from None
    return _PARSED[text]


def load(path: Path) -> Any:
    """Return the content of a YAML file; all scalars are text, so `yes` stays a word.

    Raises:
        DataFileError: missing, unreadable or not YAML.
    """
    return _loaded(_text(path), path)


def scalars(path: Path) -> list[Scalar]:
    """Return all texts of a YAML file with their lines, in order.

    Raises:
        DataFileError: missing, unreadable or not YAML.
    """
    text = _text(path)
    _loaded(text, path)
    return list(_walk(yaml.compose(text, Loader=_LOADER), ()))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise DataFileError(path, f"can't be read ({type(e).__name__})", "Restore it") from None


def _loaded(text: str, path: Path) -> Any:
    try:
        return yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        raise DataFileError(
            path,
            f"not valid YAML ({getattr(e, 'problem', None) or 'syntax'})",
            "Check the indentation, the quotes and the brackets there",
            mark.line + 1 if mark else None,
        ) from None


def _walk(node: Any, keys: tuple[str, ...]) -> Iterator[Scalar]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(value, (*keys, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _walk(value, (*keys, str(number)))
    elif isinstance(node, yaml.ScalarNode):
        # The text of a block ("|") starts on the line after its mark.
        first = node.start_mark.line + (2 if node.style in ("|", ">") else 1)
        yield Scalar(keys, str(node.value), first)
