"""Temperatures and blood pressures are read in every usual form; nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.screening.numbers import (
    is_surely_temperature,
    read_blood_pressures,
    read_temperatures,
)

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True, database=None)
TENTHS = st.integers(340, 430).map(lambda n: n / 10)


def celsius(text: str, *, asked: bool = True) -> list[float]:
    """The temperatures in `text` in degrees Celsius."""
    return [t.celsius for t in read_temperatures(text, asked=asked)]


def pressures(text: str, *, asked: bool = False) -> list[tuple[int, int]]:
    """The blood pressures in `text`."""
    return [(b.systolic, b.diastolic) for b in read_blood_pressures(text, asked=asked)]


class TestTemperatureFormats:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("38.5", 38.5), ("38,5", 38.5), ("38·5", 38.5), ("38 . 5", 38.5), ("38. 5", 38.5),
            ("38 and 5", 38.5), ("38 point 5", 38.5), ("38 and a half", 38.5), ("38½", 38.5),
            ("thirty eight five", 38.5), ("thirty-eight point five", 38.5), ("thirty nine", 39.0),
            ("thirty eight and a half", 38.5), ("forty point two", 40.2), ("fourty", 40.0),
            ("38C", 38.0), ("38 c", 38.0), ("38°", 38.0), ("38 °C", 38.0), ("38 degrees", 38.0),
            ("38.5 celsius", 38.5), ("38,5 centigrade", 38.5), ("39.", 39.0), ("39!", 39.0),
            ("(39)", 39.0), ("t=38.5", 38.5), ("38.5℃", 38.5), ("it was 38.5 at 9", 38.5),
            ("101.3F", 38.5), ("101 Fahrenheit", 38.3), ("102", 38.9), ("a fever of 103", 39.4),
            ("one hundred and one", 38.3), ("a hundred and two point five", 39.2),
            ("ninety eight", 36.7), ("98.6", 37.0), ("36,6", 36.6), ("37.24", 37.24),
        ],
    )  # fmt: skip
    def test_one_reading(self, text: str, expected: float) -> None:
        """Digits, commas, words and units all give the same number."""
        assert [expected] == celsius(text)

    @pytest.mark.parametrize(
        "text", ["39-40", "39 to 40", "between 39 and 40", "39 or 40", "39 this morning, 40 now"]
    )
    def test_range(self, text: str) -> None:
        """Both ends of a range are read, so that the higher one counts."""
        assert [39.0, 40.0] == celsius(text)

    def test_span(self) -> None:
        """A reading holds the patient's own words and where they stand."""
        (reading,) = read_temperatures("it says 101.3 F now", asked=True)

        assert ("101.3 F", "F", (8, 15)) == (
            reading.words,
            reading.unit,
            (reading.start, reading.end),
        )


class TestNotATemperature:
    @pytest.mark.parametrize(
        "text",
        [
            "38 mg", "38mg", "37.5mg", "40ml", "I'm 38", "im 38", "i am 38 years old", "aged 38",
            "38 y/o", "38 years", "38 weeks pregnant", "for 40 days", "36 hours", "on 12.10.2024",
            "10/10/2024", "2038", "since 1998", "£38", "$38.50", "38.50€", "38 euros", "100 pounds",
            "38 bpm", "pulse 38", "38%", "38 tablets", "38th", "95 kg", "105 lbs", "38 sessions",
            "120/80", "bp 120 over 80", "38/39", "38,500", "38.5.1", "385", "1.5", "", "no",
        ],
    )  # fmt: skip
    def test_other_numbers(self, text: str) -> None:
        """Doses, ages, dates, prices and weights are no temperatures, even when asked."""
        assert [] == celsius(text)

    @pytest.mark.parametrize("text", ["33.9", "43.1", "45", "50", "111", "92", "33.9 C", "110.1 F", "12 C"])
    def test_implausible(self, text: str) -> None:
        """What no living person can have is not read, so that the question is asked again."""
        assert [] == celsius(text)

    @pytest.mark.parametrize("text", ["38", "room 38", "size 38", "100", "thirty nine", "sertraline 100"])
    def test_bare_number_unasked(self, text: str) -> None:
        """A bare number counts only in answer to the question."""
        assert [] == celsius(text, asked=False)

    @pytest.mark.parametrize("text", ["38.5", "38 C", "my temp is 38", "38 fever", "100 F"])
    def test_clear_number_unasked(self, text: str) -> None:
        """A decimal, a unit or a word of temperature makes a number count unasked."""
        assert 1 == len(celsius(text, asked=False))

    @pytest.mark.parametrize(
        ("text", "reading", "expected"),
        [("36", "36", False), ("my pulse is 98", "98", False), ("36.6", "36.6", True),
         ("37 C", "37 C", True), ("thermometer says 37", "37", True)],
    )  # fmt: skip
    def test_surely(self, text: str, reading: str, expected: bool) -> None:
        """A bare number is a temperature for sure only beside a word of temperature."""
        assert expected is is_surely_temperature(text, reading)


class TestTemperatureThresholds:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("34.0", "no"), ("36.6", "no"), ("37.2", "no"), ("37.3", "unsure"), ("37.9", "unsure"),
            ("38.0", "yes"), ("43", "yes"), ("99.0 F", "no"), ("99.1 F", "unsure"),
            ("100.3 F", "unsure"), ("100.4 F", "yes"), ("93", "no"), ("110", "yes"),
        ],
    )  # fmt: skip
    def test_value(self, text: str, expected: str) -> None:
        """38.0 °C (100.4 °F) is a fever; above 37.2 °C (99.0 °F) the specialist looks at it."""
        assert [expected] == [t.value for t in read_temperatures(text, asked=True)]

    @pytest.mark.parametrize(
        ("text", "expected"), [("39.9", False), ("40.0", True), ("103.8", False), ("104 F", True)]
    )
    def test_urgent(self, text: str, expected: bool) -> None:
        """From 40 °C on a doctor is needed today."""
        assert [expected] == [t.urgent for t in read_temperatures(text, asked=True)]

    @SETTINGS
    @given(TENTHS)
    def test_both_scales(self, degrees: float) -> None:
        """The same temperature in Celsius and in Fahrenheit gives the same value."""
        fahrenheit = round(degrees * 9 / 5 + 32, 1)

        in_c = read_temperatures(f"{degrees} C", asked=False)
        in_f = read_temperatures(f"{fahrenheit} F", asked=False)

        assert [(t.value, t.urgent) for t in in_c] == [(t.value, t.urgent) for t in in_f]
        assert 1 == len(in_c)

    @SETTINGS
    @given(TENTHS, TENTHS)
    def test_monotone(self, one: float, other: float) -> None:
        """A higher temperature never has a lower value."""
        caution = {"no": 0, "unsure": 1, "yes": 2}
        low, high = sorted((one, other))

        values = [caution[read_temperatures(str(t), asked=True)[0].value] for t in (low, high)]

        assert sorted(values) == values


class TestAround:
    @SETTINGS
    @given(
        st.sampled_from(["38.5 °C", "101.3 F", "thirty eight five", "190/120", "152 over 94"]),
        st.sampled_from(["", " ", "   ", "\n", "\t", "😭 ", "🤒🤒 ", "! ", "… ", "(", '"', "\u00a0", "~"]),
        st.sampled_from(["", " ", "   ", "\n", " 😭", "!!", "...", ")", '"', ".", " ~", "?"]),
        st.sampled_from([str, str.upper, str.title]),
    )
    def test_never_changes(self, core: str, before: str, after: str, case: object) -> None:
        """Blanks, signs, emoji and case around a number never change it."""
        text = before + case(core) + after  # type: ignore[operator]

        assert (celsius(core), pressures(core)) == (celsius(text), pressures(text))


class TestBloodPressure:
    @pytest.mark.parametrize(
        "text",
        ["190/120", "190 / 120", "190 over 120", "bp 190-120", "BP: 190 to 120",
        "blood pressure 190 on 120",
         "tension 190 na 120", "190\\120", "190⁄120", "it was 190/120 mmHg"],
    )  # fmt: skip
    def test_formats(self, text: str) -> None:
        """A slash or "over" always counts; other signs beside a word of blood pressure."""
        assert [(190, 120)] == pressures(text)

    @pytest.mark.parametrize("text", ["190-120", "190 na 120", "190 to 120", "190 by 120"])
    def test_looser_when_asked(self, text: str) -> None:
        """In answer to the question, the other signs count by themselves."""
        assert ([], [(190, 120)]) == (pressures(text), pressures(text, asked=True))

    @pytest.mark.parametrize(
        "text",
        [
            "90/190",
            "400/120",
            "120/20",
            "120/120",
            "12/8",
            "10/10/2024",
            "1/2",
            "120/80/60",
            "24/7",
            "12-10",
            "",
        ],
    )
    def test_implausible(self, text: str) -> None:
        """Dates, swapped numbers and impossible pressures are not read."""
        assert [] == pressures(text, asked=True)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("180/80", "yes"), ("150/120", "yes"), ("190/125", "yes"), ("179/119", "unsure"),
            ("140/80", "unsure"), ("120/90", "unsure"), ("139/89", "no"), ("120/80", "no"),
            ("90/60", "no"),
        ],
    )  # fmt: skip
    def test_value(self, text: str, expected: str) -> None:
        """180 or 120 is a crisis, from 140 or 90 the specialist looks at it."""
        assert [expected] == [b.value for b in read_blood_pressures(text)]

    def test_several(self) -> None:
        """Each reading of a message is read."""
        assert [(140, 90), (130, 85)] == pressures("140/90 yesterday, 130/85 today")


class TestUpperValueAlone:
    @pytest.mark.parametrize(
        ("text", "systolic"),
        [
            ("my blood pressure jumped to 200 last week", 200),
            ("bp 190", 190),
            ("190 systolic at the pharmacy", 190),
            ("it was 185 mmHg", 185),
            ("the top number is 150", 150),
        ],
    )
    def test_a_raised_upper_value_counts(self, text: str, systolic: int) -> None:
        """People name one number; raised, it is enough."""
        assert pressures(text) == [(systolic, 0)]

    @pytest.mark.parametrize(
        "text",
        [
            "my bp pill is 160 mg",
            "bp 120",
            "low blood pressure, 180 cm tall",
            "pressure from 30 people",
            "190",
        ],
    )
    def test_other_numbers_do_not(self, text: str) -> None:
        """A dose, a height, a value that is not raised and a bare number prove nothing."""
        assert pressures(text) == []

    def test_a_pair_goes_first(self) -> None:
        """With both values given, they are one reading."""
        assert pressures("bp 152/94, it was 180 once") == [(152, 94)]
