"""Content files that do not load, or are not plausible, are reported with place and remedy."""

from collections.abc import Callable

import pytest

from assistant.check import loading, shapes
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]
RULES, NUMBERS = "data/screening/red_flags.yml", "data/screening/thresholds.yml"


def problems(project: Project) -> str:
    """All findings of both checks, one a line."""
    found = [*loading.check_runtime(project), *shapes.check_rest(project)] or [*loading.check_rest(project)]
    return "\n".join(str(f) for f in found)


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("data/document/facts.yml", "- id: F02", "- id: [F02", "facts.yml:"),
        ("data/document/facts.yml", "exposed to a laser beam", "bathed in light", "does not stand"),
        ("data/document/topics.yml", "[F01,", "[F99,", "'F99', which does not exist"),
        ("data/screening/lexicon.yml", "off_list:", "offlist:", "off_list"),
        ("data/screening/cues.yml", "doubt:", "doubts:", "'doubt' is missing"),
        (
            "data/screening/medicines.yml",
            "fever_reducers:",
            "x:",
            "nothing reads 'x'. Did you mean fever_reducers",
        ),
        ("data/screening/items.yml", "course: recurring", "course: returning", "course is 'returning'"),
        ("data/screening/items.yml", "fact: F29", "fakt: F29", "nothing reads 'fakt'"),
        ("data/screening/items.yml", "topics: [faq/heart]", "topics: []", "topics is empty"),
        ("data/screening/items.yml", "reading: temp", "reading: blood_pressure #", "both have reading"),
        ("data/document/procedure.yml", "danger: F23, ", "", "facts lacks danger"),
        ("data/document/procedure.yml", "called: [laser]", "called: []", "called is empty"),
        ("data/screening/answer_forms.yml", "[no, nope", "[yes, nope", "'yes' stands in yes_words"),
        (
            "data/screening/answer_forms.yml",
            "[no, nope",
            "[no, 7, nope",
            "an entry of no_words is the number 7",
        ),
        ("data/insights/plain_words.yml", "titles:", "title:", "nothing reads 'title'. Did you mean titles"),
        ("data/insights/plain_words.yml", "[here, speaking", "[here, 7, speaking", "is the number 7"),
        (RULES, "idioms:", "idiom:", "'idioms' has no patterns"),
        (NUMBERS, "[34.0, 43.0]", "[39.0, 43.0]", "is not below temperature.unsure_above_c"),
        (NUMBERS, "yes_from_c: 38.0", "yes_from_c: 39.5", "is not between 37.5 and 39.0"),
        (NUMBERS, "yes_systolic: 180", "yes_systolic: 18", "is not between 160 and 220"),
        (
            NUMBERS,
            "unsure_systolic: 140",
            "unsure: 140",
            "nothing reads 'unsure'. Did you mean unsure_systolic",
        ),
        (NUMBERS, "[93.0, 110.0]", "[33.0, 110.0]", "does not match plausible_c"),
        ("data/wording.yml", "glossary:", "glosary:", "the section 'glossary' is missing"),
        ("data/rules/check.yml", "rules:", "rules: [", "the bracket that opens there is not closed"),
        ("domain.yml", "intents:", "intents: [", "the bracket that opens there is not closed"),
        ("data/nlu/dialogue.yml", "nlu:", "nul:", "nothing reads 'nul'. Did you mean nlu"),
        (
            "assistant/screening/answers.py",
            'cues("refusal")',
            'cues("refuse")',
            "the list 'refuse' is missing; assistant/screening/answers.py:",
        ),
    ],
)
def test_broken_file_is_reported(
    copy: Project, edit: Edit, name: str, old: str, new: str, expected: str
) -> None:
    """The finding names what is wrong."""
    edit(name, old, new)
    assert expected in problems(copy)


def test_pattern_of_red_flags_that_does_not_compile(copy: Project, edit: Edit) -> None:
    """A pattern with an open bracket stops the quick check, since emergencies depend on it."""
    edit(RULES, 'present_verbs: "(have', 'present_verbs: "((have')
    assert "red_flags.yml" in "\n".join(map(str, loading.check_runtime(copy)))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("document/topics.yml", "", "topics.yml:1: no sections"),
        ("screening/thresholds.yml", "- 38.0\n", "thresholds.yml:1: no sections"),
        ("screening/cues.yml", None, "cues.yml:1: the file is missing"),
        (
            "document/pairs.yml",
            "pairs: [{id: K1, facts: 3, say: x}]\n",
            "pairs.yml:1: K1: facts is no list of words",
        ),
        ("wording.yml", b"a: \xff", "wording.yml:1: not UTF-8 text"),
    ],
)
def test_file_of_another_shape(copy: Project, name: str, text: str | bytes | None, expected: str) -> None:
    """Empty, missing and foreign files are findings, not stack traces."""
    path = copy.data / name
    if text is None:
        path.unlink()
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert expected in problems(copy)


def test_place_is_file_and_line(copy: Project, edit: Edit) -> None:
    """The line of a broken number can be jumped to."""
    edit(NUMBERS, "yes_from_c: 38.0", "yes_from_c: 39.5")
    assert "data/screening/thresholds.yml:4: " in problems(copy)
