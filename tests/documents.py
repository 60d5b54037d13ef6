"""The documents for people, and how tests read them: sections, tables, code and links of Markdown."""

from __future__ import annotations

import re
from typing import Any

import yaml

from scripts._env import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
#: All but the results, which a program writes.
DOCS = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.name != "results.md"
)


def read(name: str) -> str:
    """Returns the text of a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """Returns what stands below a heading of Markdown, with all that is below its own headings."""
    _, head, rest = text.partition(f"\n## {title}\n")
    assert head, f"no section “{title}”"
    return rest.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Returns the cells of the first table in Markdown, without its two head lines."""
    table = re.search(r"(?:^\|.*\|\n?)+", text, re.MULTILINE)
    assert table, "no table"
    lines = table[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def code(text: str) -> list[str]:
    """Returns what stands between single backticks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def headings(text: str) -> set[str]:
    """Returns the anchors of the headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}


def absolute_paths(text: str) -> list[str]:
    """Returns the paths of two parts or more that begin at the root; `/start` alone is a command."""
    return re.findall(r"(?<![\w.:/<~>)}*-])/[\w.-]+/[^\s`\"')|;]*", text)


def domain() -> dict[str, Any]:
    """Returns the domain, with the responses of data/responses."""
    loaded = yaml.safe_load(read("domain.yml"))
    loaded["responses"].update(yaml.safe_load(read("data/responses/questions.yml"))["responses"])
    return dict(loaded)
