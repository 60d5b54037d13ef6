"""What domain.yml declares is used, and what is used is declared."""

from collections.abc import Callable

import pytest

from assistant.check import domain_use
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in domain_use.check(project))


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("domain.yml", "  - ask_privacy", "  - ask_secrets", "ask_secrets has no examples"),
        ("domain.yml", "  - ask_privacy", "  - ask_secrets", "no rule answers the intent ask_secr"),
        ("domain.yml", "  - ask_privacy\n", "", "domain.yml does not list ask_privacy"),
        ("domain.yml", "  - ask_privacy\n", "", "does not list the intent of ask_privacy"),
        ("domain.yml", "  - action_utter\n", "", "domain.yml does not list action_utter"),
        ("domain.yml", "  - action_utter\n", "  - action_gone\n", "no class in actions/ is named"),
        ("domain.yml", "  utter_privacy:", "  utter_secret:", "has no response utter_privacy"),
        ("domain.yml", "  utter_privacy:", "  utter_secret:", "nothing says utter_secret"),
        ("domain.yml", "  utter_help_herpes:", "  utter_h:", "has no response utter_help_*"),
        ("domain.yml", "({emergency_numbers}), or ask", "({numbers}), or ask", "no slot numbers"),
        ("domain.yml", 'payload: "Not sure"', 'payload: "/not_sure"', "sends the command"),
        ("domain.yml", "  last_topic:", "  lost_topic:", "nothing sets the slot lost_topic"),
        ("domain.yml", "  crisis_lines:", "  other_lines:", "the setting other_lines"),
        ("data/rules/check.yml", "intent: stop_check", "intent: halt", "does not list halt"),
        ("data/rules/check.yml", "action_stop_check", "action_halt", "not list action_halt"),
        ("data/rules/check.yml", "action_stop_check", "action_answer", "no rule runs action_stop_"),
    ],
)  # fmt: skip
def test_mismatch_is_reported(
    copy: Project, edit: Edit, name: str, old: str, new: str, expected: str
) -> None:
    """Whatever is left over or missing is named."""
    edit(name, old, new)
    assert expected.replace("utter_help_*", "utter_help_herpes") in problems(copy)


def test_real_project_has_nothing_left_over(real: Project) -> None:
    """The domain itself is in order, warnings included."""
    assert problems(real) == ""
