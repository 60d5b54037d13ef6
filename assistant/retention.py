"""How many days each kind of the clinic's data is kept: data/retention.yml."""

from __future__ import annotations

from typing import Literal, get_args

from assistant.datafiles import DataFileError, find, line_of, load_yaml

FILE = "retention.yml"
Kind = Literal["requests_done", "requests_open", "questions", "audit", "counts"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: Days. What is kept for longer than ten years is kept by mistake.
MOST = 3650
#: Fewer are a slip of the keyboard, or lose requests that nobody has read.
LEAST: dict[Kind, int] = {"requests_open": 30}


def retention() -> dict[Kind, int]:
    """Return the days by kind.

    Raises:
        DataFileError: A kind is missing, unknown, or its days make no sense.
    """
    data = load_yaml(FILE)
    days = data.get("days") if isinstance(data, dict) else None
    if not isinstance(days, dict):
        raise DataFileError(find(FILE), "no section `days:`", "Restore it from the repository")
    if "conversations" in days:
        raise _wrong("conversations", "is set elsewhere", "Remove it, and set STRIA_WEB_SESSION_DAYS")
    for kind in days:
        if kind not in KINDS:
            raise _wrong(str(kind), "is no kind of data", f"Use {', '.join(KINDS)}")
    for kind in KINDS:
        if kind not in days:
            raise DataFileError(find(FILE), f"no days for {kind}", "Add it", line_of(FILE, "days:"))
        least, value = LEAST.get(kind, 1), days[kind]
        if type(value) is not int or not least <= value <= MOST:
            raise _wrong(kind, "has to be a whole number", f"Write one from {least} to {MOST}")
    return {kind: int(days[kind]) for kind in KINDS}


def _wrong(kind: str, problem: str, remedy: str) -> DataFileError:
    return DataFileError(find(FILE), f"{kind} {problem}", remedy, line_of(FILE, f"{kind}:"))
