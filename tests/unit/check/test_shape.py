"""The language of shapes: every wrong value is a fault at its line, whatever it is."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.check.shape import Either, Fault, Keys, Number, Numbers, Rows, Shape, Text, Words, faults
from assistant.check.shapes import FOLDERS, REST, RUNTIME

SHAPE = Keys(
    {"rows": Rows(Keys({"id": Text()}, {"words": Words(), "size": Number(), "range": Numbers()}))},
    {"either": Either((Text(("a", "b")), Words()))},
)
WORD = st.sampled_from(["id", "rows", "words", "7", "", "text", "null", "~", "facts", "items"])
TREE = st.recursive(
    WORD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3)
)


def found(text: str, shape: Shape = SHAPE) -> list[Fault]:
    """The faults of a text of YAML."""
    return list(faults(yaml.compose(text, Loader=yaml.BaseLoader), shape))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rows:\n- id: a\n  words: [b]\n  size: 1.5\n  range: [1, 2]\neither: a\n", []),
        ("rows:\n- id: a\neither: [x]\n", []),
        ("", [(1, "no sections")]),
        ("- a\n", [(1, "no sections")]),
        ("either: a\n", [(1, "the section 'rows' is missing")]),
        ("rows: []\n", [(1, "rows is empty")]),
        ("rows: a\n", [(1, "rows is no list")]),
        ("rows:\n- a\n", [(2, "rows, entry 1 has no keys")]),
        ("rows:\n- words: [b]\n", [(2, "rows, entry 1 lacks id")]),
        ("rows:\n- id: a\n  word: [b]\n", [(3, "a: nothing reads 'word'")]),
        ("rows:\n- id: a\n  words: [b, 7]\n", [(3, "an entry of a: words is the number 7")]),
        ("rows:\n- id: a\n  words: [[b]]\n", [(3, "a: words is no list of words")]),
        ("rows:\n- id: a\n  words:\n  - b\n  - ''\n", [(5, "an entry of a: words is empty")]),
        ("rows:\n- id: a\n  size: 1,5\n", [(3, "a: size is no number: “1,5”")]),
        ("rows:\n- id: a\n  range: [1]\n", [(3, "a: range has 1 numbers")]),
        ("rows:\n- id: a\n  range: [1, x]\n", [(3, "an entry of a: range is no number: “x”")]),
        ("rows:\n- id: ~\n", [(2, "rows, entry 1: id is empty")]),
        ("rows:\n- id: a\neither: c\n", [(3, "either is 'c'")]),
        ("rows:\n- id: a\neither: {a: b}\n", [(3, "either is no text")]),
    ],
)
def test_faults(text: str, expected: list[tuple[int, str]]) -> None:
    """Each fault has the line of what is wrong, and a remedy."""
    told = found(text)
    assert expected == [(f.line, f.problem) for f in told]
    assert all(f.remedy for f in told)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(TREE, st.sampled_from([SHAPE, *RUNTIME.values(), *REST.values(), *FOLDERS.values()]))
def test_any_content(tree: object, shape: Shape) -> None:
    """Whatever a file holds, there is an answer, with lines of the file."""
    text = yaml.safe_dump(tree, allow_unicode=True)
    last = text.count("\n") + 1
    assert all(1 <= f.line <= last and f.problem and f.remedy for f in found(text, shape))
