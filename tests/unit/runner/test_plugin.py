"""The pytest plugin, run inside pytest against a fake assistant over HTTP."""

from __future__ import annotations

import pytest

from tests.client import Client, StackError
from tests.unit.runner.conftest import FakeChat

CONVERSATIONS = """
conversations:
- name: greeting
  tags: [easy]
  turns:
  - user: hi
    bot: [hello]
- name: a wrong one
  turns:
  - user: hi
    bot: [goodbye]
    slots: {herpes: no}
"""


@pytest.fixture
def inner(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server: str, chat: FakeChat
) -> pytest.Pytester:
    """A folder with one conversation file, and the fake assistant as the running server."""
    monkeypatch.setenv("STRIA_TEST_URL", server)
    chat.say("hi", "Hello there.", herpes="yes")
    (pytester.path / "x.conv.yml").write_text(CONVERSATIONS, encoding="utf-8")
    return pytester


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Runs pytest with the plugin in the folder."""
    return pytester.runpytest_inprocess("-p", "tests.conversation_plugin", "-p", "no:asyncio", *arguments)


def test_each_conversation_is_a_test(inner: pytest.Pytester) -> None:
    """One passes and one fails, with a transcript and without Python code."""
    result = run(inner)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*__ a wrong one __*",
            'x.conv.yml:10: turn 1 of "a wrong one" went wrong',
            "*1  user  hi   <-- failed here",
            "*bot   Hello there.",
            "What went wrong:",
            '*bot: "goodbye" is not in the reply',
            "*herpes  no        yes",
        ]
    )
    result.stdout.no_fnmatch_line("*conversation_run.py*")


def test_tags_and_marks_select(inner: pytest.Pytester) -> None:
    """`-k` takes tags, and `-m "not stack"` leaves all conversations out."""
    run(inner, "-k", "easy").assert_outcomes(passed=1, deselected=1)
    run(inner, "-m", "not stack").assert_outcomes(deselected=2)
    run(inner, "x.conv.yml::greeting").assert_outcomes(passed=1)


def test_transcripts_of_passing_conversations(inner: pytest.Pytester) -> None:
    """They are printed when asked for, and only then."""
    run(inner, "-k", "easy").stdout.no_fnmatch_line("*Hello there.*")
    result = run(inner, "-k", "easy", "--conv-transcript")
    result.stdout.fnmatch_lines(["*x.conv.yml::greeting*", "*user  hi", "*bot   Hello there."])


def test_a_mistake_in_a_file_is_told_without_a_traceback(inner: pytest.Pytester) -> None:
    """The error names file, line and remedy."""
    (inner.path / "y.conv.yml").write_text("conversations:\n- nam: x\n", encoding="utf-8")
    result = run(inner)
    result.stdout.fnmatch_lines(
        ["y.conv.yml:2: unknown key 'nam' in a conversation", "*To mend it: did you mean 'name'?*"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_devset_files_are_played_too(inner: pytest.Pytester) -> None:
    """The development set's format is loaded by its file name."""
    text = "- id: C1\n  name: n\n  turns:\n  - user: hi\n    bot_contains: ['^hel+o']\n"
    (inner.path / "d.devset.yml").write_text(text, encoding="utf-8")
    run(inner, "d.devset.yml").assert_outcomes(passed=1)


def test_a_server_that_breaks_is_told(inner: pytest.Pytester) -> None:
    """An HTTP error in the middle of a conversation is shown as it came."""
    text = CONVERSATIONS.replace("user: hi", "user: crash")
    (inner.path / "x.conv.yml").write_text(text, encoding="utf-8")
    result = run(inner)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["http://127.0.0.1:*webhook: HTTP 500 broken*"])


def test_no_server_at_the_given_address(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first conversation says what is wrong; the others refer to it."""
    monkeypatch.setenv("STRIA_TEST_URL", "http://127.0.0.1:1")
    result = run(inner)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "STRIA_TEST_URL: no assistant answers at http://127.0.0.1:1",
            "the assistant did not start; see the first failure",
        ]
    )


def test_client_speaks_to_a_server(server: str, chat: FakeChat) -> None:
    """Texts, buttons, slots and errors of the REST channel are read as documented."""
    chat.say("hi", "One.", "Two?", buttons=[("Yes", "yes please")], herpes="no")
    client = Client(server, token="secret")
    reply = client.send("me", "hi")
    assert reply.text == "One.\nTwo?"
    assert [(button.title, button.payload) for button in reply.buttons] == [("Yes", "yes please")]
    assert reply.seconds > 0
    assert client.tracker("me") == {"slots": {"herpes": "no"}}
    assert client.slots("nobody") == {}
    with pytest.raises(StackError, match="HTTP 500"):
        client.send("me", "crash")
    with pytest.raises(StackError, match="no answer"):
        Client("http://127.0.0.1:1").tracker("me")


def test_channels(inner: pytest.Pytester) -> None:
    """Conversations are played on each channel that is asked for, by a name of their own."""
    result = run(inner, "-k", "easy", "--channel", "rest", "--channel", "web", "--collect-only", "-q")
    result.stdout.fnmatch_lines(["x.conv.yml::greeting", "x.conv.yml::greeting [[]web]"])


def test_a_messenger_on_another_server(inner: pytest.Pytester) -> None:
    """Its platform is a fake that only a server of the tests' own knows."""
    result = run(inner, "-k", "easy", "--channel", "telegram")
    result.stdout.fnmatch_lines(["--channel telegram: the assistant at STRIA_TEST_URL does not know*"])


def test_a_channel_that_does_not_exist(inner: pytest.Pytester) -> None:
    """It is told which ones there are."""
    result = run(inner, "--channel", "pigeon")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*there is no 'pigeon'; there are *telegram*"])
