"""README says what is there: commands, contracts, folders, examples and the conversation."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

from assistant.knowledge.content import content
from assistant.screening.items import ITEMS
from assistant.screening.outcome import Outcome
from tests.documents import README, ROOT, code, domain, read, rows, section

#: Folders that git knows and that readers need not be told about.
UNTOLD = {".ci"}
#: Folders that running makes; they may be missing.
BUILT = {"models", "results", "var"}


class TestReadme:
    def test_length(self) -> None:
        """It stays short enough to be read."""
        assert len(README.splitlines()) <= 220

    def test_make_targets_are_documented(self) -> None:
        """Every command of make is named."""
        targets = set(re.findall(r"^([a-z]+):.*## ", read("Makefile"), re.MULTILINE))
        assert set() == targets - set(re.findall(r"\bmake ([a-z]+)", README))

    def test_slots(self) -> None:
        """Every slot is documented."""
        contracts = section(README, "Contracts")
        assert [] == [s for s in domain()["slots"] if f"`{s}`" not in contracts]

    def test_values(self) -> None:
        """Every outcome is documented, and the form."""
        contracts = section(README, "Contracts")
        assert [] == [v for v in (*get_args(Outcome), *domain()["forms"]) if f"`{v}`" not in contracts]

    def test_answer_kinds(self) -> None:
        """The table of answer kinds is the domain's list, in its order."""
        told = [code(row[0])[0] for row in rows(section(README, "Contracts"))]
        assert told == domain()["slots"]["answer_kind"]["values"]

    def test_folders(self) -> None:
        """The map holds every folder that has files, and nothing that does not exist."""
        house = section(README, "The house")
        told = set(re.findall(r"^(\w+)/ ", house, re.MULTILINE))
        there = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")}
        ignored = re.findall(r"^(\w+)/$", read(".gitignore"), re.MULTILINE)
        there = {n for n in there - {*ignored} if any(_files(ROOT / n))}
        assert there - UNTOLD - told == set()
        assert told - there - BUILT == set()

    def test_files_of_rasa(self) -> None:
        """The four files of a Rasa project stand in the map."""
        for name in re.findall(r"\w+\.yml", section(README, "The house")):
            assert (ROOT / name).exists()

    def test_curl(self) -> None:
        """What the examples send is JSON that the channel takes."""
        for name in ("README.md", "docs/channels.md"):
            commands = re.findall(r"^curl .*?[^\\]\n(?=```)", read(name), re.MULTILINE | re.DOTALL)
            assert commands
            for command in commands:
                sent = re.search(r"-d '([^']*)'", command)
                assert sent
                assert json.loads(sent[1]).keys() == {"sender", "message"}
                assert "/webhooks/rest/webhook" in command
                # Without it the channel answers 415.
                assert "-H 'Content-Type: application/json'" in command

    def test_content_files(self) -> None:
        """The table of content names every folder of data/ but the rules."""
        table = section(README, "Change the content")
        folders = {p.name for p in (ROOT / "data").iterdir() if p.is_dir()}
        assert {"rules"} == {n for n in folders if f"`data/{n}/" not in table}

    def test_transcript(self) -> None:
        """The questions of the conversation are still asked in these words, the quotes still stand."""
        talk = " ".join(section(README, "A conversation").split())
        asked = [domain()["responses"][f"utter_ask_{i}"][0]["text"] for i in ITEMS]
        questions = re.findall(r"Question \d of 6: [^\[]*?[?](?= )", talk)
        assert questions
        assert [] == [q for q in questions if not any(text.startswith(q) for text in asked)]
        document = " ".join(content().document.split())
        assert [] == [q for q in re.findall(r"Source: [^:]*”: “([^”]+)”", talk) if q not in document]


def _files(folder: Path) -> list[Path]:
    """Returns the files of a folder that are not byte code."""
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
