"""Finds which names the code means where it builds them, as in f"items.{item}.why"."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import product

from assistant.knowledge.content import follow_up_kinds
from assistant.screening.items import ITEMS
from assistant.screening.outcome import CONTRAINDICATED, NONE_LISTED, REVIEW

#: Variables in {braces} whose values are known, by their last name.
_KNOWN: dict[str, Callable[[], Iterable[str]]] = {
    "item": lambda: ITEMS,
    "i": lambda: ITEMS,
    "outcome": lambda: (CONTRAINDICATED, REVIEW, NONE_LISTED),
    "kind": follow_up_kinds,
}
#: Several checks look through the same code, which project.py keeps.
_CALLS: dict[ast.Module, dict[str | None, list[tuple[ast.Call, ast.AST]]]] = {}
_STRINGS: dict[ast.Module, tuple[tuple[str, bool], ...]] = {}
_WALKED: dict[ast.Module, tuple[ast.AST, ...]] = {}
#: Stands for one unknown part of a name.
ANY = "*"


def resolve(node: ast.expr, function: ast.AST | None = None) -> list[str]:
    """Return the texts that an expression can be; `*` stands for what can't be told.

    Args:
        node: the expression.
        function: where to look for what was assigned to a variable.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*resolve(node.body, function), *resolve(node.orelse, function)]
    if isinstance(node, ast.JoinedStr):
        return _joined([resolve(part, function) for part in node.values])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([resolve(node.left, function), resolve(node.right, function)])
    if isinstance(node, ast.FormattedValue):
        return _values(node.value)
    if isinstance(node, ast.Name) and function is not None:
        found = [text for value in _assigned(node.id, function) for text in resolve(value)]
        return found or [ANY]
    return _values(node)


def matches(name: str, known: str) -> bool:
    """Tell whether `name`, in which `*` stands for one part, means `known`."""
    if ANY not in name:
        return name == known
    return re.fullmatch(re.escape(name).replace(r"\*", r"[^./]+"), known) is not None


def calls(tree: ast.Module, name: str) -> Iterator[tuple[ast.Call, ast.AST]]:
    """Yield the calls of a function or method with the function that they stand in."""
    if tree not in _CALLS:
        found = _CALLS[tree] = defaultdict(list)
        for outer, node in _nodes(tree, tree):
            if isinstance(node, ast.Call):
                called = node.func
                for own in {getattr(called, "id", None), getattr(called, "attr", None)} - {None}:
                    found[own].append((node, outer))
    yield from _CALLS[tree].get(name, ())


def walked(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Return all nodes of a file."""
    if tree not in _WALKED:
        _WALKED[tree] = tuple(ast.walk(tree))
    return _WALKED[tree]


def strings(tree: ast.Module) -> tuple[tuple[str, bool], ...]:
    """Return the texts of a file, each with whether it only names something that is read (`get`, `get_slot`)."""
    if tree not in _STRINGS:
        read = {
            id(argument)
            for node in walked(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("get_slot", "get")
            for argument in node.args
        }
        _STRINGS[tree] = tuple(
            (node.value, id(node) in read)
            for node in walked(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
    return _STRINGS[tree]


def _nodes(node: ast.AST, outer: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        yield outer, child
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from _nodes(child, child if is_function else outer)


def _values(node: ast.expr) -> list[str]:
    known = _KNOWN.get(_last_name(node))
    return list(known()) if known else [ANY]


def _last_name(node: ast.expr) -> str:
    """Return `item` for item, correction.item and e["item"], but not for values[item]."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return ""


def _joined(parts: list[list[str]]) -> list[str]:
    return ["".join(chosen) for chosen in product(*parts)]


def _assigned(name: str, function: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == name for t in node.targets
        ):
            yield node.value
