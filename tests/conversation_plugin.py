"""pytest plugin: each conversation of a `*.conv.yml` or `*.devset.yml` file is a test.

Options: `--channel NAME` plays on another channel than REST, also on several or `all`;
`--conv-transcript` prints the transcripts of passing conversations too; `-k tag` selects
by tag; `-m "not stack"` leaves out everything that needs the running assistant.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import transports
from tests.client import Client, StackError
from tests.conversation_format import CONV_SUFFIX, DEVSET_SUFFIX, Conversation, load_conversations
from tests.conversation_run import ConversationError, play, transcript
from tests.conversation_yaml import ConversationFileError
from tests.silence import silence
from tests.stack import Stack, running_stack, start_stack
from tests.transports.base import MessengerTransport, Transport

STACK_KEY = pytest.StashKey[Stack]()
MARKS_KEY = pytest.StashKey[list[int]]()
TRANSPORTS_KEY = pytest.StashKey[dict[str, Transport]]()
FAILURE_KEY = pytest.StashKey[str]()
TRANSCRIPT = "conversation transcript"


def shared_stack(config: pytest.Config) -> Stack:
    """Returns the assistant of this test run, started at the first call, stopped at the end."""
    if FAILURE_KEY in config.stash:
        raise StackError("the assistant did not start; see the first failure")
    if STACK_KEY not in config.stash:
        # All that Rasa can log, so that the search for patients' words in it means something.
        settings = {"LOG_LEVEL": "DEBUG"}
        url = os.environ.get("STRIA_TEST_URL")
        config.stash[TRANSPORTS_KEY] = played = {}
        for name in channels(config):
            played[name] = transports.transport(name)
            if url and isinstance(played[name], MessengerTransport):
                config.stash[FAILURE_KEY] = f"{name} needs its fake platform"
                raise StackError(
                    f"--channel {name}: the assistant at STRIA_TEST_URL does not know the fake platform"
                )
            settings |= played[name].start()
            config.add_cleanup(played[name].stop)
        try:
            stack = running_stack(url) if url else start_stack(settings)
        except StackError as error:
            config.stash[FAILURE_KEY] = str(error)
            raise
        for transport in played.values():
            transport.connect(stack.client)
        config.stash[STACK_KEY] = stack
        config.add_cleanup(lambda: stack.stop(keep_logs=bool(config.getoption("conv_keep_logs"))))
    return config.stash[STACK_KEY]


def channels(config: pytest.Config) -> list[str]:
    """Returns the channels on which conversations are played. Raises UsageError."""
    asked = list(dict.fromkeys(config.getoption("channel") or ["rest"]))
    found = list(transports.CHANNELS) if "all" in asked else asked
    for name in found:
        if name not in transports.CHANNELS:
            raise pytest.UsageError(
                f"--channel: there is no '{name}'; there are {', '.join(transports.CHANNELS)}, all"
            )
    return found


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Stack:
    """The real assistant, started once for all tests (or the one at `STRIA_TEST_URL`)."""
    return shared_stack(request.config)


@pytest.fixture
def client(stack: Stack) -> Client:
    """A chat with the real assistant."""
    return stack.client


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options of the conversation runner."""
    group = parser.getgroup("conversations")
    group.addoption(
        "--channel",
        action="append",
        metavar="NAME",
        help=f"play on this channel instead of rest: {', '.join(transports.CHANNELS)}, or all; may be repeated",
    )
    group.addoption(
        "--conv-transcript",
        action="store_true",
        help="print the transcripts of passing conversations too",
    )
    group.addoption(
        "--conv-keep-logs", action="store_true", help="keep the logs of the assistant after the run"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Registers the mark of tests that need the running assistant; refuses unknown channels."""
    channels(config)
    config.addinivalue_line("markers", "stack: needs the running assistant (a trained model)")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collects the conversation files."""
    if file_path.name.endswith((CONV_SUFFIX, DEVSET_SUFFIX)):
        return ConversationFile.from_parent(parent, path=file_path)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the Python tests that use the assistant, so that they can be left out."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker("stack")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remembers where the assistant's logs end before the test."""
    if stack := item.config.stash.get(STACK_KEY, None):
        item.stash[MARKS_KEY] = stack.marks()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Looks through the assistant's logs while the run can still fail; it stops after that."""
    stack = session.config.stash.get(STACK_KEY, None)
    if stack is not None and stack.folder is not None:
        silence.listen_below(stack.folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds what the assistant logged during a failed test to its report."""
    report = yield
    stack = item.config.stash.get(STACK_KEY, None)
    if report.failed and stack is not None and stack.services and item.get_closest_marker("stack"):
        marks = item.stash.get(MARKS_KEY, [])
        report.sections.append(("logs of the assistant", stack.logs(marks)))
    return report


class ConversationFile(pytest.File):
    """A file of conversations."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yields one test for each conversation."""
        try:
            conversations = load_conversations(self.path)
        except ConversationFileError as error:
            raise self.CollectError(str(error)) from error
        for conversation in conversations:
            for channel in channels(self.config):
                name = conversation.name if channel == "rest" else f"{conversation.name} [{channel}]"
                yield ConversationItem.from_parent(
                    self, name=name, conversation=conversation, channel=channel
                )


class ConversationItem(pytest.Item):
    """One conversation, played against the running assistant."""

    def __init__(self, *, conversation: Conversation, channel: str, **kwargs: Any) -> None:
        """Keeps the conversation and makes its tags selectable with `-k`."""
        super().__init__(**kwargs)
        self.conversation, self.channel = conversation, channel
        self.extra_keyword_matches.update(conversation.tags)
        self.add_marker("stack")

    def runtest(self) -> None:
        """Plays the conversation."""
        shared_stack(self.config)
        played = play(self.conversation, self.config.stash[TRANSPORTS_KEY][self.channel])
        if self.config.getoption("conv_transcript"):
            self.user_properties.append((TRANSCRIPT, transcript(played)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Shows the report of the conversation instead of Python code."""
        if isinstance(excinfo.value, (ConversationError, StackError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Returns the file and line of the conversation."""
        return self.path, self.conversation.line - 1, self.name


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the transcripts that `--conv-transcript` asks for."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == TRANSCRIPT and report.when == "call":
                terminalreporter.section(report.nodeid, "-")
                terminalreporter.write_line(text)
