"""Training data are read once and shared, and are the same as stock Rasa's."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_ext.importer import SharedDataImporter

pytestmark = pytest.mark.usefixtures("mended")

NLU = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hello
    - good [morning](daytime)
- synonym: morning
  examples: |
    - forenoon
- regex: digits
  examples: |
    - [0-9]+
- lookup: places
  examples: |
    - Leeds
"""


@pytest.fixture
def data(tmp_path: Path) -> list[str]:
    """Two NLU files, the second with one example that the first has."""
    (tmp_path / "a.yml").write_text(NLU)
    (tmp_path / "b.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: bye\n  examples: |\n    - see you\n'
        "- intent: greet\n  examples: |\n    - hello\n"
    )
    return [str(tmp_path)]


def imported(data: list[str], *importers: str) -> TrainingDataImporter:
    """Return the importer that a `rasa` command would use."""
    return TrainingDataImporter.load_from_dict(
        {"importers": [{"name": name} for name in importers]}, None, None, data
    )


def test_each_file_is_parsed_once(data: list[str]) -> None:
    """The domain and the training, which ask in two ways, share one reading."""
    importer = imported(data, f"{SharedDataImporter.__module__}.{SharedDataImporter.__name__}")
    with mock.patch.object(RasaYAMLReader, "reads", autospec=True, side_effect=RasaYAMLReader.reads) as reads:
        importer.get_domain()
        found = importer.get_nlu_data()
    assert reads.call_count == 2
    assert len(found.intent_examples) == 3


def test_stock_rasa_parses_twice_and_copies(stock: dict[str, Any]) -> None:
    """Without the mends the same files are read twice and every example is copied at each merge."""
    assert stock["parses"] == 2
    assert not stock["merge_shares"]


def test_merged_data_share_their_examples() -> None:
    """A merge makes a new set of the same examples."""
    example = Message(data={"text": "hello", "intent": "greet"})
    left, right = TrainingData([example]), TrainingData([Message(data={"text": "bye", "intent": "bye"})])
    merged = left.merge(right, None)
    assert [m.get("text") for m in merged.training_examples] == ["hello", "bye"]
    assert merged.training_examples[0] is example
    assert [m.get("text") for m in left.training_examples] == ["hello"]


def test_everything_of_a_file_survives(data: list[str]) -> None:
    """Examples once each, entities, synonyms, regexes and lookup tables are all there."""
    found = imported(data).get_nlu_data()
    texts = sorted(m.get("text") for m in found.intent_examples)
    assert texts == ["good morning", "hello", "see you"]
    assert {e["entity"] for m in found.entity_examples for e in m.get("entities")} == {"daytime"}
    assert found.entity_synonyms == {"forenoon": "morning"}
    assert [r["name"] for r in found.regex_features] == ["digits"]
    assert [t["name"] for t in found.lookup_tables] == ["places"]


def test_names_are_stripped_as_stock_rasa_does() -> None:
    """Blanks round the name of an intent go, and so do doubles."""
    merged = TrainingData([Message(data={"text": "a", "intent": " greet "}) for _ in range(2)])
    assert [m.get("intent") for m in merged.training_examples] == ["greet"]


def test_equal_examples_have_equal_hashes() -> None:
    """The order of the keys does not count, the content does; odd values fall back to Rasa's way."""
    one = Message(data={"text": "a", "intent": "greet"})
    assert one == Message(data={"intent": "greet", "text": "a"})
    assert one != Message(data={"text": "a", "intent": "bye"})
    assert Message(data={"text": b"a"}).fingerprint() != Message(data={"text": b"b"}).fingerprint()
