"""Measurements side by side in one run: Stria, a null bot as the floor, and stock Rasa."""
