"""Replies that know no channel, and what channels make of them: markup, pieces, choices."""
