"""Messengers: one base, and a module for each platform."""
