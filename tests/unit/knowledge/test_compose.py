"""Answers come from the document alone: quoted, attributed, paired, short; refusals are honest."""

from __future__ import annotations

import re

import pytest

from assistant.knowledge.compose import (
    ANSWERED,
    NOT_IN_DOCUMENT,
    Part,
    answer_topic,
    follow_up,
    refuse_topic,
    source_line,
)
from assistant.knowledge.content import content

TOPICS = sorted(content().topics)
SILENT = sorted(content().silent)
KINDS = ("why", "how_long", "other_laser", "more")
#: Strong claims of the document. Written down here on purpose, not taken from the code.
CLAIM = re.compile(r"absolutely|forever|excluded|no risk|no protective bandage|without severe|90\s?%", re.I)
ATTRIBUTED = re.compile(r"\b(?:our|the|the same) document (?:says|calls)\b", re.I)
CLEARANCE = re.compile(
    r"you can have it|you are (?:eligible|suitable|cleared)|(?<!can't promise that )it is safe for you|"
    r"don.t worry|you don.t need|"
    r"green light|you may proceed|come back when|wait until|stop taking",
    re.I,
)
FLAT = " ".join(content().document.split())


def sentences(text: str) -> list[str]:
    """The sentences and list entries of a text, without what is quoted."""
    unquoted = re.sub(r"“[^”]*”", "“…”", text)
    return [s for s in re.split(r"(?<=[.!?])\s+|\n", unquoted) if s.strip()]


def quotes(text: str) -> list[str]:
    """What stands in typographic quotes."""
    return re.findall(r"“([^”]*)”", text)


def unattributed(text: str) -> list[str]:
    """The sentences that make a strong claim in the assistant's own voice."""
    return [s for s in sentences(text) if CLAIM.search(s) and not ATTRIBUTED.search(s)]


class TestAnswerTopic:
    @pytest.mark.parametrize("name", TOPICS)
    def test_quotes_the_document(self, name: str) -> None:
        """Each answer quotes a sentence of the document, letter by letter, or lists its points."""
        part = answer_topic(name)
        verbatims = {" ".join(f.verbatim.split()) for f in content().facts.values()}

        quoted = [q for q in quotes(part.text) if " ".join(q.split()) in verbatims]

        assert quoted or content().topics[name].listed
        assert [] == [q for q in quoted if " ".join(q.split()) not in FLAT]

    @pytest.mark.parametrize("name", TOPICS)
    def test_names_facts(self, name: str) -> None:
        """Each answer names known facts, once each, and its own class."""
        part = answer_topic(name)

        assert (ANSWERED, f"faq/{name}") == (part.kind, part.topic)
        assert part.facts
        assert len(set(part.facts)) == len(part.facts)
        assert set(part.facts) <= set(content().facts)

    @pytest.mark.parametrize("name", TOPICS)
    def test_quotes_a_named_fact(self, name: str) -> None:
        """The quoted sentence belongs to a fact that the answer names."""
        part = answer_topic(name)
        own = {" ".join(content().facts[f].verbatim.split()) for f in part.facts}

        long_quotes = [" ".join(q.split()) for q in quotes(part.text) if q.endswith((".", ":"))]

        assert [] == [q for q in long_quotes if q not in own]

    @pytest.mark.parametrize("name", TOPICS)
    def test_short(self, name: str) -> None:
        """An answer is at most 60 words of our own; a list of the document may be longer."""
        part = answer_topic(name, source=False)
        limit = 85 if content().topics[name].listed else 60

        assert len(part.text.split()) <= limit

    @pytest.mark.parametrize("name", TOPICS)
    def test_claims_are_attributed(self, name: str) -> None:
        """Strong claims are the document's, never in the assistant's own voice."""
        assert [] == unattributed(answer_topic(name).text)

    @pytest.mark.parametrize("name", TOPICS)
    def test_no_clearance(self, name: str) -> None:
        """No answer clears, reassures or advises, and nothing is left unfilled."""
        text = answer_topic(name).text

        assert None is CLEARANCE.search(text)
        assert "{" not in text

    @pytest.mark.parametrize(
        ("name", "facts"),
        [
            ("heat", {"F03", "F10"}), ("safety", {"F30", "F23", "F42"}),
            ("accidents", {"F32", "F23"}),
            ("surgery", {"F33", "F23"}), ("severe_consequences", {"F33", "F23"}),
            ("first_result", {"F38", "F22"}),
            ("sessions", {"F22", "F38"}), ("permanence", {"F40", "F22"}),
            ("preparation", {"F36", "F43"}),
            ("body_parts", {"F37", "F26"}), ("disadvantages", {"F24", "F42"}),
            ("healthy_tissue", {"F39", "F05"}),
        ],
    )  # fmt: skip
    def test_pairs(self, name: str, facts: set[str]) -> None:
        """What misleads alone is given with its counterpart."""
        assert facts <= set(answer_topic(name).facts)

    def test_contraindications_are_complete(self) -> None:
        """The list names all five contraindications and the danger."""
        part = answer_topic("contraindications")

        assert {"F23", "F24", "F25", "F26", "F27", "F28", "F29"} == set(part.facts)
        assert "check" == part.offer


class TestReachable:
    def test_every_fact_is_answered(self) -> None:
        """Each fact of the document is part of some answer."""
        reached = {f for name in TOPICS for f in answer_topic(name).facts}

        assert set() == set(content().facts) - reached

    def test_every_sentence_is_quoted(self) -> None:
        """Each fact's own sentence is shown by an answer, or on "tell me more" after one."""
        shown: set[str] = set()
        for name in TOPICS:
            part = answer_topic(name)
            more = follow_up("more", part.topic, part.facts, 0)
            assert more is not None
            shown |= {" ".join(q.split()) for q in quotes(part.text + more.text)}

        hidden = [f.id for f in content().facts.values() if " ".join(f.verbatim.split()) not in shown]

        assert [] == hidden

    def test_every_sentence_of_the_document_is_a_fact(self) -> None:
        """Nothing in the document, headings aside, stands outside the facts."""
        rest = FLAT
        headings = sorted({f.section for f in content().facts.values()}, key=len, reverse=True)
        for text in [*(f.verbatim for f in content().facts.values()), *headings]:
            rest = rest.replace(" ".join(text.split()), " ", 1)

        assert "Laser Resurfacing of Stretch Marks" == " ".join(re.sub(r"[•.]", " ", rest).split())


class TestRefuseTopic:
    @pytest.mark.parametrize("name", SILENT)
    @pytest.mark.parametrize("turn", range(4))
    def test_silence_and_specialist(self, name: str, turn: int) -> None:
        """Each refusal, in each variation, says the document is silent and names the specialist."""
        part = refuse_topic(name, turn)

        assert NOT_IN_DOCUMENT == part.kind
        assert content().silent[name].silence in part.text
        assert re.search(r"document (?:does not say|says nothing|doesn't mention)|nothing about", part.text)
        assert "specialist" in part.text

    @pytest.mark.parametrize("name", SILENT)
    def test_nearest(self, name: str) -> None:
        """The nearest facts are given with it, attributed, and the question is noted."""
        part = refuse_topic(name, 0)

        assert (list(content().silent[name].nearest), name) == (part.facts, part.unanswered)
        assert [] == unattributed(part.text)
        assert None is CLEARANCE.search(part.text)

    @pytest.mark.parametrize("name", [n for n in SILENT if content().silent[n].own_health])
    def test_own_health(self, name: str) -> None:
        """About the patient's own body the examination is named."""
        assert re.search(r"full exam", refuse_topic(name, 0).text)

    def test_rotates(self) -> None:
        """Four turns give four wordings."""
        assert 4 == len({refuse_topic("price", turn).text for turn in range(4)})

    @pytest.mark.parametrize("name", ["other", "no_such_topic", ""])
    def test_other(self, name: str) -> None:
        """An unknown question is refused all the same."""
        part = refuse_topic(name, 0)

        assert ("not_in_document/other", "other") == (part.topic, part.unanswered)
        assert "specialist" in part.text

    def test_not_noted(self) -> None:
        """On request the note about the summary is left out."""
        assert "summary" not in refuse_topic("price", 0, noted=False).text


class TestFollowUp:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("name", TOPICS)
    def test_each(self, name: str, kind: str) -> None:
        """Each follow-up of each topic is answered from the document, or honestly refused."""
        part = follow_up(kind, f"faq/{name}", answer_topic(name).facts, 1)

        assert isinstance(part, Part)
        assert [] == unattributed(part.text)
        assert "{" not in part.text
        if part.kind == ANSWERED:
            assert part.facts
            assert quotes(part.text) or content().topics[part.topic.removeprefix("faq/")].listed
        else:
            assert "specialist" in part.text
            assert [] == part.facts

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("name", SILENT)
    def test_after_a_refusal(self, name: str, kind: str) -> None:
        """After a refusal the document stays silent, in other words."""
        part = follow_up(kind, f"not_in_document/{name}", [], 1)

        assert part is not None
        assert (NOT_IN_DOCUMENT, True) == (part.kind, "specialist" in part.text)

    @pytest.mark.parametrize("last", ["", "faq/unknown", "smalltalk/thanks", "not_in_document/unknown"])
    @pytest.mark.parametrize("kind", KINDS)
    def test_without_context(self, kind: str, last: str) -> None:
        """Without a topic before there is nothing to follow up."""
        assert None is follow_up(kind, last, [], 0)

    @pytest.mark.parametrize("name", ["recovery_time", "crust", "bandage"])
    def test_other_laser_is_not_carried_over(self, name: str) -> None:
        """What the document says of one laser is never said of the other."""
        part = follow_up("other_laser", f"faq/{name}", [], 0)

        assert part is not None
        assert NOT_IN_DOCUMENT == part.kind

    @pytest.mark.parametrize(
        ("topic", "asked", "part"),
        [
            ("recovery_time", "and for the classical one?", "two or three days"),
            ("recovery_time", "what about the traditional type", "two or three days"),
            ("recovery_time", "and the fractional one?", "with the fractional laser"),
            ("recovery_time", "and the modern one?", "with the fractional laser"),
            ("recovery_time", "and the other one?", "with the fractional laser"),
            ("recovery_time", "fractional or classical?", "with the fractional laser"),
            ("crust", "and with the fractional one?", "you can see a crust"),
            ("fractional", "what about fractional", "in small points"),
        ],
    )
    def test_a_variant_that_is_named(self, topic: str, asked: str, part: str) -> None:
        """Who names the variant that was just spoken of does not hear about the other one."""
        answer = follow_up("other_laser", f"faq/{topic}", [], 1, asked)
        assert answer is not None
        assert part in answer.text

    def test_more_without_facts(self) -> None:
        """Asked for more, it quotes the topic's own sentence when the facts are not known."""
        part = follow_up("more", "faq/crust", [], 0)

        assert part is not None
        assert "On the treated areas you can see a crust." in part.text


class TestSourceLine:
    @pytest.mark.parametrize("fact", sorted(content().facts))
    def test_section_and_sentence(self, fact: str) -> None:
        """The line names the section and quotes the sentence; a claim is attributed."""
        line, source = source_line(fact), content().facts[fact]

        assert source.verbatim in line
        assert source.section.rstrip("?.") in line
        assert not CLAIM.search(source.verbatim) or line.startswith("Our document says")
