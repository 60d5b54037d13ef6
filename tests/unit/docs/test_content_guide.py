"""The examples of docs/content.md can be copied."""

from __future__ import annotations

import re

import yaml

from assistant.knowledge.content import content
from tests.documents import read


class TestContentGuide:
    def test_examples_are_yaml(self) -> None:
        """What the guide says to write can be read."""
        blocks = re.findall(r"```yaml\n(.*?)```", read("docs/content.md"), re.DOTALL)
        assert len(blocks) >= 6
        for block in blocks:
            # A line out of a long list is no YAML by itself.
            assert yaml.safe_load(block if ":" in block else f"[{block}]")

    def test_ids_are_free(self) -> None:
        """The ids and names of the examples are not taken."""
        found = content()
        guide = read("docs/content.md")
        ids = set(re.findall(r"^- id: (\w+)", guide, re.MULTILINE))
        assert {"F44", "N46"} == ids
        assert set() == ids & ({*found.facts} | {t.id for t in found.silent.values()})
        assert not {"companion", "consultation"} & ({*found.topics} | {*found.silent})
