"""What holds in every document: links, files, commands and responses exist, and no folder is anybody's own."""

from __future__ import annotations

import re

import pytest

from tests.documents import DOCS, ROOT, absolute_paths, code, domain, headings, read

#: First parts of absolute paths that hold for everybody: addresses of the server, folders of any Linux.
ANYWHERE = {"conversations", "webhooks", "dev", "etc", "tmp", "usr"}


@pytest.mark.parametrize("name", DOCS)
class TestEachDocument:
    def test_links(self, name: str) -> None:
        """Every link to a file leads to one, and every anchor to a heading."""
        broken = []
        for target in re.findall(r"\]\(([^)\s]+)\)", read(name)):
            if re.match(r"https?:|mailto:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (ROOT / name).parent / path if path else ROOT / name
            if not file.exists() or (anchor and anchor not in headings(file.read_text(encoding="utf-8"))):
                broken.append(target)
        assert [] == broken

    def test_files(self, name: str) -> None:
        """Every file that is named exists; `tests/`, `data/` and others are at the root."""
        named = [c for c in code(read(name)) if re.fullmatch(r"[\w./-]+/[\w./-]*|[\w-]+\.(?:yml|md|py)", c)]
        looked = [
            n
            for n in named
            if not n.startswith((".", "/", "var/", "models/", "results/", "unit/", "application/"))
        ]
        places = (ROOT, ROOT / "docs", ROOT / "data" / "document", ROOT / "data" / "nlu")
        assert [] == [n for n in looked if not any((place / n).exists() for place in places)]

    def test_make_targets(self, name: str) -> None:
        """Every command of make that is named is one."""
        lines = re.findall(r"^([a-z -]+):", read("Makefile"), re.MULTILINE)
        targets = {target for line in lines for target in line.split()}
        blocks = re.findall(r"^ {4}make .*$", read(name), re.MULTILINE)
        named = {t for c in [*code(read(name)), *blocks] for t in re.findall(r"\bmake ([a-z-]+)", c)}
        assert set() == named - targets

    def test_responses(self, name: str) -> None:
        """Every fixed response that is named exists, but for the one that the guide adds."""
        named = set(re.findall(r"utter_[a-z_]+(?:/[a-z_]+)?", read(name)))
        if name == "docs/content.md":
            named -= {"utter_not_in_document/companion", "utter_faq/consultation"}
        assert set() == named - set(domain()["responses"])

    def test_plain(self, name: str) -> None:
        """Nothing of the machine on which it was written: only addresses of ours, and folders of any Linux."""
        assert [] == [path for path in absolute_paths(read(name)) if path.split("/")[1] not in ANYWHERE]


def test_absolute_paths() -> None:
    """They are found in text, code and commands; links, addresses of other servers and commands are none."""
    text = (
        "see /opt/clinic/stria, `/srv/x/` and cp -r '/mnt/a/b' \"/data/c\" (/media/d/e) PATH=/nix/f; |/g/h|"
    )
    found = ["/opt/clinic/stria,", "/srv/x/", "/mnt/a/b", "/data/c", "/media/d/e", "/nix/f", "/g/h"]
    assert absolute_paths(text) == found
    assert absolute_paths("https://x.example/a/b ../a/b data/a/b ./a/b ~/a/b `/start` </b/> a /64 net") == []


class TestChangelog:
    def test_version(self) -> None:
        """The newest entry is the version of the project."""
        version = re.search(r'^version = "([^"]+)"', read("pyproject.toml"), re.MULTILINE)
        newest = re.search(
            r"^## \[([^\]]+)\] - (?:Unreleased|\d{4}-\d\d-\d\d)$", read("CHANGELOG.md"), re.MULTILINE
        )
        assert version
        assert newest
        assert newest[1] == version[1]
