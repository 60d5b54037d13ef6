"""Reads YAML with the place of each value, so that a mistake is reported with file and line.

Unlike plain YAML 1.1, `yes`, `no`, `on` and `off` are words here, not booleans.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

import yaml

# What the YAML reader complains about, and how to mend it; the first match counts.
REMEDIES = (
    (r"mapping values are not allowed", "put quotes around a text that holds a colon"),
    (r"could not find expected ':'", "a colon is missing after a key, or a quote is not closed"),
    (
        r"cannot start any token",
        "indent with spaces, not tabs; a text that starts with % @ or ` needs quotes",
    ),
    (r"unexpected end of stream|while scanning a quoted", "a quote is not closed"),
    (r"unknown escape", "use single quotes around a text with a backslash"),
    (r"undefined alias|expected alphabetic", "a text that starts with * or & needs quotes"),
    (
        r"expected <block end>",
        "check the indentation: the entries of one list start in the same column",
    ),
    (
        r"did not find expected|expected ',' or",
        "close the list's bracket; put a text with , ? : [ ] { or } into single quotes",
    ),
)


class ConversationFileError(Exception):
    """A mistake in a conversation file: where, what is wrong, how to mend it."""

    def __init__(self, path: Path, line: int, problem: str, remedy: str) -> None:
        """Builds the message `file:line: problem` with the remedy below it."""
        super().__init__(f"{shown(path)}:{line}: {problem}\n  To mend it: {remedy}")
        self.path, self.line, self.problem, self.remedy = path, line, problem, remedy


def shown(path: Path) -> str:
    """Returns the path relative to the working folder where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


class _Loader(yaml.SafeLoader):
    """YAML 1.2's idea of booleans, and no dates or clock times."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp", ":int"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)


class Value:
    """One value of a YAML file and its place; the accessors check what it is."""

    def __init__(self, path: Path, node: yaml.Node) -> None:
        """Wraps a node of the file `path`."""
        self.path, self.node = path, node

    @property
    def line(self) -> int:
        """The line in the file, counted from 1."""
        return int(self.node.start_mark.line) + 1

    def fail(self, problem: str, remedy: str) -> NoReturn:
        """Raises the error that names this place."""
        raise ConversationFileError(self.path, self.line, problem, remedy)

    def items(self, what: str) -> list[Value]:
        """Returns the entries of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.fail(
                f"{what} must be a list, not {self.kind()}",
                "write one entry per line, each after '- '",
            )
        return [Value(self.path, node) for node in self.node.value]

    def mapping(self, what: str, keys: Iterable[str] | None = None) -> dict[str, Value]:
        """Returns keys and values; refuses keys that are not in `keys`, and keys given twice."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fail(
                f"{what} must have 'key: value' lines, not {self.kind()}",
                "see tests/conversations/README.md",
            )
        found: dict[str, Value] = {}
        for key_node, node in self.node.value:
            key = Value(self.path, key_node)
            name = key.text("a key")
            if name in found:
                key.fail(f"'{name}' is given twice in {what}", "keep one of them")
            if keys is not None and name not in (allowed := list(keys)):
                near = difflib.get_close_matches(name, allowed, 1)
                hint = f"did you mean '{near[0]}'? " if near else ""
                key.fail(f"unknown key '{name}' in {what}", f"{hint}Allowed: {', '.join(allowed)}")
            found[name] = Value(self.path, node)
        return found

    def text(self, what: str) -> str:
        """Returns a text exactly as written, also when it looks like a number."""
        if not isinstance(self.node, yaml.ScalarNode) or self.is_null():
            self.fail(
                f"{what} must be a text, not {self.kind()}",
                "write the text, in quotes when it holds : # [ or {",
            )
        return str(self.node.value)

    def texts(self, what: str) -> list[str]:
        """Returns a list of texts; a single text counts as a list of one."""
        if isinstance(self.node, yaml.ScalarNode) and not self.is_null():
            return [self.text(what)]
        return [item.text(f"each entry of {what}") for item in self.items(what)]

    def plain(self) -> Any:
        """Returns the value as Python sees it."""
        loader = _Loader("")
        try:
            return loader.construct_document(self.node)
        finally:
            loader.dispose()

    def is_null(self) -> bool:
        """Says whether the value is empty or `null`."""
        return bool(self.node.tag == "tag:yaml.org,2002:null")

    def kind(self) -> str:
        """Names what stands there, for error messages."""
        if isinstance(self.node, yaml.SequenceNode):
            return "a list"
        if isinstance(self.node, yaml.MappingNode):
            return "'key: value' lines"
        return "empty" if self.is_null() else f"'{self.node.value}'"


def read_yaml(path: Path) -> Value:
    """Returns the content of a file.

    Raises:
        ConversationFileError: When it cannot be read, is no YAML, or is empty.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConversationFileError(
            path, 1, f"cannot be read: {error.strerror}", "check the file's name"
        ) from error
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        raise ConversationFileError(path, mark.line + 1 if mark else 1, problem, _remedy(problem)) from error
    if node is None:
        raise ConversationFileError(
            path, 1, "the file is empty", "write 'conversations:' and at least one conversation"
        )
    return Value(path, node)


def _remedy(problem: str) -> str:
    """Returns the advice for a complaint of the YAML reader."""
    for pattern, remedy in REMEDIES:
        if re.search(pattern, problem):
            return remedy
    return "check quotes, colons and indentation in this line and the one above"


def check_regex(place: Value, pattern: str, compile_: Callable[[str], Any] = re.compile) -> None:
    """Reports a regular expression that cannot be compiled, with its place."""
    try:
        compile_(pattern)
    except re.error as error:
        place.fail(
            f"'{pattern}' is no regular expression: {error}",
            "mend it, or write the text without the slashes",
        )
