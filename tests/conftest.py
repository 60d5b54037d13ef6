"""Loads the plugins for all tests; the fixtures `stack` and `client` are in the first one."""

from __future__ import annotations

pytest_plugins = ["tests.conversation_plugin", "pytester"]
