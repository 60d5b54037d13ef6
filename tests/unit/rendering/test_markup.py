"""The light Markdown of replies, and how each platform writes it."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.rendering.markup import HTML, MRKDWN, PLAIN, WHATSAPP, Run, cut, parse, plain_text

MARKED = "**Note:** 5 < 6 & see [our page](https://a.example/?b=1&c=2)."
anything = st.text(alphabet="ab *[]()<>&-\n.:/htps\u00e9😀_", max_size=60)


@pytest.mark.parametrize(
    ("dialect", "written"),
    [
        (HTML, '<b>Note:</b> 5 &lt; 6 &amp; see <a href="https://a.example/?b=1&amp;c=2">our page</a>.'),
        (MRKDWN, "*Note:* 5 &lt; 6 &amp; see <https://a.example/?b=1&amp;c=2|our page>."),
        (WHATSAPP, "*Note:* 5 < 6 & see our page (https://a.example/?b=1&c=2)."),
        (PLAIN, "Note: 5 < 6 & see our page (https://a.example/?b=1&c=2)."),
    ],
)
def test_dialects(dialect: object, written: str) -> None:
    """Bold text, links and signs that the platform would read are written its way."""
    assert dialect.write(parse(MARKED)) == written  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4",
        "** not bold **",
        "**not\nbold**",
        "a ** b",
        "[x] (y)",
        "[x](javascript:alert(1))",
        "[x](page.html)",
        "[](https://a.example)",
        "-5 degrees, well-known",
        "*one star*",
    ],
)
def test_what_is_no_markup(text: str) -> None:
    """It stays as it was written."""
    assert parse(text) == (Run(text),)


def test_lists() -> None:
    """Bullets are shown as such; numbers stay; a dash inside a line is a dash."""
    assert plain_text(parse("- one\n  * two - 2\n1. three")) == "• one\n  • two - 2\n1. three"


def test_links_that_name_their_address() -> None:
    """In plain text they are not written twice."""
    assert PLAIN.write(parse("[a@b.example](mailto:a@b.example), [112](tel:112)")) == "a@b.example, 112"


def test_signs_that_end_a_link_of_slack() -> None:
    """A bar in the address or the label can't end it."""
    assert MRKDWN.write(parse("[a|b](https://a.example/|c)")) == "<https://a.example/%7Cc|a¦b>"


@given(anything, st.integers(0, 60))
def test_cut_loses_nothing(text: str, at: int) -> None:
    """Both parts together have the words; the first has as many characters as asked for."""
    runs = parse(text)
    left, right = cut(runs, at)
    assert plain_text(left) + plain_text(right) == plain_text(runs)
    assert len(plain_text(left)) == min(at, len(plain_text(runs)))


@given(anything)
def test_html_shows_the_words(text: str) -> None:
    """Without its tags, which are balanced, HTML says what plain text says, but for the addresses."""
    written = HTML.write(parse(text))
    tags = re.findall(r"<(/?)(\w+)[^<>]*>", written)
    assert [t for c, t in tags if not c] == [t for c, t in tags if c]
    assert html.unescape(re.sub(r"<[^<>]*>", "", written)) == plain_text(parse(text))
