"""Checks of the content: data/, domain.yml and the texts composed from them.

`python -m assistant.check` runs them all, `--quick` only whether the data files load.
"""
