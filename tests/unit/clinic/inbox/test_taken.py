"""Conversations that staff take over and give back."""

from __future__ import annotations

from clinic import takeovers
from tests.clinic_rows import add
from tests.inbox import Visitor


class TestConversations:
    def test_taken_and_given_back(self, anna: Visitor) -> None:
        """The pages tell it, and who had it first keeps it."""
        known = add(1)
        anna.post(f"/requests/{known}/take")
        assert takeovers.taken()["web:1"].by == "anna"
        assert "anna has taken it over" in anna.ask(f"/requests/{known}").text
        assert "Taken over by anna" in anna.ask("/").text
        anna.post(f"/requests/{known}/take")
        assert "Somebody has taken the conversation over already" in anna.ask("/").text
        anna.post(f"/requests/{known}/give-back")
        assert takeovers.taken() == {}

    def test_list(self, anna: Visitor) -> None:
        """All of them, by a name that is nobody's phone number, also without a request."""
        takeovers.take("whatsapp:4917612345678", "ben")
        page = anna.ask("/taken").text
        assert "4917612345678" not in page
        known = takeovers.audit_id("whatsapp:4917612345678")
        assert known in page
        assert anna.post("/taken/give-back", conversation="x").status_code == 404
        assert anna.post("/taken/give-back", conversation=known).status_code == 303
        assert takeovers.taken() == {}

    def test_the_request_behind_it(self, anna: Visitor) -> None:
        """The latest one of the conversation, when there is one."""
        add(2, conversation="web:9", name="Older")
        known = add(1, conversation="web:9", name="Latest")
        takeovers.take("web:9", "ben")
        takeovers.take("web:8", "ben")
        page = anna.ask("/taken").text
        assert f'href="/requests/{known}"' in page
        assert "Latest" in page
        assert "Older" not in page
        assert page.count("Without a request") == 1
