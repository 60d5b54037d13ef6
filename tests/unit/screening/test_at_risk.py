"""No statement of a patient at risk is ever read as a no, whatever it starts with."""

from __future__ import annotations

import pytest

from assistant.screening.items import ITEMS, Item, most_cautious
from assistant.screening.reading import read_answer, read_volunteered
from assistant.screening.record import CheckRecord
from tests.unit.screening.at_risk import AMBIGUOUS, COMPLAINTS, PLAIN, STRONG, some, statements

CAUTION = {None: -1, "no": 0, "unsure": 1, "yes": 2}


class TestGenerator:
    @pytest.mark.parametrize("item", ITEMS)
    def test_number(self, item: Item) -> None:
        """There are more than the 300 statements that the target of 1 % asks for, for each item."""
        assert len(set(statements(item))) > 300
        assert len(set(some(item, 330))) > 300


class TestAnswersAtRisk:
    @pytest.mark.parametrize("item", ITEMS)
    def test_never_no(self, item: Item) -> None:
        """Read as the answer to its own question, no statement is a no."""
        read_as_no = [s for s in some(item, 150) if read_answer(s, item).values.get(item) == "no"]

        assert [] == read_as_no

    @pytest.mark.parametrize("item", ITEMS)
    @pytest.mark.parametrize("prior", ["yes", "unsure"])
    def test_never_lowers(self, item: Item, prior: str) -> None:
        """A statement never lowers what the record already holds."""
        lowered = []
        for said in some(item, 50):
            record = CheckRecord()
            record.store(item, prior, "before", "test", "volunteered")  # type: ignore[arg-type]
            reading = read_answer(said, item)
            value = reading.values.get(item)
            if value is not None:
                record.answer(item, value, said, "test")
            record.raise_from(reading, skip=item)
            lowered += [said] if CAUTION[record.values[item]] < CAUTION[prior] else []

        assert [] == lowered

    @pytest.mark.parametrize("item", ITEMS)
    def test_in_answer_to_others(self, item: Item) -> None:
        """Said in answer to another question, a statement never becomes a no to its own."""
        others = [i for i in ITEMS if i != item]
        wrong = [
            (other, s)
            for number, s in enumerate(some(item, 60))
            for other in (others[number % 5],)
            if read_answer(s, other).values.get(item) == "no"
        ]

        assert [] == wrong

    @pytest.mark.parametrize("item", ITEMS)
    def test_plain_strong_is_yes(self, item: Item) -> None:
        """A strong word said plainly about oneself is a yes: sensitivity 100 %."""
        said = [p.format(t) for t in STRONG[item] for p in PLAIN]

        assert [] == [s for s in said if read_answer(s, item).values.get(item) != "yes"]

    @pytest.mark.parametrize("item", ITEMS)
    def test_plain_ambiguous_is_kept(self, item: Item) -> None:
        """A word that the document does not name is unsure, or yes after the patient's own yes."""
        wrong = []
        for term in AMBIGUOUS[item]:
            for saying in PLAIN:
                said = saying.format(term)
                own_yes = saying.lower().startswith(("yes", "unfortunately")) or item == "medicines"
                if read_answer(said, item).values.get(item) != ("yes" if own_yes else "unsure"):
                    wrong.append(said)

        assert [] == wrong

    @pytest.mark.parametrize("item", ITEMS)
    @pytest.mark.parametrize(
        "prefix", ["no, ", "no. ", "no - ", "nope, ", "nothing, ", "well no, ", "no; ", "👎 "]
    )
    def test_complaint_beside_no(self, item: Item, prefix: str) -> None:
        """A complaint after a no is not swallowed by it, even without a word of the lexicon."""
        read_as_no = [c for c in COMPLAINTS[item] if read_answer(prefix + c, item).values.get(item) == "no"]

        assert [] == read_as_no

    @pytest.mark.parametrize(
        ("item", "said"),
        [
            ("cardiovascular", "no my bp is very high"),
            ("cardiovascular", "nope pulse is high"),
            ("cardiovascular", "it is high, no?"),
            ("herpes", "sore lip, no?"),
            ("herpes", "clear blisters"),
            ("systemic_skin", "normal illness"),
            ("temperature", "no i feel sick"),
            ("herpes", "no my lip is sore"),
            ("herpes", "I don't have herpes. Sore mouth."),
            ("herpes", "nah sore lips"),
            ("medicines", "no i stopped"),
            ("medicines", "no stopped this year"),
        ],
    )
    def test_without_comma(self, item: Item, said: str) -> None:
        """A complaint that follows a no without any sign is not swallowed either."""
        assert "no" != read_answer(said, item).values.get(item)


class TestVolunteeredAtRisk:
    @pytest.mark.parametrize("item", ITEMS)
    @pytest.mark.parametrize("declared", [False, True])
    def test_never_no(self, item: Item, declared: bool) -> None:
        """Volunteered words never store a no for any item."""
        wrong = [s for s in some(item, 60) if "no" in read_volunteered(s, declared=declared).values.values()]

        assert [] == wrong

    @pytest.mark.parametrize("item", ITEMS)
    def test_strong_is_noted(self, item: Item) -> None:
        """A strong word said plainly about oneself raises its item without being asked."""
        said = [p.format(t) for t in STRONG[item] for p in PLAIN[:2]]

        missed = [
            s for s in said if read_volunteered(s, declared=True).values.get(item) not in ("yes", "unsure")
        ]

        assert [] == missed

    @pytest.mark.parametrize("item", ITEMS)
    def test_never_lowers(self, item: Item) -> None:
        """Volunteered words leave a yes a yes."""
        lowered = []
        for said in some(item, 40):
            record = CheckRecord()
            record.answer(item, "yes", "yes", "answer")
            record.raise_from(read_volunteered(said, declared=True))
            lowered += [said] if record.values[item] != "yes" else []

        assert [] == lowered


class TestMostCautiousWins:
    @pytest.mark.parametrize("item", ITEMS)
    def test_two_statements(self, item: Item) -> None:
        """Of two things said in one message the more cautious counts."""
        wrong = []
        for strong, ambiguous in zip(STRONG[item], AMBIGUOUS[item], strict=False):
            said = f"I have {ambiguous}. I have {strong}."
            expected = most_cautious("unsure", "yes")
            wrong += [said] if read_answer(said, item).values.get(item) != expected else []

        assert [] == wrong


class TestNotOver:
    @pytest.mark.parametrize(
        ("item", "said"),
        [
            ("temperature", "had a fever last week, it's not over"),
            ("temperature", "had a fever last week, thought it was over but it came back"),
            ("temperature", "had fever 3 days ago, not gone yet"),
            ("temperature", "fever last month, never went away"),
            ("temperature", "i had a fever last week and its gone up"),
            ("temperature", "had a high fever last week, it was over 40"),
            ("temperature", "had a fever last month, haven't recovered"),
            ("local_infection", "had a boil last month, never healed"),
            ("local_infection", "the infection from last week has not cleared"),
            ("local_infection", "had a rash last month, gone but back again"),
            ("local_infection", "had pus last week, half healed"),
            ("local_infection", "had a boil last year all over my belly"),
            ("local_infection", "had a rash last month all over"),
            ("local_infection", "a rash last week over my stretch marks"),
        ],
    )
    def test_never_no(self, item: Item, said: str) -> None:
        """A past fever or rash is a no only when it is clearly over."""
        assert read_answer(said, item).values.get(item) in ("unsure", "yes", None)

    @pytest.mark.parametrize(
        ("item", "said"),
        [
            ("temperature", "had a fever last month, its over"),
            ("temperature", "last month i had a fever, it went away"),
            ("local_infection", "had a boil two years back, healed"),
        ],
    )
    def test_over(self, item: Item, said: str) -> None:
        """What is clearly over is a no, for the two items that speak of the present state."""
        assert "no" == read_answer(said, item).values.get(item)


class TestNoBesideAnotherItem:
    @pytest.mark.parametrize(
        ("item", "said", "expected"),
        [
            ("local_infection", "no rash but I take the pill", "no"),
            ("local_infection", "no rash. but i have afib", "no"),
            ("temperature", "no fever, but i'm boiling and take warfarin", None),
            ("temperature", "no fever but my head burns and I have afib", None),
            ("herpes", "no cold sores but my mouth tingles, i also take warfarin", None),
            ("local_infection", "no rash. more like red lumps, and i take warfarin", None),
        ],
    )
    def test_rest_is_read(self, item: Item, said: str, expected: str | None) -> None:
        """A no in the item's words counts beside another item only when nothing else is said."""
        assert expected == read_answer(said, item).values.get(item)
