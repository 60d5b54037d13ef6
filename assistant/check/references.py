"""Check 8: the names in items.yml and procedure.yml exist, and the form asks what items.yml lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.check.coverage import classes
from assistant.check.finding import Finding
from assistant.check.project import Project, scalars
from assistant.datafiles import line_at, load_yaml, read_path
from assistant.handover.record import FORM, FORM_SLOTS
from assistant.knowledge.content import FACTS, TOPICS, content
from assistant.knowledge.procedure import FILE as PROCEDURE
from assistant.knowledge.procedure import procedure
from assistant.screening.items import CONDITIONS, FILE, ITEMS, VALUES, policies
from assistant.screening.lexicon import LEXICON
from assistant.wording import FILE as WORDING
from assistant.wording import section
from assistant.yaml_text import line_in

_WHERE = {"fact": FACTS, "topic": TOPICS, "class": "data/nlu"}
_TEXTS = ("name", "short", "listed", "why")


def check(project: Project) -> Iterator[Finding]:
    """Yield names of facts, classes, texts and slots that do not exist."""
    yield from _items(project)
    yield from _texts(project)
    yield from _procedure(project)
    yield from _domain(project)


def _items(project: Project) -> Iterator[Finding]:
    known, facts = classes(project), content().facts
    for item, policy in policies().items():
        if policy.fact not in facts:
            yield project.finding(
                project.file(FILE), line_at(FILE, "items", item, "fact"),
                f"{item}: there is no fact {policy.fact}", f"Use an id of {FACTS}",
            )  # fmt: skip
        named: dict[str, tuple[str | int, ...]] = {
            name: ("topics", number) for number, name in enumerate(policy.topics)
        }
        for name, place in {policy.vague: ("vague",), **named}.items():
            if name not in known:
                yield project.finding(
                    project.file(FILE), line_at(FILE, "items", item, *place),
                    f"{item}: there is no class {name}", "Use the name of an intent of data/nlu",
                )  # fmt: skip
    for item in load_yaml(LEXICON)["items"]:
        if item not in CONDITIONS:
            yield project.finding(
                project.file(LEXICON), line_at(LEXICON, "items", item, at_key=True), f"nothing asks about {item}",
                f"Add it to {FILE}, or remove its words", "warning",
            )  # fmt: skip


def _texts(project: Project) -> Iterator[Finding]:
    texts = section("items")
    line = line_at(WORDING, "items", at_key=True)
    for item in ITEMS:
        for key in _TEXTS:
            if not (texts.get(item) or {}).get(key):
                yield project.finding(project.file(WORDING), line, f"no wording items.{item}.{key}", "Add it")
    for item in texts:
        if item not in ITEMS:
            yield project.finding(
                project.file(WORDING), line_at(WORDING, "items", item, at_key=True), f"nothing asks about {item}",
                f"Add it to {FILE}, or remove its texts", "warning",
            )  # fmt: skip


def _procedure(project: Project) -> Iterator[Finding]:
    own, known, c = procedure(), classes(project), content()
    yield from _missing(project, "fact", (own.danger, own.exam, own.off_list), c.facts)
    yield from _missing(project, "topic", (own.what_is, own.contraindications), c.topics)
    named = (
        own.permission
        | own.general
        | own.covered
        | own.personal
        | own.variants.about
        | own.variants.circumstance
    )
    yield from _missing(project, "class", sorted(named), known)


def _missing(project: Project, what: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Finding]:
    path = project.file(PROCEDURE)
    lines = {s.text: s.line for s in reversed(scalars(path))}
    for name in dict.fromkeys(names):
        if name not in known:
            remedy = f"Use one that stands in {_WHERE[what]}, or leave it out"
            yield project.finding(path, lines.get(name), f"there is no {what} {name}", remedy)


def _domain(project: Project) -> Iterator[Finding]:
    domain = project.domain_data()
    for form, asked in (domain.get("forms") or {}).items():
        wanted, what = (FORM_SLOTS, "its slots") if form == FORM else (ITEMS, f"the items of {FILE}")
        if list(asked["required_slots"]) != list(wanted):
            yield project.finding(
                project.domain, _line(project, "forms", form, "required_slots"), f"the form {form} does not ask {what} in their order",
                f"Write required_slots: [{', '.join(wanted)}]",
            )  # fmt: skip
    for item in ITEMS:
        slot = (domain.get("slots") or {}).get(item)
        if not slot or slot.get("type") != "categorical" or set(slot.get("values", ())) != set(VALUES):
            yield project.finding(
                project.domain, _line(project, "slots", item), f"{item} is no categorical slot with {', '.join(VALUES)}",
                "Write it as the slots of the other items",
            )  # fmt: skip


def _line(project: Project, *keys: str) -> int | None:
    return line_in(read_path(project.domain), *keys, at_key=True)
