"""deploy/compose.yml in containers: hardened, reachable only where it should be, and it answers."""

from __future__ import annotations

import json
import re
import ssl
from http.client import HTTPConnection, RemoteDisconnected

import pytest

from tests.containers.compose import Containers, TlsVisitor
from tests.edge import HOST

SERVICES = ("edge", "rasa", "balancer", "actions", "inbox", "postgres", "redis")
PRIVATE = ("/", "/model", "/version", "/status", "/metrics", "/healthz", "/conversations/default/tracker")
PRIVATE_TOO = ("/webhooks/rest/webhook", "/webhooks/web/../../model", "/webhooks/telegram/set_webhook")


def test_an_answer_with_its_sentence(containers: Containers) -> None:
    """Somebody asks through the edge, with TLS, and gets the sentence of the document."""
    visitor = containers.visitor()
    assert visitor.open().status == 201
    (answer, *_) = visitor.say("For how many days will I have to rest afterwards?").texts
    assert "document" in answer, answer
    assert re.search(r"[“\"].* days", answer), answer


def test_the_chat(containers: Containers) -> None:
    """The page of the chat, its loader and everything that the page loads are there."""
    visitor = containers.visitor()
    assert visitor.get("loader.js").status == 200
    page = visitor.get("chat")
    assert page.status == 200, page.body[:200]
    loaded = re.findall(r'(?:src|href)="([^"]*assets/[^"]+)"', page.body.decode())
    assert loaded
    for path in loaded:
        assert visitor.get(path.removeprefix("/webhooks/web/")).status == 200, path


def test_the_edge(containers: Containers) -> None:
    """What is too long or too much is refused in words; what is private is not there."""
    visitor = containers.visitor()
    assert visitor.open().status == 201
    assert visitor.request("POST", "webhook", raw=b"x" * 8193).error == (413, "too_long")
    for path in (*PRIVATE, *PRIVATE_TOO):
        assert visitor.get(path).status == 404, path
        assert visitor.request("POST", path, {"sender": "me", "message": "hello"}).status == 404, path
    flood = containers.visitor()
    refused = [a for a in (flood.get("session") for _ in range(120)) if a.status == 429]
    assert refused
    assert refused[0].error == (429, "too_many")


def test_other_names_and_plain_http(containers: Containers) -> None:
    """Whoever asks for another name gets no answer; plain HTTP leads to TLS."""
    plain = HTTPConnection("127.0.0.1", containers.http, timeout=10)
    plain.request("GET", "/webhooks/web/", headers={"Host": HOST})
    answer = plain.getresponse()
    assert (answer.status, answer.headers["location"]) == (308, f"https://{HOST}/webhooks/web/")
    other = HTTPConnection("127.0.0.1", containers.http, timeout=10)
    other.request("GET", "/webhooks/web/")
    with pytest.raises(RemoteDisconnected):
        other.getresponse()
    with pytest.raises(ssl.SSLError):
        TlsVisitor(containers.https, more={"Host": "other.example"}, name="other.example").get("")


@pytest.mark.parametrize("service", SERVICES)
def test_hardening(containers: Containers, service: str) -> None:
    """The kernel says so too: no root, no capability, nothing to gain, filtered calls, a root that is read-only."""
    status = containers.inside(service, "cat", "/proc/1/status")
    found = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert "0" not in found["Uid"].split()
    assert {found[name].strip("0") for name in ("CapPrm", "CapEff", "CapBnd")} == {""}
    assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")
    for place in ("/", "/etc", "/usr", "/var"):
        said = containers.inside(service, "sh", "-c", f": > {place}/x && echo written")
        assert "written" not in said, place
    (name, *_) = containers.names(service)
    assert int(containers.inspect(name, "{{.HostConfig.Memory}}")) > 0
    assert int(containers.inspect(name, "{{.HostConfig.NanoCpus}}")) > 0


def test_secrets_stand_in_no_setting(containers: Containers) -> None:
    """Whoever may look at the containers, or at the list of processes, reads none."""
    secrets = {
        file.name: file.read_text().strip() for file in (containers.folder / "deploy" / "secrets").iterdir()
    }
    for service in SERVICES:
        for name in containers.names(service):
            told = containers.docker("inspect", name) + containers.docker("top", name)
            assert not [which for which, secret in secrets.items() if secret in told], name


@pytest.mark.parametrize(
    ("service", "reaches", "not_"),
    [
        ("edge", ["rasa:5005"], ["postgres:5432", "redis:6379", "actions:5055", "inbox:5070"]),
        (
            "rasa",
            ["balancer:5055", "postgres:5432", "redis:6379"],
            ["actions:5055", "inbox:5070"],
        ),
        ("actions", ["postgres:5432"], ["rasa:5005", "redis:6379", "inbox:5070", "edge:8443"]),
        ("inbox", ["postgres:5432"], ["rasa:5005", "redis:6379", "balancer:5055", "actions:5055"]),
    ],
)
def test_who_can_reach_whom(
    containers: Containers, service: str, reaches: list[str], not_: list[str]
) -> None:
    """Each part finds the next one, and no other by its name."""
    for place in (*reaches, *not_):
        host, port = place.split(":")
        if service == "edge":
            # Its image has busybox: a server answers in whatever way, or the name is not known.
            said = containers.inside(service, "wget", "-T", "3", "-O", "/dev/null", f"http://{host}:{port}/")
            found = "bad address" not in said
        else:
            code = f"import socket; socket.create_connection(('{host}', {port}), 3); print('reached')"
            found = "reached" in containers.inside(service, "python", "-c", code)
        assert found == (place in reaches), (service, place)


def test_nothing_gets_out(containers: Containers) -> None:
    """Rasa, the action servers, the inbox and the stores have no way to anywhere else."""
    for service in SERVICES:
        if service == "edge":
            continue
        for name in containers.names(service):
            networks = json.loads(containers.inspect(name, "{{json .NetworkSettings.Networks}}"))
            for network in networks:
                assert containers.inspect(network, "{{.Internal}}") == "true", (name, network)


def test_commands_of_staff(containers: Containers) -> None:
    """Somebody is let in, and requests and the audit log are read, as docs/deploy.md says it."""
    let_in = ("run", "--rm", "-T", "-e", "NAME=anna", "inbox", "inbox-user")
    assert "anna can log in now" in containers.run(*let_in, stdin="a long password 1\n")
    assert "No request fits" in containers.run("run", "--rm", "-T", "inbox", "requests")
    assert "anna" in containers.run("run", "--rm", "-T", "inbox", "audit-log")
    assert "Erased 0 conversations" in containers.run("run", "--rm", "-T", "purge")


def test_no_word_of_a_patient_is_logged(containers: Containers) -> None:
    """What was said stands in the log of no container, neither does where somebody called from."""
    visitor = containers.visitor()
    assert visitor.open().status == 201
    said = "my purple zebra has painful stretch marks"
    assert visitor.say(said).status == 200
    logs = containers.run("logs", "--no-color")
    assert "zebra" not in logs
    assert visitor.more["X-Forwarded-For"] not in logs
    assert "Traceback" not in logs
