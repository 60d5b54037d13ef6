"""Stria's custom actions: one module a topic, each a thin shell around assistant/."""

from rasa_sdk.plugin import plugin_manager

from actions import server
from assistant import logs
from assistant.observability import json_logs

# The action server is a process of its own, with its own logs.
logs.install()
logs.arm_at_first_request()
json_logs.install()
plugin_manager().register(server)
