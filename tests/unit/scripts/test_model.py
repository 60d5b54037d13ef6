"""The model is trained again when, and only when, something that it is made from has changed."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from scripts import _model

VERSION = "3.6.21"


def write(path: Path, text: str) -> None:
    """Writes a file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_model(path: Path, version: object = VERSION) -> None:
    """Writes an archive that has the shape of a model of Rasa."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = {
        "components/weights": b"0123456789" * 1000,
        "metadata.json": json.dumps({"rasa_open_source_version": version}).encode(),
    }
    with tarfile.open(path, "w:gz") as archive:
        for name, data in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with a model that is up to date."""
    write(tmp_path / "config.yml", "language: en")
    write(tmp_path / "domain.yml", "intents: []")
    write(tmp_path / "data" / "nlu" / "faq.yml", "nlu: []")
    write(tmp_path / "assistant" / "text.py", "X = 1")
    write(tmp_path / "rasa_ext" / "nlu" / "vocab.txt", "a")
    write(tmp_path / "actions" / "ask.py", "X = 1")
    write_model(_model.model_path(tmp_path))
    _model.write_record(_model.fingerprint(tmp_path), tmp_path)
    return tmp_path


def reason(project: Path) -> str | None:
    """Returns why the model of a project is stale."""
    return _model.stale_reason(project, VERSION)


def test_current_model_is_kept(project: Path) -> None:
    """A model whose sources did not change is up to date."""
    assert reason(project) is None


@pytest.mark.parametrize(
    "name",
    ["config.yml", "domain.yml", "data/nlu/faq.yml", "assistant/text.py", "rasa_ext/nlu/vocab.txt"],
)
def test_changed_source_is_noticed(project: Path, name: str) -> None:
    """A change in any file that training reads makes the model stale."""
    write(project / name, "changed")
    assert reason(project) == "the data or the code changed"


@pytest.mark.parametrize("name", ["data/rules/new.yml", "domain/new.yml", "requirements.lock"])
def test_new_source_is_noticed(project: Path, name: str) -> None:
    """A new file that training reads makes the model stale."""
    write(project / name, "new")
    assert reason(project) == "the data or the code changed"


def test_moved_source_is_noticed(project: Path) -> None:
    """The name of a file counts, not only its content."""
    (project / "data" / "nlu" / "faq.yml").rename(project / "data" / "nlu" / "other.yml")
    assert reason(project) == "the data or the code changed"


def test_names_and_contents_do_not_run_together(tmp_path: Path) -> None:
    """What moves from a file's name into its content changes the fingerprint."""
    write(tmp_path / "one" / "data" / "ab", "c")
    write(tmp_path / "two" / "data" / "a", "bc")
    assert _model.fingerprint(tmp_path / "one") != _model.fingerprint(tmp_path / "two")


@pytest.mark.parametrize(
    "name",
    [
        "actions/ask.py",
        "assistant/notes.md",
        "assistant/__pycache__/text.cpython-310.pyc",
        "data/nlu/.faq.yml.swp",
        "data/nlu/faq.yml~",
        "var/tracker.db",
    ],
)
def test_other_files_do_not_matter(project: Path, name: str) -> None:
    """What training does not read leaves the model as it is."""
    write(project / name, "changed")
    assert reason(project) is None


def test_missing_model_is_trained(project: Path) -> None:
    """Without a model one is trained."""
    _model.model_path(project).unlink()
    assert reason(project) == "there is no model yet"


@pytest.mark.parametrize("kept", [0, 20, 60, 150])
def test_truncated_model_is_stale(project: Path, kept: int) -> None:
    """A model that was cut off anywhere cannot be read."""
    archive = _model.model_path(project)
    assert len(archive.read_bytes()) > kept
    archive.write_bytes(archive.read_bytes()[:kept])
    assert reason(project) == "models/stria.tar.gz cannot be read"


@pytest.mark.parametrize("version", [None, 3])
def test_model_without_version_is_stale(project: Path, version: object) -> None:
    """An archive that does not say which Rasa made it is no model."""
    write_model(_model.model_path(project), version)
    assert reason(project) == "models/stria.tar.gz cannot be read"


def test_model_of_other_rasa_is_stale(project: Path) -> None:
    """A model that another version of Rasa made is trained again."""
    write_model(_model.model_path(project), "3.5.1")
    assert reason(project) == "models/stria.tar.gz was made by Rasa 3.5.1 and this is 3.6.21"


def test_exchanged_model_is_stale(project: Path) -> None:
    """A sound model that the record does not describe is trained again."""
    archive = _model.model_path(project)
    archive.write_bytes(archive.read_bytes() + b"\0")
    assert "is not the model that fingerprint.json describes" in (reason(project) or "")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": "stria.tar.gz"}'])
def test_damaged_record_is_stale(project: Path, text: str) -> None:
    """A record that cannot be read counts as none."""
    write(project / "models" / "fingerprint.json", text)
    assert reason(project) == "it is not known what models/stria.tar.gz was made from"


def test_project_on_other_code(tmp_path: Path) -> None:
    """The model of a project is made from its own files and from those beside the code."""
    for name in ("own/data/a.yml", "code/data/b.yml", "code/assistant/c.py", "own/var/log.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = {
        p.relative_to(tmp_path).as_posix() for p in _model.source_files(tmp_path / "own", tmp_path / "code")
    }
    assert found == {"own/data/a.yml", "code/data/b.yml", "code/assistant/c.py"}
