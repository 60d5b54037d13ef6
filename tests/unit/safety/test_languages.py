"""Emergencies and self-harm in other languages than English, looked for on every turn."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant import locales
from assistant.safety import red_flags
from assistant.safety.red_flags import find_red_flag
from assistant.safety.rules import rules, signed
from assistant.screening.items import VALUES
from tests.unit.safety.test_red_flags import FIRING, ORDINARY

DATA = Path(__file__).parent / "data" / "spanish.yml"
SPANISH = yaml.safe_load(DATA.read_text(encoding="utf-8"))
SIGNS = [(kind, text) for kind in ("emergency", "self_harm") for text in SPANISH[kind]]


@pytest.mark.parametrize(("kind", "text"), SIGNS)
def test_fires(kind: str, text: str) -> None:
    """A sign in Spanish fires whatever the language of the conversation."""
    for language in ("en", "es"):
        with locales.speaking(language):
            flag = find_red_flag(text)
            assert flag is not None
            assert flag.kind == kind


@pytest.mark.parametrize("text", SPANISH["ordinary"])
def test_stays_quiet(text: str) -> None:
    """Answers, denials, the past, questions and figures of speech do not fire."""
    assert find_red_flag(text) is None


@pytest.mark.parametrize(
    "text",
    sorted(
        {
            f
            for code in locales.codes()
            for f in (*locales.locale(code).answers, *locales.locale(code).commands)
        }
    ),
)
def test_no_form_fires(text: str) -> None:
    """No form that the assistant understands, and so no button, is taken for an emergency."""
    assert find_red_flag(text) is None


@pytest.mark.parametrize("text", ORDINARY)
def test_english_is_left_alone(text: str) -> None:
    """Ordinary English does not fire by the signs of another language."""
    assert red_flags._find(rules("es"), text) is None


@pytest.mark.parametrize("text", [text for _, text in (*SIGNS, *FIRING)] + SPANISH["ordinary"] + ORDINARY)
def test_nothing_is_passed_over(text: str) -> None:
    """The quick look leaves no message out in which the whole reading finds a sign."""
    found = rules("es")
    assert found.possible(text) or red_flags._find(found, text) is None


@given(
    st.lists(st.sampled_from([w for _, text in SIGNS for w in text.split()]), min_size=1, max_size=8).map(
        " ".join
    )
)
def test_nothing_is_passed_over_in_any_mixture(text: str) -> None:
    """The same for any mixture of the words of signs."""
    found = rules("es")
    assert found.possible(text) or red_flags._find(found, text) is None


def test_whose_emergency() -> None:
    """The message goes to the bystander when it is somebody else's."""
    by = {
        text: find_red_flag(text)
        for text in ("mi marido no respira", "no puedo respirar", "se me cierra la garganta")
    }
    assert [flag.bystander for flag in by.values() if flag] == [True, False, False]
    assert {flag.language for flag in by.values() if flag} == {"es"}


def test_signs_of_a_base_count() -> None:
    """Signs are read for each language that has them; values are none of their business."""
    assert signed() == ("es",)
    assert all(find_red_flag(value) is None for value in VALUES)
