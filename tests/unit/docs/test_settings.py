"""docs/settings.md holds every variable that is read, with its default, and README the ones that matter."""

from __future__ import annotations

import re

from tests.documents import README, ROOT, code, read, rows, section

#: What the environment sets.
SETTING = re.compile(
    r"STRIA_[A-Z_]+|RASA_TOKEN|ACTIONS_PORT|ACTIONS_HOST|\bPORT\b|\bFORCE\b|\bUPGRADE\b|LOG_LEVEL"
    r"|\bPART\b|\bEPOCHS\b|\bRETRY\b|INBOX_PORT"
)
#: What only the templates of deploy/ have; they are told in docs/deploy.md and in deploy/example.env.
OF_DEPLOY = ("STRIA_EDGE_", "STRIA_NGINX_", "STRIA_RASA", "STRIA_ACTIONS", "STRIA_BALANCER_")


def settings() -> dict[str, str]:
    """Returns the default of each setting, as all tables of the list of settings tell them."""
    groups = read("docs/settings.md").split("\n## ")[1:]
    told = [(name, row[1]) for group in groups for row in rows(group) for name in code(row[0])]
    assert len(told) == len(dict(told)), "a setting is told twice"
    return dict(told)


class TestSettings:
    def test_variables(self) -> None:
        """The tables hold all variables that are read, and no others."""
        sources = [ROOT / "Makefile", *ROOT.glob("*.yml"), *(ROOT / "tests").glob("*.py")]
        for folder in ("actions", "assistant", "clinic", "rasa_ext", "scripts"):
            sources.extend((ROOT / folder).rglob("*.py"))
        read_ = {v for path in sources for v in SETTING.findall(path.read_text(encoding="utf-8"))}
        assert {v for v in read_ if not v.startswith(OF_DEPLOY)} == settings().keys()

    def test_defaults(self) -> None:
        """The defaults are those of the Makefile and of credentials.yml."""
        used = re.findall(r"^(PORT|ACTIONS_PORT) \?= (\d+)", read("Makefile"), re.MULTILINE)
        used += re.findall(r'^  \w+: "\$\{(\w+):-([^}]+)\}"', read("credentials.yml"), re.MULTILINE)
        assert len(used) > 10
        assert dict(used) == {name: settings()[name] for name, _ in used}

    def test_in_readme(self) -> None:
        """The few that README names are told as in the list of all."""
        listed = settings()
        named = {code(row[0])[0]: row[1] for row in rows(section(README, "Settings"))}
        assert 5 == len(named)
        assert named == {name: listed.get(name) for name in named}
