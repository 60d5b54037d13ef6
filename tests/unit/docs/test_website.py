"""docs/website.md has the line to copy, the attributes and the texts of the widget as it is built."""

from __future__ import annotations

import re

import pytest

from scripts.snippet import integrity, snippet
from tests.documents import ROOT, code, read, rows, section

WIDGET = ROOT / "widget" / "src"


class TestWebsite:
    def test_snippet(self) -> None:
        """The line to copy is what `make snippet` prints, with the hash of the built loader."""
        shown = re.findall(r"<script .*</script>", read("docs/website.md"))
        assert shown == [snippet("https://bot.clinic.example", integrity())]

    @pytest.mark.parametrize("name", ["docs/website.md", "widget/README.md"])
    def test_attributes(self, name: str) -> None:
        """The table holds each attribute that the loader reads, and no others."""
        told = [code(row[0])[0] for row in attributes(name)]
        loader = "".join(p.read_text(encoding="utf-8") for p in (WIDGET / "loader").glob("*.js"))
        shared = (WIDGET / "shared" / "settings.js").read_text(encoding="utf-8")
        keys = {*re.findall(r"\bdataset\.(\w+)", loader), *re.findall(r"\braw\.(\w+)", shared)}
        assert {"data-" + re.sub("([A-Z])", r"-\1", key).lower() for key in keys} == set(told)
        assert len(told) == len(set(told))

    def test_defaults(self) -> None:
        """The defaults are those of the source."""
        told = {code(row[0])[0]: row[1].strip('`"') for row in attributes("docs/website.md")}
        used = {
            "data-title": found_in(r"^  title: '(.*)',$", "locales/en.js"),
            "data-label": found_in(r"^  label: '(.*)',$", "locales/en.js"),
            "data-color": found_in(r"DEFAULT_ACCENT = '(.*)';", "frame/theme.js"),
            "data-theme": found_in(r"raw\.theme : '(\w+)'", "shared/settings.js"),
            "data-retention-days": found_in(r"DEFAULT_DAYS = (\d+);", "shared/settings.js"),
        }
        assert used == {name: told[name] for name in used}
        assert found_in(r"--accent: (#\w+);", "loader/loader.css") == told["data-color"]
        longest = found_in(r"LONGEST_TITLE = (\d+);", "shared/settings.js")
        assert f"at most {longest} characters" in attributes("docs/website.md")[0][2]

    def test_what_visitors_see(self) -> None:
        """Texts in quotes in the table of failures are those of the widget."""
        texts = read("widget/src/locales/en.js") + read("rasa_ext/channels/rates.py")
        table = " ".join(row[1] for row in rows(section(read("docs/website.md"), "When something fails")))
        quotes = [part for quote in re.findall(r'"([^"]+)"', table) for part in quote.split(" ... ")]
        assert quotes
        assert [] == [q for q in quotes if q not in texts]

    def test_limits(self) -> None:
        """Days and rates are the defaults of the channel."""
        guide, settings = read("docs/website.md"), read("credentials.yml")
        defaults = dict(re.findall(r"\$\{(STRIA_WEB_\w+):-([^}]*)\}", settings))
        assert f"not used for {defaults['STRIA_WEB_SESSION_DAYS']} days" in guide
        for name, who in (("SESSION", "for a chat"), ("IP", "for an IP address")):
            number, _, unit = defaults[f"STRIA_WEB_RATE_{name}"].partition("/")
            assert unit == "minute"
            assert re.search(rf"\b{number} (?:messages a minute )?{who}", guide)

    def test_proxies(self) -> None:
        """The examples publish one path, to the port that Rasa has."""
        guide = read("docs/website.md")
        port = found_in(r"^PORT \?= (\d+)", "../../Makefile")
        nginx, caddy = re.findall(r"```(?:nginx|text)\n(.*?)```", guide, re.DOTALL)[:2]
        assert f"proxy_pass http://127.0.0.1:{port}/webhooks/web/;" in nginx
        assert f"reverse_proxy 127.0.0.1:{port} " in caddy
        assert re.findall(r"location (\S+)", nginx) == ["/webhooks/web/", "/"]


def attributes(name: str) -> list[list[str]]:
    """Returns the rows of the table of attributes."""
    return rows(read(name)[read(name).index("| attribute |") :])


def found_in(pattern: str, name: str) -> str:
    """Returns what a pattern finds last in a file of the widget."""
    found = re.findall(pattern, (WIDGET / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert found, pattern
    return str(found[-1])
