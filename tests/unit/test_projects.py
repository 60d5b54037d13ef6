"""A project may stand on another one: what it does not have itself it has from its base."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.datafiles import DataFileError, base_dir, clear_caches, content_files, find, load_yaml
from assistant.domains import merged
from assistant.wording import section, wording

OWN = {
    "config.yml": "importers:\n  - name: x.Importer\n    base: ../base\n",
    "data/wording.yml": "answer: {a: own}\nitems: {rash: {name: Rash}}\n",
    "data/nlu/faq.yml": "nlu: own\n",
}
BASE = {
    "data/wording.yml": "answer: {a: base, b: also}\nitems: {fever: {name: Fever}}\nglossary: {x: y}\n",
    "data/nlu/faq.yml": "nlu: base\n",
    "data/nlu/talk.yml": "nlu: talk\n",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project and its base; the library reads the project."""
    for folder, files in (("own", OWN), ("base", BASE)):
        for name, text in files.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("STRIA_PROJECT", str(tmp_path / "own"))
    monkeypatch.delenv("STRIA_DATA", raising=False)
    clear_caches()
    yield tmp_path / "own"
    monkeypatch.undo()
    clear_caches()


class TestFiles:
    def test_own_file_wins(self, project: Path) -> None:
        """A file of the same name replaces the base's as a whole."""
        assert project / "data/nlu/faq.yml" == find("nlu/faq.yml")
        assert {"nlu": "own"} == load_yaml("nlu/faq.yml")

    def test_base_fills_in(self, project: Path) -> None:
        """A file that the project does not have is the base's."""
        assert {"nlu": "talk"} == load_yaml("nlu/talk.yml")
        assert ["nlu/faq.yml", "nlu/talk.yml"] == content_files("nlu")

    def test_file_of_neither(self, project: Path) -> None:
        """What nobody has is missing in the project, not in its base."""
        assert project / "data/gone.yml" == find("gone.yml")

    def test_named_folder_is_complete(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A folder of content files that STRIA_DATA names takes nothing from a base."""
        monkeypatch.setenv("STRIA_DATA", str(project / "data"))
        assert base_dir() is None

    def test_wrong_base(self, project: Path) -> None:
        """A base that is no project is named with the file that says so."""
        (project / "config.yml").write_text("importers: [{name: x, base: ../nobody}]\n", encoding="utf-8")
        clear_caches()
        with pytest.raises(DataFileError, match=r"config\.yml: base: \.\./nobody has no folder data"):
            base_dir()


class TestWordings:
    def test_filled_from_base(self, project: Path) -> None:
        """Wordings are taken one by one."""
        assert ("own", "also") == (wording("answer.a"), wording("answer.b"))

    def test_items_are_never_taken(self, project: Path) -> None:
        """Texts about the items and the glossary belong to a procedure."""
        assert {"rash": {"name": "Rash"}} == section("items")
        with pytest.raises(DataFileError, match="no wording 'glossary'"):
            wording("glossary")


class TestDomain:
    def test_merged(self) -> None:
        """Entries of the base fill in; the slots and responses of its items stay away."""
        own = {"slots": {"rash": 1}, "forms": {"check": 1}, "responses": {"utter_hello": "own"}}
        base = {
            "intents": ["faq", {"emergency": {}}],
            "slots": {"fever": 2, "outcome": 2},
            "forms": {"check": 2},
            "responses": {"utter_hello": "base", "utter_bye": "base", "utter_ask_fever": "?", "utter_help_fever": "!"},
        }  # fmt: skip

        assert {
            "intents": ["faq", {"emergency": {}}],
            "entities": [],
            "actions": [],
            "slots": {"outcome": 2, "rash": 1},
            "forms": {"check": 1},
            "responses": {"utter_bye": "base", "utter_hello": "own"},
        } == merged(own, base, ["fever"])

    def test_own_entry_of_a_list_wins(self) -> None:
        """An intent that both declare is the project's."""
        found = merged({"intents": [{"faq": {"use_entities": []}}]}, {"intents": ["faq", "deny"]}, [])
        assert [{"faq": {"use_entities": []}}, "deny"] == found["intents"]
