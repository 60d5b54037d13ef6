"""The stories cover what the domain and the rules hold."""

from __future__ import annotations

import itertools
from typing import Any

import yaml

from scripts._env import ROOT

#: Called by Rasa's form, or by other actions: no story can show them.
NEVER_PREDICTED = {"validate_contraindication_check", "validate_contact_request"}


def steps(folder: str) -> list[dict[str, Any]]:
    """Returns all steps of the stories or rules of a folder."""
    found: list[dict[str, Any]] = []
    for file in sorted((ROOT / folder).glob("*.yml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        for entry in [*content.get("stories", []), *content.get("rules", [])]:
            found += entry["steps"]
    return found


def names(found: list[dict[str, Any]], key: str) -> set[str]:
    """Returns the intents or actions of steps."""
    return {str(step[key]) for step in found if step.get(key)}


def test_every_intent_and_action_has_a_story() -> None:
    """What is new in the domain needs a story, and no story names what is gone."""
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    stories = steps("tests/stories")
    intents = {i if isinstance(i, str) else next(iter(i)) for i in domain["intents"]}
    assert names(stories, "intent") == {*intents, "nlu_fallback"}
    custom = {a if isinstance(a, str) else next(iter(a)) for a in domain["actions"]}
    actions = {*custom, *domain["forms"]} - NEVER_PREDICTED
    assert names(stories, "action") == actions


def test_every_rule_is_told() -> None:
    """Each intent that a rule answers occurs in the stories with that rule's action."""
    stories = steps("tests/stories")
    told = {(a.get("intent"), b.get("action")) for a, b in itertools.pairwise(stories)}
    rules = steps("data/rules")
    for first, second in itertools.pairwise(rules):
        if first.get("intent") and second.get("action"):
            assert (first["intent"], second["action"]) in told
