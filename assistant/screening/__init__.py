"""The check: reading words, values, outcome, record and summary."""
