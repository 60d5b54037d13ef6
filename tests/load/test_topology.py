"""The topology of deploy/ under load, when each of its processes is killed: nothing lost, nothing mixed up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.load.cluster import ACTIONS, ADDRESSES, RASA, Cluster, start_cluster
from tests.load.patients import Patient, Ward, stored_turns
from tests.web_client import Visitor, WebAnswer, new_id

pytestmark = pytest.mark.stack
PATIENTS = 6
#: Seconds for which something is down before it is started again.
DOWN = 3.0
#: The bar: seconds that a user waits at most after one server was killed.
LONGEST = 12.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """All processes."""
    cluster = start_cluster()
    try:
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def ward(cluster: Cluster) -> Ward:
    """Patients who have just arrived."""
    ward = Ward([Patient(cluster.visitor()) for _ in range(PATIENTS)])
    for patient in ward.patients:
        patient.arrive()
    return ward


@pytest.mark.parametrize(
    "name", [RASA[0], RASA[1], ACTIONS[0], ACTIONS[1], "balancer", "postgres", "redis", "edge"]
)
def test_killed(cluster: Cluster, ward: Ward, name: str, record_property: pytest.RecordProperty) -> None:
    """Every process once, and started again: what was answered is stored once, in order, where it belongs."""

    def crash() -> None:
        cluster.kill(name)
        time.sleep(DOWN)
        cluster.start(name)

    ward.talk(crash)
    ward.compare(cluster.postgres, cluster.database)
    print(f"\n{ward.report(name)}")
    record_property("report", ward.report(name))
    has_twin = name in RASA + ACTIONS
    assert ward.worst <= (LONGEST if has_twin else LONGEST + DOWN)
    if name in ACTIONS:
        # The balancer asks the other one: nobody notices anything.
        assert (ward.failures, ward.failed_turns) == ({}, 0)
    assert "Traceback" not in cluster.logs()


@pytest.mark.parametrize("name", [RASA[0], ACTIONS[0]])
def test_replaced(cluster: Cluster, ward: Ward, name: str) -> None:
    """A server that is asked to end finishes its work; with the other one in place nobody notices."""

    def replace() -> None:
        assert cluster.stop(name) < 30
        time.sleep(DOWN)
        cluster.start(name)

    ward.talk(replace)
    ward.compare(cluster.postgres, cluster.database)
    print(f"\n{ward.report(f'{name} replaced')}")
    assert (ward.failures, ward.failed_turns) == ({}, 0)


def test_one_patient_at_both_servers(cluster: Cluster) -> None:
    """Who writes through both at the same time gets every answer; all is stored once, nobody waits long."""
    windows = []
    for _ in range(3):
        first = cluster.visitor()
        assert first.open().status == 201
        visitors = [Visitor(cluster.rasa_port, first.cookie, host=address) for address in ADDRESSES]
        windows.append([Patient(visitor) for visitor in visitors])
    end = time.monotonic() + 8

    def write(patient: Patient) -> None:
        while time.monotonic() < end:
            patient.say("is it painful?")

    patients = [patient for both in windows for patient in both]
    with ThreadPoolExecutor(len(patients)) as pool:
        list(pool.map(write, patients))
    ward = Ward(patients)
    print(f"\n{ward.report('both servers')}")
    assert ward.failures == {}
    assert ward.worst < 5
    stored = stored_turns(cluster.postgres, cluster.database)
    for both in windows:
        answered = [turn for patient in both for turn in patient.turns]
        (name,) = {n for n, turns in stored.items() if turns[0] in answered}
        assert sorted(stored[name], key=lambda turn: turn.id) == sorted(answered, key=lambda turn: turn.id)


def test_the_same_message_at_both_servers(cluster: Cluster) -> None:
    """It is taken once, by whoever is first; both give the same replies."""
    first = cluster.visitor()
    assert first.open().status == 201
    twins = [Visitor(cluster.rasa_port, first.cookie, host=address) for address in ADDRESSES]
    assert twins[0].say("start the check").status == 200
    for question in (2, 3, 4, 5):
        message_id = new_id()

        def send(twin: Visitor, message_id: str = message_id) -> WebAnswer:
            return twin.say("no", message_id)

        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(send, twins)
        assert one.replies == other.replies
        assert any(f"Question {question} of 6" in text for text in one.texts)


def test_rates_hold_for_both_servers(cluster: Cluster) -> None:
    """They count together: 60 requests a minute of one session, wherever they arrive."""
    first = cluster.visitor()
    assert first.open().status == 201
    twins = [Visitor(cluster.rasa_port, first.cookie, host=address) for address in ADDRESSES]
    statuses = [twins[n % 2].get("messages").status for n in range(64)]
    assert statuses == [200] * 60 + [429] * 4


def test_the_edge(cluster: Cluster) -> None:
    """Bodies over 8 KB are refused, floods are slowed down, and only what is public can be reached."""
    visitor = cluster.visitor()
    assert visitor.open().status == 201
    assert visitor.request("POST", "webhook", raw=b"x" * 8193).error == (413, "too_long")
    for path in (
        "/",
        "/version",
        "/status",
        "/model",
        "/conversations/default/tracker",
        "/webhooks/rest/",
        "/webhooks/rest/webhook",
        "/webhooks/web/../rest/webhook",
        "/webhooks/telegram/set_webhook",
    ):
        assert visitor.request("POST", path, {"sender": "me", "message": "hello"}).status == 404
        assert visitor.get(path).status == 404
    flood = cluster.visitor()
    refused = [a for a in (flood.get("session") for _ in range(120)) if a.status == 429]
    assert refused
    assert refused[0].error == (429, "too_many")
    assert flood.get("session").headers["retry-after"]


def test_rasa_has_no_api(cluster: Cluster) -> None:
    """Also without the edge: neither Rasa's own API nor the private REST channel is there."""
    server = Visitor(cluster.rasa_port, host=ADDRESSES[0])
    for path in ("/webhooks/rest/webhook", "/model/parse", "/conversations/x/tracker", "/about"):
        assert server.request("POST", path, {"sender": "me", "message": "hello", "text": "x"}).status == 404


def test_limits_of_the_channel_come_through(cluster: Cluster) -> None:
    """Addresses of visitors, not that of the edge, are what the channel counts."""
    visitor = cluster.visitor()
    assert visitor.open().status == 201
    assert visitor.say("hello").status == 200
    keys = [key.decode() for key in cluster.redis.client(2).keys("*")]
    assert any(visitor.address in key for key in keys)
