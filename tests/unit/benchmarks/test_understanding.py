"""How classes are read from Rasa's parse data, and judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import judging, pipelines, public_sets
from benchmarks.judging import ASKED, FALSE_ANSWER, RIGHT, WRONG
from benchmarks.pipelines import LIGHT, NULL, STOCK, STRIA, Reading

FALLBACK = {"name": "nlu_fallback", "confidence": 0.3}


def ranking(*names: str) -> list[dict[str, Any]]:
    """Intents of falling confidence."""
    return [{"name": name, "confidence": 0.9 - 0.1 * number} for number, name in enumerate(names)]


def test_stria_names_the_class_itself() -> None:
    """With the probability, and whether its fallback set it aside."""
    topics = {"whole": [["faq/crust", 0.15], ["faq/heat", 0.1]], "hits": []}
    parsed = {"intent": {"name": "faq"}, "topics": topics}
    assert pipelines.reading(parsed) == Reading("faq/crust", 0.15, False)
    assert pipelines.reading({"intent": FALLBACK, "topics": topics}) == Reading("faq/crust", 0.15, True)


def test_a_rule_stands_above_the_classifier() -> None:
    """An emergency that the red flags found is what Stria makes of the message."""
    topics = {"whole": [["faq/crust", 0.9]], "hits": []}
    assert pipelines.reading({"intent": {"name": "emergency"}, "topics": topics}).best == "emergency"


def test_stock_rasa_names_the_topic_by_its_selector() -> None:
    """The likeliest topic of the intent, also where another intent's topic ranks above it."""
    keys = [{"intent_response_key": key} for key in ("smalltalk/greet", "faq/heat", "faq/crust")]
    parsed = {
        "intent": FALLBACK,
        "intent_ranking": [FALLBACK, *ranking("faq", "smalltalk")],
        "response_selector": {"default": {"ranking": keys}},
    }
    assert pipelines.reading(parsed) == Reading("faq/heat", 0.9, True)
    parsed["response_selector"] = {"default": {"ranking": []}}
    assert pipelines.reading(parsed).best == "faq"


def test_light_rasa_has_an_intent_for_each_topic() -> None:
    """Which is the class again when it is read."""
    parsed = {"intent": ranking("faq+heat")[0], "intent_ranking": ranking("faq+heat", "faq+crust")}
    assert pipelines.reading(parsed) == Reading("faq/heat", 0.9, False)


def test_the_null_bot_understands_nothing() -> None:
    """Neither with its fallback nor without."""
    assert pipelines.reading({"intent": FALLBACK, "intent_ranking": [FALLBACK]}) == Reading("", 0, True)
    assert pipelines.reading({"intent": {"name": None}}) == Reading("", 0, True)


def test_topics_become_intents_that_rasa_reads_whole(tmp_path: Path) -> None:
    """And no text of an example becomes an entity or a second example."""
    rows = [("a [b](c)\nd", "faq/heat"), ("- e", "faq/heat"), ("😩", "deny")]
    pipelines.write_examples(tmp_path / "nlu.yml", rows)
    written = yaml.safe_load((tmp_path / "nlu.yml").read_text())
    assert [block["intent"] for block in written["nlu"]] == ["faq+heat", "deny"]
    assert written["nlu"][0]["examples"] == "- a (b)(c) d\n- - e\n"


def test_configurations() -> None:
    """Each pipeline ends with a fallback; on other data Stria has none of its rules for its own."""
    for name in (STRIA, STOCK, LIGHT, NULL):
        names = [c["name"] for c in pipelines.config(name)["pipeline"]]
        assert "FallbackClassifier" in names
    names = [c["name"].rpartition(".")[2] for c in pipelines.config(STRIA, own_data=False)["pipeline"]]
    assert names == ["TopicClassifier", "FallbackClassifier"]


def row(expect: str, facts: tuple[str, ...] = (), topic: str | None = None) -> dict[str, Any]:
    """A row of the development set."""
    return {"id": "Q", "text": "x", "expect": expect, "facts": list(facts), "topic": topic}


@pytest.mark.parametrize(
    ("wanted", "name", "found"),
    [
        (row("answered", ("F15",)), "faq/crust", RIGHT),
        (row("answered", ("F15", "F16")), "faq/crust", WRONG),
        (row("answered", ("F15",)), "faq/heat", WRONG),
        (row("answered", ("F15",)), "not_in_document/side_effects", WRONG),
        (row("answered", ("F15",)), "faq", WRONG),
        (row("answered", ("F15",)), "", ASKED),
        (row("not_in_document", topic="N01"), "not_in_document/price", RIGHT),
        (row("not_in_document", topic="N01"), "not_in_document/pain", WRONG),
        (row("not_in_document", topic="N01"), "faq/crust", FALSE_ANSWER),
        (row("not_in_document", topic="N05"), "inform_health", RIGHT),
        (row("not_in_document", topic="N01"), "inform_health", WRONG),
        (row("out_of_scope"), "out_of_scope/everyday", RIGHT),
        (row("out_of_scope"), "faq/crust", FALSE_ANSWER),
        (row("out_of_scope"), "smalltalk/joke", WRONG),
        (row("smalltalk"), "smalltalk/greet", RIGHT),
        (row("condition", ("F25",)), "inform_health", RIGHT),
        (row("condition", ("F25",)), "faq/heart", WRONG),
        (row("emergency"), "self_harm", RIGHT),
        (row("emergency"), "", ASKED),
    ],
)
def test_the_rule(wanted: dict[str, Any], name: str, found: str) -> None:
    """A class is judged by what a reply to it would say."""
    assert judging.outcome(wanted, name) == found


def test_every_row_is_counted_once_in_its_kind_and_once_in_all() -> None:
    """A fallback is asked back, unless the likeliest class is wanted in spite of it."""
    rows = [row("answered", ("F15",)), row("smalltalk")]
    read = [Reading("faq/crust", 0.2, True), Reading("smalltalk/greet", 0.9, False)]
    counts = judging.judge(rows, read)
    assert counts["all"] == {RIGHT: 1, WRONG: 0, ASKED: 1, FALSE_ANSWER: 0}
    assert counts["answered"][ASKED] == 1
    assert judging.judge(rows, read, fallback=False)["all"][RIGHT] == 2


def test_some_questions_are_beyond_one_class() -> None:
    """Those that want facts of several topics."""
    rows = [row("answered", ("F15",)), row("answered", ("F15", "F31")), row("emergency")]
    assert judging.reachable(rows) == 2


def test_scores_of_a_public_set() -> None:
    """Right by the likeliest class; refused by the fallback; AUROC by confidence alone."""
    read = [
        Reading("a", 0.9, False),
        Reading("b", 0.4, True),
        Reading("a", 0.6, False),
        Reading("c", 0.5, False),
        Reading("a", 0.1, True),
    ]
    found = public_sets.score(["a", "b", "b"], read)
    auroc = found.pop("auroc")
    assert found == {
        # The least sure of so few test messages is the threshold that is as strict for all: 0.4.
        "tested": 3, "right": 2, "kept": 1, "outside": 2, "refused": 1, "refused_alike": 1,
    }  # fmt: skip
    # Five of the six pairs stand in the right order.
    assert auroc == pytest.approx(5 / 6)
