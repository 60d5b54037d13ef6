"""Check 1: each wording that the code asks for exists, with the {placeholders} that are passed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from assistant.check.finding import Finding
from assistant.check.literals import ANY, calls, matches, resolve
from assistant.check.project import Project
from assistant.wording import FILE


@dataclass
class Leaf:
    """A wording: its dotted path, its variations, its place, and whether anything uses it."""

    path: str
    texts: list[str]
    file: Path
    line: int
    used: bool = False


@dataclass(frozen=True)
class Reference:
    """A call of `wording`: the paths it can mean and the names of what it passes."""

    paths: list[str]
    passed: frozenset[str]
    path: Path
    line: int


def check(project: Project) -> Iterator[Finding]:
    """Yield missing, misfilled and unused wordings."""
    known = leaves(project)
    yield from _malformed(project, known)
    for source in project.code():
        for call, _ in calls(source.tree, "section"):
            # A whole section is read: everything in it is used.
            for prefix in resolve(call.args[0]) if call.args else ():
                inside = [leaf for leaf in known if leaf.path.startswith(prefix + ".")]
                if not inside and prefix != ANY:
                    yield project.finding(
                        source.path, call.lineno, f"no section {prefix!r} in {FILE}", "Add it"
                    )
                for leaf in inside:
                    leaf.used = True
        for call, function in calls(source.tree, "wording"):
            yield from _call(project, _reference(call, function, source.path), known)
    for leaf in known:
        # What a base has is its own business.
        if not leaf.used and leaf.file == project.file(FILE):
            yield project.finding(
                leaf.file, leaf.line, f"nothing uses the wording {leaf.path!r}",
                "Remove it, or use it", "warning",
            )  # fmt: skip


def leaves(project: Project) -> list[Leaf]:
    """Return the wordings; the variations of a list are one wording."""
    found: dict[str, Leaf] = {}
    for path, scalar in project.wordings():
        keys = scalar.keys[:-1] if scalar.keys[-1].isdigit() else scalar.keys
        leaf = found.setdefault(".".join(keys), Leaf(".".join(keys), [], path, scalar.line))
        leaf.texts.append(scalar.text)
    return list(found.values())


def placeholders(text: str) -> set[str]:
    """Return the names in {braces}.

    Raises:
        ValueError: a brace is not closed.
    """
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _malformed(project: Project, known: list[Leaf]) -> Iterator[Finding]:
    for leaf in known:
        for text in leaf.texts:
            try:
                wrong = not all(name.isidentifier() for name in placeholders(text))
            except ValueError:
                wrong = True
            if wrong:
                yield project.finding(
                    leaf.file, leaf.line, f"{leaf.path!r} has a wrong {{placeholder}}",
                    "Close the brace and put a name between the braces",
                )  # fmt: skip
            if not text.strip():
                yield project.finding(
                    leaf.file, leaf.line, f"{leaf.path!r} is empty",
                    "Write a text, or remove it", "warning",
                )  # fmt: skip


def _reference(call: ast.Call, function: ast.AST, path: Path) -> Reference:
    named = {k.arg: k.value for k in call.keywords if k.arg}
    first = call.args[0] if call.args else named.get("path")
    paths = resolve(first, function) if first is not None else [ANY]
    return Reference(paths, frozenset(named) - {"path", "turn"}, path, call.lineno)


def _call(project: Project, ref: Reference, known: list[Leaf]) -> Iterator[Finding]:
    meant: list[Leaf] = []
    for name in ref.paths:
        if name == ANY:
            yield project.finding(
                ref.path, ref.line, "can't tell which wording is meant",
                "Use a literal, or a variable that is set to one in the same function", "warning",
            )  # fmt: skip
            continue
        found = [leaf for leaf in known if matches(name, leaf.path)]
        if not found:
            yield project.finding(ref.path, ref.line, f"no wording {name!r} in {FILE}", f"Add it to {FILE}")
        meant += found
    wanted: set[str] = set()
    for leaf in meant:
        leaf.used = True
        for text in leaf.texts:
            try:
                names = placeholders(text)
            except ValueError:  # reported already
                continue
            wanted |= names
            missing = names - ref.passed
            # A call without values that means several wordings leaves those with values alone.
            if missing and (ref.passed or len(meant) == 1):
                yield project.finding(
                    leaf.file, leaf.line,
                    f"{leaf.path!r} has {_braces(missing)}; {_at(project, ref)} does not pass it",
                    "Mend the placeholder or the call",
                )  # fmt: skip
    if meant and ref.passed - wanted:
        yield project.finding(
            ref.path, ref.line,
            f"passes {_braces(ref.passed - wanted)}, which {meant[0].path!r} does not contain",
            f"Add the placeholder to {FILE}, or drop it from the call", "warning",
        )  # fmt: skip


def _at(project: Project, ref: Reference) -> str:
    return f"{project.show(ref.path)}:{ref.line}"


def _braces(names: frozenset[str] | set[str]) -> str:
    return ", ".join(f"{{{n}}}" for n in sorted(names))
