"""NLU graph components. Importing them also installs the hardening, so that plain `rasa run` has it."""

from rasa_ext import languages
from rasa_ext.hardening import install

install()
languages.install()
