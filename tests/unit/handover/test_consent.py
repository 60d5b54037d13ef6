"""The version that is kept with a yes tells the text to the letter, and in which language it was put."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from assistant import locales
from assistant.datafiles import ROOT, DataFileError, clear_caches
from assistant.handover import consent
from assistant.handover.clinic_file import VERSION_LENGTH
from assistant.handover.consent import consent_text, consent_texts, consent_version
from clinic.tables import requests


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with the data of ours and a domain of its own."""
    copyfile(ROOT / "domain.yml", tmp_path / "domain.yml")
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.setenv("STRIA_PROJECT", str(tmp_path))
    clear_caches()
    yield tmp_path / "domain.yml"
    clear_caches()


def test_each_language_has_its_own() -> None:
    """The version of one can't stand for the text of the other."""
    english, spanish = consent_texts()
    assert english[0].startswith("2026-11 en ")
    assert spanish[0].startswith("2026-11 es ")
    assert english[1].endswith("Do you agree?")
    assert spanish[1].endswith("¿Está de acuerdo?")
    with locales.speaking("es"):
        assert consent_version() == spanish[0]


@pytest.mark.parametrize(
    ("old", "new"), [("Do you agree?", "Do you agree ?"), ("staff would get", "staff gets")]
)
def test_a_changed_text_is_another_version(project: Path, old: str, new: str) -> None:
    """Also when nobody has changed the number."""
    before = consent_version()
    text = project.read_text(encoding="utf-8")
    assert old in text
    project.write_text(text.replace(old, new), encoding="utf-8")
    clear_caches()
    assert consent_version() != before


def test_a_missing_text_is_told(project: Path) -> None:
    """Nobody can agree to nothing."""
    project.write_text("responses: {}", encoding="utf-8")
    clear_caches()
    with pytest.raises(DataFileError, match="utter_ask_contact_consent has no text"):
        consent_text("en")


def test_it_fits_its_column() -> None:
    """With the longest version and language."""
    rest = len(f" pt-BR {'0' * consent._DIGITS}")
    assert VERSION_LENGTH + rest <= requests.c.consent_version.type.length
