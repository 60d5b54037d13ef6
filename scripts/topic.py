"""Makes a new topic out of a group of `make insights`: entry, question and examples, to be finished by hand.

    make topic GROUP=3 NAME=price_of_numbing              the document does not say it
    make topic GROUP=3 NAME=price_of_numbing KIND=faq     the document says it
    make topic GROUP=3 NAME=... WEEKS=26                  when the group is one of `make insights WEEKS=26`

What only people can write is marked; `make check` names each place. Nothing that is there is changed.
"""

from __future__ import annotations

import os

from assistant.datafiles import DataFileError
from clinic.database import ClinicDatabaseError
from clinic.insights import groups, report, stub
from scripts._env import CommandError, run_command, say, shown
from scripts.insights import number


def chosen(found: groups.Ranked, group: int) -> groups.Group:
    """Returns the group of a number.

    Raises:
        CommandError: There is none.
    """
    if not found.groups:
        raise CommandError("there are no groups yet; make insights shows what there is")
    if group > len(found.groups):
        raise CommandError(
            f"there is no group {group}; make insights lists {len(found.groups)} (with the same WEEKS)"
        )
    return found.groups[group - 1]


def overlap(group: groups.Group) -> str:
    """Returns what to look at when the group is a part of a topic that is there."""
    return (
        f"They were taken for not_in_document/{group.topic} until now. Take examples that ask the same out of it "
        "(data/nlu): else nothing tells which of the two is meant"
    )


def main() -> int:
    """Makes the topic; returns the exit status."""
    name = os.environ.get("NAME", "").strip()
    kind = os.environ.get("KIND", "").strip() or stub.KINDS[0]
    weeks = number("WEEKS", 1, report.MOST_WEEKS, report.WEEKS)
    place = number("GROUP", 1, groups.MOST)
    try:
        # Before the groups are made, which takes some seconds.
        stub.check_name(name, kind)
        group = chosen(groups.ranked(weeks), place)
        files = stub.stub(group, name, kind)
        stub.write(files)
    except ClinicDatabaseError as error:
        raise CommandError(f"the clinic's database can't be read ({error}); see STRIA_CLINIC_DB") from None
    except (DataFileError, stub.StubError) as error:
        raise CommandError(str(error)) from None
    say(f"Group {group.number}, {group.size} questions like: {group.label}")
    for file in files:
        say(f"{'Made' if file.new else 'Added to'} {shown(file.path.resolve())}:{file.line}")
    if group.part:
        say(overlap(group))
    say("Now write what is missing: make check names each place. Then: make train")
    return 0


if __name__ == "__main__":
    run_command(main)
