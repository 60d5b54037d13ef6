"""Settings of every messenger that are missing or wrong: it is off, and one line says why."""

from __future__ import annotations

import pytest

from rasa_ext.channels.messengers.base import Off
from tests.transports.base import MessengerTransport

#: Settings that are no secret: what is wrong with them may be quoted.
PUBLIC = {"public_url", "phone_number_id", "version", "appsecret_proof"}


def test_off_and_half_set(transport: MessengerTransport, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing set: off and silent. Something missing or wrong: off, and one line names it without its value."""
    channel = transport.channel()
    settings = transport.credentials()
    unset = dict.fromkeys(settings, "")
    assert isinstance(channel.from_credentials(None), Off)
    assert isinstance(channel.from_credentials(unset), Off)
    assert caplog.text == ""
    for name in channel.NEEDED:
        caplog.clear()
        found = channel.from_credentials({**settings, name: f"${{{transport.prefix}{name.upper()}:-}}"})
        if len(channel.NEEDED) > 1:
            (line,) = caplog.messages
            assert f"{transport.prefix}{name.upper()}" in line
        assert isinstance(found, Off)
    caplog.clear()
    assert isinstance(channel.from_credentials({**settings, "no_such": "x"}), Off)
    (line,) = caplog.messages
    assert "no_such" in line
    assert not any(settings[name] in line for name in channel.NEEDED)


@pytest.mark.parametrize(
    ("transport", "name", "wrong"),
    [
        ("messenger", "token", "short"),
        ("messenger", "app_secret", "not hexadecimal"),
        ("messenger", "verify_token", "short"),
        ("messenger", "version", "25"),
        ("messenger", "appsecret_proof", "so"),
        ("whatsapp", "token", "short"),
        ("whatsapp", "app_secret", "not hexadecimal"),
        ("whatsapp", "verify_token", "short"),
        ("whatsapp", "phone_number_id", "+1 555 078 3881"),
        ("whatsapp", "version", "25"),
        ("twilio", "account_sid", "SK0123456789abcdef0123456789abcdef"),
        ("twilio", "auth_token", "short"),
        ("twilio", "public_url", ""),
        ("twilio", "public_url", "bot.clinic.example"),
        ("twilio", "public_url", "https://bot.clinic.example/path"),
        ("telegram", "token", "987654321"),
        ("telegram", "secret", "with blanks in it"),
        ("slack", "token", "xoxp-1111111111-of-a-user"),
        ("slack", "signing_secret", "short"),
    ],
    indirect=["transport"],
)
def test_what_is_wrong(
    transport: MessengerTransport, name: str, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One line names the setting, and no secret."""
    settings = transport.credentials()
    assert isinstance(transport.channel().from_credentials({**settings, name: wrong}), Off)
    (line,) = caplog.messages
    assert f"'{name}'" in line
    secrets = [settings[other] for other in transport.channel().NEEDED if other not in PUBLIC]
    assert not any(secret in line for secret in (secrets if name in PUBLIC else [*secrets, wrong]))
