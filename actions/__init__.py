"""Stria's custom actions: one module a topic, each a thin shell around assistant/."""
