"""What the tests do to find patients' words in logs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.silence import Silence, telling

TEXT = 'My "period" is late, could it be that I am pregnant?'


@pytest.fixture
def silence() -> Silence:
    """One in which a patient has said something."""
    made = Silence()
    made.note(TEXT)
    return made


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (TEXT, "is late, could it be tha"),
        ("no", ""),
        ("isotretinoin", ""),
        ("ні, не вагітна", ""),
        ("Start the check", "start the check"),
        ("я маю (a fever since monday)", "(a fever since monday)"),
        ("a\nfever\nsince\nmonday", ""),
    ],
)
def test_the_telling_part(text: str, part: str) -> None:
    """It is long enough, has more than a word, and is written the same in JSON and in Python."""
    assert telling(text) == part


@pytest.mark.parametrize(
    "log",
    [
        f"received {TEXT!r}",
        'DEBUG {"text": "My \\"period\\" is late, could it be that"}',
        "could not read: IS LATE, COULD IT BE THAT I",
    ],
)
def test_what_was_said_is_found(silence: Silence, log: str) -> None:
    """However it is quoted, cut or written."""
    silence.listen("rasa.log", f"first line\n{log}\nlast line")
    assert set(silence.found) == {"rasa.log"}


def test_other_words_are_not(silence: Silence) -> None:
    """A log of other things is fine, and counted."""
    silence.listen("rasa.log", "the period of retention is late, could it be changed?")
    assert silence.found == {}
    assert (silence.logs, silence.characters) == (1, 53)


@pytest.mark.parametrize("thing", [None, 7, ["a fever since monday"], b"a fever since monday", "no"])
def test_what_can_t_be_told_apart_is_left_out(thing: object) -> None:
    """What a test sends as a message need not be a text."""
    silence = Silence()
    silence.note(thing)
    assert silence.said == set()


def test_what_a_server_has_stored_was_said(tmp_path: Path) -> None:
    """Whoever sent it; logs of the folder and below it are looked through once."""
    with closing(sqlite3.connect(tmp_path / "stria.db")) as database, database:
        database.execute("CREATE TABLE events (type_name, data)")
        rows = [
            ("user", '{"text": "i have a fever since monday"}'),
            ("bot", '{"text": "please wait for it"}'),
        ]
        database.executemany("INSERT INTO events VALUES (?, ?)", [*rows, ("user", '{"text": null}')])
    (tmp_path / "other.db").write_text("no database")
    (tmp_path / "below").mkdir()
    (tmp_path / "rasa.log").write_text("please wait for it")
    (tmp_path / "below" / "log").write_text("said: I have a fever since Monday")
    silence = Silence()
    for _ in range(2):
        silence.listen_below(tmp_path)
    assert silence.found == {str(tmp_path / "below" / "log"): {"i have a fever since mon"}}
    assert silence.logs == 2


PLUGIN = "pytest_plugins = ['tests.silence_plugin']"
LOGS = """
    import sys
    import pytest
    from tests.silence import Silence
    import tests.silence_plugin as plugin

    plugin.silence = Silence()
    plugin.silence.note("i have a fever since monday")

    def test_it():
        print("I have a fever since Monday", file=sys.stderr)
"""
LISTEN = 'plugin.silence.listen("rasa.log", "received: I have a fever since Monday")'


def test_a_test_that_logs_it_fails(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it says that it means to."""
    monkeypatch.setattr("tests.silence_plugin.silence", Silence())
    pytester.makeconftest(PLUGIN)
    pytester.makepyfile(LOGS)
    result = pytester.runpytest()
    result.stdout.fnmatch_lines(["*logged what a patient said: ?'i have a fever since mon'?*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    pytester.makepyfile(LOGS.replace("def test_it", "@pytest.mark.talkative\n    def test_it"))
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_run_fails_in_which_a_server_logged_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though all its tests passed; it names the log."""
    monkeypatch.setattr("tests.silence_plugin.silence", Silence())
    pytester.makeconftest(PLUGIN)
    pytester.makepyfile(LOGS.replace('print("I have a fever since Monday", file=sys.stderr)', LISTEN))
    result = pytester.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["logs of servers: 1,*logs with such a text: 1", "error: rasa.log holds*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED
