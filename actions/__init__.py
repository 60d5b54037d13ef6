"""Stria's custom actions: one module a topic, each a thin shell around assistant/."""

from assistant import logs

# The action server is a process of its own, with its own logs.
logs.install()
logs.arm_at_first_request()
