"""Handing over to a person: what is known of the clinic, and the request that a patient makes."""
