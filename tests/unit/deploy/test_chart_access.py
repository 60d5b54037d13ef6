"""Who reaches what in the Helm chart: the edge, the inbox for staff, and the policies of the network."""

from __future__ import annotations

from typing import Any

from clinic.inbox.settings import InboxSettings
from tests.chart import LEAST, MOST, environment, matches, of_kind, pods
from tests.helm import Helm


class TestEdge:
    def test_behind_an_ingress(self, helm: Helm) -> None:
        """The Ingress has the certificate and leads to the edge, which decides what is public."""
        rendered = helm.template(LEAST)
        (ingress,) = of_kind(rendered, "Ingress").values()
        assert ingress["spec"]["tls"] == [{"hosts": ["bot.clinic.example"], "secretName": "stria-tls"}]
        (path,) = ingress["spec"]["rules"][0]["http"]["paths"]
        assert path["backend"]["service"] == {"name": "demo-edge", "port": {"name": "http"}}
        edge = of_kind(rendered, "Deployment")["demo-edge"]["spec"]["template"]
        assert environment(edge)["STRIA_EDGE_MODE"] == "plain"

    def test_with_a_certificate_of_its_own(self, helm: Helm) -> None:
        """No Ingress; visitors' addresses are kept; what a load balancer says is believed from there only."""
        rendered = helm.template(MOST)
        assert "demo-edge" not in of_kind(rendered, "Ingress")
        edge = of_kind(rendered, "Deployment")["demo-edge"]["spec"]["template"]
        assert environment(edge)["STRIA_EDGE_MODE"] == "tls"
        assert environment(edge)["STRIA_EDGE_REAL_IP"] == (
            "set_real_ip_from 10.0.0.0/8; set_real_ip_from 192.0.2.1; "
            "real_ip_header X-Forwarded-For; real_ip_recursive on;"
        )
        service = of_kind(rendered, "Service")["demo-edge"]["spec"]
        assert (service["type"], service["externalTrafficPolicy"]) == ("LoadBalancer", "Local")
        assert {p["port"] for p in service["ports"]} == {80, 443}

    def test_scaling(self, helm: Helm) -> None:
        """The number of servers is the autoscaler's when there is one."""
        rendered = helm.template(MOST)
        (scaler,) = of_kind(rendered, "HorizontalPodAutoscaler").values()
        deployment = of_kind(rendered, "Deployment")[scaler["spec"]["scaleTargetRef"]["name"]]
        assert "replicas" not in deployment["spec"]
        assert of_kind(helm.template(LEAST), "Deployment")["demo-rasa"]["spec"]["replicas"] == 2


class TestInbox:
    def test_not_public(self, helm: Helm) -> None:
        """By default it has no Ingress, nobody may reach it, and it is for a browser on one's own machine."""
        rendered = helm.template(LEAST)
        assert "demo-inbox" not in of_kind(rendered, "Ingress")
        assert "demo-inbox-in" not in of_kind(rendered, "NetworkPolicy")
        assert of_kind(rendered, "Service")["demo-inbox"]["spec"].get("type", "ClusterIP") == "ClusterIP"
        found = environment(dict(pods(rendered))["demo-inbox"])
        assert found["STRIA_INBOX_URL"] == "http://localhost:5070"

    def test_with_a_host(self, helm: Helm) -> None:
        """It has an Ingress of its own, for whom the network policy lets in; the proxy says who it is."""
        rendered = helm.template(MOST)
        ingress = of_kind(rendered, "Ingress")["demo-inbox"]["spec"]
        assert ingress["ingressClassName"] == "inside"
        assert ingress["tls"] == [{"hosts": ["inbox.clinic.example"], "secretName": "inbox-tls"}]
        policy = of_kind(rendered, "NetworkPolicy")["demo-inbox-in"]["spec"]["ingress"]
        assert policy == [
            {"from": MOST["networkPolicy"]["inboxFrom"], "ports": [{"protocol": "TCP", "port": 5070}]}
        ]
        found = environment(dict(pods(rendered))["demo-inbox"])
        settings = InboxSettings.read(
            {**found, "STRIA_INBOX_SECRET": "s" * 32, "STRIA_INBOX_HOST": "0.0.0.0"}
        )
        assert (settings.url, settings.sso_header) == ("https://inbox.clinic.example", "X-Forwarded-User")
        assert settings.is_ours("10.2.3.4")

    def test_can_be_left_out(self, helm: Helm) -> None:
        """For clinics that take e-mails alone."""
        rendered = helm.template({**LEAST, "inbox": {"enabled": False}})
        assert not [o for o in rendered if "inbox" in o["metadata"]["name"]]

    def test_one_database(self, rendered: list[dict[str, Any]]) -> None:
        """Whoever stores requests, shows them, erases them and heeds take-overs has the clinic's database."""
        found = dict(pods(rendered))
        for part in ("demo-rasa", "demo-actions", "demo-inbox", "demo-purge"):
            told = environment(found[part])
            assert told["STRIA_CLINIC_DB_FILE"].rpartition("/")[2] == "clinic-db"
            for name in ("PGSSLMODE", "PGSSLROOTCERT"):
                assert told.get(name) == environment(found["demo-rasa"]).get(name)


class TestNetworkPolicies:
    def reaches(self, rendered: list[dict[str, Any]], caller: str, called: str, port: int) -> bool:
        """Tells whether one pod may reach another, as the policies say."""
        labels = {name: pod["metadata"]["labels"] for name, pod in pods(rendered)}
        ways = {}
        for kind, peers, me, other in (
            ("egress", "to", caller, called),
            ("ingress", "from", called, caller),
        ):
            ways[kind] = False
            for policy in of_kind(rendered, "NetworkPolicy").values():
                spec = policy["spec"]
                if not matches(spec["podSelector"]["matchLabels"], labels[me]):
                    continue
                for rule in spec.get(kind, []):
                    open_ports = {p["port"] for p in rule["ports"]}
                    selectors = [p["podSelector"]["matchLabels"] for p in rule.get(peers, [])]
                    if port in open_ports and any(matches(s, labels[other]) for s in selectors):
                        ways[kind] = True
        return all(ways.values())

    def test_nobody_else_talks(self, helm: Helm) -> None:
        """The four hops are open, no other pair of pods can talk at any of our ports."""
        rendered = helm.template(LEAST)
        names = [name for name, _ in pods(rendered)]
        ways = {
            (one, other, port)
            for one in names
            for other in names
            for port in (5005, 5055, 5070, 8080, 8443, 8081)
            if self.reaches(rendered, one, other, port)
        }
        assert ways == {
            ("demo-edge", "demo-rasa", 5005),
            ("demo-rasa", "demo-balancer", 5055),
            ("demo-balancer", "demo-actions", 5055),
        }

    def test_everybody_is_closed_by_default(self, rendered: list[dict[str, Any]]) -> None:
        """One policy takes all pods and allows nothing."""
        policy = of_kind(rendered, "NetworkPolicy")["demo-pods"]["spec"]
        assert policy["policyTypes"] == ["Ingress", "Egress"]
        assert not {"ingress", "egress"} & policy.keys()
        for _, pod in pods(rendered):
            assert matches(policy["podSelector"]["matchLabels"], pod["metadata"]["labels"])

    def test_the_way_out(self, helm: Helm) -> None:
        """Action servers call the clinic's database, Rasa its own; and both what is allowed to them."""
        rendered = helm.template(MOST)
        policies = of_kind(rendered, "NetworkPolicy")
        assert "demo-actions-out" not in policies
        rules = policies["demo-actions-clinic"]["spec"]["egress"]
        assert [[p["port"] for p in rule["ports"]] for rule in rules] == [[53, 53], [5432], [587]]
        assert rules[1]["to"]
        rules = policies["demo-rasa-stores"]["spec"]["egress"]
        assert [[p["port"] for p in rule["ports"]] for rule in rules] == [
            [53, 53],
            [5432],
            [6379],
            [5672],
            [443],
        ]
        assert all(rule["to"] for rule in rules[1:4])
        rules = policies["demo-actions-clinic"]["spec"]["egress"]
        assert [[p["port"] for p in rule["ports"]] for rule in rules] == [[53, 53], [5432], [587]]
        rules = policies["demo-inbox-clinic"]["spec"]["egress"]
        assert [[p["port"] for p in rule["ports"]] for rule in rules] == [[53, 53], [5432]]
        rules = policies["demo-purge-stores"]["spec"]["egress"]
        assert [rule["ports"][0]["port"] for rule in rules] == [53, 5432, 6379]

    def test_metrics(self, helm: Helm) -> None:
        """They are off; switched on, they have a port, a sign for Prometheus, and a way in from there."""
        assert "metrics" not in str(of_kind(helm.template(LEAST), "Deployment"))
        rendered = helm.template(MOST)
        for name, port in (("demo-rasa", 9005), ("demo-actions", 9055)):
            pod = of_kind(rendered, "Deployment")[name]["spec"]["template"]
            assert pod["metadata"]["annotations"]["prometheus.io/port"] == str(port)
            (container,) = pod["spec"]["containers"]
            assert {"name": "metrics", "containerPort": port} in container["ports"]
            assert str(port) in environment(pod).values()
            assert environment(pod)["STRIA_METRICS_HOST"] == "0.0.0.0"
            (rule,) = of_kind(rendered, "NetworkPolicy")[f"{name}-metrics"]["spec"]["ingress"]
            assert rule["ports"] == [{"protocol": "TCP", "port": port}]
            assert rule["from"] == MOST["metrics"]["from"]

    def test_can_be_left_out(self, helm: Helm) -> None:
        """For clusters that have none."""
        rendered = helm.template({**LEAST, "networkPolicy": {"enabled": False}})
        assert not of_kind(rendered, "NetworkPolicy")
