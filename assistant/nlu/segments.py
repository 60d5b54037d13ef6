"""Splits a message into clauses that may be questions of their own."""

from __future__ import annotations

from assistant.nlu.topics import Segment


def split_segments(text: str) -> list[Segment]:
    """STUB"""
    return []
