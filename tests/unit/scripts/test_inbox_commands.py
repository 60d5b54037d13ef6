"""The inbox on the command line: accounts, requests, the audit, and the server itself."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.screening.fhir_rules import check_response
from clinic import database, listing, staff
from clinic.bundle import check_bundle
from clinic.outbox import NEVER
from scripts import _http
from scripts._env import ROOT, child_environment
from tests.clinic_rows import add, audited, counts, deliver, row
from tests.inbox_server import inbox
from tests.raw_http import exchange
from tests.unit.screening.records import full

pytestmark = pytest.mark.usefixtures("clinic_db")

PASSWORD = "correct horse battery"


def run(command: str, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command with variables, and a line on stdin."""
    return subprocess.run(
        [sys.executable, "-m", f"scripts.{command}"],
        cwd=ROOT, env=child_environment(variables), input=typed, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


class TestUser:
    def test_life(self) -> None:
        """Somebody comes, gets a new password, and goes."""
        assert "Nobody can log in yet" in run("inbox_user").stdout
        assert run("inbox_user", f"{PASSWORD}\n", NAME="Anna").stdout == "anna can log in now.\n"
        assert "all sessions have ended" in run("inbox_user", f"{PASSWORD}!\n", NAME="anna").stdout
        assert staff.checked("anna", f"{PASSWORD}!")[0]
        assert run("inbox_user").stdout == "Who may log in:\n  anna\n"
        assert run("inbox_user", NAME="anna", REMOVE="1").stdout == "anna can't log in any more.\n"
        assert {who for who, _, _ in audited()} == {"make inbox-user"}

    @pytest.mark.parametrize(
        ("typed", "variables", "said"),
        [
            ("short\n", {"NAME": "anna"}, "12 characters"),
            ("", {"NAME": "anna"}, "no password"),
            (f"{PASSWORD}\n", {"NAME": "an na"}, "a name has"),
            ("", {"NAME": "anna", "REMOVE": "1"}, "nobody is called anna"),
            ("", {"REMOVE": "1"}, "say whom to remove"),
        ],
    )
    def test_mistakes(self, typed: str, variables: dict[str, str], said: str) -> None:
        """One line says what to do, without what was typed."""
        done = run("inbox_user", typed, **variables)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
        assert PASSWORD not in done.stderr + done.stdout

    def test_on_a_terminal(self) -> None:
        """It asks twice, and shows neither."""
        controller, terminal = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.inbox_user"],
            cwd=ROOT, env=child_environment({"NAME": "anna"}), stdin=terminal, stdout=terminal, stderr=terminal,
            start_new_session=True,
        )  # fmt: skip
        os.close(terminal)
        shown = b""
        for _ in range(2):
            while not shown.endswith(b": "):
                shown += os.read(controller, 1024)
            os.write(controller, f"{PASSWORD}\n".encode())
            shown += b"\n"
        while process.poll() is None:
            try:
                shown += os.read(controller, 1024)
            except OSError:
                break
        assert process.wait(30) == 0
        os.close(controller)
        assert b"anna can log in now." in shown
        assert PASSWORD.encode() not in shown


class TestRequests:
    def test_list(self) -> None:
        """Those that are open; nothing that a patient typed steers the terminal."""
        deliver(add(1, name="Ann\x1b[31m\nExample"))
        add(2, state="done", name="Dora")
        listing.set_state(add(3, name="", phone=""), "in_progress", "ben")
        done = run("inbox_requests")
        assert (done.returncode, done.stderr) == (0, "")
        assert "Dora" not in done.stdout
        assert "\x1b" not in done.stdout
        assert (
            "00000000  Ann\ufffd[31m Example: +442079460000, ann@mail.example (not delivered yet)"
            in done.stdout
        )
        assert "no name: ann@mail.example" in done.stdout
        assert "in_progress by ben  00000000" in done.stdout
        assert done.stdout.endswith("2 requests open. Show one: make requests ID=...\n")
        assert "Dora" in run("inbox_requests", STATE="all").stdout
        assert "1 request." in run("inbox_requests", STATE="all", SEARCH="dora").stdout
        assert run("inbox_requests", SEARCH="zebra").stdout == "No request fits.\n"

    def test_one(self, tmp_path: Path) -> None:
        """In each form; what leaves is kept in the audit."""
        known = add(1, full())
        text = run("inbox_requests", ID=known).stdout
        assert "wish: Please call me" in text
        assert "Summary for the specialist" in text
        assert "Ann Example 1" in run("inbox_requests", ID=known.upper(), FORMAT="html").stdout
        rows = list(csv.DictReader(io.StringIO(run("inbox_requests", ID=known, FORMAT="csv").stdout)))
        assert len(rows) == 1
        out = tmp_path / "one.json"
        assert run("inbox_requests", ID=known, FORMAT="fhir", OUT=str(out)).returncode == 0
        assert out.stat().st_mode & 0o777 == 0o600
        assert check_response(json.loads(out.read_text())) == []
        assert [action for _, action, _ in audited()] == ["view", "export_html", "export_csv", "export_fhir"]
        assert all(who.startswith("make requests (") for who, _, _ in audited())

    def test_state(self) -> None:
        """It is set by the number that patients know."""
        known = add(1)
        assert run("inbox_requests", ID=known[:8], STATE="done").stdout == "The request is now done.\n"
        assert row(known).state == "done"

    def test_try_again(self) -> None:
        """What could not be delivered of one request, once; the audit tells it."""
        known = add(1)
        deliver(known, due=NEVER, attempts=100)
        assert "000000" in run("inbox_requests", FAILED="1").stdout
        assert run("inbox_requests", ID=known, RETRY="1").stdout.startswith("It is tried again now")
        assert counts() == {"delivered": 0, "waiting": 1, "failed": 0}
        assert "has failed" in run("inbox_requests", ID=known, RETRY="1").stdout
        assert [(action, what) for _, action, what in audited()] == [("list", ""), ("deliver_again", known)]

    def test_many(self) -> None:
        """All that are found, as a table or a Bundle."""
        add(1, full())
        add(2)
        found = json.loads(run("inbox_requests", FORMAT="fhir").stdout)
        assert check_bundle(found) == []
        assert len(found["entry"]) == 2
        assert run("inbox_requests", FORMAT="text").stdout.count("phone: ") == 2

    @pytest.mark.parametrize(
        ("variables", "said"),
        [
            ({"FORMAT": "pdf"}, "FORMAT=pdf is not known"),
            ({"STATE": "lost"}, "STATE=lost is not known"),
            ({"ID": "00000000", "STATE": "open"}, "STATE=open can't be set"),
            ({"ID": "gone-gone"}, "no request of this ID"),
            ({"ID": "00000000", "FORMAT": "html"}, "no check was begun"),
            ({"FORMAT": "html"}, "for one request"),
            ({"OUT": "/nowhere/x"}, "can't be written"),
            ({database.URL: "sqlite:////"}, "the clinic's database can't be used"),
        ],
    )
    def test_mistakes(self, variables: dict[str, str], said: str) -> None:
        """One line says what to do."""
        add(1)
        done = run("inbox_requests", **variables)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


class TestAuditLog:
    def test_it_tells(self) -> None:
        """The latest last, as logs are read; by name, by kind, so many."""
        known = add(1)
        run("inbox_requests", ID=known)
        staff.set_password("anna", PASSWORD, "the lead")
        lines = run("audit_log").stdout.splitlines()
        assert lines[0].endswith(f"  view  {known}")
        assert lines[1].endswith("  the lead  password_set  anna")
        assert lines[2] == "2 of 2."
        assert run("audit_log", WHO="the lead", LINES="1").stdout.endswith("1 of 1.\n")
        assert run("audit_log", ACTION="done").stdout == "0 of 0.\n"

    @pytest.mark.parametrize("lines", ["0", "x", "-1", "9" * 9, "9" * 5000])
    def test_mistakes(self, lines: str) -> None:
        """A number that can't be used is refused."""
        done = run("audit_log", LINES=lines)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "LINES=" in done.stderr


class TestServer:
    def test_it_stops_in_order(self, tmp_path: Path) -> None:
        """Asked to, it stops at once, and can be started again at the same port."""
        with inbox(tmp_path) as server:
            assert _http.get(f"{server.url}/ready") == (200, "ok\n")
            assert server.stop() == 143 or server.process.returncode == 0
            assert "Traceback" not in server.log.read_text()
            assert f"The inbox is ready: {server.url}" in server.log.read_text()

    def test_loopback_only(self, tmp_path: Path) -> None:
        """By default nobody else can reach it."""
        with inbox(tmp_path) as server, pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", server.port), timeout=3)

    def test_requests_that_are_wrong(self, tmp_path: Path) -> None:
        """They are refused, and the next visitor is served; the log holds no traceback."""
        heads = [
            b"GET / HTTP/1.1\r\nHost: evil.example",
            b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost",
            b"GET /%00%ff HTTP/1.1\r\nHost: localhost",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 40_000,
            b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999",
            b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1",
            b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz",
            b"NONSENSE",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: stria_inbox=" + b"\xff" * 50,
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: " + b"\xff, ,;" * 9,
            b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example",
        ]
        with inbox(tmp_path) as server:
            for head in heads:
                part = head if b"chunked" in head else head + b"\r\nConnection: close"
                answers = exchange(server.port, part + b"\r\n\r\n", quiet=5.0)
                assert answers, head
                assert all(300 <= answer < 500 for answer in answers), (head, answers)
                assert _http.get(f"{server.url}/login")[0] == 200
            assert "Traceback" not in server.log.read_text()

    @pytest.mark.parametrize(
        ("variables", "said"),
        [
            ({"INBOX_PORT": "x"}, "INBOX_PORT is x"),
            ({database.URL: "sqlite:////"}, "the clinic's database can't be used"),
            ({"STRIA_INBOX_SECRET": "short"}, "too short"),
        ],
    )
    def test_mistakes(self, variables: dict[str, str], said: str) -> None:
        """One line says what to do."""
        done = run("inbox", **{"STRIA_INBOX_SECRET": "s" * 40, **variables})
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1

    def test_a_port_that_is_taken(self) -> None:
        """It names the variable."""
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            done = run("inbox", STRIA_INBOX_SECRET="s" * 40, INBOX_PORT=str(other.getsockname()[1]))
        assert done.returncode == 1
        assert "choose another one with INBOX_PORT" in done.stderr
