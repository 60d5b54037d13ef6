"""The documents for people say what is there: names, links, commands, examples and numbers."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from assistant.datafiles import load_yaml
from assistant.knowledge.content import content
from assistant.screening.items import ITEMS
from assistant.screening.outcome import Outcome
from assistant.screening.reading import read_answer
from scripts.snippet import integrity, snippet

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = (
    "README.md",
    "CHANGELOG.md",
    "docs/channels.md",
    "docs/content.md",
    "docs/hazards.md",
    "docs/screening.md",
    "docs/security.md",
    "docs/website.md",
    *sorted(f"docs/messengers/{p.name}" for p in (ROOT / "docs" / "messengers").glob("*.md")),
)
#: Folders that git knows and that readers need not be told about.
UNTOLD = {".ci"}
#: Folders that running makes; they may be missing.
BUILT = {"models", "results", "var"}
#: What the environment sets.
SETTING = re.compile(
    r"STRIA_[A-Z_]+|RASA_TOKEN|ACTIONS_PORT|ACTIONS_HOST|\bPORT\b|\bFORCE\b|\bUPGRADE\b|LOG_LEVEL"
)


def read(name: str) -> str:
    """Returns the text of a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """Returns what stands below a heading of Markdown, with all that is below its own headings."""
    _, head, rest = text.partition(f"\n## {title}\n")
    assert head, f"no section “{title}”"
    return rest.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Returns the cells of the first table in Markdown, without its two head lines."""
    table = re.search(r"(?:^\|.*\|\n?)+", text, re.MULTILINE)
    assert table, "no table"
    lines = table[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def code(text: str) -> list[str]:
    """Returns what stands between single backticks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def domain() -> dict[str, Any]:
    """Returns the domain, with the responses of data/responses."""
    loaded = yaml.safe_load(read("domain.yml"))
    loaded["responses"].update(yaml.safe_load(read("data/responses/questions.yml"))["responses"])
    return dict(loaded)


def headings(text: str) -> set[str]:
    """Returns the anchors of the headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}


@pytest.mark.parametrize("name", DOCS)
class TestEachDocument:
    def test_links(self, name: str) -> None:
        """Every link to a file leads to one, and every anchor to a heading."""
        broken = []
        for target in re.findall(r"\]\(([^)\s]+)\)", read(name)):
            if re.match(r"https?:|mailto:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (ROOT / name).parent / path if path else ROOT / name
            if not file.exists() or (anchor and anchor not in headings(file.read_text(encoding="utf-8"))):
                broken.append(target)
        assert [] == broken

    def test_files(self, name: str) -> None:
        """Every file that is named exists; `tests/`, `data/` and others are at the root."""
        named = [c for c in code(read(name)) if re.fullmatch(r"[\w./-]+/[\w./-]*|[\w-]+\.(?:yml|md|py)", c)]
        looked = [n for n in named if not n.startswith((".", "/", "var/", "unit/", "application/"))]
        places = (ROOT, ROOT / "docs", ROOT / "data" / "document", ROOT / "data" / "nlu")
        assert [] == [n for n in looked if not any((place / n).exists() for place in places)]

    def test_make_targets(self, name: str) -> None:
        """Every command of make that is named is one."""
        lines = re.findall(r"^([a-z -]+):", read("Makefile"), re.MULTILINE)
        targets = {target for line in lines for target in line.split()}
        blocks = re.findall(r"^ {4}make .*$", read(name), re.MULTILINE)
        named = {t for c in [*code(read(name)), *blocks] for t in re.findall(r"\bmake ([a-z-]+)", c)}
        assert set() == named - targets

    def test_responses(self, name: str) -> None:
        """Every fixed response that is named exists, but for the one that the guide adds."""
        named = set(re.findall(r"utter_[a-z_]+(?:/[a-z_]+)?", read(name)))
        if name == "docs/content.md":
            named -= {"utter_not_in_document/companion", "utter_faq/consultation"}
        assert set() == named - set(domain()["responses"])

    def test_plain(self, name: str) -> None:
        """Nothing of the machine on which it was written."""
        assert not re.search(r"/tmp\b|/home/|/work/|/root\b", read(name))


class TestReadme:
    def test_length(self) -> None:
        """It stays short enough to be read."""
        assert len(README.splitlines()) <= 220

    def test_make_targets_are_documented(self) -> None:
        """Every command of make is named."""
        targets = set(re.findall(r"^([a-z]+):.*## ", read("Makefile"), re.MULTILINE))
        assert set() == targets - set(re.findall(r"\bmake ([a-z]+)", README))

    def test_variables(self) -> None:
        """The table of settings holds all variables that are read, and no others."""
        told = {v for row in rows(section(README, "Settings")) for v in code(row[0])}
        sources = [ROOT / "Makefile", *ROOT.glob("*.yml"), ROOT / "tests" / "stack.py"]
        for folder in ("actions", "assistant", "rasa_ext", "scripts"):
            sources.extend((ROOT / folder).rglob("*.py"))
        read_ = {v for path in sources for v in SETTING.findall(path.read_text(encoding="utf-8"))}
        assert read_ == told

    def test_defaults(self) -> None:
        """The default ports are those of the Makefile."""
        told = {code(row[0])[0]: row[1] for row in rows(section(README, "Settings"))}
        for name, default in re.findall(r"^(PORT|ACTIONS_PORT) \?= (\d+)", read("Makefile"), re.MULTILINE):
            assert told[name] == default

    def test_slots(self) -> None:
        """Every slot is documented."""
        contracts = section(README, "Contracts")
        assert [] == [s for s in domain()["slots"] if f"`{s}`" not in contracts]

    def test_values(self) -> None:
        """Every outcome is documented, and the form."""
        contracts = section(README, "Contracts")
        assert [] == [v for v in (*get_args(Outcome), *domain()["forms"]) if f"`{v}`" not in contracts]

    def test_answer_kinds(self) -> None:
        """The table of answer kinds is the domain's list, in its order."""
        told = [code(row[0])[0] for row in rows(section(README, "Contracts"))]
        assert told == domain()["slots"]["answer_kind"]["values"]

    def test_folders(self) -> None:
        """The map holds every folder that has files, and nothing that does not exist."""
        house = section(README, "The house")
        told = set(re.findall(r"^(\w+)/ ", house, re.MULTILINE))
        there = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")}
        ignored = re.findall(r"^(\w+)/$", read(".gitignore"), re.MULTILINE)
        there = {n for n in there - {*ignored} if any(_files(ROOT / n))}
        assert there - UNTOLD - told == set()
        assert told - there - BUILT == set()

    def test_files_of_rasa(self) -> None:
        """The four files of a Rasa project stand in the map."""
        for name in re.findall(r"\w+\.yml", section(README, "The house")):
            assert (ROOT / name).exists()

    def test_curl(self) -> None:
        """What the examples send is JSON that the channel takes."""
        for name in ("README.md", "docs/channels.md"):
            commands = re.findall(r"^curl .*?[^\\]\n(?=```)", read(name), re.MULTILINE | re.DOTALL)
            assert commands
            for command in commands:
                sent = re.search(r"-d '([^']*)'", command)
                assert sent
                assert json.loads(sent[1]).keys() == {"sender", "message"}
                assert "/webhooks/rest/webhook" in command
                # Without it the channel answers 415.
                assert "-H 'Content-Type: application/json'" in command

    def test_content_files(self) -> None:
        """The table of content names every folder of data/ but the rules."""
        table = section(README, "Change the content")
        folders = {p.name for p in (ROOT / "data").iterdir() if p.is_dir()}
        assert {"rules"} == {n for n in folders if f"`data/{n}/" not in table}

    def test_transcript(self) -> None:
        """The questions of the conversation are still asked in these words, the quotes still stand."""
        talk = " ".join(section(README, "A conversation").split())
        asked = [domain()["responses"][f"utter_ask_{i}"][0]["text"] for i in ITEMS]
        questions = re.findall(r"Question \d of 6: [^\[]*?[?](?= )", talk)
        assert questions
        assert [] == [q for q in questions if not any(text.startswith(q) for text in asked)]
        document = " ".join(content().document.split())
        assert [] == [q for q in re.findall(r"Source: [^:]*”: “([^”]+)”", talk) if q not in document]


def _files(folder: Path) -> list[Path]:
    """Returns the files of a folder that are not byte code."""
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]


class TestChangelog:
    def test_version(self) -> None:
        """The newest entry is the version of the project."""
        version = re.search(r'^version = "([^"]+)"', read("pyproject.toml"), re.MULTILINE)
        newest = re.search(
            r"^## \[([^\]]+)\] - (?:Unreleased|\d{4}-\d\d-\d\d)$", read("CHANGELOG.md"), re.MULTILINE
        )
        assert version
        assert newest
        assert newest[1] == version[1]


POLICY = rows(section(read("docs/screening.md"), "Words -> values"))


class TestScreening:
    @pytest.mark.parametrize(("situation", "item", "said", "value"), POLICY, ids=[r[0] for r in POLICY])
    def test_policy(self, situation: str, item: Any, said: str, value: str) -> None:
        """Each example of the policy is read as the table says."""
        reading = read_answer(said, item)
        assert item in ITEMS
        assert value == ("asked again" if reading.ask_again else reading.values.get(item))

    def test_thresholds(self) -> None:
        """The table holds all thresholds, with the numbers that are used."""
        told = {
            code(row[0])[0]: float(row[1]) for row in rows(section(read("docs/screening.md"), "Thresholds"))
        }
        used = {
            f"{part}.{name}": float(value)
            for part, limits in load_yaml("screening/thresholds.yml").items()
            for name, value in limits.items()
            if not name.startswith("plausible")
        }
        assert used == told

    def test_items(self) -> None:
        """The questions stand in their order."""
        first = section(read("docs/screening.md"), "What it is")
        assert list(ITEMS) == [c for c in code(first) if c in ITEMS]

    def test_outcomes(self) -> None:
        """The rule names the three outcomes, the most careful one first."""
        rule = section(read("docs/screening.md"), "Outcome")
        assert list(get_args(Outcome)) == [c for c in code(rule) if c in get_args(Outcome)]


HAZARDS = rows(read("docs/hazards.md"))


class TestHazards:
    def test_ids(self) -> None:
        """They are numbered without gaps."""
        assert [row[0] for row in HAZARDS] == [f"H{n}" for n in range(1, len(HAZARDS) + 1)]

    @pytest.mark.parametrize("row", HAZARDS, ids=[r[0] for r in HAZARDS])
    def test_proof(self, row: list[str]) -> None:
        """Each test that is named exists; a hazard without one says so and says what remains."""
        assert len(row) == 6
        named = code(row[4])
        assert named or (row[4] == "none" and row[5] != "-")
        missing = []
        for name in named:
            file, _, test = name.partition("::")
            path = ROOT / "tests" / file
            if not path.exists() or (test and test not in _functions(path)):
                missing.append(name)
        assert [] == missing


def _functions(path: Path) -> set[str]:
    """Returns the names of all functions in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}


class TestChannels:
    def test_limits(self) -> None:
        """The limits are those of the code."""
        table = " ".join(" ".join(row) for row in rows(section(read("docs/channels.md"), "Limits")))
        numbers = [int(n) for n in re.findall(r"\d+", table)]
        # Read as text: the import would bring Rasa along.
        limits = dict(re.findall(r"^(MAX_\w+) = ([\d_]+)$", read("rasa_ext/channels/base.py"), re.MULTILINE))
        assert numbers == [int(limits[name]) for name in ("MAX_TEXT", "MAX_SENDER", "MAX_BODY")]

    def test_errors(self) -> None:
        """The table holds each status and code that the code raises, and no others."""
        told = {(row[0], code(row[1])[0]) for row in rows(section(read("docs/channels.md"), "Errors"))}
        sources = [p.read_text(encoding="utf-8") for p in (ROOT / "rasa_ext" / "channels").glob("*.py")]
        raised = {e for text in sources for e in re.findall(r'ChannelError\(\s*(\d+), "(\w+)"', text)}
        assert raised == told

    def test_example(self) -> None:
        """The answer that is shown is JSON."""
        shown = re.search(r"```json\n(.*?)```", read("docs/channels.md"), re.DOTALL)
        assert shown
        assert {"recipient_id", "text", "buttons"} == json.loads(shown[1])[0].keys()


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


class TestContentGuide:
    def test_examples_are_yaml(self) -> None:
        """What the guide says to write can be read."""
        blocks = re.findall(r"```yaml\n(.*?)```", read("docs/content.md"), re.DOTALL)
        assert len(blocks) >= 6
        for block in blocks:
            # A line out of a long list is no YAML by itself.
            assert yaml.safe_load(block if ":" in block else f"[{block}]")

    def test_ids_are_free(self) -> None:
        """The ids and names of the examples are not taken."""
        found = content()
        guide = read("docs/content.md")
        ids = set(re.findall(r"^- id: (\w+)", guide, re.MULTILINE))
        assert {"F44", "N46"} == ids
        assert set() == ids & ({*found.facts} | {t.id for t in found.silent.values()})
        assert not {"companion", "consultation"} & ({*found.topics} | {*found.silent})
