"""Stria's library: understanding patients, grounding, screening and safety. Knows neither rasa nor rasa_sdk."""
