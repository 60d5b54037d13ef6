"""Tracker and lock stores that endpoints.yml can name, and what is kept in them for how long."""

from rasa_ext.hardening import install

install()
