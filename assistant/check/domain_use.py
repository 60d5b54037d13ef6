"""Check 5: what domain.yml declares is used, and what is used is declared."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.check.coverage import classes
from assistant.check.finding import Finding
from assistant.check.literals import matches, resolve, strings, walked
from assistant.check.project import Project, Scalar, scalars
from assistant.check.wordings import placeholders
from assistant.datafiles import read_path
from assistant.screening.items import ITEMS
from assistant.yaml_text import line_in

#: Intents that Rasa itself provides.
_RASA_INTENTS = frozenset(("nlu_fallback", "session_start", "restart", "back"))
#: Strings that look like the name of a response and are none.
_NO_RESPONSES = frozenset(("utter_action", "utter_message"))
_RESPONSE = re.compile(r"utter_[\w*]+(?:/[\w*]+)?")


#: A file and a line.
Place = tuple[Path, int]


class _Domain:
    """domain.yml with the lines of its entries."""

    def __init__(self, project: Project) -> None:
        self.path = project.domain
        self.data: dict[str, Any] = project.domain_data()
        self.intents: dict[str, Place] = {}
        self.actions: dict[str, Place] = {}
        self.responses = project.responses()
        self.slots: dict[str, Place] = {}
        for path, s in project.domain_scalars():
            if s.keys[0] in ("intents", "actions"):
                # An entry is a name, or a name with settings below it.
                name = s.text if len(s.keys) == 2 else s.keys[2]
                names = self.intents if s.keys[0] == "intents" else self.actions
                names.setdefault(name, (path, s.line))
            elif s.keys[0] == "slots":
                self.slots.setdefault(s.keys[1], (path, s.line - 1))

    def line(self, *keys: str | int) -> int | None:
        """Return the line of what `keys` lead to in the project's own file."""
        return line_in(read_path(self.path), *keys)


def check(project: Project) -> Iterator[Finding]:
    """Yield what is declared and unused, and what is used and undeclared."""
    domain = _Domain(project)
    steps = list(_steps(project))
    yield from _intents(project, domain, steps)
    yield from _actions(project, domain, steps)
    yield from _responses(project, domain, steps)
    yield from _slots(project, domain)


def _steps(project: Project) -> Iterator[tuple[str, str, Path, int]]:
    """Yield (intent or action, its name, file, line) of all rules and stories."""
    for folder in ("rules", "stories"):
        for path in project.files(folder):
            for s in scalars(path):
                if s.keys[-1] in ("intent", "action"):
                    yield s.keys[-1], s.text, path, s.line


def _intents(project: Project, domain: _Domain, steps: list[tuple[str, str, Path, int]]) -> Iterator[Finding]:
    trained = classes(project)
    parents = {name.partition("/")[0] for name in trained}
    ruled = {name.partition("/")[0] for kind, name, _, _ in steps if kind == "intent"}
    detected = {s for _, s in _strings(project, ("rasa_ext", "assistant/safety"))}
    for name, place in domain.intents.items():
        if name not in parents and name not in detected:
            yield project.finding(*place, f"the intent {name} has no examples", "Add some, or remove it")
        if name not in ruled:
            yield project.finding(*place, f"no rule answers the intent {name}", "Add one to data/rules")
    for name, (file, line) in trained.items():
        if name.partition("/")[0] not in domain.intents:
            yield project.finding(
                project.file(file),
                line,
                f"domain.yml does not list the intent of {name}",
                "Add it",
            )
    for kind, name, path, line in steps:
        if kind == "intent" and name.partition("/")[0] not in {*domain.intents, *_RASA_INTENTS}:
            yield project.finding(path, line, f"domain.yml does not list {name}", "Add it")


def _actions(project: Project, domain: _Domain, steps: list[tuple[str, str, Path, int]]) -> Iterator[Finding]:
    defined: dict[str, tuple[Path, int]] = {}
    for source in project.code():
        path = source.path
        for node in walked(source.tree) if path.parent == project.root / "actions" else ():
            if isinstance(node, ast.FunctionDef) and node.name == "name":
                for end in ast.walk(node):
                    if isinstance(end, ast.Return) and isinstance(end.value, ast.Constant):
                        defined[str(end.value.value)] = (path, end.lineno)
    forms = set(domain.data.get("forms") or {})
    used = {name for kind, name, _, _ in steps if kind == "action"}
    used |= {f"validate_{form}" for form in forms}
    config = project.folder / "config.yml"
    used |= {s.text for s in scalars(config)} if config.exists() else set()
    used |= {s for _, s in _strings(project, ("actions",)) if s not in defined}
    for name, place in domain.actions.items():
        if name not in defined:
            yield project.finding(*place, f"no class in actions/ is named {name}", "Write it, or remove it")
        if name not in used:
            yield project.finding(*place, f"no rule runs {name}", "Add a rule, or remove it", "warning")
    for name, (path, line) in defined.items():
        if name not in domain.actions:
            yield project.finding(path, line, f"domain.yml does not list {name}", "Add it")
    for kind, name, path, line in steps:
        known = {*domain.actions, *domain.responses, *forms}
        if kind == "action" and name not in known and not name.startswith("action_listen"):
            yield project.finding(path, line, f"domain.yml does not list {name}", "Add it")


def _responses(
    project: Project, domain: _Domain, steps: list[tuple[str, str, Path, int]]
) -> Iterator[Finding]:
    used: list[tuple[str, Path, int]] = []
    for source in project.code():
        for node in walked(source.tree):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                for name in resolve(node):
                    if _RESPONSE.fullmatch(name) and name not in _NO_RESPONSES:
                        used.append((name, source.path, node.lineno))
    used += [(n, p, line) for k, n, p, line in steps if k == "action" and n.startswith("utter_")]
    for form in (domain.data.get("forms") or {}).values():
        used += [(f"utter_ask_{slot}", domain.path, 1) for slot in form["required_slots"]]
    # "utter_{class}" stands for the responses of retrieval intents: see assistant.check.coverage.
    general = any(name == "utter_*" for name, _, _ in used)
    named = [u for u in used if u[0] != "utter_*"]
    seen: set[str] = set()
    for name, path, line in named:
        # A literal before a brace ("utter_" + ...) is no name.
        known = name.endswith("_") or name in seen or any(matches(name, r) for r in domain.responses)
        if not known:
            seen.add(name)
            place = domain.line("responses")
            yield project.finding(
                domain.path,
                place,
                f"domain.yml has no response {name}; {project.show(path)}:{line} says it",
                "Add it",
            )
    for name, (path, line) in domain.responses.items():
        if not any(matches(n, name) for n, _, _ in named) and not (general and "/" in name):
            yield project.finding(path, line, f"nothing says {name}", "Use it, or remove it", "warning")
    yield from _response_texts(project, domain)


def _response_texts(project: Project, domain: _Domain) -> Iterator[Finding]:
    for path, s in _said(project):
        try:
            unknown = placeholders(s.text) - set(domain.slots)
        except ValueError:
            yield project.finding(
                path, s.line, f"{s.keys[1]} has a wrong {{placeholder}}",
                "Close the brace and put the name of a slot between the braces",
            )  # fmt: skip
            continue
        if s.keys[-1] == "text" and unknown:
            yield project.finding(
                path, s.line, f"{s.keys[1]}: no slot {', '.join(sorted(unknown))}",
                "Use the name of a slot in the braces",
            )  # fmt: skip
        if s.keys[-1] == "payload" and s.text.startswith("/"):
            yield project.finding(
                path, s.line, f"{s.keys[1]}: a button sends the command {s.text}", "Send plain text"
            )


def _said(project: Project) -> Iterator[tuple[Path, Scalar]]:
    for path, s in project.response_scalars():
        if s.keys[-1] in ("text", "payload"):
            yield path, s


def _filled(text: str) -> set[str]:
    try:
        return placeholders(text)
    except ValueError:  # reported already
        return set()


def _slots(project: Project, domain: _Domain) -> Iterator[Finding]:
    folders = ("actions", "assistant/screening", "assistant/handover", "rasa_ext")
    named = {s for _, s in _strings(project, folders, reads=False)} | set(ITEMS)
    said = {n for _, s in _said(project) for n in _filled(s.text)}
    for name, place in domain.slots.items():
        slot = domain.data["slots"][name]
        if "initial_value" in slot:
            if name not in said and name not in named:
                yield project.finding(*place, f"nothing reads the setting {name}", "Remove it", "warning")
        elif name not in named and all(m.get("type") == "custom" for m in slot["mappings"]):
            yield project.finding(*place, f"nothing sets the slot {name}", "Set it, or remove it")


def _strings(project: Project, folders: tuple[str, ...], *, reads: bool = True) -> Iterator[tuple[Path, str]]:
    """Yield the string literals of the code below `folders`; not the names of slots it reads."""
    for source in project.code():
        where = project.show(source.path)
        if any(where.startswith(f"{folder}/") for folder in folders):
            for text, only_read in strings(source.tree):
                if reads or not only_read:
                    yield source.path, text
