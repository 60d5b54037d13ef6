"""Replies that know no channel."""
