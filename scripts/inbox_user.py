"""Lets somebody log in to the inbox, or no more.

    make inbox-user                      lists who may
    make inbox-user NAME=anna            asks for a password, and sets it; all sessions with the old one end
    make inbox-user NAME=anna REMOVE=1   lets anna in no more

The password is read from the terminal, or from stdin: a line of it. Never from an argument, which others on
this machine could read.
"""

from __future__ import annotations

import getpass
import os
import sys

from clinic import database, staff
from scripts._env import CommandError, run_command, say

WHO = "make inbox-user"


def read_password() -> str:
    """Returns the password that is typed, twice on a terminal.

    Raises:
        CommandError: There is none, or the second one is another.
    """
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise CommandError("no password: type it, or pass it as a line on stdin")
        return password
    password = getpass.getpass(f"Password ({staff.SHORTEST} characters or more; it is not shown): ")
    if getpass.getpass("Once more: ") != password:
        raise CommandError("the two are not the same; nothing was changed")
    return password


def listing() -> str:
    """Returns who may log in, a line each."""
    found = staff.members()
    if not found:
        return "Nobody can log in yet: make inbox-user NAME=anna"
    return "\n".join(["Who may log in:", *(f"  {member.name}" for member in found)])


def change(name: str, *, gone: bool) -> str:
    """Sets a password or removes somebody; returns what to tell.

    Raises:
        CommandError: It can't be done.
    """
    try:
        known = staff.known_name(name)
        if gone:
            if not staff.remove(known, WHO):
                raise CommandError(f"nobody is called {known}; make inbox-user lists all")
            return f"{known} can't log in any more."
        new = staff.set_password(known, read_password(), WHO)
    except staff.StaffError as error:
        raise CommandError(str(error)) from None
    return f"{known} can log in now." if new else f"{known} has a new password; all sessions have ended."


def main() -> int:
    """Does what the variables ask for; returns the exit status."""
    name, gone = os.environ.get("NAME", ""), os.environ.get("REMOVE", "") not in ("", "0")
    if gone and not name:
        raise CommandError("say whom to remove: make inbox-user NAME=anna REMOVE=1")
    try:
        say(change(name, gone=gone) if name else listing())
    except database.ClinicDatabaseError as error:
        raise CommandError(
            f"the clinic's database can't be used ({error}); is {database.URL} right?"
        ) from None
    return 0


if __name__ == "__main__":
    run_command(main)
