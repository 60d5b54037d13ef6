"""Check 1: the content files hold the sections, keys and kinds of values that the code reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.check import shape
from assistant.check.finding import Finding
from assistant.check.project import Project, load, read
from assistant.check.shape import Anything, Either, Keys, Number, Numbers, Rows, Shape, Text, Words
from assistant.datafiles import DataFileError
from assistant.handover.clinic_file import FILE as CLINIC
from assistant.handover.forms import FILE as CONTACT_FORMS
from assistant.knowledge.content import FACTS, PAIRS, SILENT, TOPICS
from assistant.knowledge.procedure import FILE as PROCEDURE
from assistant.safety.phrases import FILE as PHRASES
from assistant.safety.rules import FILE as RED_FLAGS
from assistant.screening.answers import FORMS
from assistant.screening.items import FILE as ITEMS
from assistant.screening.lexicon import CUES, LEXICON, MEDICINES
from assistant.wording import FILE as WORDING

THRESHOLDS = "screening/thresholds.yml"
FORBIDDEN = "safety/forbidden.yml"
READING = "safety/reading.yml"
INJECTION = "safety/injection.yml"
CLAIMS = "document/claims.yml"
#: Read by clinic.insights.
PLAIN_WORDS = "insights/plain_words.yml"

TEXT, WORDS, NONE_OR_MORE = Text(), Words(), Words(0)
FLAG = Text(("true", "false"))
#: A wording: a text, its variations, or a group of wordings.
_WORDING = Either((Text(may_be_empty=True), WORDS, Keys(others=Anything())))
_BUTTON = Keys({"title": TEXT, "payload": TEXT})
_VARIATION = Keys({"text": TEXT}, {"buttons": Rows(_BUTTON), "metadata": Anything()})
_RESPONSES = Keys(others=Rows(_VARIATION))

#: What the assistant reads while it runs.
RUNTIME: dict[str, Shape] = {
    FACTS: Keys({"facts": Rows(Keys(
        {"id": TEXT, "section": TEXT, "verbatim": TEXT, "say": TEXT},
        {"item": TEXT, "claim": FLAG, "note": TEXT},
    ))}),
    PAIRS: Keys({"pairs": Rows(Keys({"id": TEXT, "facts": WORDS, "say": TEXT}, {"note": TEXT}), least=0)}),
    SILENT: Keys({"topics": Rows(Keys(
        {"id": TEXT, "name": TEXT, "silence": TEXT, "nearest": NONE_OR_MORE},
        {"own_health": FLAG, "note": TEXT},
    ))}),
    "responses/questions.yml": Keys({"responses": _RESPONSES}, {"version": TEXT}),
    WORDING: Keys(
        {
            "items": Keys(others=Keys(dict.fromkeys(("name", "short", "listed", "why"), TEXT))),
            "glossary": Keys(others=Keys({"terms": WORDS, "text": TEXT})),
        },
        others=_WORDING,
    ),
    FORMS: Keys(dict.fromkeys("yes_words yes_phrases no_words no_phrases vocatives all_clear fillers soft_no unsure".split(), WORDS)),
    CUES: Keys(dict.fromkeys("negation pseudo_negation doubt others hypothetical past recent".split(), WORDS),
               others=WORDS),
    ITEMS: Keys({"items": Keys(others=Keys(
        {"fact": TEXT, "topics": WORDS, "called": WORDS, "beside_no": WORDS},
        {
            "yes": Text(("contraindicated", "needs_specialist_review")),
            "kind": Text(("condition", "medicines")),
            "course": Text(("lasting", "passing", "recurring")),
            "reading": Text(("blood_pressure", "temperature")),
            "vague": TEXT,
            "place": Keys(dict.fromkeys(("marks", "on", "elsewhere", "begins"), WORDS)),
        },
    )), "neutral": NONE_OR_MORE}),
    LEXICON: Keys({
        "items": Keys(others=Keys(
            {"strong": WORDS, "misspellings": WORDS, "ambiguous": WORDS}, {"misspellings_ambiguous": WORDS}
        )),
        "off_list": WORDS, "only_when_asked": WORDS,
    }),
    MEDICINES: Keys({"classes": Keys(others=WORDS), "generic": WORDS, "fever_reducers": WORDS}),
    PROCEDURE: Keys({
        "called": WORDS, "treated": WORDS, "spelling": NONE_OR_MORE,
        "facts": Keys(dict.fromkeys(("danger", "exam", "off_list"), TEXT)),
        "topics": Keys({
            "what_is": TEXT, "contraindications": TEXT,
            "permission": NONE_OR_MORE, "general": NONE_OR_MORE, "covered": NONE_OR_MORE,
            "personal": NONE_OR_MORE,
        }),
        "variants": Keys(
            dict.fromkeys(("names", "nouns", "about", "circumstance"), NONE_OR_MORE), {"alike": Keys(others=WORDS)}
        ),
    }),
    THRESHOLDS: Keys({
        "temperature": Keys({
            **{key: Number() for key in ("yes_from_c", "unsure_above_c", "urgent_from_c")},
            **{key: Numbers() for key in ("plausible_c", "plausible_f")},
        }),
        "blood_pressure": Keys({
            **{f"{kind}_{which}": Number() for kind in ("yes", "unsure") for which in ("systolic", "diastolic")},
            **{f"plausible_{which}": Numbers() for which in ("systolic", "diastolic")},
        }),
    }),
    # Its own reader looks inside.
    RED_FLAGS: Keys(others=Anything()),
    PHRASES: Keys(others=Anything()),
    INJECTION: Keys({"patterns": WORDS}),
    CLINIC: Keys(others=Anything()),
    CONTACT_FORMS: Keys(others=Anything()),
    PLAIN_WORDS: Keys(dict.fromkeys((
        "plain everyday numbers month_too before_month streets joined named maybe_named names_too titles after_name"
    ).split(), WORDS)),
}  # fmt: skip
_DOMAIN = Keys(
    more={
        "version": TEXT,
        "session_config": Keys(others=TEXT),
        "slots": Keys(others=Keys({"type": TEXT, "mappings": Rows(Keys({"type": TEXT}, others=Anything()))},
                                  {"values": WORDS}, others=Anything())),
        "forms": Keys(others=Keys({"required_slots": WORDS}, others=Anything())),
        "responses": _RESPONSES,
        "intents": Rows(Either((TEXT, Keys(others=Anything())))),
        "actions": Rows(Either((TEXT, Keys(others=Anything())))),
    },
    others=Anything(),
)  # fmt: skip
_STEPS = Rows(Keys(others=Anything()))
#: What only training and the checks read, by its name or by its folder.
REST: dict[str, Shape] = {
    CLAIMS: Keys({"words": NONE_OR_MORE, "after": WORDS, "why": TEXT}),
    FORBIDDEN: Keys({
        "phrases": Rows(Keys({"say": TEXT, "why": TEXT})),
        "diagnosis": Keys({"starts": WORDS, "unless_after": NONE_OR_MORE, "why": TEXT}),
        "allowed": Rows(Keys({"sentence": TEXT, "why": TEXT}), least=0),
    }),
    READING: Keys({
        "grade": Number(), "limit": Number(), "from_words": Number(),
        "allowed": Rows(Keys({"name": TEXT, "why": TEXT}), least=0),
    }),
}  # fmt: skip
FOLDERS: dict[str, Shape] = {
    "nlu": Keys({"nlu": Rows(Keys(
        more=dict.fromkeys(("intent", "synonym", "regex", "lookup", "examples"), TEXT) | {"metadata": Anything()}
    ))}, {"version": TEXT}),
    "responses": Keys({"responses": _RESPONSES}, {"version": TEXT}),
    "rules": Keys({"rules": Rows(Keys(
        {"rule": TEXT, "steps": _STEPS},
        {"condition": Rows(Anything()), "conversation_start": FLAG, "wait_for_user_input": FLAG},
    ))}, {"version": TEXT}),
    "stories": Keys({"stories": Rows(Keys({"story": TEXT, "steps": _STEPS}, others=Anything()))},
                    {"version": TEXT}),
}  # fmt: skip


def check_runtime(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the shape of the files that the assistant reads while it runs."""
    for name, wanted in RUNTIME.items():
        yield from _of_file(project, project.file(name), wanted)
    yield from _of_file(project, project.file(TOPICS), _topics(project))


def check_rest(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the shape of all other files."""
    for name, wanted in REST.items():
        yield from _of_file(project, project.file(name), wanted)
    for folder, wanted in FOLDERS.items():
        for path in project.files(folder):
            if path != project.file("responses/questions.yml"):
                yield from _of_file(project, path, wanted)
    yield from _of_file(project, project.domain, _DOMAIN)


def check_own(project: Project, names: set[str]) -> Iterator[Finding]:
    """Yield what is wrong with the shape of these files of the project's own, which is not complete yet."""
    for name in sorted(names):
        wanted = _topics(project) if name == TOPICS else RUNTIME.get(name) or REST.get(name)
        wanted = wanted or FOLDERS.get(name.partition("/")[0])
        if name == "domain.yml":
            yield from _of_file(project, project.domain, _DOMAIN)
        elif wanted is not None:
            yield from _of_file(project, project.file(name), wanted)


def _topics(project: Project) -> Shape:
    """Return the shape of topics.yml: what elliptical questions may ask for stands in wording.yml."""
    try:
        asked = load(project.file(WORDING)).get("follow_up") or {}
        kinds = [str(kind) for kind in asked]
    except (DataFileError, AttributeError, TypeError):
        kinds = []
    follow_up = Either((TEXT, Keys({"silent": TEXT})))
    return Keys({"topics": Rows(Keys(
        {"name": TEXT, "parts": NONE_OR_MORE},
        {
            "note": TEXT, "list": NONE_OR_MORE, "after": NONE_OR_MORE, "more": NONE_OR_MORE,
            "offer": Text(("check", "list")), **dict.fromkeys(kinds, follow_up),
        },
        # Without its kinds nobody can tell which keys are follow-ups.
        others=None if kinds else Anything(),
    ))})  # fmt: skip


def _of_file(project: Project, path: Path, wanted: Shape) -> Iterator[Finding]:
    try:
        node: Any = read(path).node
    except DataFileError as e:
        yield project.from_error(e)
        return
    for fault in shape.faults(node, wanted):
        yield project.finding(path, fault.line, fault.problem, fault.remedy)
