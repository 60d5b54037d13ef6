"""Dashboard, rules and documentation name what the code counts, and can be read by the tools they are for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import promql_parser
import pytest
import yaml

from assistant.observability import metrics
from assistant.safety.second_net import KINDS
from assistant.screening.items import ITEMS
from assistant.screening.outcome import Outcome
from clinic import delivery_figures
from scripts._env import ROOT

FOLDER = ROOT / "deploy" / "observability"
DASHBOARD = json.loads((FOLDER / "grafana-dashboard.json").read_text())
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
DOCUMENT = (ROOT / "docs" / "observability.md").read_text()
#: What Prometheus adds, and what its client tells of a process.
OF_OTHERS = {"up"} | {
    f"process_{name}"
    for name in ("cpu_seconds_total", "resident_memory_bytes", "open_fds", "start_time_seconds")
}
OF_PROMETHEUS = {"job", "instance", "le"}
ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
#: Values that queries may ask for.
VALUES = {
    "status": {*metrics.STATUSES, *metrics.OUTGOING_STATUSES},
    "kind": {"answered", "not_in_document", "out_of_scope", "unclear", "condition", "smalltalk", *KINDS},
    "part": {"model", "actions", "tracker_store", "lock_store", delivery_figures.PART},
    "result": {*metrics.DELIVERY_RESULTS},
    "outcome": {*get_args(Outcome)},
    "item": {*ITEMS, "none"},
    "reason": {"duplicate"},
}


def defined() -> dict[str, set[str]]:
    """Returns the labels of each series of ours, by its name in Prometheus."""
    found = (m for m in vars(metrics).values() if hasattr(m, "_labelnames"))
    return {m._name + end: {*m._labelnames} for m in found for end in ENDINGS[m._type]}


def queries() -> Iterator[tuple[str, str]]:
    """Yields where each query stands, and the query without the variables of Grafana."""
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            text = re.sub(r"\$__(rate_interval|range)", "5m", target["expr"]).replace("$job", "stria.*")
            yield panel["title"], text


def parts(expression: Any) -> Iterator[Any]:
    """Yields an expression and all that it consists of."""
    yield expression
    for name in ("expr", "lhs", "rhs", "param", "vector_selector"):
        if (part := getattr(expression, name, None)) is not None:
            yield from parts(part)
    for part in getattr(expression, "args", None) or ():
        yield from parts(part)


@pytest.mark.parametrize(("place", "query"), list(queries()))
class TestQueries:
    def test_names(self, place: str, query: str) -> None:
        """Each series is one of ours, or of a process; each is asked for in our jobs only."""
        found = [p for p in parts(promql_parser.parse(query)) if isinstance(p, promql_parser.VectorSelector)]
        assert found
        for selector in found:
            assert selector.name in {*defined(), *OF_OTHERS}
            matchers = {m.name: m for m in selector.matchers.matchers}
            assert matchers["job"].value == "stria.*"
            labels = defined().get(selector.name, set())
            assert matchers.keys() <= labels | OF_PROMETHEUS
            for name, matcher in matchers.items():
                if name != "job":
                    assert {*matcher.value.split("|")} <= VALUES[name]

    def test_grouping(self, place: str, query: str) -> None:
        """By labels that are there: a misspelt one groups all together."""
        for part in parts(promql_parser.parse(query)):
            if isinstance(part, promql_parser.AggregateExpr) and part.modifier:
                inside = [p for p in parts(part.expr) if isinstance(p, promql_parser.VectorSelector)]
                for selector in inside:
                    known = defined().get(selector.name, set()) | OF_PROMETHEUS
                    assert {*part.modifier.labels} <= known


def base(name: str) -> str:
    """Returns the name by which a metric is documented: histograms without their endings."""
    return re.sub(r"_(bucket|count|sum)$", "", name)


class TestDocument:
    @staticmethod
    def rows(heading: str) -> list[list[str]]:
        """Returns the cells of the first table below a heading."""
        text = DOCUMENT.partition(f"# {heading}\n")[2]
        table = re.search(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
        assert table
        return [[c.strip() for c in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]

    def test_metrics(self) -> None:
        """The table holds every metric with its labels, and no other."""
        told = {
            re.findall(r"`(\w+)`", row[0])[0]: {*re.findall(r"`(\w+)`", row[1])}
            for row in self.rows("What is counted")
        }
        assert told == {base(name): labels for name, labels in defined().items()}

    def test_values(self) -> None:
        """What a label may be stands beside it."""
        said = {re.findall(r"`(\w+)`", row[0])[0]: row[2] for row in self.rows("What is counted")}
        for name, values in (
            ("stria_turns_total", metrics.STATUSES),
            ("stria_lock_wait_seconds", metrics.LOCKS),
            ("stria_tracker_store_seconds", metrics.OPERATIONS),
            ("stria_outgoing_calls_total", metrics.OUTGOING_STATUSES),
            ("stria_ready", VALUES["part"]),
            ("stria_delivery_tries_total", metrics.DELIVERY_RESULTS),
        ):
            assert [v for v in values if f"`{v}`" not in said[name]] == []

    def test_alerts(self) -> None:
        """Each has a first look."""
        told = re.findall(r"`(Stria\w+)`", DOCUMENT)
        assert told == [rule["alert"] for rule in RULES] or {*told} == {rule["alert"] for rule in RULES}

    def test_ports(self) -> None:
        """The example scrapes the ports that the document names."""
        jobs = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
        ports = {j["job_name"]: j["static_configs"][0]["targets"][0].rpartition(":")[2] for j in jobs}
        assert f"STRIA_METRICS_PORT={ports['stria-rasa']} " in DOCUMENT
        assert f"STRIA_METRICS_ACTIONS_PORT={ports['stria-actions']}\n" in DOCUMENT
        assert all(name.startswith("stria") for name in ports)

    def test_json(self) -> None:
        """What is shown is JSON."""
        for block in re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL):
            assert json.loads(block)


class TestDashboard:
    def test_every_metric_is_shown(self) -> None:
        """All that is counted can be seen."""
        shown = {
            base(p.name)
            for _, query in queries()
            for p in parts(promql_parser.parse(query))
            if isinstance(p, promql_parser.VectorSelector)
        }
        assert {base(name) for name in defined()} - shown == set()

    def test_it_can_be_imported(self) -> None:
        """Of any Grafana: the source of the data is chosen there, ids are its own."""
        assert DASHBOARD["uid"] == "stria"
        assert "id" not in DASHBOARD
        names = [v["name"] for v in DASHBOARD["templating"]["list"]]
        assert names == ["datasource", "job"]
        panels = [p for p in DASHBOARD["panels"] if p["type"] != "row"]
        sources = {json.dumps(t["datasource"]) for p in panels for t in (p, *p["targets"])}
        assert sources == {json.dumps({"type": "prometheus", "uid": "${datasource}"})}
        assert len({p["id"] for p in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])

    def test_no_panel_hides_another(self) -> None:
        """They stand side by side within the width of 24."""
        places = [p["gridPos"] for p in DASHBOARD["panels"]]
        assert all(p["x"] + p["w"] <= 24 for p in places)
        for a, b in combinations(places, 2):
            apart = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
            apart = apart or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
            assert apart


class TestRules:
    def test_their_shape(self) -> None:
        """A name of its own, how bad it is, and two sentences."""
        assert len({rule["alert"] for rule in RULES}) == len(RULES)
        for rule in RULES:
            assert rule["labels"]["severity"] in ("critical", "warning")
            assert set(rule["annotations"]) == {"summary", "description"}

    def test_promtool_reads_them(self) -> None:
        """So does Prometheus."""
        done = promtool("check", "config", "prometheus.yml")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{len(RULES)} rules found" in done.stdout + done.stderr


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Prometheus' own tool; skips the test where there is none."""
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("Prometheus' own tool is not installed here (Debian: apt-get install prometheus).")
    return subprocess.run([tool, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False)


#: A quiet day: some messages a minute, all well.
QUIET = {
    'up{job="stria-rasa", instance="a"}': "1x2000",
    'stria_ready{job="stria-rasa", instance="a", part="model"}': "1x2000",
    'stria_turns_total{job="stria-rasa", instance="a", channel="web", status="ok"}': "0+5x2000",
    'stria_turns_total{job="stria-rasa", instance="a", channel="web", status="failed"}': "0x2000",
    'stria_turn_seconds_bucket{job="stria-rasa", instance="a", channel="web", le="0.6"}': "0+5x2000",
    'stria_turn_seconds_bucket{job="stria-rasa", instance="a", channel="web", le="2.5"}': "0+5x2000",
    'stria_turn_seconds_bucket{job="stria-rasa", instance="a", channel="web", le="+Inf"}': "0+5x2000",
    'stria_answers_total{job="stria-rasa", instance="a", channel="web", kind="answered"}': "0+4x2000",
    'stria_answers_total{job="stria-rasa", instance="a", channel="web", kind="unclear"}': "0+1x2000",
    'stria_tracker_store_errors_total{job="stria-rasa", instance="a", operation="save"}': "0x2000",
    'stria_lock_errors_total{job="stria-rasa", instance="a", lock="redis"}': "0x2000",
    'stria_lock_wait_seconds_bucket{job="stria-rasa", instance="a", lock="redis", le="1"}': "0+5x2000",
    'stria_lock_wait_seconds_bucket{job="stria-rasa", instance="a", lock="redis", le="2.5"}': "0+5x2000",
    'stria_lock_wait_seconds_bucket{job="stria-rasa", instance="a", lock="redis", le="+Inf"}': "0+5x2000",
    'stria_loop_lag_seconds_bucket{job="stria-rasa", instance="a", le="0.25"}': "0+120x2000",
    'stria_loop_lag_seconds_bucket{job="stria-rasa", instance="a", le="0.5"}': "0+120x2000",
    'stria_loop_lag_seconds_bucket{job="stria-rasa", instance="a", le="+Inf"}': "0+120x2000",
    'stria_action_call_errors_total{job="stria-rasa", instance="a", action="action_answer"}': "0x2000",
    'stria_action_run_errors_total{job="stria-actions", instance="b", action="action_answer"}': "0x2000",
    'stria_outgoing_calls_total{job="stria-rasa", instance="a", channel="slack", status="2xx"}': "0+5x2000",
    'stria_outgoing_calls_total{job="stria-rasa", instance="a", channel="slack", status="5xx"}': "0x2000",
    'stria_replies_lost_total{job="stria-rasa", instance="a", channel="slack"}': "0x2000",
    'stria_messages_refused_total{job="stria-rasa", instance="a", channel="web", reason="too_many"}': "0+1x2000",
    'stria_rate_store_errors_total{job="stria-rasa", instance="a"}': "0x2000",
    'stria_deliveries_oldest_seconds{job="stria-actions", instance="b", way="email"}': "0x30 0+10x20 0x2000",
    'stria_deliveries_given_up{job="stria-actions", instance="b", way="webhook"}': "0x2000",
    'stria_ready{job="stria-actions", instance="b", part="clinic_database"}': "1x2000",
    'stria_model_info{job="stria-rasa", instance="a", fingerprint="x"}': "1x2000",
    'stria_model_info{job="stria-rasa", instance="c", fingerprint="x"}': "1x2000",
}
#: What goes wrong from minute 60 on: (part of a series, its values, the alerts, after how many minutes).
TROUBLE = [
    ('up{job="stria-rasa"', "1x60 0x2000", {"StriaDown"}, 65),
    ('part="model"', "1x60 0x2000", {"StriaNotReady"}, 65),
    ('part="model"', "1x60 stale", {"StriaAbsent"}, 72),
    ('status="failed"', "0x60 0+1x2000", {"StriaTurnsFail"}, 75),
    (
        'turn_seconds_bucket{job="stria-rasa", instance="a", channel="web", le="0.6"',
        "0+5x60 300x2000",
        {"StriaSlow"},
        90,
    ),
    ('store_errors_total{job="stria-rasa", instance="a", operation', "0x60 1x2000", {"StriaStoreErrors"}, 63),
    ("lock_errors", "0x60 1x2000", {"StriaLockErrors"}, 63),
    ('lock="redis", le="1"', "0+5x60 300x2000", {"StriaLockWait"}, 90),
    ("call_errors", "0x60 1x2000", {"StriaActionErrors"}, 64),
    ("run_errors", "0x60 1x2000", {"StriaActionErrors"}, 64),
    ("loop_lag", "", {"StriaLoopLag"}, 90),
    ("replies_lost", "0x60 0+1x2000", {"StriaRepliesLost"}, 66),
    ('channel="slack", status="5xx"', "0x60 0+2x2000", {"StriaPlatformErrors"}, 80),
    ('kind="unclear"', "0+1x300 300+6x1700", {"StriaRefusalsJump"}, 390),
    ("refused", "0+1x60 60+100x2000", {"StriaRefusedMany"}, 85),
    ("deliveries_oldest", "0x60 0+60x2000", {"StriaUndelivered"}, 80),
    ("given_up", "0x60 1x2000", {"StriaDeliveriesGivenUp"}, 63),
    ('part="clinic_database"', "1x60 0x2000", {"StriaNotReady"}, 65),
    ("rate_store", "0x60 0+1x2000", {"StriaRateStoreErrors"}, 70),
    ('instance="c", fingerprint', "", {"StriaModelsDiffer"}, 130),
]


def changed(part: str, values: str) -> dict[str, str]:
    """Returns the quiet day with one series changed."""
    if part == "loop_lag":
        slow = 'stria_loop_lag_seconds_bucket{job="stria-rasa", instance="a", le="0.25"}'
        return {**QUIET, slow: "0+120x60 7200+100x2000"}
    if not values:
        return {k.replace('"c", fingerprint="x"', '"c", fingerprint="y"'): v for k, v in QUIET.items()}
    (name,) = [series for series in QUIET if part in series]
    return {**QUIET, name: values}


def firing(
    tmp_path: Path,
    series: dict[str, str],
    minute: int,
    alerts: set[str],
    rules: Path = FOLDER / "alerts.yml",
    interval: str = "1m",
) -> None:
    """Lets Prometheus' own tool say which alerts fire at a minute; fails when it is not these."""
    expected = [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(alerts)]
    query = 'count by (alertname) (count by (alertname, alertstate) (ALERTS{alertstate="firing"}))'
    test = {
        "interval": interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{"expr": query, "eval_time": f"{minute}m", "exp_samples": expected}],
    }
    file = tmp_path / "test.yml"
    text = {"rule_files": [str(rules)], "evaluation_interval": interval, "tests": [test]}
    file.write_text(yaml.safe_dump(text))
    done = promtool("test", "rules", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("part", "values", "alerts", "minute"), TROUBLE, ids=[t[0][-30:] for t in TROUBLE])
def test_an_alert_fires(tmp_path: Path, part: str, values: str, alerts: set[str], minute: int) -> None:
    """When something goes wrong, and no other one with it."""
    firing(tmp_path, changed(part, values), minute, alerts)


@pytest.mark.parametrize("minute", [30, 120, 300])
def test_on_a_quiet_day_none_fires(tmp_path: Path, minute: int) -> None:
    """Also not in the first hour."""
    firing(tmp_path, QUIET, minute, set())


def test_nobody_writes(tmp_path: Path) -> None:
    """Three hours of silence at a time when people wrote a week before; a quiet night is none."""
    name = next(series for series in QUIET if 'status="ok"' in series)
    (rule,) = [rule for rule in RULES if rule["alert"] == "StriaNoMessages"]
    rules = tmp_path / "rules.yml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "stria", "rules": [rule]}]}))
    week = 7 * 24 * 60
    twelve_hours = {name: f"0+50x72 3600x{week // 10 + 200}"}
    for minute, alerts in ((week + 600, {"StriaNoMessages"}), (week + 1600, set())):
        firing(tmp_path, twelve_hours, minute, alerts, rules, "10m")


def test_all_alerts_are_tried() -> None:
    """None is there that was never seen to fire."""
    tried = {name for *_, alerts, _ in TROUBLE for name in alerts} | {"StriaNoMessages"}
    assert tried == {rule["alert"] for rule in RULES}
