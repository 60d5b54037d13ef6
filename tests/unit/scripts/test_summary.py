"""`make summary` tells one conversation's check in each form, keeps files private, and errs in one line."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.datafiles import clear_caches, load_file
from assistant.screening.record import CheckRecord
from rasa_ext.stores.sql import SafeSQLTrackerStore
from scripts import summary as command
from scripts._env import QUIET, ROOT, CommandError, child_environment
from tests.unit.screening.records import at, full

DOMAIN = Domain.load(str(ROOT / "domain.yml"))


async def keep(store: SafeSQLTrackerStore, sender: str, record: CheckRecord | None, time: float) -> None:
    """Stores a conversation with a check, or with none."""
    tracker = DialogueStateTracker(sender, DOMAIN.slots)
    tracker.update(UserUttered("hello", input_channel="web", timestamp=time))
    for name, value in (record.to_slots() if record else {}).items():
        tracker.update(SlotSet(name, value, timestamp=time))
    await store.save(tracker)


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    """Three conversations, two of them with a check."""
    file = tmp_path / "stria.db"
    store = SafeSQLTrackerStore(DOMAIN, db=str(file))
    await keep(store, "web:older", full(), 1_000_000)
    await keep(store, "web:talk", None, 1_500_000)
    await keep(store, "web:newer\x1b[31m", full(), 2_000_000)
    store.engine.dispose()
    return file


def run(database: Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs the command, from another folder."""
    environment = child_environment({"STRIA_DB": str(database), **variables})
    return subprocess.run(
        [sys.executable, "-m", "scripts.summary"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


class TestCommand:
    def test_list(self, database: Path, tmp_path: Path) -> None:
        """Without a name, the conversations with a check are listed, the latest first."""
        done = run(database, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert [line.split("UTC  ")[-1] for line in done.stdout.splitlines()[1:]] == [
            "web:newer\ufffd[31m",
            "web:older",
        ]
        assert "1970-01-12 13:46 UTC  web:older" in done.stdout

    def test_text(self, database: Path, tmp_path: Path) -> None:
        """Text is what the chat shows, with the channel below; who it is stands nowhere."""
        done = run(database, tmp_path, SENDER="web:older")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("Summary for the specialist\n")
        assert "Channel: web\n" in done.stdout
        assert "web:older" not in done.stdout


async def test_another_project(tmp_path: Path) -> None:
    """The check of another project is told with its own questions, and passes the rules with its own Questionnaire."""
    project = ROOT / "examples" / "tattoo_removal"
    items = load_file(project / "data" / "screening" / "items.yml")["items"]
    entries = [
        {"item": i, "value": "no", "words": "no", "cue": "answer", "how": "asked", "old": None, "at": at(0)}
        for i in items
    ]
    kept = {"entries": entries, "asked": [*items], "status": "done"}
    store = SafeSQLTrackerStore(
        Domain.load(str(project / "domain.yml")).merge(DOMAIN), db=str(tmp_path / "stria.db")
    )
    tracker = DialogueStateTracker("web:a", store.domain.slots)
    for name, value in {**dict.fromkeys(items, "no"), "check_record": kept}.items():
        tracker.update(SlotSet(name, value))
    await store.save(tracker)
    store.engine.dispose()
    done = run(tmp_path / "stria.db", tmp_path, STRIA_PROJECT=str(project), SENDER="web:a", FORMAT="fhir")
    assert (done.returncode, done.stderr) == (0, "")
    resource = json.loads(done.stdout)
    assert "tattoo" in resource["questionnaire"]
    links = [i["linkId"] for i in resource["item"] if i["linkId"] != "history"]
    assert links == [name.replace("_", "-") for name in items]


class TestMistakes:
    """Each is one line with a remedy."""

    @pytest.mark.parametrize(
        ("sender", "file", "problem"),
        [
            ("web:nobody", "stria.db", "no conversation of that name; make summary lists"),
            ("web:talk", "stria.db", "no check yet; make summary lists"),
            ("web:older", "text.db", r"can't be read \(DatabaseError\); is STRIA_DB"),
        ],
    )
    def test_store(
        self, database: Path, monkeypatch: pytest.MonkeyPatch, sender: str, file: str, problem: str
    ) -> None:
        """What is not in the store, and a store that is none."""
        (database.parent / "text.db").write_text("no database at all, but words " * 100)
        for name, value in {
            **QUIET,
            "STRIA_DB": str(database.parent / file),
            "ACTION_ENDPOINT_URL": "",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(ROOT)
        monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
        with pytest.raises(CommandError, match=problem) as caught:
            command.summary(sender, "text")
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("variables", "problem"),
        [
            ({"FORMAT": "xml"}, "one of text, html, pdf, fhir, questionnaire"),
            ({"SENDER": "a", "FORMAT": "pdf"}, "a PDF needs a file"),
            ({"FORMAT": "html"}, "name the conversation with SENDER"),
            ({"OUT": "a.txt"}, "name the conversation with SENDER"),
        ],
    )
    def test_variables(
        self, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], problem: str
    ) -> None:
        """Variables that don't fit are refused before anything is opened."""
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(CommandError, match=problem):
            command.main()

    def test_no_check_anywhere(self) -> None:
        """An empty list says what to do."""
        with pytest.raises(CommandError, match="make chat"):
            command.listing([])

    def test_other_stores(self) -> None:
        """A store that can't list asks for the name."""
        with pytest.raises(CommandError, match="SENDER"):
            command.conversations(InMemoryTrackerStore(DOMAIN))


def slots(**changes: Any) -> dict[str, Any]:
    """Returns the slots of a check with a bit of everything."""
    return {**full().to_slots(), **changes}


class TestRendered:
    def test_fhir(self) -> None:
        """FHIR is the resource, with the channel."""
        resource = json.loads(command.rendered(slots(), "web", "fhir"))
        assert resource["resourceType"] == "QuestionnaireResponse"
        assert resource["extension"][-1]["valueString"] == "web"

    @pytest.mark.parametrize("form", ["html", "pdf"])
    def test_page(self, form: str) -> None:
        """Page and PDF are made from the same page."""
        assert command.rendered(slots(), "web", form).startswith("<!doctype html>")

    def test_broken(self) -> None:
        """What breaks a rule of FHIR is not handed out; the line names rule and remedy, and quotes nobody."""
        broken = slots()
        broken["check_record"]["entries"][0]["at"] = "2026-11-22T09:30:00"
        broken["check_record"]["red_flags"] = []
        with pytest.raises(CommandError, match="with an offset") as caught:
            command.rendered(broken, "web", "fhir")
        assert "cold sore" not in str(caught.value)

    def test_red_flag_alone(self) -> None:
        """A sign of an emergency is told although no question was answered."""
        record = CheckRecord()
        record.flag("chest pain", None)
        assert "chest pain" in command.rendered(record.to_slots(), "", "html")


class TestFiles:
    def test_questionnaire(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """The Questionnaire is written as it is kept."""
        monkeypatch.setenv("FORMAT", "questionnaire")
        monkeypatch.setenv("OUT", str(tmp_path / "q.json"))
        assert command.main() == 0
        kept = json.loads((ROOT / "data" / "screening" / "questionnaire.r4.json").read_text(encoding="utf-8"))
        assert json.loads((tmp_path / "q.json").read_text(encoding="utf-8")) == kept

    def test_broken_content(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """A content file that can't be used is named, with the remedy."""
        monkeypatch.setenv("FORMAT", "questionnaire")
        monkeypatch.setenv("STRIA_DATA", str(tmp_path))
        clear_caches()
        with pytest.raises(CommandError, match=r"questionnaire\.r4\.json: the file is missing\. Restore it"):
            command.main()
        monkeypatch.undo()
        clear_caches()

    def test_private(self, tmp_path: Path) -> None:
        """A file that others could read becomes private when it is written anew."""
        file = tmp_path / "a.txt"
        file.write_text("a longer text from before")
        file.chmod(0o644)
        command.write(b"new", file)
        assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o600)

    def test_devices(self) -> None:
        """What is no file keeps its mode."""
        null = Path("/dev/null")
        before = null.stat().st_mode
        command.write(b"new", null)
        assert null.stat().st_mode == before

    def test_no_folder(self, tmp_path: Path) -> None:
        """A place where nothing can be written is named."""
        with pytest.raises(CommandError, match="name another file"):
            command.write(b"", tmp_path / "none" / "a.txt")
