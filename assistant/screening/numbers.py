"""Reads temperatures and blood pressures from a patient's words.

Thresholds and their sources: data/screening/thresholds.yml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assistant.datafiles import load_yaml
from assistant.screening.items import NO, UNSURE, YES, Value
from assistant.text import fold


@dataclass(frozen=True)
class Temperature:
    """A body temperature with its character span.

    Attributes:
        celsius: degrees Celsius, converted where it was given in Fahrenheit.
        unit: the unit of the number that was given, `C` or `F`.
        start: first character of the reading in the message.
        end: character after its last.
        words: the reading as typed.
        given: the number as given.
        unit_typed: False when the unit was told from the size of the number.
    """

    celsius: float
    unit: str
    start: int
    end: int
    words: str
    given: float
    unit_typed: bool

    @property
    def value(self) -> Value:
        """The answer that the reading alone stands for."""
        limits = _limits()["temperature"]
        if self.celsius >= limits["yes_from_c"]:
            return YES
        return UNSURE if self.celsius > limits["unsure_above_c"] else NO

    @property
    def urgent(self) -> bool:
        """True from the threshold at which a doctor should be called today."""
        return bool(self.celsius >= _limits()["temperature"]["urgent_from_c"])


@dataclass(frozen=True)
class BloodPressure:
    """A blood pressure in mmHg and its character span."""

    systolic: int
    diastolic: int
    start: int
    end: int
    words: str

    @property
    def value(self) -> Value:
        """Yes for a crisis, unsure for hypertension, no (nothing to report) below."""
        limits = _limits()["blood_pressure"]
        if self.systolic >= limits["yes_systolic"] or self.diastolic >= limits["yes_diastolic"]:
            return YES
        high = self.systolic >= limits["unsure_systolic"]
        return UNSURE if high or self.diastolic >= limits["unsure_diastolic"] else NO


@lru_cache(maxsize=1)
def _limits() -> dict[str, Any]:
    limits: dict[str, Any] = load_yaml("screening/thresholds.yml")
    return limits


_UNITS = {w: n for n, w in enumerate("zero one two three four five six seven eight nine".split())}
_TEENS = {
    w: n
    for n, w in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        10,
    )
}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "ninety": 90}
_SMALL = {**_UNITS, **_TEENS}
_ONES = "|".join(_UNITS)
_SPOKEN = re.compile(
    rf"\b(?:(?P<hundred>(?:a |one )?hundred)(?: (?:and )?(?P<after>{'|'.join(_SMALL)}))?"
    rf"|(?P<tens>{'|'.join(_TENS)})(?:[ -](?P<ones>{_ONES}))?)"
    rf"(?:(?: ?point | and | )(?P<frac>{_ONES}|a half|half))?\b"
)
_NUMBER = re.compile(r"(?<![\d.,/])(\d{2,3})(?:\s?[.,·]\s?(\d{1,2}))?(?![\d/]|[.,]\d)")
_UNIT_C = r"(?:\s*(?:°|º|deg(?:ree)?s?)?\s*(?:c\b|celsius|celcius|centigrade)|\s*[°º]c)"
_UNIT_F = r"(?:\s*(?:°|º|deg(?:ree)?s?)?\s*(?:f\b|fahrenheit|farenheit|fahrenheight)|\s*[°º]f)"
_C_AFTER = re.compile(_UNIT_C)
_F_AFTER = re.compile(_UNIT_F)
_DEGREES_AFTER = re.compile(r"\s*(?:°|º|deg(?:ree)?s?\b)")
_HALF_AFTER = re.compile(r"\s*(?:and a half|1/2|½)")
_AND_DIGIT = re.compile(r"\s+(?:and|point|komma|comma)\s+(\d)\b")
#: A number with one of these after it is not a temperature.
_NOT_TEMPERATURE = re.compile(
    r"\s*(?:mg|mcg|ml|g\b|kg|lbs?|cm|mm|iu|x\b|times|years?|yrs?|y/?o\b|weeks?|wks?|months?|mths?|"
    r"days?|hours?|hrs?|h\b|mins?|minutes?|percent|%|bpm|beats|over\b|/|euros?|pounds|dollars|"
    r"sessions?|tablets?|pills?|per\b|am\b|pm\b|st\b|nd\b|rd\b|th\b|weeks|and counting|old\b|"
    r"[£$€])"
)
_NOT_BEFORE = re.compile(r"(?:[£$€#]|\bage[d]?|\bi'?m|\bi am|\bsince|\bpulse|\bbpm|\bheart rate)\s*$")
_BP = re.compile(
    r"(?<![\d.,/])(?P<sys>\d{2,3})\s*(?:/|\\|\bover\b|\bon\b|\bna\b|\bby\b|-|:|\bto\b)\s*"
    r"(?P<dia>\d{2,3})(?![\d/]|[.,]\d)"
)
#: The upper value alone, from where it counts: "my bp is 190", "pressure jumped to 200", "190 systolic".
_SYSTOLIC = re.compile(
    r"(?:\b(?:bp|pressure|systolic|(?:top|upper) (?:number|value))\b[^.;?!\d/]{0,40}?)"
    r"(?<![\d.,/])(?P<after>\d{3})(?![\d/]|[.,]\d)|(?<![\d.,/])(?P<before>\d{3})\s*(?:systolic|mm\s?hg)"
)
_MMHG = re.compile(r"\s*(?:systolic|mm\s?hg)")
_BP_WORDS = re.compile(r"\b(?:bp|b\.p|blood|pressure|tension|systolic|diastolic|hypertens)")
_TEMPERATURE_WORDS = re.compile(
    r"\b(?:temps?|temperature|tempreture|temprature|temperture|fever|feverish|thermomet\w*|"
    r"celsius|fahrenheit|degrees?|febrile)\b"
)


def read_blood_pressures(text: str, *, asked: bool = False) -> list[BloodPressure]:
    """Return the plausible blood pressures in `text` ("191/112", "152 over 94"), in order.

    A hyphen, colon or "to" counts only beside words of blood pressure, or when the message answers
    the question about it (`asked`): dates and scores look alike.
    """
    folded = fold(text)
    limits = _limits()["blood_pressure"]
    found = []
    for m in _BP.finditer(folded):
        systolic, diastolic = int(m["sys"]), int(m["dia"])
        low_s, high_s = limits["plausible_systolic"]
        low_d, high_d = limits["plausible_diastolic"]
        plausible = low_s <= systolic <= high_s and low_d <= diastolic <= high_d
        sure_sign = any(sign in m.group() for sign in ("/", "\\", "over"))
        if plausible and systolic > diastolic and (sure_sign or asked or _BP_WORDS.search(folded)):
            found.append(BloodPressure(systolic, diastolic, m.start(), m.end(), text[m.start() : m.end()]))
    return found or _upper_values(folded, text)


def _upper_values(folded: str, text: str) -> list[BloodPressure]:
    """Return raised upper values that stand alone; the lower one, which nobody named, is 0.

    A value that is not raised is left out: alone it proves nothing.
    """
    limits = _limits()["blood_pressure"]
    found = []
    for m in _SYSTOLIC.finditer(folded):
        group = "after" if m["after"] else "before"
        start, end = m.span(group)
        systolic = int(m[group])
        raised = limits["unsure_systolic"] <= systolic <= limits["plausible_systolic"][1]
        if raised and (_MMHG.match(folded, end) or not _NOT_TEMPERATURE.match(folded[end:])):
            # "bp was 185" says more to the specialist than "185".
            found.append(BloodPressure(systolic, 0, start, end, text[m.start() : m.end()]))
    return found


def is_surely_temperature(text: str, reading: str) -> bool:
    """Tell whether `reading` has a decimal or a unit, or a word of temperature stands in `text`."""
    marked = re.search(r"\d\s?[.,·]\s?\d|[a-z°º½]", fold(reading))
    return bool(marked or _TEMPERATURE_WORDS.search(fold(text)))


def read_temperatures(text: str, *, asked: bool) -> list[Temperature]:
    """Return the plausible body temperatures in `text`, in order.

    Args:
        text: the patient's message.
        asked: True when the message answers the question about fever; a bare number then counts.
            Otherwise a number counts with a unit, with a decimal, or beside a word of temperature.
    """
    folded = fold(text)
    taken = [(b.start, b.end) for b in read_blood_pressures(text)]
    context = asked or bool(_TEMPERATURE_WORDS.search(folded))
    found = []
    for start, end, number, decimal in _numbers(folded):
        if any(s < end and start < e for s, e in taken):
            continue
        tail = folded[end:]
        unit_f, unit_c = _F_AFTER.match(tail), _C_AFTER.match(tail)
        unit = unit_f or unit_c
        if unit is None and (
            _NOT_TEMPERATURE.match(tail) or _NOT_BEFORE.search(folded[max(0, start - 12) : start])
        ):
            continue
        if unit is None and not (context or decimal or _DEGREES_AFTER.match(tail)):
            continue
        reading = _to_celsius(number, "F" if unit_f else "C" if unit_c else None)
        if reading is not None:
            stop = end + (unit.end() if unit else 0)
            words, typed = text[start:stop], unit is not None
            found.append(Temperature(*reading, start, stop, words, round(number, 2), typed))
    return found


def _numbers(folded: str) -> list[tuple[int, int, float, bool]]:
    """Return (start, end, number, has a decimal) for digits and spoken numbers."""
    out = []
    for m in _NUMBER.finditer(folded):
        end, number, decimal = m.end(), float(m[1]), m[2] is not None
        if m[2]:
            number = float(f"{m[1]}.{m[2]}")
        elif half := _HALF_AFTER.match(folded, end):
            number, end, decimal = number + 0.5, half.end(), True
        elif digit := _AND_DIGIT.match(folded, end):
            number, end, decimal = number + int(digit[1]) / 10, digit.end(), True
        out.append((m.start(), end, number, decimal))
    for m in _SPOKEN.finditer(folded):
        base = (
            100 + _SMALL.get(m["after"] or "", 0)
            if m["hundred"]
            else _TENS[m["tens"]] + _UNITS.get(m["ones"] or "", 0)
        )
        frac = m["frac"]
        part = 0.5 if frac and "half" in frac else _UNITS.get(frac or "", 0) / 10
        out.append((m.start(), m.end(), base + part, frac is not None))
    return sorted(out)


def _to_celsius(number: float, unit: str | None) -> tuple[float, str] | None:
    """Return (degrees Celsius, unit) when plausible; the unit is inferred from the size if absent."""
    low_c, high_c = _limits()["temperature"]["plausible_c"]
    low_f, high_f = _limits()["temperature"]["plausible_f"]
    if unit != "F" and low_c <= number <= high_c:
        return round(number, 2), "C"
    if unit != "C" and low_f <= number <= high_f:
        # To a tenth, as thermometers show it: 99.0 F is 37.2 C and 100.4 F is 38.0 C.
        return round((number - 32) * 5 / 9, 1), "F"
    return None
