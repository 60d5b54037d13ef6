"""What operators see of the real servers: metrics, logs as JSON, and nothing that anybody wrote."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from scripts._env import ROOT
from scripts._ports import LOOPBACK
from tests.own_stack import MANY, OwnStack, start_own
from tests.stack import free_port
from tests.transports.telegram import TelegramTransport
from tests.waiting import eventually
from tests.web_client import Visitor, arrived

pytestmark = pytest.mark.stack
#: Marks that no file of the project holds: of what is typed, and of who types it.
WORD, SENDER = "Zorvolex", "quillfeather"
RASA, ACTIONS = free_port(), free_port()


@pytest.fixture(scope="module")
def telegram() -> Iterator[TelegramTransport]:
    """Telegram, as a fake."""
    transport = TelegramTransport()
    transport.start()
    yield transport
    transport.stop()


@pytest.fixture(scope="module")
def own(telegram: TelegramTransport) -> Iterator[OwnStack]:
    """The real assistant with its metrics, and with logs as JSON."""
    credentials = {f"{telegram.prefix}{k.upper()}": v for k, v in telegram.credentials().items()}
    own = start_own(
        {
            **credentials,
            "STRIA_WEB_SECRET": "a secret for the tests of observability",
            "STRIA_WEB_RATE_IP": MANY,
            "STRIA_WEB_RATE_NEW": MANY,
            "STRIA_WEB_RATE_SESSION": MANY,
            "STRIA_METRICS_PORT": str(RASA),
            "STRIA_METRICS_ACTIONS_PORT": str(ACTIONS),
            "STRIA_LOG_FORMAT": "json",
            "LOG_LEVEL": "INFO",
        }
    )
    telegram.connect(own.client)
    yield own
    own.stop()


@pytest.fixture
def visitor(own: OwnStack) -> Visitor:
    """Somebody with a new session."""
    return arrived(own.port)


def scraped(port: int) -> str:
    """Returns what Prometheus would read."""
    return urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=10).read().decode()


def value(text: str, series: str) -> float:
    """Returns the value of a series; 0 when it is not there."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def refusals(topic: str) -> float:
    """Returns how often a topic was refused, by both processes."""
    return sum(value(scraped(port), f'stria_refusals_total{{topic="{topic}"}}') for port in (RASA, ACTIONS))


def log_lines(own: OwnStack, since: int = 0) -> list[dict[str, Any]]:
    """Returns the lines of Rasa's log from a byte on; fails when one is no object."""
    log = own.service("rasa").log.read_bytes()[since:].decode()
    return [json.loads(line) for line in log.splitlines()]


def test_turns_of_all_channels(own: OwnStack, visitor: Visitor, telegram: TelegramTransport) -> None:
    """By channel, kind of answer and course of the check; refusals by topic, wherever the action runs."""
    before, refused = scraped(RASA), refusals("N01")
    for text in ("how long is recovery?", "what does it cost?", "start the check", *["no"] * 6):
        visitor.say(text)
    visitor.say("start the check")
    visitor.say("stop")
    telegram.send("patient", "I can't breathe")
    own.client.send("me", "hello")

    grown = {}
    after = scraped(RASA)
    for series in re.findall(r"^(stria_\w+(?:_total|_count)(?:\{.*\})?) ", after, re.MULTILINE):
        grown[series] = value(after, series) - value(before, series)
    expected = {
        'stria_turns_total{channel="web",status="ok"}': 11,
        'stria_turns_total{channel="telegram",status="ok"}': 1,
        'stria_turns_total{channel="rest",status="ok"}': 1,
        'stria_turn_seconds_count{channel="web"}': 11,
        'stria_answers_total{channel="web",kind="answered"}': 1,
        'stria_answers_total{channel="web",kind="not_in_document"}': 1,
        'stria_answers_total{channel="web",kind="condition"}': 6,
        'stria_answers_total{channel="telegram",kind="emergency"}': 1,
        'stria_answers_total{channel="rest",kind="smalltalk"}': 1,
        'stria_emergencies_total{channel="telegram",kind="emergency"}': 1,
        'stria_checks_begun_total{channel="web"}': 2,
        'stria_checks_finished_total{channel="web",outcome="no_listed_contraindication"}': 1,
        'stria_checks_left_total{item="cardiovascular",reason="stopped"}': 1,
        'stria_check_questions_total{item="cardiovascular"}': 2,
        'stria_check_answers_total{item="cardiovascular"}': 1,
        'stria_check_answers_total{item="medicines"}': 1,
        'stria_lock_wait_seconds_count{lock="memory"}': 13,
        # And once for each new conversation.
        'stria_tracker_store_seconds_count{operation="save"}': 16,
        'stria_tracker_store_seconds_count{operation="retrieve"}': 13,
    }
    assert {series: grown.get(series) for series in expected} == expected
    assert grown['stria_outgoing_calls_total{channel="telegram",status="2xx"}'] >= 1
    assert grown['stria_action_call_seconds_count{action="action_answer"}'] >= 3
    assert refusals("N01") - refused == 1
    check = 'stria_action_run_seconds_count{action="validate_contraindication_check"}'
    assert value(scraped(ACTIONS), check) >= 6


def test_the_process(own: OwnStack) -> None:
    """Model, readiness, event loop and memory; the action server tells nothing of Rasa's."""
    record = json.loads((ROOT / "models" / "fingerprint.json").read_text())
    eventually(lambda: 'stria_ready{part="lock_store"}' in scraped(RASA))
    told = scraped(RASA)
    assert f'stria_model_info{{fingerprint="{record["fingerprint"][:16]}",model_id="' in told
    for part in ("model", "actions", "tracker_store", "lock_store"):
        assert value(told, f'stria_ready{{part="{part}"}}') == 1
    for port in (RASA, ACTIONS):
        assert value(scraped(port), "process_resident_memory_bytes") > 10_000_000
        eventually(lambda port=port: value(scraped(port), "stria_loop_lag_seconds_count") > 0)  # type: ignore[misc]
    # The clinic's database is what the action server works with.
    told = [line for line in scraped(ACTIONS).splitlines() if line.startswith("stria_ready{")]
    assert told == ['stria_ready{part="clinic_database"} 1.0']


def test_the_public_address_has_no_metrics(own: OwnStack) -> None:
    """Only the private port."""
    for path in ("metrics", "webhooks/web/metrics"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{own.url}/{path}", timeout=10)


def test_nothing_of_anybody_is_told(own: OwnStack, telegram: TelegramTransport) -> None:
    """Marked words and senders through all channels, whatever becomes of them: not in metrics, not in logs."""
    visitor = arrived(own.port)
    mark = own.service("rasa").size()
    texts = [
        f"hello, I take {WORD}",
        f"what does {WORD} cost?",
        "start the check",
        f"yes, {WORD}",
        f"I can't breathe since {WORD}",
        f'/inform{{"medicine": "{WORD}"}}',
    ]
    for text in texts:
        visitor.say(text)
        own.client.send(SENDER, text)
        telegram.send(SENDER, text)
    visitor.say(WORD * 200)
    visitor.request("POST", "/webhooks/rest/webhook", {"sender": SENDER, "message": WORD * 200})
    visitor.request("POST", "/webhooks/rest/webhook", {"sender": SENDER * 20, "message": WORD})
    telegram.post(telegram.text("4242", WORD * 200))
    telegram.status(telegram.forged(telegram.text("4242", WORD))[0])
    telegram.post(telegram.signed(json.dumps({"update_id": WORD, "message": {"text": WORD}}).encode()))
    visitor.request("POST", "webhook", raw=f'{{"{WORD}'.encode())
    visitor.request("POST", f"/webhooks/web/{WORD}?{WORD}", {WORD: WORD})
    visitor.request("GET", "webhook", headers={"Origin": f"https://{WORD}.example"})
    visitor.request("POST", f"/conversations/{WORD}/execute", {"name": WORD})
    visitor.request("POST", f"/conversations/{WORD}/trigger_intent", {"name": WORD})
    visitor.request(
        "POST",
        f"/conversations/{WORD}/tracker/events",
        {"event": "slot", "name": "answer_kind", "value": WORD},
    )
    own.client.send(WORD, "hello")

    senders = {*own.senders()} - {"me"}
    assert any(s.startswith("web:") for s in senders)
    assert any(s.startswith("telegram:") for s in senders)
    assert SENDER in senders
    for port in (RASA, ACTIONS):
        told = scraped(port)
        found = [s for s in {WORD, SENDER, "divorce", *senders} if s.lower() in told.lower()]
        found += [s for s in senders if s.partition(":")[2] and s.partition(":")[2] in told]
        assert found == []
    logs = own.service("rasa").log.read_bytes()[mark:].decode()
    assert WORD.lower() not in logs.lower()
    assert SENDER not in logs
    assert [s for s in senders if s in logs] == []


def test_each_line_of_the_log_is_an_object(own: OwnStack, visitor: Visitor) -> None:
    """With a line a turn: channel, hashed sender, milliseconds, kind and status."""
    mark = own.service("rasa").size()
    visitor.say("how long is recovery?")
    own.client.send("me", "hello")
    own.client.send("me", "hello")
    eventually(lambda: len([x for x in log_lines(own, mark) if x["event"] == "turn"]) == 3)
    lines = log_lines(own, mark)
    assert all({"time", "level", "logger", "event"} <= line.keys() for line in lines)
    web, first, second = [line for line in lines if line["event"] == "turn"]
    assert (web["channel"], web["kind"], web["status"]) == ("web", "answered", "ok")
    assert (first["channel"], first["kind"]) == ("rest", "smalltalk")
    assert re.fullmatch("[0-9a-f]{16}", web["sender"])
    assert first["sender"] == second["sender"] != web["sender"]
    assert 0 < web["milliseconds"] < 60_000


def test_errors_have_a_kind(own: OwnStack, visitor: Visitor) -> None:
    """And the turn says how it ended."""
    own.kill("actions")
    mark = own.service("rasa").size()
    try:
        visitor.say("start the check")
    finally:
        own.start("actions")
    lines = log_lines(own, mark)
    (failed,) = [line for line in lines if line["logger"] == "rasa_ext.hardening.action_failures"]
    assert failed["level"] == "error"
    assert re.fullmatch(r"\w+", failed["error"])
    assert failed["event"] == f"action action_start_check failed: {failed['error']}"
    assert [x["status"] for x in lines if x["event"] == "turn"] == ["action_failed"]
    told = scraped(RASA)
    assert value(told, 'stria_turns_total{channel="web",status="action_failed"}') >= 1
    assert value(told, 'stria_action_call_errors_total{action="action_start_check"}') >= 1


def test_the_logs_from_the_start(own: OwnStack) -> None:
    """What both processes print from their first line on."""
    for name in ("actions", "rasa"):
        lines = own.service(name).log.read_text().splitlines()
        assert [line for line in lines if not line.startswith("{")] == []


def test_a_port_that_is_taken(own: OwnStack) -> None:
    """One clear line; the server runs on."""
    own.kill("actions")
    settings, own.settings = own.settings, {**own.settings, "STRIA_METRICS_ACTIONS_PORT": str(RASA)}
    try:
        own.start("actions")
        log = own.service("actions").log
        eventually(lambda: bool(log.read_text()))
        (line,) = [json.loads(x) for x in log.read_text().splitlines()]
        assert line["event"] == (
            f"metrics: STRIA_METRICS_ACTIONS_PORT={RASA} at 127.0.0.1 can't be used "
            "(Address already in use); going on without"
        )
    finally:
        own.settings = settings
        own.kill("actions")
        own.start("actions")
