"""The built widget is whole: every file is there, and every hash is the one of its content."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from assistant import locales

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "widget" / "dist"
MANIFEST: dict[str, Any] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
BIGGEST_LOADER = 4096
ENDINGS = {"br": ".br", "gzip": ".gz"}


def integrity(name: str, algorithm: str = "sha384") -> str:
    """Returns the hash of a file as the attribute `integrity` has it."""
    digest = hashlib.new(algorithm, (DIST / name).read_bytes()).digest()
    return f"{algorithm}-{base64.b64encode(digest).decode()}"


def folder_hash(folder: Path) -> str:
    """Returns the hash over names and contents that gives an assets folder its name."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.suffix not in (".br", ".gz")):
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def test_files() -> None:
    """The manifest names every file of the folder with its compressed copies, and no others."""
    told = {"manifest.json"}
    for name, about in MANIFEST["files"].items():
        told |= {name, *(name + ENDINGS[encoding] for encoding in about["encodings"])}
    assert {str(p.relative_to(DIST)) for p in DIST.rglob("*") if p.is_file()} == told


def test_loader() -> None:
    """Its hash and sizes are right, and it keeps the promise of the documentation."""
    loader = DIST / MANIFEST["loader"]["file"]
    assert MANIFEST["loader"]["integrity"] == integrity(loader.name)
    assert MANIFEST["loader"]["bytes"] == loader.stat().st_size
    packed = loader.with_name("loader.js.gz").stat().st_size
    assert packed == MANIFEST["loader"]["gzip"]
    assert packed <= BIGGEST_LOADER


@pytest.mark.parametrize("name", sorted(DIST.rglob("*.gz")), ids=lambda path: path.name)
def test_compressed_copies(name: Path) -> None:
    """Hold the same; the browser tests read those packed by brotli."""
    assert gzip.decompress(name.read_bytes()) == name.with_suffix("").read_bytes()


@pytest.mark.parametrize("part", ["frame", "webchat"])
def test_asset_folders(part: str) -> None:
    """A folder that browsers keep for ever is named after what is in it."""
    folder = DIST / "assets" / MANIFEST["assets"][part]
    assert folder.name == folder_hash(folder)


def test_pages() -> None:
    """They load the files that are there, and check the loader."""
    frame = f"assets/{MANIFEST['assets']['frame']}"
    chat = (DIST / MANIFEST["chat"]).read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="([^"#:]+)"', chat) == [f"{frame}/frame.css", f"{frame}/frame.js"]
    for name in MANIFEST["demo"].values():
        page = (DIST / name).read_text(encoding="utf-8")
        assert f'src="/webhooks/web/loader.js" integrity="{MANIFEST["loader"]["integrity"]}"' in page
        for asset in re.findall(r'"/webhooks/web/(assets/[^"]+)"', page):
            assert (DIST / asset).is_file()


def test_web_chat() -> None:
    """The frame loads the big bundle from its folder, by its hash; its licences lie beside it."""
    code = (DIST / "assets" / MANIFEST["assets"]["frame"] / "frame.js").read_text(encoding="utf-8")
    bundle = f"assets/{MANIFEST['assets']['webchat']}/webchat-minimal.js"
    assert bundle in code
    assert integrity(bundle, "sha512") in code
    assert "MIT" in (DIST / f"{bundle}.LICENSE.txt").read_text(encoding="utf-8")


def test_what_documents_say() -> None:
    """Wherever the loader's hash stands in a document, it is the current one."""
    documents = [ROOT / "README.md", ROOT / "widget" / "README.md", *(ROOT / "docs").rglob("*.md")]
    found = {
        hash_ for path in documents for hash_ in re.findall(r"sha384-[\w+/]{64}", path.read_text("utf-8"))
    }
    assert found == {MANIFEST["loader"]["integrity"]}


@pytest.mark.parametrize("code", locales.codes())
def test_buttons_of_a_language_are_understood(code: str) -> None:
    """In a language that the assistant begins in, each button of the widget sends a form that it knows."""
    texts = (ROOT / "widget" / "src" / "locales" / f"{code}.js").read_text(encoding="utf-8")
    sent = re.findall(r"(?:payload|personMessage): '([^']+)'", texts)
    assert len(sent) >= 4
    assert [text for text in sent if locales.understood(text, code) is None] == []
    assert f"'{code}'" in (ROOT / "widget/src/frame/markdown.js").read_text(encoding="utf-8")
