"""The result follows from the six answers alone, is never a clearance, and refuses to guess."""

from __future__ import annotations

import re
from itertools import product

import pytest

from assistant.screening.items import ITEMS, VALUES, Item, Value, most_cautious
from assistant.screening.outcome import IncompleteAnswersError, compute_outcome
from assistant.screening.record import CheckRecord
from assistant.screening.summary import read_back, result_text

COMBINATIONS = [dict(zip(ITEMS, values, strict=True)) for values in product(VALUES, repeat=6)]
#: Higher is more cautious. Written down here on purpose, not taken from the code.
CAUTION = {"no": 0, "unsure": 1, "yes": 2}
SEVERITY = {"no_listed_contraindication": 0, "needs_specialist_review": 1, "contraindicated": 2}
FORBIDDEN = re.compile(
    r"you can have|you (?:are|'re) (?:eligible|suitable|cleared|good to go|fine|ok)|"
    r"it(?: i|')s safe for you|"
    r"\bno problem|don.t worry|you don.t need|should be fine|green light|\bapproved|"
    r"you may proceed|"
    r"come back when|wait until|stop taking|nothing to worry|all clear|"
    r"you have (?:herpes|lupus|an? )",
    re.IGNORECASE,
)


def oracle(values: dict[Item, Value], concerns: bool) -> str:
    """The table of the policy in other words: the worst of what each answer asks for."""
    asks = ["no_listed_contraindication"]
    for item, value in values.items():
        if value == "no":
            continue
        listed = item != "medicines" and value == "yes"
        asks.append("contraindicated" if listed else "needs_specialist_review")
    if concerns:
        asks.append("needs_specialist_review")
    return max(asks, key=lambda a: SEVERITY[a])


def a_record(values: dict[Item, Value], *, off_list: bool = False, flag: bool = False) -> CheckRecord:
    """A finished record with these answers."""
    record = CheckRecord()
    for item, value in values.items():
        record.answer(item, value, value, "answer")
    if off_list:
        record.off_list.append("pregnant")
    if flag:
        record.flag("chest pain", None)
    return record


class TestComputeOutcome:
    @pytest.mark.parametrize("concerns", [False, True])
    def test_all_combinations(self, concerns: bool) -> None:
        """All 729 combinations give what the table of the policy says."""
        wrong = [
            values
            for values in COMBINATIONS
            if oracle(values, concerns) != compute_outcome(values, other_concerns=concerns)
        ]

        assert [] == wrong

    @pytest.mark.parametrize("item", ITEMS)
    @pytest.mark.parametrize("value", [None, "", "maybe", "Yes", "NO", True, False, 0])
    def test_refuses_invalid(self, item: Item, value: object) -> None:
        """A missing or invalid answer, whatever its item, makes the result impossible."""
        answers = {**dict.fromkeys(ITEMS, "no"), item: value}

        with pytest.raises(IncompleteAnswersError) as refusal:
            compute_outcome(answers)  # type: ignore[arg-type]

        assert [item] == refusal.value.missing

    @pytest.mark.parametrize("item", ITEMS)
    def test_refuses_absent(self, item: Item) -> None:
        """An item that is not in the answers at all counts as missing, even after a yes."""
        answers = {i: "yes" for i in ITEMS if i != item}

        with pytest.raises(IncompleteAnswersError, match=item):
            compute_outcome(answers)

    def test_refuses_nothing_at_all(self) -> None:
        """Without answers all six items are named."""
        with pytest.raises(IncompleteAnswersError) as refusal:
            compute_outcome({})

        assert list(ITEMS) == refusal.value.missing

    def test_monotone(self) -> None:
        """Raising the caution of any one answer never lowers the result."""
        lowered = []
        for values in COMBINATIONS:
            before = SEVERITY[compute_outcome(values)]
            for item in ITEMS:
                for higher in VALUES:
                    if CAUTION[higher] > CAUTION[values[item]]:
                        after = SEVERITY[compute_outcome({**values, item: higher})]
                        lowered += [(values, item, higher)] if after < before else []

        assert [] == lowered

    def test_concerns_only_raise(self) -> None:
        """A condition off the list or a red flag never lowers a result."""
        lowered = [
            v
            for v in COMBINATIONS
            if SEVERITY[compute_outcome(v, other_concerns=True)] < max(1, SEVERITY[compute_outcome(v)])
        ]

        assert [] == lowered


class TestMostCautious:
    @pytest.mark.parametrize("first", [None, *VALUES])
    @pytest.mark.parametrize("second", [None, *VALUES])
    def test_pairs(self, first: Value | None, second: Value | None) -> None:
        """Of two values the higher one is kept, in either order; not answered is lowest."""
        expected = max(first, second, key=lambda v: CAUTION.get(v or "", -1))

        assert expected == most_cautious(first, second)

    def test_nothing(self) -> None:
        """Without values there is none."""
        assert None is most_cautious()


class TestResultText:
    @pytest.mark.parametrize(("off_list", "flag"), [(False, False), (True, True)])
    def test_never_a_clearance(self, off_list: bool, flag: bool) -> None:
        """No combination of answers says a phrase of clearance, and each text names the exam."""
        wrong = []
        for values in COMBINATIONS:
            record = a_record(values, off_list=off_list, flag=flag)
            text = f"{result_text(record)}\n{read_back(record)}"
            if FORBIDDEN.search(text) or "exam" not in result_text(record) or "{" in text:
                wrong.append((values, text))

        assert [] == wrong

    def test_names_each_reason(self) -> None:
        """What was answered yes to, and only that, is named in a contraindication."""
        values = {**dict.fromkeys(ITEMS, "no"), "herpes": "yes", "temperature": "unsure"}

        text = result_text(a_record(values))

        assert "cold sore" in text
        assert "fever" not in text

    def test_review_names_uncertain(self) -> None:
        """A review names the uncertain items, the off-list condition and the red flag."""
        values = {**dict.fromkeys(ITEMS, "no"), "temperature": "unsure"}

        text = result_text(a_record(values, off_list=True, flag=True))

        assert "fever" in text
        assert "pregnant" in text
        assert "emergency" in text

    def test_medicines_are_not_to_be_stopped(self) -> None:
        """Whoever takes medicines is told not to change them because of the chat."""
        values = {**dict.fromkeys(ITEMS, "no"), "medicines": "yes"}

        assert "do not stop" in result_text(a_record(values))

    @pytest.mark.parametrize("item", ITEMS)
    def test_refuses_missing(self, item: Item) -> None:
        """There is no text of a result while one item has no answer."""
        record = a_record(dict.fromkeys(ITEMS, "no"))
        record.reopen(item)

        with pytest.raises(IncompleteAnswersError, match=item):
            result_text(record)
