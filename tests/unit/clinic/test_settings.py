"""Settings of the deliveries; what is wrong names the variable and no value."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinic import delivery
from clinic.settings import Mail, SettingsError, Webhook, mail, secret, webhook

MAIL = {"STRIA_SMTP_HOST": "mail.clinic.example", "STRIA_SMTP_FROM": "bot@clinic.example",
        "STRIA_SMTP_TO": "desk@clinic.example  boss@clinic.example"}  # fmt: skip
HOOK = {"STRIA_WEBHOOK_URL": "https://clinic.example/hook?a=1", "STRIA_WEBHOOK_SECRET": "s" * 16}


def test_nothing_set() -> None:
    """Requests only go to the inbox."""
    assert (mail({}), webhook({}), delivery.ways({}), delivery.wrong_settings({})) == (None, None, (), [])


def test_mail() -> None:
    """With its defaults: encrypted, and all of the request."""
    to = ("desk@clinic.example", "boss@clinic.example")
    assert mail(MAIL) == Mail(
        "mail.clinic.example", 587, "starttls", "", "", "bot@clinic.example", to, details=True
    )
    assert delivery.ways({**MAIL, **HOOK}) == ("email", "webhook")


@pytest.mark.parametrize(("tls", "port"), [("ssl", 465), ("starttls", 587)])
def test_ports(tls: str, port: int) -> None:
    """By the kind of encryption, unless one is set."""
    found = mail({**MAIL, "STRIA_SMTP_TLS": tls})
    assert found is not None
    assert found.port == port
    found = mail({**MAIL, "STRIA_SMTP_TLS": tls, "STRIA_SMTP_PORT": "2525"})
    assert found is not None
    assert found.port == 2525


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"STRIA_SMTP_TLS": "yes"}, "STRIA_SMTP_TLS"),
        ({"STRIA_SMTP_TLS": "off"}, "STRIA_SMTP_TLS=off is only"),
        ({"STRIA_SMTP_PORT": "70000"}, "STRIA_SMTP_PORT"),
        ({"STRIA_SMTP_PORT": "x"}, "STRIA_SMTP_PORT"),
        ({"STRIA_SMTP_USER": "bot"}, "STRIA_SMTP_PASSWORD"),
        ({"STRIA_SMTP_PASSWORD": "secret-value"}, "STRIA_SMTP_USER"),
        ({"STRIA_SMTP_DETAILS": "some"}, "STRIA_SMTP_DETAILS"),
        ({"STRIA_SMTP_TO": ""}, "STRIA_SMTP_TO"),
        ({"STRIA_SMTP_TO": "nobody"}, "STRIA_SMTP_TO"),
        ({"STRIA_SMTP_FROM": "a@b\r\nBcc: c@d"}, "STRIA_SMTP_FROM"),
        ({"STRIA_SMTP_PASSWORD_FILE": "/nowhere"}, "STRIA_SMTP_PASSWORD_FILE"),
    ],
)
def test_wrong_mail(changes: dict[str, str], named: str) -> None:
    """It is named; the way stays on, so that requests are kept for it."""
    environ = {**MAIL, **changes}
    with pytest.raises(SettingsError, match=named) as caught:
        mail(environ)
    assert "secret-value" not in str(caught.value)
    assert delivery.ways(environ) == ("email",)
    assert len(delivery.wrong_settings(environ)) == 1


def test_mail_on_this_machine() -> None:
    """Nobody listens in between."""
    for host in ("localhost", "127.0.0.1", "::1"):
        found = mail({**MAIL, "STRIA_SMTP_HOST": host, "STRIA_SMTP_TLS": "off"})
        assert found is not None
        assert found.port == 25


@pytest.mark.parametrize(
    "url", ["https://clinic.example/hook?a=1", "http://127.0.0.1:8080/", "http://[::1]/x"]
)
def test_webhook(url: str) -> None:
    """Encrypted, or on this machine."""
    assert webhook({**HOOK, "STRIA_WEBHOOK_URL": url}) == Webhook(url, "s" * 16)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"STRIA_WEBHOOK_URL": "http://clinic.example/"}, "http is only for this machine"),
        ({"STRIA_WEBHOOK_URL": "http://127.0.0.1.clinic.example/"}, "http is only for this machine"),
        ({"STRIA_WEBHOOK_URL": "ftp://clinic.example/"}, "has to be an https address"),
        ({"STRIA_WEBHOOK_URL": "https://me:secret-value@clinic.example/"}, "without a login"),
        ({"STRIA_WEBHOOK_URL": "https://clinic.example:x/"}, "no address"),
        ({"STRIA_WEBHOOK_URL": "https://"}, "has to be an https address"),
        ({"STRIA_WEBHOOK_URL": "https://clínic.example/"}, "has to be an https address"),
        ({"STRIA_WEBHOOK_SECRET": "short"}, "STRIA_WEBHOOK_SECRET needs 16"),
        ({"STRIA_WEBHOOK_SECRET": ""}, "STRIA_WEBHOOK_SECRET needs 16"),
    ],
)
def test_wrong_webhook(changes: dict[str, str], named: str) -> None:
    """It is named, without what was set."""
    with pytest.raises(SettingsError, match=named) as caught:
        webhook({**HOOK, **changes})
    assert "secret-value" not in str(caught.value)


def test_secrets_in_files(tmp_path: Path) -> None:
    """Without the line's end; not both."""
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    assert secret("NAME", {"NAME_FILE": str(file)}) == "from the file"
    assert secret("NAME", {"NAME": "plain"}) == "plain"
    assert secret("NAME", {}) == ""
    with pytest.raises(SettingsError, match="both set"):
        secret("NAME", {"NAME": "plain", "NAME_FILE": str(file)})
