"""The audit log as staff see it."""

from __future__ import annotations

from flask import Flask

from clinic import audit, database
from tests.clinic_rows import add
from tests.inbox import Visitor


class TestAudit:
    def test_it_tells(self, anna: Visitor) -> None:
        """Who did what, with a way to the request."""
        known = add(1)
        anna.ask(f"/requests/{known}")
        page = anna.ask("/audit").text
        assert "Looked at a request" in page
        assert f'href="/requests/{known}"' in page
        assert f">{known[:8].upper()}</code>" in page
        assert "Logged in" in page

    def test_filters(self, anna: Visitor) -> None:
        """By name and by kind; what is not there asks for nothing."""
        anna.ask("/")
        assert "1 entry." in anna.ask("/audit?who=anna&action=list").text
        assert "0 entries." in anna.ask("/audit?who=ben").text
        for query in ("page=0", "page=x", "action=lost", "who=%00", "who=" + "x" * 999, "page=999999"):
            assert anna.ask(f"/audit?{query}").status_code == 200

    def test_pages(self, app: Flask, anna: Visitor) -> None:
        """A hundred each."""
        with database.transaction() as connection:
            for _ in range(120):
                audit.record(connection, "anna", "list")
        page = anna.ask("/audit?action=list").text
        assert page.count("<tr><td>") == 100
        assert "Page 1 of 2" in page
        assert anna.ask("/audit?action=list&page=2").text.count("<tr><td>") == 20
