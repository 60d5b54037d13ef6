"""Settings of a channel in credentials.yml: `${NAME:-default}`, types, one clear line when wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.shared.exceptions import RasaException

ROOT = Path(__file__).resolve().parents[2]
#: Rasa knows no defaults and expands only what stands without quotes; with quotes it comes to us.
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
_YES, _NO = {"on", "true", "yes", "1"}, {"off", "false", "no", "0"}


class SettingError(RasaException):  # type: ignore[misc]
    """A setting is wrong; Rasa prints the line and does not start."""


class Settings:
    """The settings of one channel. Empty values count as not set."""

    def __init__(self, channel: str, values: Mapping[str, Any] | None):
        """Keep the values as they stand in credentials.yml."""
        self._channel, self._values, self._known = channel, dict(values or {}), set[str]()

    def wrong(self, name: str, why: str) -> SettingError:
        """Return the error for a setting, with the variable that it is taken from."""
        variable = self.variable(name)
        named = variable and variable not in why
        place = f"'{name}' (variable {variable})" if named else f"'{name}'"
        return SettingError(f"credentials.yml, {self._channel}, {place}: {why}.")

    def variable(self, name: str) -> str:
        """Return the variable that a setting is taken from; nothing when it stands there itself."""
        found = _VARIABLE.search(str(self._values.get(name) or ""))
        return found[1] if found else ""

    def text(self, name: str, default: str = "", pattern: str = "", example: str = "") -> str:
        """Return a text, which has to match `pattern` when one is given."""
        value = self._get(name)
        text = default if value in (None, "") else str(value).strip()
        if pattern and text and not re.fullmatch(pattern, text):
            raise self.wrong(name, f"'{text}' can't be used; write it like {example}")
        return text

    def secret(self, name: str, pattern: str, example: str) -> str:
        """Return a text that no error may show; it has to match `pattern` unless it is empty."""
        text = self.text(name)
        if text and not re.fullmatch(pattern, text):
            raise self.wrong(name, f"what is set can't be right; it looks like {example}")
        return text

    def words(self, name: str, pattern: str, example: str) -> tuple[str, ...]:
        """Return a list, which may be a text with blanks or commas between the items."""
        value = self._get(name)
        items = value if isinstance(value, list) else re.split(r"[\s,]+", str(value or ""))
        found = tuple(self._expand(name, str(item)) for item in items if str(item))
        for item in found:
            if not re.fullmatch(pattern, item):
                raise self.wrong(name, f"'{item}' can't be used; write it like {example}")
        return found

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number."""
        text = self.text(name, str(default))
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise self.wrong(name, f"'{text}' has to be a whole number from {least} to {most}")
        return int(text)

    def flag(self, name: str, default: bool) -> bool:
        """Return on or off."""
        text = self.text(name, "on" if default else "off").lower()
        if text not in _YES | _NO:
            raise self.wrong(name, f"'{text}' has to be on or off")
        return text in _YES

    def path(self, name: str, default: str) -> Path:
        """Return a path; a relative one starts at the project's folder."""
        return ROOT / self.text(name, default)

    def no_others(self) -> None:
        """Refuse settings that nobody asked for: they are misspelt."""
        for name in self._values:
            if name not in self._known:
                raise self.wrong(
                    name, f"there is no such setting; there are {', '.join(sorted(self._known))}"
                )

    def _get(self, name: str) -> Any:
        self._known.add(name)
        value = self._values.get(name)
        return self._expand(name, value) if isinstance(value, str) else value

    def _expand(self, name: str, text: str) -> str:
        def replaced(found: re.Match[str]) -> str:
            value = os.environ.get(found[1]) or found[2]
            if value is None:
                raise self.wrong(name, f"the variable {found[1]} is not set")
            return value

        return _VARIABLE.sub(replaced, text)
