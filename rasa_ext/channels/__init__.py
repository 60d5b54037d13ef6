"""Input channels on one base: identity, limits, errors as a status, a turn that is never half done."""

from rasa_ext.hardening import install

install()
