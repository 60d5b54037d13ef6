"""Parses YAML as a person means it, and says by line what is wrong with it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

#: The same parser in C, about seven times as fast; PyYAML is built without it on few machines.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BASE_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
#: What no text file holds: YAML allows none of it.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
#: What a line looks like that keeps a text from being YAML: its pattern, the problem, the remedy.
_KEY = r" *(?:- +)?[\w/]+"
_SLIPS = tuple((re.compile(p), problem, remedy) for p, problem, remedy in (
    (_KEY + r':["\'\[{].*', "no blank after the colon", "Write a blank there"),
    (_KEY + r' +["\'\[{|].*', "no colon after the first word", "Write `key: text`"),
    (_KEY + r': +"(?:[^"\\]|\\.)*', "the quote that opens there is not closed", "Close it at the end of the text"),
    (_KEY + r': +"(?:[^"\\]|\\.)*" *[^\s#,\]}].*', "a quote within quotes", 'Write \\" for it, or use “ and ”'),
    (_KEY + r': +[^"\'\[{|>\s].*: .*', "a colon in a text without quotes", "Put the text into quotes"),
))  # fmt: skip
#: A key after blanks and, in a list, a dash.
_PLACE = re.compile(r"(?P<place> *(?:- +)?)[\w/]+:(?P<rest>.*)")
_MEND = "Check the indentation, the quotes and the brackets there and on the line before"


class YamlProblem(NamedTuple):
    """What is wrong with a text of YAML: a problem and a remedy without full stops, the line from 1."""

    problem: str
    remedy: str
    line: int | None


class DuplicateKey(yaml.MarkedYAMLError):
    """A key stands twice in the same mapping, so one of its values would be lost in silence."""


class _Strict:
    """Constructs mappings whose keys are unique."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Return the mapping of a node. Raises DuplicateKey."""
        seen = set()
        for key, _ in getattr(node, "value", ()) if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise DuplicateKey(None, None, f"the key {key.value!r} stands there twice", key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else None)
        return super().construct_mapping(node, deep=deep)  # type: ignore[misc]


class WordLoader(_Strict, _PARSER):  # type: ignore[misc]
    """Keeps `yes`, `no`, `on`, `off` and dates as words, as a person would expect; numbers are numbers."""


WordLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag.rpartition(":")[2] not in ("bool", "timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class TextLoader(_Strict, _BASE_PARSER):  # type: ignore[misc]
    """Keeps everything as text."""


def explain(text: str, error: yaml.YAMLError) -> YamlProblem:
    """Return what is wrong with `text`, for somebody who does not know YAML."""
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        return YamlProblem(
            f"a character that is no text (code {ord(control.group())})",
            "Remove it, or write the line anew",
            line,
        )
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else None
    problem = str(getattr(error, "problem", None) or "syntax")
    if isinstance(error, DuplicateKey):
        return YamlProblem(problem, "Put both together, or rename or remove one", line)
    tab = _tab(text.splitlines(), line)
    if tab:
        return YamlProblem("a tab stands before the text", "Use blanks: YAML knows no tabs there", tab)
    begun = getattr(error, "context_mark", None)
    if begun and "quoted scalar" in str(getattr(error, "context", "")):
        return YamlProblem(
            "the quote that opens there is not closed, or holds a \\ that means nothing",
            "Close it at the end of the text; write \\\\ for a \\", begun.line + 1,
        )  # fmt: skip
    if begun and "flow" in str(getattr(error, "context", "")):
        return YamlProblem("the bracket that opens there is not closed, or a comma is missing after it",
                           "Close it, with a comma between two entries", begun.line + 1)  # fmt: skip
    lines = text.splitlines()
    for number in (line - 1, line) if line else ():
        for pattern, found, remedy in _SLIPS if 0 < number <= len(lines) else ():
            if pattern.fullmatch(lines[number - 1]):
                return YamlProblem(found, remedy, number)
        if _is_askew(lines, number):
            return YamlProblem(
                "the line begins further left or right than the one above it",
                "Put both at the same column, with blanks", number,
            )  # fmt: skip
    return YamlProblem(f"not valid YAML ({problem})", _MEND, line)


def _is_askew(lines: list[str], number: int) -> bool:
    """Tell whether a key does not stand below the key of the line above (lines from 1), though it should."""
    if not 1 < number <= len(lines):
        return False
    above, own = (_PLACE.match(line) for line in (lines[number - 2], lines[number - 1]))
    begins = above is None or not above["rest"].strip() or above["rest"].strip()[0] in "|>#&"
    return own is not None and not begins and above is not None and own.end("place") != above.end("place")


def _tab(lines: list[str], line: int | None) -> int | None:
    """Return the line of a tab before the text at `line` or beside it."""
    for number in (line, line - 1, line + 1) if line else ():
        if 0 < number <= len(lines) and re.match(r" *\t", lines[number - 1]):
            return number
    return None


def line_in(text: str, *keys: str | int, at_key: bool = False) -> int | None:
    """Return the line (from 1) of what `keys` lead to in a text of YAML, or of the nearest thing above it.

    Args:
        text: the YAML.
        keys: names in mappings, numbers (from 0) in lists.
        at_key: the line of the last key instead of its value's, which may begin on another line.
    """
    try:
        node = yaml.compose(text, Loader=_BASE_PARSER)
    except yaml.YAMLError:
        return None
    line = node.start_mark.line + 1 if node is not None else None
    for number, key in enumerate(keys):
        found = None
        if isinstance(node, yaml.MappingNode):
            pairs = ((k, v) for k, v in node.value if getattr(k, "value", None) == str(key))
            name, found = next(pairs, (None, None))
            if name is not None:
                line = name.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            found = node.value[key]
            line = found.start_mark.line + 1
        if found is None:
            return line
        if isinstance(found, yaml.ScalarNode) and number == len(keys) - 1 and not at_key:
            line = found.start_mark.line + 1
        node = found
    return line
