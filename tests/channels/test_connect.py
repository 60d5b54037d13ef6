"""`make connect-<name>` sets what can be set, says the rest in one piece, and never shows a secret."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from scripts._env import ROOT, child_environment
from tests import transports
from tests.transports.base import MessengerTransport, started

PUBLIC_URL = "https://bot.clinic.example"


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> Iterator[MessengerTransport]:
    """The platform that the test names, which was told nothing yet."""
    found = transports.transport(request.param)
    assert isinstance(found, MessengerTransport)
    with started(found):
        found.fake.clear()
        yield found


def connect(transport: MessengerTransport, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs the command against the fake; `more` are other variables of the environment."""
    command = [sys.executable, "-m", "scripts.connect", transport.name]
    environment = child_environment({"STRIA_WEB_URL": PUBLIC_URL, **transport.variables(), **more})
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    secrets = [v for name, v in transport.credentials().items() if "token" in name or "secret" in name]
    assert not any(secret in done.stdout + done.stderr for secret in secrets)
    return done


def connected(transport: MessengerTransport) -> str:
    """Connects a messenger that is set up rightly; returns what is told."""
    done = connect(transport)
    assert done.returncode == 0, done.stderr
    assert f"{PUBLIC_URL}/webhooks/{transport.name}/webhook" in done.stdout
    return done.stdout


def only(*names: str) -> pytest.MarkDecorator:
    """Returns the mark that names the platforms of a test."""
    return pytest.mark.parametrize("transport", names, indirect=True)


@only("telegram")
def test_telegram_is_told_the_webhook(transport: MessengerTransport) -> None:
    """With secret and kinds of updates; nothing that waits at Telegram is dropped."""
    connected(transport)
    (body,) = transport.fake.of("setWebhook")
    assert body == {
        "url": f"{PUBLIC_URL}/webhooks/telegram/webhook",
        "secret_token": transport.credentials()["secret"],
        "allowed_updates": ["message", "callback_query"],
    }


@only("messenger")
def test_the_page_is_subscribed(transport: MessengerTransport) -> None:
    """The start button is set, too, and it is told what to set by hand."""
    connected(transport)
    (page,) = transport.fake.of("subscribed_apps")
    assert page["subscribed_fields"] == "messages,messaging_postbacks"
    (profile,) = transport.fake.of("messenger_profile")
    assert profile["get_started"] == {"payload": "Hello"}


@only("slack")
def test_slack_is_asked_whose_token_it_is(transport: MessengerTransport) -> None:
    """And it is told what to set where."""
    assert "the bot stria in Clinic" in connected(transport)
    assert [call.method for call in transport.fake.calls] == ["auth.test"]


@only("twilio", "whatsapp")
def test_what_has_to_be_set_by_hand(transport: MessengerTransport) -> None:
    """All of it: the address is told, and nobody is called."""
    connected(transport)
    assert transport.fake.calls == []


@pytest.mark.parametrize(
    ("transport", "more", "line"),
    [
        ("telegram", {"SECRET": ""}, "STRIA_TELEGRAM_SECRET"),
        ("telegram", {"TOKEN": "", "SECRET": ""}, "STRIA_TELEGRAM_TOKEN"),
        ("telegram", {"STRIA_WEB_URL": ""}, "STRIA_WEB_URL"),
        ("telegram", {"TOKEN": "123456789:AAanotherTokenThatIsLongEnoughForTheRule"}, "HTTP 401"),
        ("slack", {"SIGNING_SECRET": ""}, "STRIA_SLACK_SIGNING_SECRET"),
        ("slack", {"TOKEN": "xoxp-1111111111-of-a-user"}, "STRIA_SLACK_TOKEN"),
        ("slack", {"TOKEN": "xoxb-1111111111-of-another-app"}, "invalid_auth"),
        ("messenger", {"TOKEN": "EAAGanotherTokenThatIsLongEnough"}, "error 190: the access token is wrong"),
    ],
    indirect=["transport"],
)
def test_what_is_wrong(transport: MessengerTransport, more: dict[str, str], line: str) -> None:
    """One line names it, and nothing is set."""
    variables = {n if n.startswith("STRIA_") else transport.prefix + n: v for n, v in more.items()}
    done = connect(transport, **variables)
    assert done.returncode == 1
    (told,) = done.stderr.strip().splitlines()
    assert told.startswith("error: ")
    assert line in told
    assert not any(value in told for value in more.values() if value)
    assert transport.fake.calls == []
