"""Topics and documents of any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.knowledge import content as content_module
from assistant.knowledge.compose import answer_topic
from assistant.knowledge.content import content
from benchmarks import synthetic

MESSAGES = [f"is there really something {number} wonderful" for number in range(30)] + ["no", "ok then"]


def test_topics_have_words_of_their_own() -> None:
    """So many messages of each; the same seed gives the same, whatever the number of topics."""
    rows = synthetic.topics(20, MESSAGES)
    assert len(rows) == 20 * synthetic.EXAMPLES
    assert rows[: 5 * synthetic.EXAMPLES] == synthetic.topics(5, MESSAGES)
    assert rows != synthetic.topics(20, MESSAGES, seed=1)
    text, name = rows[0]
    assert name == "topic_0000"
    assert text.startswith("is there ")
    # The two longest words made way, the others stay.
    assert "something" not in text
    assert "wonderful" not in text
    assert len(text.split()) == len(MESSAGES[0].split())


def test_every_message_of_a_topic_holds_two_of_its_words() -> None:
    """Out of six."""
    rows = synthetic.topics(1, MESSAGES)
    known = set(" ".join(MESSAGES).split())
    own = [set(text.split()) - known for text, _ in rows]
    assert all(1 <= len(words) <= 2 for words in own)
    assert len(set.union(*own)) <= synthetic.KEYWORDS


@pytest.fixture
def longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The content, three times."""
    synthetic.longer_document(tmp_path / "data", 3)
    return tmp_path / "data"


def test_a_longer_document_is_content_that_can_be_used(longer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times the facts and the topics; each answer rests on a sentence of its own."""
    now = content()
    try:
        monkeypatch.setenv("STRIA_DATA", str(longer))
        content_module.content.cache_clear()
        found = content()
        assert len(found.facts) == 3 * len(now.facts)
        assert len(found.topics) == 3 * len(now.topics)
        assert len(found.document) > 2.5 * len(now.document)
        answers = [answer_topic(name).text for name in ("crust", "crust_2", "crust_3")]
        assert len(set(answers)) == 3
        assert "(3)" in answers[2]
    finally:
        monkeypatch.undo()
        content_module.content.cache_clear()


def test_once_is_the_content_itself(tmp_path: Path) -> None:
    """The document is what it was."""
    synthetic.longer_document(tmp_path / "data", 1)
    assert (tmp_path / "data" / "document" / "document.txt").read_text() == content().document
