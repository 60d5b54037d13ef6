"""The trained model: what it was made from, and whether it can still be used."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from scripts._env import PROJECT, ROOT, shown

MODEL_NAME = "stria.tar.gz"
FINGERPRINT_NAME = "fingerprint.json"
# What training reads. The actions are not among it: they run in their own process.
SOURCES = ("data", "domain.yml", "domain", "config.yml", "requirements.lock", "rasa_ext/nlu")
CODE = "assistant"


def model_path(root: Path = PROJECT) -> Path:
    """Returns where the model is, or will be."""
    return root / "models" / MODEL_NAME


def _counts(path: Path, root: Path) -> bool:
    """Tells whether a file matters: byte code and editors' files come and go by themselves."""
    parts = path.relative_to(root).parts
    return (
        path.is_file()
        and "__pycache__" not in parts
        and not any(part.startswith(".") for part in parts)
        and not path.name.endswith(("~", ".pyc"))
    )


def source_files(root: Path = PROJECT, code: Path | None = None) -> Iterator[Path]:
    """Yields the files that a model is made from, in a fixed order.

    Args:
        root: The root of the project.
        code: Where the code is, when that is elsewhere; the project may also use the data there.
    """
    found: set[Path] = set()
    for folder in dict.fromkeys((root, code or root)):
        for name in SOURCES:
            place = folder / name
            found.update([place] if place.is_file() else place.rglob("*"))
        found.update((folder / CODE).rglob("*.py"))
        found = {path for path in found if folder not in path.parents or _counts(path, folder)}
    return iter(sorted(found))


def fingerprint(root: Path = PROJECT) -> str:
    """Returns a digest of the names and contents of all files that a model is made from."""
    digest = hashlib.sha256()
    code = ROOT if root == PROJECT else root
    for path in source_files(root, code):
        # Fixed-length parts, so that no two sets of files run together to the same bytes.
        for part in (os.path.relpath(path, root).encode(), path.read_bytes()):
            digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def rasa_version_of(archive: Path) -> str:
    """Reads a whole model archive and returns the version of Rasa that made it.

    Raises:
        ValueError: When the archive is damaged or is no Rasa model.
    """
    version = None
    try:
        with tarfile.open(archive, "r:gz") as model:
            for member in model:
                content = model.extractfile(member)
                if content is None:
                    continue
                data = content.read()
                if member.name.lstrip("./") == "metadata.json":
                    version = json.loads(data)["rasa_open_source_version"]
    except (OSError, EOFError, tarfile.TarError, zlib.error, KeyError, TypeError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(version, str):
        raise ValueError("it has no metadata")
    return version


def digest_of(path: Path) -> str:
    """Returns the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stale_reason(root: Path = PROJECT, rasa_version: str | None = None) -> str | None:
    """Returns why the model must be trained again, in words, or None when it need not."""
    archive = model_path(root)
    name = archive.relative_to(root) if root != PROJECT else shown(archive)
    if not archive.exists():
        return "there is no model yet"
    try:
        made_by = rasa_version_of(archive)
    except ValueError:
        return f"{name} cannot be read"
    wanted = rasa_version or importlib.metadata.version("rasa")
    if made_by != wanted:
        return f"{name} was made by Rasa {made_by} and this is {wanted}"
    try:
        record = json.loads((archive.parent / FINGERPRINT_NAME).read_text(encoding="utf-8"))
        recorded = record["model"], record["sha256"], record["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError):
        return f"it is not known what {name} was made from"
    if recorded[:2] != (MODEL_NAME, digest_of(archive)):
        return f"{name} is not the model that {FINGERPRINT_NAME} describes"
    return None if recorded[2] == fingerprint(root) else "the data or the code changed"


def write_record(of: str, root: Path = PROJECT) -> None:
    """Stores beside the model what it was made from.

    Args:
        of: The fingerprint of the sources, taken before the training began.
        root: The root of the project.
    """
    archive = model_path(root)
    record = {"model": MODEL_NAME, "sha256": digest_of(archive), "fingerprint": of}
    text = json.dumps(record, indent=1)
    (archive.parent / FINGERPRINT_NAME).write_text(text + "\n", encoding="utf-8")
