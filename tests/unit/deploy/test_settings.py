"""The production settings are those of development, but for what must differ."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from rasa.core.lock_store import LockStore
from rasa.core.utils import AvailableEndpoints

from rasa_ext.channels.web_settings import WebSettings
from rasa_ext.stores.redis_lock import RedisLockStore
from scripts import serve
from scripts._env import ROOT

WEB = "rasa_ext.channels.web.WebInput"
ENVIRONMENT = {
    "PG_HOST": "postgres.test",
    "REDIS_HOST": "redis.test",
    "REDIS_PASSWORD": "secret",
    "STRIA_WEB_URL": "https://bot.clinic.example",
    "STRIA_WEB_SECRET": "s" * 40,
}


def credentials(folder: str = "deploy") -> dict[str, Any]:
    """Returns what stands in a credentials.yml, with its variables as they are."""
    return dict(yaml.safe_load((ROOT / folder / "credentials.yml").read_text()))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a container."""
    for name, value in serve.settings(ENVIRONMENT).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


class TestCredentials:
    def test_no_private_channel(self) -> None:
        """The REST channel, with which anybody can be anybody, is not there; all others are."""
        here = set(credentials("."))
        assert here - set(credentials()) == {"rasa_ext.channels.rest.RestInput"}
        assert set(credentials()) <= here

    @pytest.mark.parametrize("channel", [name for name in credentials() if name != WEB])
    def test_messengers(self, channel: str) -> None:
        """They have the settings of development."""
        assert credentials()[channel] == credentials(".")[channel]

    def test_web(self) -> None:
        """The chat has all settings of development but for the file of the secret; few differ."""
        here, there = credentials(".")[WEB], credentials()[WEB]
        assert here.keys() - there.keys() == {"secret_file"}
        differ = {name for name in there if there[name] != here[name]}
        assert differ == {"demo", "trusted_proxies", "public_url", "secret", "rate_store"}

    def test_can_be_used(self, environment: pytest.MonkeyPatch) -> None:
        """No demo page, one proxy, rates in Redis."""
        found = WebSettings.read(credentials()[WEB])
        assert (found.demo, found.trusted_proxies) == (False, 1)
        assert found.public_url == "https://bot.clinic.example"

    @pytest.mark.parametrize("name", ["STRIA_WEB_SECRET", "STRIA_WEB_URL", "STRIA_WEB_RATE_STORE"])
    def test_what_has_no_default(self, environment: pytest.MonkeyPatch, name: str) -> None:
        """Without it the start stops with a line that names it."""
        environment.delenv(name)
        with pytest.raises(Exception, match=name):
            WebSettings.read(credentials()[WEB])


class TestEndpoints:
    def test_can_be_used(self, environment: pytest.MonkeyPatch) -> None:
        """Rasa reads the stores from it, with the variables filled in."""
        found = AvailableEndpoints.read_endpoints(str(serve.ENDPOINTS))
        assert found.action.url == "http://balancer:5055/webhook"
        assert (found.tracker_store.url, found.tracker_store.kwargs["port"]) == ("postgres.test", "5432")
        store = LockStore.create(found.lock_store)
        assert isinstance(store, RedisLockStore)
        assert store._options["host"] == "redis.test"
        assert store._options["ssl"] is False

    def test_actions_are_called_as_in_development(self) -> None:
        """What runs where, and what the action server is sent."""
        here = yaml.safe_load((ROOT / "endpoints.yml").read_text())["action_endpoint"]
        assert yaml.safe_load(serve.ENDPOINTS.read_text())["action_endpoint"] == here

    def test_redis_with_tls(self, environment: pytest.MonkeyPatch) -> None:
        """A switch from the environment is a text."""
        environment.setenv("REDIS_TLS", "on")
        found = AvailableEndpoints.read_endpoints(str(serve.ENDPOINTS))
        assert LockStore.create(found.lock_store)._options["ssl"] is True

    def test_every_variable_has_a_value(self) -> None:
        """What the files read is a default of serve.py, or is needed."""
        text = serve.ENDPOINTS.read_text() + serve.EVENTS.read_text()
        read = set(re.findall(r"\$\{(\w+)\}", text))
        assert read - {*serve.DEFAULTS} - {*serve.NEEDED} == {"RABBITMQ_HOST"}
