"""What a messenger's channel adds to the time of a reply over REST, on one running assistant."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import pytest

from tests.stack import Stack, start_stack
from tests.transports import CHANNELS, transport
from tests.transports.base import MessengerTransport

pytestmark = pytest.mark.stack

#: Milliseconds, median over pairs: the bar of the messengers' channels.
MOST_ADDED = 5.0
PATIENTS = 16
WARM_UP = 2
TEXTS = ("hello", "how long is recovery?", "does it hurt?", "thanks", "what is laser resurfacing?")
#: Seconds between two messages, so that marks and receipts of the last one are over.
PAUSE = 0.08
MESSENGERS = tuple(c for c in CHANNELS if c not in ("rest", "web"))


@pytest.fixture(params=MESSENGERS)
def running(request: pytest.FixtureRequest) -> Iterator[tuple[Stack, MessengerTransport]]:
    """The assistant with one messenger switched on."""
    channel = transport(request.param)
    assert isinstance(channel, MessengerTransport)
    environment = channel.start()
    try:
        stack = start_stack(environment)
        try:
            channel.connect(stack.client)
            yield stack, channel
        finally:
            stack.stop()
    finally:
        channel.stop()


def test_a_messenger_adds_little_to_rest(
    running: tuple[Stack, MessengerTransport], record_property: pytest.RecordProperty
) -> None:
    """From the webhook to the platform's first call takes at most 5 ms more than a REST reply (median)."""
    stack, channel = running
    rest, added = [], []
    for number in range(PATIENTS):
        for text in TEXTS:
            first, second = _over_rest, _over_messenger
            if number % 2:
                first, second = second, first
            times = {ask: ask(stack, channel, f"patient {number}", text) for ask in (first, second)}
            if number >= WARM_UP:
                rest.append(times[_over_rest])
                added.append(times[_over_messenger] - times[_over_rest])
    median = statistics.median(added)
    record_property("added_ms", median)
    print(
        f"{channel.name}: REST {statistics.median(rest):.1f} ms, added {median:.1f} ms ({len(added)} pairs)"
    )
    assert median <= MOST_ADDED


def _over_rest(stack: Stack, channel: MessengerTransport, patient: str, text: str) -> float:
    """Returns the milliseconds of a reply over REST."""
    begun = time.monotonic()
    stack.client.send(patient, text)
    taken = 1e3 * (time.monotonic() - begun)
    time.sleep(PAUSE)
    return taken


def _over_messenger(stack: Stack, channel: MessengerTransport, patient: str, text: str) -> float:
    """Returns the milliseconds from a webhook to the first message that the patient sees."""
    mark, webhook = len(channel.fake.calls), channel.text(channel.user(patient), text)
    begun = time.monotonic()
    channel.post(webhook)

    def shown() -> list[float]:
        return [call.at for call in channel.fake.calls[mark:] if call.method in channel.shows]

    channel.fake.wait(lambda: bool(shown()))
    taken = 1e3 * (shown()[0] - begun)
    time.sleep(PAUSE)
    return taken
