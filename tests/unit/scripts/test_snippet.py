"""The snippet holds the address and the hash of the loader that is really served."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from scripts import snippet as module
from scripts._env import CommandError
from scripts.snippet import MANIFEST, address, integrity, main, snippet

URL = "https://bot.clinic.example"


class Tags(HTMLParser):
    """Reads tags as a browser does."""

    def __init__(self, text: str) -> None:
        """Reads them all."""
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps a tag."""
        self.found.append((tag, dict(attrs)))


def test_hash_is_the_loaders() -> None:
    """A browser that computes the hash of the file gets what stands in the manifest."""
    digest = hashlib.sha384((MANIFEST.parent / "loader.js").read_bytes()).digest()
    assert integrity() == f"sha384-{base64.b64encode(digest).decode()}"


def test_what_a_browser_reads() -> None:
    """One script on one line: its address, hash, CORS, and the link to the privacy notice."""
    line = snippet(URL, integrity())
    assert "\n" not in line
    ((tag, attributes),) = Tags(line).found
    assert tag == "script"
    source = attributes.pop("src")
    assert source is not None
    assert re.fullmatch(rf"{URL}/webhooks/web/loader\.js\?v=\w{{8}}", source)
    assert attributes == {
        "integrity": integrity(),
        "crossorigin": "anonymous",
        "defer": None,
        "data-privacy": "/privacy",
    }


def test_address_changes_with_the_loader() -> None:
    """A browser that has kept the old loader does not hold it against the new hash."""
    one, other = (snippet(URL, f"sha384-{letter * 64}") for letter in "+a")
    assert "?v=aaaaaaaa" in other
    assert one.split('"')[1] != other.split('"')[1]


@pytest.mark.parametrize("url", [URL + "/", f"  {URL}", "http://127.0.0.1:5005"])
def test_addresses_that_work(url: str) -> None:
    """A slash at the end, blanks, and this machine."""
    assert f'src="{url.strip().rstrip("/")}/webhooks/web/loader.js?' in snippet(url, integrity())


@pytest.mark.parametrize(
    "url", ["", "bot.clinic.example", "https://Bot.example", 'https://x"onload=', "https://a.example/chat"]
)
def test_addresses_that_do_not(url: str) -> None:
    """The remedy is named."""
    with pytest.raises(CommandError, match="make snippet STRIA_WEB_URL=https"):
        snippet(url, integrity())


def test_argument_or_variable() -> None:
    """The argument goes first; without both, the remedy is named."""
    assert address([], {"STRIA_WEB_URL": f" {URL} "}) == URL
    assert address(["https://a.example"], {"STRIA_WEB_URL": URL}) == "https://a.example"
    for arguments in ([], ["a", "b"]):
        with pytest.raises(CommandError, match="make snippet"):
            address(arguments, {})


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"loader": {"integrity": "sha384-short"}})])
def test_broken_manifest(tmp_path: Path, text: str) -> None:
    """A manifest without the hash is told, and how to make it anew."""
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(CommandError, match="make widget"):
        integrity(tmp_path / "manifest.json")


def test_no_manifest(tmp_path: Path) -> None:
    """So is a missing one."""
    with pytest.raises(CommandError, match="make widget"):
        integrity(tmp_path / "manifest.json")


def test_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the line and nothing else, to be copied."""
    monkeypatch.setattr(module.sys, "argv", ["snippet", URL])
    assert main() == 0
    assert capsys.readouterr().out == snippet(URL, integrity()) + "\n"
