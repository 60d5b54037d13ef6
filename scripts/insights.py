"""Prints what patients ask, and the weekly figures; with OUT also as a page and a picture.

    make insights                       the last 8 weeks, as text
    make insights WEEKS=26              more of them, 520 at most
    make insights OUT=folder            also folder/insights.html, which needs nothing else, and insights.png

It reads the clinic's database alone. How questions are kept: docs/insights.md.
"""

from __future__ import annotations

import os
from pathlib import Path

from assistant.datafiles import DataFileError
from clinic.database import ClinicDatabaseError
from clinic.insights import groups, report
from clinic.insights.page import ABOUT, page
from clinic.insights.sheets import as_text, figures_sheets, group_lines, group_sheet
from scripts._env import CommandError, run_command, say

PAGE, PICTURE = "insights.html", "insights.png"
#: Other questions of a group that are printed.
PRINTED = 3


def number(name: str, least: int, most: int, default: int | None = None) -> int:
    """Returns a whole number of the environment.

    Raises:
        CommandError: It is none, or too small or large.
    """
    text = os.environ.get(name, "").strip()
    if not text and default is not None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and least <= int(text) <= most):
        raise CommandError(f"{name} has to be a number from {least} to {most}, such as {name}={least + 2}")
    return int(text)


def text_of(figures: report.Weekly, found: groups.Ranked) -> str:
    """Returns the report for a terminal."""
    parts = [as_text(sheet) for sheet in figures_sheets(figures)]
    lines = [group_lines(group)[:PRINTED] for group in found.groups]
    return "\n\n".join([*parts, as_text(group_sheet(found), lines), ABOUT])


def write(folder: Path, figures: report.Weekly, found: groups.Ranked) -> list[Path]:
    """Writes page and picture, for their owner alone; returns their paths.

    Raises:
        CommandError: Something can't be written.
    """
    try:
        from scripts._insights_plot import draw
    except ImportError:
        say("Matplotlib is not installed here, so there is no picture. `make setup` installs it.")
        picture = None
    else:
        picture = draw(figures, found)
    files = {PAGE: page(figures, found, picture).encode(), **({PICTURE: picture} if picture else {})}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in files.items():
            path = folder / name
            path.touch(mode=0o600)
            path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"{folder} can't be written ({error.strerror}); name another folder") from None
    return [folder / name for name in files]


def main() -> int:
    """Prints the report, and writes it when a folder is named; returns the exit status."""
    weeks = number("WEEKS", 1, report.MOST_WEEKS, report.WEEKS)
    out = os.environ.get("OUT", "").strip()
    try:
        figures, found = report.weekly(weeks), groups.ranked(weeks)
    except ClinicDatabaseError as error:
        raise CommandError(f"the clinic's database can't be read ({error}); see STRIA_CLINIC_DB") from None
    except DataFileError as error:
        raise CommandError(str(error)) from None
    say(text_of(figures, found))
    if out:
        for path in write(Path(out), figures, found):
            say(f"Written: {path}")
    return 0


if __name__ == "__main__":
    run_command(main)
