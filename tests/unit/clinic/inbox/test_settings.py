"""The settings of the inbox: defaults for this machine, and wrong values refused with a remedy."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from clinic.inbox.settings import InboxSettingError, InboxSettings
from tests.inbox import settings


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project."""
    monkeypatch.setenv("STRIA_PROJECT", str(tmp_path))
    return tmp_path


def test_defaults() -> None:
    """On this machine alone, half an hour and ten hours, with passwords."""
    found = settings()
    assert (found.host, found.port, found.address) == ("127.0.0.1", 5070, "http://127.0.0.1:5070")
    assert (found.idle_seconds, found.most_seconds) == (1800, 36_000)
    assert (found.proxies, found.sso_header, found.https, found.zone.key) == ((), "", False, "UTC")


def test_a_secret_that_is_made(project: Path) -> None:
    """At the first start, for its owner's eyes only, and the same at the next one."""
    first = InboxSettings.read({}).secret
    file = project / "var" / "inbox_secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == first == InboxSettings.read({}).secret
    assert len(first) >= 64


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"INBOX_PORT": "x"}, "INBOX_PORT is x"),
        ({"INBOX_PORT": "70000"}, "from 1 to 65535"),
        ({"INBOX_PORT": "5060"}, "browsers open no page there"),
        ({"STRIA_INBOX_HOST": "0.0.0.0"}, "STRIA_INBOX_URL is not set"),
        ({"STRIA_INBOX_URL": "inbox.clinic.example"}, "STRIA_INBOX_URL is no address"),
        ({"STRIA_INBOX_URL": "https://Inbox.Clinic.example"}, "small letters"),
        ({"STRIA_INBOX_URL": "https://inbox.clinic.example/path"}, "is no address"),
        ({"STRIA_INBOX_URL": "http://inbox.clinic.example"}, "has no https"),
        ({"STRIA_INBOX_SECRET": "geheim"}, "STRIA_INBOX_SECRET is too short"),
        ({"STRIA_INBOX_IDLE_MINUTES": "0"}, "STRIA_INBOX_IDLE_MINUTES is 0"),
        ({"STRIA_INBOX_HOURS": "25"}, "STRIA_INBOX_HOURS is 25"),
        ({"STRIA_INBOX_PROXIES": "proxy.example"}, "STRIA_INBOX_PROXIES is no list"),
        ({"STRIA_INBOX_SSO_HEADER": "X User"}, "STRIA_INBOX_SSO_HEADER is no header"),
        ({"STRIA_INBOX_SSO_HEADER": "X_User"}, "STRIA_INBOX_SSO_HEADER is no header"),
        ({"STRIA_INBOX_SSO_HEADER": "X-User"}, "STRIA_INBOX_PROXIES is not set"),
        ({"STRIA_INBOX_ZONE": "Mars/Olympus"}, "STRIA_INBOX_ZONE is no time zone"),
        ({"STRIA_INBOX_ZONE": "../etc/passwd"}, "STRIA_INBOX_ZONE is no time zone"),
    ],
)
def test_wrong(variables: dict[str, str], named: str) -> None:
    """One line names the variable and what to do."""
    with pytest.raises(InboxSettingError) as caught:
        settings(**variables)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)
    assert variables.get("STRIA_INBOX_SECRET", "~") not in str(caught.value)


def test_a_secret_file_that_can_not_be_used(project: Path) -> None:
    """It says which, and what to do."""
    (project / "var").mkdir()
    (project / "var" / "inbox_secret").write_text("short")
    with pytest.raises(InboxSettingError, match="inbox_secret can't be used"):
        InboxSettings.read({})


@pytest.mark.parametrize(
    "url", ["http://localhost:5070", "http://127.0.0.1:8000", "https://inbox.clinic.example"]
)
def test_addresses(url: str) -> None:
    """By https from anywhere, without it from this machine alone."""
    found = settings(STRIA_INBOX_URL=url + "/", STRIA_INBOX_HOST="0.0.0.0")
    assert found.url == url
    assert found.https is url.startswith("https")
