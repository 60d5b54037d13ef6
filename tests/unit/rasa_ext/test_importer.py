"""Rasa reads a project together with the base that its config.yml names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter

from assistant.datafiles import ROOT, clear_caches

EXAMPLE = ROOT / "examples" / "tattoo_removal"


def importer(folder: Path) -> TrainingDataImporter:
    """Rasa's importer as every `rasa` command makes it."""
    names = ("config.yml", "domain.yml", "data")
    config, domain, data = (str(folder / name) for name in names)
    return TrainingDataImporter.load_from_config(config, domain, [data])


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Iterator[TrainingDataImporter]:
    """The importer of the second procedure."""
    monkeypatch.setenv("STRIA_PROJECT", str(EXAMPLE))
    clear_caches()
    yield importer(EXAMPLE)
    monkeypatch.undo()
    clear_caches()


def test_domain(example: TrainingDataImporter) -> None:
    """Slots, form and texts are the project's; intents, actions and the rest come from the base."""
    domain = example.get_domain()
    slots = {slot.name for slot in domain.slots}
    assert {"suntan", "check_outcome", "emergency_numbers"} <= slots
    assert not {"herpes", "cardiovascular"} & slots
    assert len(domain.forms["contraindication_check"]["required_slots"]) == 5
    assert "tattoo removal" in domain.responses["utter_smalltalk/greet"][0]["text"]
    assert {"utter_emergency", "utter_ask_suntan"} <= set(domain.responses)
    assert not {"utter_ask_herpes", "utter_help_herpes"} & set(domain.responses)
    assert "action_answer" in domain.user_actions
    # "no" and "false" of the file are not words by then.
    assert not next(s for s in domain.slots if s.name == "suntan").influence_conversation


def test_training_data(example: TrainingDataImporter) -> None:
    """Examples and rules of the base stand beside the project's; a file of the same name replaces them."""
    labels = {m.get_full_intent() for m in example.get_nlu_data().intent_examples}
    assert {"faq/colours", "smalltalk/greet", "affirm", "out_of_scope/everyday"} <= labels
    assert "faq/crust" not in labels
    assert len(example.get_stories().story_steps) == len(importer(ROOT).get_stories().story_steps)


def test_project_without_its_setting() -> None:
    """Without STRIA_PROJECT the library would read other content than Rasa: that is an error."""
    with pytest.raises(RasaException, match="set STRIA_PROJECT to its folder"):
        importer(EXAMPLE)


def test_languages() -> None:
    """The domain is that of the file, and each response that a language has comes in it, too."""
    plain, domain = Domain.load(str(ROOT / "domain.yml")), importer(ROOT).get_domain()
    assert {s.name: type(s) for s in domain.slots} == {s.name: type(s) for s in plain.slots}
    assert (domain.intents, domain.forms, domain.session_config) == (
        plain.intents,
        plain.forms,
        plain.session_config,
    )
    for name, rows in plain.responses.items():
        assert domain.responses[name][: len(rows)] == rows
    chosen = TemplatedNaturalLanguageGenerator(domain.responses)
    slots = {"language": "es", "emergency_numbers": "112 in Europe"}
    assert "112 en Europa" in chosen.generate_from_slots("utter_emergency", slots, "web")["text"]
    assert chosen.generate_from_slots("utter_ask_herpes", slots, "web")["buttons"][0]["payload"] == "Sí"
    for language in ("en", None, "fr"):
        text = chosen.generate_from_slots("utter_emergency", {**slots, "language": language}, "web")["text"]
        assert "112 in Europe" in text
    joke = chosen.generate_from_slots("utter_smalltalk/joke", slots, "web")["text"]
    assert joke == plain.responses["utter_smalltalk/joke"][0]["text"]
