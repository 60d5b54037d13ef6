"""Check 1: each wording that the code asks for exists, with the {placeholders} that are passed."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from assistant.check.finding import Finding
from assistant.check.literals import ANY, calls, matches, resolve
from assistant.check.project import Project
from assistant.datafiles import line_at
from assistant.screening.items import ITEMS
from assistant.wording import FILE


@dataclass
class Leaf:
    """A wording: its dotted path, its variations with their lines, its file, and whether anything uses it."""

    path: str
    texts: list[tuple[str, int]]
    file: Path
    used: bool = False

    @property
    def line(self) -> int:
        """The line of its first variation."""
        return self.texts[0][1]


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
    missing: set[str] = set()
    for source in project.code():
        for call, _ in calls(source.tree, "section"):
            # A whole section is read: everything in it is used.
            for prefix in resolve(call.args[0]) if call.args else ():
                inside = [leaf for leaf in known if leaf.path.startswith(prefix + ".")]
                if not inside and prefix != ANY:
                    yield _lacks(project, "section", prefix, f"{project.show(source.path)}:{call.lineno}")
                for leaf in inside:
                    leaf.used = True
        for call, function in calls(source.tree, "wording"):
            yield from _call(project, _reference(call, function, source.path), known, missing)
    for leaf in known:
        # What a base has is its own business; items that nobody asks are named once, as a whole.
        is_item = leaf.path.startswith("items.") and leaf.path.split(".")[1] not in ITEMS
        if not leaf.used and leaf.file == project.file(FILE) and not is_item:
            yield project.finding(
                leaf.file, leaf.line, f"nothing uses the wording {leaf.path!r}",
                "Remove it, or use it", "warning",
            )  # fmt: skip


def leaves(project: Project) -> list[Leaf]:
    """Return the wordings; the variations of a list are one wording."""
    found: dict[str, Leaf] = {}
    for path, scalar in project.wordings():
        keys = scalar.keys[:-1] if scalar.keys[-1].isdigit() else scalar.keys
        leaf = found.setdefault(".".join(keys), Leaf(".".join(keys), [], path))
        leaf.texts.append((scalar.text, scalar.line))
    return list(found.values())


def placeholders(text: str) -> set[str]:
    """Return the names in {braces}.

    Raises:
        ValueError: a brace is not closed.
    """
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _malformed(project: Project, known: list[Leaf]) -> Iterator[Finding]:
    for leaf in known:
        held = Counter(name for text, _ in leaf.texts for name in _names_of(text) or ())
        usual = {name for name, count in held.items() if 2 * count > len(leaf.texts)}
        for text, line in leaf.texts:
            names = _names_of(text)
            if names is None:
                yield project.finding(
                    leaf.file, line, f"{leaf.path!r} has a wrong {{placeholder}}",
                    "Close the brace and put a name between the braces",
                )  # fmt: skip
            elif usual - names and not names - usual:
                yield project.finding(
                    leaf.file, line, f"{leaf.path!r} lacks {_braces(usual - names)}, which its other variations have",
                    "Put the same placeholders into each variation",
                )  # fmt: skip
            if not text.strip():
                yield project.finding(
                    leaf.file, line, f"{leaf.path!r} is empty",
                    "Write a text, or remove it", "warning",
                )  # fmt: skip


def _names_of(text: str) -> set[str] | None:
    """Return the names in {braces}, or None when they are not as they should be."""
    try:
        names = placeholders(text)
    except ValueError:
        return None
    return names if all(name.isidentifier() for name in names) else None


def _lacks(project: Project, what: str, name: str, place: str) -> Finding:
    """Return the finding about a wording or section that the code says and that does not exist."""
    section = name.split(".")[:-1]
    return project.finding(
        project.file(FILE), line_at(FILE, *section), f"no {what} {name!r} in {FILE}; {place} says it",
        "Add it, or restore its name",
    )  # fmt: skip


def _reference(call: ast.Call, function: ast.AST, path: Path) -> Reference:
    named = {k.arg: k.value for k in call.keywords if k.arg}
    first = call.args[0] if call.args else named.get("path")
    paths = resolve(first, function) if first is not None else [ANY]
    return Reference(paths, frozenset(named) - {"path", "turn"}, path, call.lineno)


def _call(project: Project, ref: Reference, known: list[Leaf], gone: set[str]) -> Iterator[Finding]:
    meant: list[Leaf] = []
    for name in ref.paths:
        if name == ANY:
            yield project.finding(
                ref.path, ref.line, "can't tell which wording is meant",
                "Use a literal, or a variable that is set to one in the same function", "warning",
            )  # fmt: skip
            continue
        found = [leaf for leaf in known if matches(name, leaf.path)]
        if not found and name not in gone:
            gone.add(name)
            yield _lacks(project, "wording", name, _at(project, ref))
        meant += found
    wanted: set[str] = set()
    for leaf in meant:
        leaf.used = True
        for text, line in leaf.texts:
            names = _names_of(text)
            if names is None:  # reported already
                continue
            wanted |= names
            missing = names - ref.passed
            # A call without values that means several wordings leaves those with values alone.
            if missing and (ref.passed or len(meant) == 1):
                allowed = f"Use {_braces(ref.passed)}" if ref.passed else "Write it without braces"
                yield project.finding(
                    leaf.file, line, f"{leaf.path!r} has {_braces(missing)}; {_at(project, ref)} does not pass it",
                    allowed,
                )  # fmt: skip
    if (
        meant
        and ref.passed - wanted
        and all(_names_of(t) is not None for leaf in meant for t, _ in leaf.texts)
    ):
        lost = _braces(ref.passed - wanted)
        yield project.finding(
            meant[0].file, meant[0].line, f"{meant[0].path!r} lacks {lost}, which {_at(project, ref)} fills in",
            "Put it into the text", "warning",
        )  # fmt: skip


def _at(project: Project, ref: Reference) -> str:
    return f"{project.show(ref.path)}:{ref.line}"


def _braces(names: frozenset[str] | set[str]) -> str:
    return ", ".join(f"{{{n}}}" for n in sorted(names))
