"""docs/channels.md has the limits and errors of the code, and an answer as it is."""

from __future__ import annotations

import json
import re

from tests.documents import ROOT, code, read, rows, section


class TestChannels:
    def test_limits(self) -> None:
        """The limits are those of the code."""
        table = " ".join(" ".join(row) for row in rows(section(read("docs/channels.md"), "Limits")))
        numbers = [int(n) for n in re.findall(r"\d+", table)]
        # Read as text: the import would bring Rasa along.
        limits = dict(re.findall(r"^(MAX_\w+) = ([\d_]+)$", read("rasa_ext/channels/base.py"), re.MULTILINE))
        assert numbers == [int(limits[name]) for name in ("MAX_TEXT", "MAX_SENDER", "MAX_BODY")]

    def test_errors(self) -> None:
        """The table holds each status and code that the code raises, and no others."""
        told = {(row[0], code(row[1])[0]) for row in rows(section(read("docs/channels.md"), "Errors"))}
        sources = [p.read_text(encoding="utf-8") for p in (ROOT / "rasa_ext" / "channels").glob("*.py")]
        raised = {e for text in sources for e in re.findall(r'ChannelError\(\s*(\d+), "(\w+)"', text)}
        assert raised == told

    def test_example(self) -> None:
        """The answer that is shown is JSON."""
        shown = re.search(r"```json\n(.*?)```", read("docs/channels.md"), re.DOTALL)
        assert shown
        assert {"recipient_id", "text", "buttons"} == json.loads(shown[1])[0].keys()
