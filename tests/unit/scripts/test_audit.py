"""The audit: what is found against what is accepted, and databases that only seem to answer."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from scripts import audit
from scripts._env import LOCK_FILE, CommandError
from scripts._findings import Accepted, Finding, compare, out_of_date, pinned, read_accepted, read_report

TODAY = datetime.date(2026, 11, 22)
LOCK = "keras==2.12.0 ; python_full_version < '3.11' \\\n    --hash=sha256:aa\nPy_Thing.x==1 \\\n"
FOUND = Finding("keras", "2.12.0", ("PYSEC-1", "CVE-1"), ("3.0",))


def accepted(**changes: Any) -> Accepted:
    """Returns an accepted finding."""
    entry = {"id": "CVE-1", "package": "keras", "version": "2.12.0", "why": "not used", "until": "2027-05-31"}
    entry.update(changes)
    return Accepted(**{**entry, "until": datetime.date.fromisoformat(entry["until"])})  # type: ignore[arg-type]


def report(*vulnerable: str, skipped: str = "") -> dict[str, Any]:
    """Returns what pip-audit reports: packages with a vulnerability, and one that it does not know."""
    vuln = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["3.0"]}
    packages: list[dict[str, Any]] = [{"name": n, "version": "2.12.0", "vulns": [vuln]} for n in vulnerable]
    packages.append({"name": "attrs", "version": "26.1.0", "vulns": []})
    if skipped:
        packages.append({"name": skipped, "skip_reason": "not found"})
    return {"dependencies": packages, "fixes": []}


def test_a_finding_that_is_accepted() -> None:
    """It is known by any of its names, for its package, until its day."""
    assert compare([FOUND], [accepted()], TODAY) == []
    assert compare([FOUND], [accepted(id="PYSEC-1")], TODAY) == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"id": "CVE-2"}, "not accepted: keras 2.12.0: PYSEC-1, CVE-1; fixed in 3.0"),
        ({"package": "other"}, "not accepted: keras 2.12.0: PYSEC-1, CVE-1; fixed in 3.0"),
        ({"until": "2026-11-22"}, "look again: keras 2.12.0: PYSEC-1, CVE-1; fixed in 3.0"),
    ],
)
def test_a_finding_that_is_not_accepted(entry: dict[str, str], said: str) -> None:
    """Another one, another package, or its day has come."""
    assert said in compare([FOUND], [accepted(**entry)], TODAY)


def test_an_entry_without_a_finding() -> None:
    """What is gone has to be taken out."""
    assert compare([], [accepted()], TODAY) == ["gone, take it out: CVE-1 of keras 2.12.0"]


def test_an_entry_about_another_version() -> None:
    """A new version has to be looked at anew, also without a database."""
    assert out_of_date([accepted()], pinned(LOCK)) == []
    assert "which is now 2.12.0" in out_of_date([accepted(version="2.11.0")], pinned(LOCK))[0]
    assert "which is now not there" in out_of_date([accepted(package="gone")], pinned(LOCK))[0]


def test_pinned() -> None:
    """Names are compared as indexes do."""
    assert pinned(LOCK) == {"keras": "2.12.0", "py-thing-x": "1"}


def test_reading_a_report() -> None:
    """Findings with all their names, and what could not be looked up."""
    assert read_report(report("keras", skipped="private")) == ([FOUND], ["private"])


@pytest.mark.parametrize(
    "text",
    [
        "- {id: CVE-1, package: keras, version: 2.12.0, why: x}",
        "- {id: CVE-1, package: keras, version: 2.12.0, why: x, until: soon}",
        "- {id: CVE-1, package: keras, version: 2.12.0, why: '', until: 2027-05-31}",
        "- {id: CVE-1, package: keras, version: 2.12.0, why: x, until: 2027-05-31, more: 1}",
        "- CVE-1",
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str) -> None:
    """Each entry has all its parts, and a date."""
    file = tmp_path / "accepted.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match="entry 1"):
        read_accepted(file)


def test_the_real_list() -> None:
    """Each entry is about a package as it is pinned, and none is there twice."""
    entries = read_accepted(audit.ACCEPTED)
    assert out_of_date(entries, pinned(LOCK_FILE.read_text(encoding="utf-8"))) == []
    assert len({(e.id, e.package) for e in entries}) == len(entries)


class TestCommand:
    """With a database in place of pip-audit."""

    @pytest.fixture
    def say(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
        """What is printed; one finding is accepted."""
        said: list[str] = []
        monkeypatch.setattr(audit, "say", said.append)
        monkeypatch.setattr(audit, "ACCEPTED", tmp_path / "accepted.yml")
        monkeypatch.setattr(audit, "LOCK_FILE", tmp_path / "requirements.lock")
        (tmp_path / "requirements.lock").write_text(LOCK, encoding="utf-8")
        (tmp_path / "accepted.yml").write_text(
            "- {id: CVE-1, package: keras, version: 2.12.0, why: x, until: 2999-01-01}", encoding="utf-8"
        )
        return said

    def answer(self, monkeypatch: pytest.MonkeyPatch, known: Any, ours: Any) -> list[str]:
        """Lets the databases report this about what everybody knows, and about our packages."""
        asked: list[str] = []

        def ask(database: str, requirements: Path) -> Any:
            asked.append(database)
            return ours if requirements == audit.LOCK_FILE else known

        monkeypatch.setattr(audit, "ask", ask)
        return asked

    def test_all_is_accepted(self, say: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """It says so."""
        assert self.answer(monkeypatch, report("jinja2"), report("keras")) is not None
        assert audit.main() == 0
        assert "every known vulnerability is accepted" in say[-1]

    def test_one_is_not(self, say: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """It fails and names it."""
        self.answer(monkeypatch, report("jinja2"), report("keras", "sanic"))
        with pytest.raises(CommandError):
            audit.main()
        assert any("not accepted: sanic" in line for line in say)

    @pytest.mark.parametrize("known", [None, report()], ids=["nobody answers", "a mirror without knowledge"])
    def test_no_database(self, say: list[str], monkeypatch: pytest.MonkeyPatch, known: Any) -> None:
        """All are tried; that nothing was found means nothing, and nothing fails."""
        asked = self.answer(monkeypatch, known, report())
        assert audit.main() == 0
        assert tuple(asked) == audit.DATABASES
        assert "left out" in say[-1]

    @pytest.mark.parametrize("ours", [None, report("keras", skipped="attrs")], ids=["no end", "not all"])
    def test_half_an_answer(self, say: list[str], monkeypatch: pytest.MonkeyPatch, ours: Any) -> None:
        """A database that answers has to answer about every package."""
        self.answer(monkeypatch, report("jinja2"), ours)
        with pytest.raises(CommandError, match="pypi"):
            audit.main()
