"""The trained classifier, from the model file: messages that nobody trained, limits, threads, time."""

from __future__ import annotations

import statistics
import tarfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from assistant.nlu.pipeline import TopicModel
from assistant.text import squash
from scripts._env import ROOT
from scripts._model import model_path

#: Class -> messages, written for this test. A second class counts as right where both answer it.
MESSAGES = {
    "faq/what_is": ["explain laser resurfacing to me please", "so what exactly are you doing there"],
    "faq/contraindications": ["who should stay away from this laser", "reasons not to get it done?"],
    "faq/recovery_time": ["how many days until my skin is healed up", "what's the downtime like"],
    "faq/fractional": ["tell me about the fractional one", "fractional laser, how does that work"],
    "faq/classical": ["how does the old classic laser work", "and what is the classical method"],
    "faq/crust": ["will there be scabs on it later", "does a crust form on my belly"],
    "faq/bandage": ["must I wear a dressing afterwards", "do u put a bandage on it"],
    "faq/infection_risk": ["can the spot get infected afterwards", "how likely is an infection"],
    "faq/herpes": ["is a cold sore a reason against it", "can't I come in when I have herpes?"],
    "faq/fever": ["can I come with a high temperature", "is running a fever a problem"],
    "faq/medicines": ["do some drugs clash with the laser", "medicines that don't go with it?"],
    "faq/who_decides": ["who has the last word on whether I get it", "who makes the decision"],
    "faq/permanence": ["are they gone for good then", "is the result forever"],
    "faq/sessions": ["is one visit enough", "can it be done in a single appointment"],
    "faq/skin_types": ["does it suit every skin type", "is my type of skin ok for it"],
    "faq/hospital_stay": ["must I stay overnight in hospital", "do I sleep at the hospital after"],
    "faq/collagen": ["what does it do to my collagen", "is new collagen made"],
    "not_in_document/price": ["what do you charge for a belly", "is it expensive"],
    "not_in_document/pain": ["will it hurt a lot", "how sore is it going to be"],
    "not_in_document/pregnancy": ["I'm expecting, can I still get it", "ok in pregnancy?"],
    "not_in_document/anaesthesia": ["do I get numbing cream first", "is it done under anaesthetic"],
    "not_in_document/insurance": ["does my health insurance pay", "will medicare cover any of it"],
    "not_in_document/booking_contact": ["I'd like to book for next week", "your phone number pls"],
    "not_in_document/tattoos_moles": ["there's a tattoo over my stretch marks", "I have a mole there"],
    "out_of_scope": ["who is the president of france", "can you recommend a good pizza place"],
    "smalltalk/greet": ["hey there good evening", "hi stria"],
    "smalltalk/thanks": ["thx, that helped me", "many thanks to you"],
    "start_check": ["let's go through the checklist now", "please ask me the questions"],
    "human_handoff": ["I'd rather talk to a real person", "connect me with someone at the clinic"],
    "delete_data": ["please erase everything I told you", "remove my data from here"],
}
FLOOR = 0.90


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> TopicModel:
    """The classifier out of the trained model."""
    assert model_path().exists(), "train first: make train"
    folder = tmp_path_factory.mktemp("classifier")
    with tarfile.open(model_path(), "r:gz") as archive:
        for member in archive:
            path = Path(member.name)
            if "TopicClassifier" in path.parent.name and member.isfile():
                content = archive.extractfile(member)
                assert content is not None
                (folder / path.name).write_bytes(content.read())
    return TopicModel.load(folder)


def pairs() -> Iterator[tuple[str, str]]:
    """Yields class and message."""
    for name, texts in MESSAGES.items():
        for text in texts:
            yield name, text


def test_untrained_messages_are_recognised(model: TopicModel) -> None:
    """At least nine of ten; the wrong ones are listed."""
    found = [(name, text, model.predict(text).best) for name, text in pairs()]
    wrong = [(text, name, best) for name, text, best in found if not best or best[0] != name]
    assert len(found) >= 60
    assert len(wrong) <= (1 - FLOOR) * len(found), "\n".join(map(str, wrong))


def test_the_messages_are_not_in_the_training_data() -> None:
    """Else the test above would prove nothing."""
    trained = set()
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            trained |= {squash(line.lstrip("- ")) for line in entry["examples"].splitlines()}
    assert [text for _, text in pairs() if squash(text) in trained] == []


@pytest.mark.parametrize("text", ["", " ", "\n", "🦄🦄🦄", "12345", "?!?", "\u200b", "...", "—"])
def test_nothing_to_read(model: TopicModel, text: str) -> None:
    """No class at all, rather than the likeliest one."""
    prediction = model.predict(text)
    assert (prediction.best, prediction.ranking, prediction.hits) == (None, [], [])


@pytest.mark.parametrize(
    "text",
    [
        "is it painful and what does it cost " * 28,
        "a" * 1000,
        "ü" * 1000,
        "word " * 200,
        "? " * 450 + "price",
        ", and ".join(["how long is recovery"] * 38),
    ],
)
def test_a_very_long_message(model: TopicModel, text: str) -> None:
    """A thousand characters are classified in reasonable time, into three questions at most."""
    started = time.perf_counter()
    prediction = model.predict(text[:1000])
    assert time.perf_counter() - started < 2
    assert prediction.best is not None
    assert len(prediction.hits) <= 3
    assert all(text[h.start : h.end] == h.text for h in prediction.hits)


def test_probabilities(model: TopicModel) -> None:
    """Each ranking holds every class once and sums to one."""
    for _, text in list(pairs())[:10]:
        ranking = model.predict(text).ranking
        assert sorted(name for name, _ in ranking) == sorted(model.labels)
        assert sum(p for _, p in ranking) == pytest.approx(1, abs=1e-4)
        assert [p for _, p in ranking] == sorted((p for _, p in ranking), reverse=True)


def test_threads_get_the_same_results(model: TopicModel) -> None:
    """Eight threads with fifty messages each."""
    texts = [text for _, text in pairs()][:50]
    expected = [(p.best, p.hits) for p in map(model.predict, texts)]

    def run(_: int) -> list[object]:
        return [(p.best, p.hits) for p in map(model.predict, texts)]

    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(run, range(8)))


def test_the_time_of_a_message(model: TopicModel) -> None:
    """The median stays below 25 ms."""
    seconds = []
    for _, text in pairs():
        started = time.perf_counter()
        model.predict(text)
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.025
