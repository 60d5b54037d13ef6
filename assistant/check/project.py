"""The files that are checked, and readers that know the line of each text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant.check.finding import Finding, Level
from assistant.datafiles import (
    ROOT,
    DataFileError,
    base_dir,
    content_files,
    data_dir,
    find,
    not_yaml,
    read_path,
)
from assistant.domains import foreign_items, is_foreign, merged
from assistant.wording import FILE as WORDING
from assistant.wording import OWN_SECTIONS
from assistant.yaml_text import TextLoader

#: The folders of code that use the content. The checks themselves do not count as a use.
_CODE = ("assistant", "actions", "clinic", "rasa_ext")

#: Several checks read the same code and the same files, by their text.
_PARSED: dict[str, ast.Module] = {}
_READ: dict[str, Document] = {}


@dataclass(frozen=True)
class Scalar:
    """A text in a YAML file: the keys that lead to it (numbers in lists) and its first line."""

    keys: tuple[str, ...]
    text: str
    line: int


@dataclass(frozen=True)
class Document:
    """A parsed YAML file: its data (all texts), its nodes with their places, its texts with their lines."""

    data: Any
    node: Any
    scalars: tuple[Scalar, ...]


@dataclass(frozen=True)
class Source:
    """A parsed Python file."""

    path: Path
    tree: ast.Module


@dataclass(frozen=True)
class Project:
    """A project and the code that it runs on.

    The content is in `STRIA_DATA` when that is set, else in data/ of the project's folder; what the
    project does not have, its base has (see assistant.datafiles).

    Attributes:
        root: the checkout with the code.
        place: the project's folder, where it is another one.
    """

    root: Path = ROOT
    place: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder with config.yml, domain.yml and tests/."""
        return self.place or self.root

    @property
    def data(self) -> Path:
        """The project's own folder of content files."""
        return data_dir()

    @property
    def domain(self) -> Path:
        """Rasa's domain."""
        return self.folder / "domain.yml"

    def file(self, name: str) -> Path:
        """Return the content file `name`, the project's or its base's."""
        return find(name)

    def is_own(self, name: str) -> bool:
        """Tell whether the content file `name` is the project's, not its base's."""
        return (self.data / name).exists()

    def says_itself(self, path: Path) -> bool:
        """Tell whether a file is the project's, not one that it has from its base."""
        return base_dir() is None or path.is_relative_to(self.folder)

    def files(self, folder: str) -> list[Path]:
        """Return the YAML files below a folder of data/, in order; the base's with them."""
        return [find(name) for name in content_files(folder)]

    def domain_data(self) -> dict[str, Any]:
        """Return the domain, filled from the base's. Raises DataFileError."""
        own, base = load(self.domain), base_dir()
        if not isinstance(own, dict):
            raise DataFileError(self.domain, "no sections", "Restore it from the repository")
        return merged(own, load(base / "domain.yml"), foreign_items(base)) if base else own

    def domain_scalars(self) -> Iterator[tuple[Path, Scalar]]:
        """Yield all texts of the domain with their file; those that the base's fills in come last."""
        own, base = scalars(self.domain), base_dir()
        yield from ((self.domain, s) for s in own)
        if base is None:
            return
        declared, foreign = {s.keys[:2] for s in own if len(s.keys) > 1}, foreign_items(base)
        for s in scalars(base / "domain.yml"):
            in_list = len(s.keys) > 1 and s.keys[1].isdigit()
            lent = (
                len(s.keys) > 1
                and s.keys[:2] not in declared
                and not is_foreign(s.keys[0], s.keys[1], foreign)
            )
            if in_list or lent:
                yield base / "domain.yml", s

    def wordings(self) -> Iterator[tuple[Path, Scalar]]:
        """Yield all texts of wording.yml with their file; those that the base's fills in come last."""
        own, base = scalars(self.data / WORDING), base_dir()
        yield from ((self.data / WORDING, s) for s in own)
        if base is None:
            return
        declared = {_path_of(s) for s in own}
        for s in scalars(base / "data" / WORDING):
            if s.keys[0] not in OWN_SECTIONS and _path_of(s) not in declared:
                yield base / "data" / WORDING, s

    def responses(self) -> dict[str, tuple[Path, int]]:
        """Return the responses of domain.yml and data/responses with their places."""
        found: dict[str, tuple[Path, int]] = {}
        for path, scalar in self.response_scalars():
            found.setdefault(scalar.keys[1], (path, scalar.line))
        return found

    def response_scalars(self) -> Iterator[tuple[Path, Scalar]]:
        """Yield all texts of responses with their file."""
        of_files = ((path, s) for path in self.files("responses") for s in scalars(path))
        for path, s in (*self.domain_scalars(), *of_files):
            if s.keys[0] == "responses":
                yield path, s

    def code(self) -> tuple[Source, ...]:
        """Return the Python files that use the content, in a fixed order. Raises DataFileError."""
        return _code(self.root)

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


def _path_of(scalar: Scalar) -> tuple[str, ...]:
    """Return the keys without the number of a variation."""
    return scalar.keys[:-1] if scalar.keys[-1].isdigit() else scalar.keys


@cache
def _code(root: Path) -> tuple[Source, ...]:
    paths = (path for folder in _CODE for path in sorted((root / folder).rglob("*.py")))
    checks = root / "assistant" / "check"
    return tuple(Source(path, _parse(read_path(path), path)) for path in paths if checks not in path.parents)


def _parse(text: str, path: Path) -> ast.Module:
    if text not in _PARSED:
        try:
            _PARSED[text] = ast.parse(text)
        except SyntaxError as e:
            raise DataFileError(path, f"no valid Python ({e.msg})", "Mend it", e.lineno) from None
    return _PARSED[text]


def load(path: Path) -> Any:
    """Return the content of a YAML file; all scalars are text, so `yes` stays a word. Not to be changed.

    Raises:
        DataFileError: missing, unreadable or not YAML.
    """
    return read(path).data


def scalars(path: Path) -> tuple[Scalar, ...]:
    """Return all texts of a YAML file with their lines, in order.

    Raises:
        DataFileError: missing, unreadable or not YAML.
    """
    return read(path).scalars


def read(path: Path) -> Document:
    """Return a YAML file with the lines of its parts. Raises DataFileError."""
    text = read_path(path)
    if text not in _READ:
        loader = TextLoader(text)
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node) if node is not None else None
        except (yaml.YAMLError, RecursionError) as e:
            raise not_yaml(path, text, e) from None
        finally:
            loader.dispose()
        _READ[text] = Document(data, node, tuple(_walk(node, ())))
    return _READ[text]


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
