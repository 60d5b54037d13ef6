"""Edge and balancer while servers leave with their addresses, or are only starting."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.nginx_place import WEB, Place, place
from tests.upstreams import ADDRESSES, vanished
from tests.waiting import eventually


def while_one_vanishes(found: Place, path: str) -> list[int]:
    """Asks again and again while a server's address is gone, and then its name too; returns the statuses."""
    gone = "127.0.1.3"
    with vanished(gone, found.behind.port), ThreadPoolExecutor(30) as pool:
        found.names.names = {"behind.test": (ADDRESSES[0], gone)}
        time.sleep(4)  # the names are looked up every two seconds
        asked = []
        for number in range(30):
            if number == 10:
                found.names.names = {"behind.test": ADDRESSES[:1]}
            asked.append(pool.submit(found.status, path, "POST", body=b"{}"))
            time.sleep(0.15)
        return [one.result() for one in asked]


class TestVanishing:
    """A container that ends takes its address with it: nothing refuses a connection, and soon its name is gone.

    What waits in this moment can't go to another one by `proxy_next_upstream`: nginx knows other servers now.
    """

    def test_at_the_edge(self) -> None:
        """Everybody is served by the one that is left."""
        with place("edge") as found:
            assert while_one_vanishes(found, f"{WEB}webhook") == [200] * 30
            assert {(a.method, a.path, a.body) for a in found.behind.asked} == {
                ("POST", f"{WEB}webhook", b"{}")
            }

    def test_at_the_balancer(self) -> None:
        """Every call is answered by the one that is left."""
        with place("actions") as found:
            assert while_one_vanishes(found, "/webhook") == [200] * 30
            assert {(a.method, a.path, a.body) for a in found.behind.asked} == {("POST", "/webhook", b"{}")}

    @pytest.mark.parametrize(("kind", "path"), [("edge", f"{WEB}webhook"), ("actions", "/webhook")])
    def test_most_are_only_starting(self, kind: str, path: str) -> None:
        """As in a rolling update of Compose: their names are known before they listen. Who listens gets it, once."""
        starting = tuple(f"127.0.1.{number}" for number in range(4, 8))
        with place(kind) as found:
            found.names.names = {"behind.test": (ADDRESSES[0], *starting)}
            time.sleep(4)
            found.behind.asked.clear()
            assert {found.status(path, "POST", body=b"{}") for _ in range(30)} == {200}
            assert len(found.behind.asked) == 30

    def test_the_checked_address_is_passed_on(self) -> None:
        """Also then."""
        with place("edge") as found:
            found.names.names = {"behind.test": ADDRESSES[:1]}
            found.behind.dying = {*ADDRESSES}
            eventually(lambda: found.asked_by_one_request() == {ADDRESSES[0]})
            found.behind.asked.clear()
            assert found.status(f"/conversations/x/../..{WEB}a%20b%0Ac/../d?x=1", "POST", body=b"{}") == 503
            assert [(a.path, a.body) for a in found.behind.asked] == [(f"{WEB}d?x=1", b"{}")] * 2
