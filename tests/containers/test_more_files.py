"""The compose files that are added to the main one, each started as docs/deploy.md says it."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator

import pytest

from tests.containers.compose import Containers
from tests.waiting import eventually


@pytest.fixture
def with_file(containers: Containers, request: pytest.FixtureRequest) -> Iterator[Containers]:
    """The services with one more file; afterwards they are as before."""
    before = containers.files
    containers.files = (*before, request.param)
    for name in ("messengers.env", "deliveries.env"):
        (containers.folder / "deploy" / name).write_text("")
    try:
        yield containers
    finally:
        containers.files = before
        containers.up("--remove-orphans")


def get(port: int, path: str) -> tuple[int, bytes]:
    """Asks a port of this machine; returns status and body."""
    connection = http.client.HTTPConnection("localhost", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.mark.parametrize("with_file", ["compose.inbox.yml"], indirect=True)
def test_inbox(with_file: Containers) -> None:
    """Its page to log in answers on this machine."""
    with_file.up()
    status, page = get(5070, "/login")
    assert status == 200
    assert b"Log in" in page
    assert with_file.run("port", "inbox", "5070").strip() == "127.0.0.1:5070"


@pytest.mark.parametrize("with_file", ["compose.metrics.yml"], indirect=True)
def test_metrics(with_file: Containers) -> None:
    """Prometheus finds every process, reads it, and knows the alerts; the edge has none of it."""
    with_file.up()
    visitor = with_file.visitor()
    assert visitor.open().status == 201
    assert visitor.say("does it hurt?").status == 200
    expected = {"stria-rasa": len(with_file.names("rasa")), "stria-actions": len(with_file.names("actions"))}

    def found() -> bool:
        status, body = get(9090, "/api/v1/targets?state=active")
        assert status == 200
        targets = json.loads(body)["data"]["activeTargets"]
        up = [t["labels"]["job"] for t in targets if t["health"] == "up"]
        return {job: up.count(job) for job in expected} == expected

    eventually(found, 90)
    rules = json.loads(get(9090, "/api/v1/rules")[1])["data"]["groups"]
    names = {rule["name"] for group in rules for rule in group["rules"]}
    assert {"StriaDown", "StriaNotReady"} <= names
    eventually(lambda: b"stria" in get(9090, "/api/v1/query?query=stria_turns_total")[1], 60)
    assert visitor.get("/metrics").status == 404


@pytest.mark.parametrize("with_file", ["compose.messengers.yml"], indirect=True)
def test_messengers(with_file: Containers) -> None:
    """With its settings a messenger has its address at the edge, and believes nobody without the secret."""
    settings = with_file.folder / "deploy" / "messengers.env"
    token = f"123456789:{'A' * 35}"
    settings.write_text(f"STRIA_TELEGRAM_TOKEN={token}\nSTRIA_TELEGRAM_SECRET=s3cretofthetests\n")
    with_file.up()
    visitor = with_file.visitor()
    address = "/webhooks/telegram/webhook"
    assert visitor.request("POST", address, {"update_id": 1}).status == 403
    visitor.more["X-Telegram-Bot-Api-Secret-Token"] = "s3cretofthetests"
    assert visitor.request("POST", address, {"update_id": 1}).status == 200
    assert any("outside" in n for n in networks(with_file, "rasa"))


@pytest.mark.parametrize("with_file", ["compose.deliveries.yml"], indirect=True)
def test_deliveries(with_file: Containers) -> None:
    """The action servers have the settings, and a way out that nobody else has."""
    (with_file.folder / "deploy" / "deliveries.env").write_text(
        "STRIA_SMTP_HOST=mail.clinic.example\n"
        "STRIA_SMTP_FROM=a@clinic.example\nSTRIA_SMTP_TO=b@clinic.example\n"
    )
    with_file.up()
    assert "mail.clinic.example" in with_file.inside("actions", "env")
    assert any("outside" in n for n in networks(with_file, "actions"))
    assert not any("outside" in n for n in networks(with_file, "rasa"))


def networks(containers: Containers, service: str) -> list[str]:
    """Returns the networks of a service's first container."""
    name = containers.names(service)[0]
    return re.findall(
        r"\w+", containers.inspect(name, "{{range $n, $_ := .NetworkSettings.Networks}}{{$n}} {{end}}")
    )


def test_events(containers: Containers) -> None:
    """With RabbitMQ, which is off by default, every event of a conversation is also there."""
    containers.set_variables(COMPOSE_PROFILES="events", RABBITMQ_HOST="rabbitmq")
    try:
        containers.up()
        visitor = containers.visitor()
        assert visitor.open().status == 201
        assert visitor.say("does it hurt?").status == 200
        queues = ("rabbitmqctl", "-q", "list_queues", "name", "messages")
        eventually(lambda: bool(re.search(r"\w+\s+[1-9]", containers.inside("rabbitmq", *queues))), 60)
    finally:
        containers.run("rm", "--stop", "--force", "rabbitmq")
        containers.set_variables(COMPOSE_PROFILES="", RABBITMQ_HOST="")
        containers.up()
