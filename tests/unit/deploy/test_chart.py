"""The Helm chart, rendered by the real Helm: sound for Kubernetes, hardened, and one with the compose file.

There is no cluster where the tests run: what is rendered is checked, it is not installed.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from clinic.inbox.settings import InboxSettings
from scripts._env import ROOT
from tests.helm import CHART, Helm

#: The oldest and the newest whose schemas there are and which the chart allows.
KUBERNETES = ("1.27", "1.37")
LEAST: dict[str, Any] = {
    "host": "bot.clinic.example",
    "sites": ["https://www.clinic.example"],
    "image": {"repository": "registry.example/stria", "tag": "7"},
    "existingSecret": "stria",
    "postgresql": {"host": "postgres.example", "caSecret": "postgres-ca"},
    "redis": {"host": "redis.example"},
    "ingress": {"tlsSecret": "stria-tls"},
}
#: Everything that can be switched on, and no Ingress.
MOST: dict[str, Any] = {
    **LEAST,
    "ingress": {"enabled": False},
    "edge": {
        "tlsSecret": "stria-tls",
        "service": {"type": "LoadBalancer", "annotations": {"a": "b"}},
        "trustedProxies": ["10.0.0.0/8", "192.0.2.1"],
    },
    "rasa": {
        "autoscaling": {"enabled": True},
        "extraEnv": [
            {
                "name": "STRIA_TELEGRAM_TOKEN",
                "valueFrom": {"secretKeyRef": {"name": "telegram", "key": "token"}},
            }
        ],
    },
    "actions": {"extraEnv": [{"name": "STRIA_SMTP_HOST", "value": "mail.example"}]},
    "redis": {"host": "redis.example", "tls": True},
    "inbox": {
        "host": "inbox.clinic.example",
        "ingress": {"className": "inside", "tlsSecret": "inbox-tls", "annotations": {"a": "b"}},
        "trustedProxies": ["10.2.0.0/16"],
        "ssoHeader": "X-Forwarded-User",
        "timeZone": "Europe/London",
    },
    "events": {"host": "rabbitmq.example"},
    "networkPolicy": {
        "edgeFrom": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}],
        "postgresql": [{"ipBlock": {"cidr": "10.1.0.0/24"}}],
        "redis": [{"ipBlock": {"cidr": "10.1.0.0/24"}}],
        "events": [{"ipBlock": {"cidr": "10.1.0.0/24"}}],
        "rasaEgress": [{"ports": [{"protocol": "TCP", "port": 443}]}],
        "actionsEgress": [{"ports": [{"protocol": "TCP", "port": 587}]}],
        "inboxFrom": [{"namespaceSelector": {"matchLabels": {"name": "inside"}}}],
    },
    "metrics": {"enabled": True, "from": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}]},
    "imagePullSecrets": [{"name": "registry"}],
    "podAnnotations": {"example.com/a": "b"},
    "nodeSelector": {"disk": "fast"},
    "tolerations": [{"key": "a", "operator": "Exists"}],
    "priorityClassName": "high",
}
VALUES = {"least": LEAST, "most": MOST}


@pytest.fixture(scope="module")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """The program."""
    return Helm.unpack(tmp_path_factory.mktemp("helm"))


@pytest.fixture(scope="module", params=VALUES)
def rendered(request: pytest.FixtureRequest, helm: Helm) -> list[dict[str, Any]]:
    """What would be installed with few values and with many."""
    return helm.template(VALUES[request.param])


def of_kind(rendered: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Returns the objects of a kind by their names."""
    return {o["metadata"]["name"]: o for o in rendered if o["kind"] == kind}


def pods(rendered: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the pods by the names of what makes them."""
    for name, found in of_kind(rendered, "Deployment").items():
        yield name, found["spec"]["template"]
    for name, found in of_kind(rendered, "CronJob").items():
        yield name, found["spec"]["jobTemplate"]["spec"]["template"]


def environment(pod: dict[str, Any]) -> dict[str, str]:
    """Returns the variables of a pod that have a value."""
    (container,) = pod["spec"]["containers"]
    return {v["name"]: v["value"] for v in container.get("env", []) if "value" in v}


def matches(selector: dict[str, str], labels: dict[str, str]) -> bool:
    """Tells whether a selector finds something with these labels."""
    return selector.items() <= labels.items()


class TestHelm:
    @pytest.mark.parametrize("values", VALUES)
    def test_lint(self, helm: Helm, values: str) -> None:
        """It has nothing to warn of."""
        said = helm.run("lint", "--strict", values=VALUES[values])
        assert said.status == 0, said.out
        assert "WARNING" not in said.out

    @pytest.mark.parametrize("version", KUBERNETES)
    @pytest.mark.parametrize("values", VALUES)
    def test_schemas_of_kubernetes(self, helm: Helm, values: str, version: str) -> None:
        """Every object has what its kind has, and nothing else."""
        for found in helm.template(VALUES[values], version):
            kubernetes_validate.validate(found, version, strict=True)

    def test_the_schemas_find_mistakes(self, helm: Helm) -> None:
        """They are not ones that take anything."""
        found = copy.deepcopy(of_kind(helm.template(LEAST), "Deployment")["demo-rasa"])
        found["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
        with pytest.raises(kubernetes_validate.ValidationError, match="livenesProbe"):
            kubernetes_validate.validate(found, KUBERNETES[-1], strict=True)

    @pytest.mark.parametrize("missing", ["host", "image", "existingSecret", "postgresql", "redis", "ingress"])
    def test_what_is_needed(self, helm: Helm, missing: str) -> None:
        """Without it nothing is rendered, and the message names it."""
        said = helm.run("template", values={k: v for k, v in LEAST.items() if k != missing})
        assert said.status != 0
        assert missing in said.error

    @pytest.mark.parametrize(
        "wrong",
        [
            {"hosts": "x"},
            {"rasa": {"replica": 3}},
            {"rasa": {"replicas": 0}},
            {"sites": "https://www.clinic.example"},
            {"sites": ["www.clinic.example"]},
            {"image": {"repository": "stria", "tag": "latest"}},
            {"postgresql": {"sslmode": "prefer"}},
            {"edge": {"trustedProxies": ["10.0.0.0/8; deny all"]}},
            {"host": "bot.clinic.example; evil"},
            {"inbox": {"host": "https://inbox.clinic.example"}},
            {"inbox": {"ssoHeader": "X-User: a"}},
            {"inbox": {"trustedProxies": ["everybody"]}},
        ],
        ids=str,
    )
    def test_wrong_values(self, helm: Helm, wrong: dict[str, Any]) -> None:
        """The schema of the values refuses them."""
        said = helm.run("template", values={**LEAST, **wrong})
        assert said.status != 0
        assert "schema" in said.error

    def test_the_defaults_are_in_the_schema(self) -> None:
        """Every value that there is may be set."""
        schema = yaml.safe_load((CHART / "values.schema.json").read_text())
        values = yaml.safe_load((CHART / "values.yaml").read_text())
        assert values.keys() == schema["properties"].keys() - {"global"}


class TestPods:
    def test_privileges(self, rendered: list[dict[str, Any]]) -> None:
        """No root, no capability, no token; nothing can be written but memory."""
        for name, pod in pods(rendered):
            spec = pod["spec"]
            assert spec["automountServiceAccountToken"] is False, name
            assert spec["enableServiceLinks"] is False, name
            context = spec["securityContext"]
            assert (context["runAsNonRoot"], context["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
            assert context["runAsUser"] > 0
            for container in spec["containers"]:
                assert container["securityContext"] == {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                }
            for volume in spec["volumes"]:
                if "emptyDir" in volume:
                    assert volume["emptyDir"].keys() == {"medium", "sizeLimit"}
            assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()

    def test_resources(self, rendered: list[dict[str, Any]]) -> None:
        """All have requests and limits."""
        for _, pod in pods(rendered):
            for container in pod["spec"]["containers"]:
                for kind in ("requests", "limits"):
                    assert container["resources"][kind].keys() == {"cpu", "memory"}

    def test_no_secret_in_the_environment(self, rendered: list[dict[str, Any]]) -> None:
        """Secrets are files; no object holds one."""
        for _, pod in pods(rendered):
            for name, value in environment(pod).items():
                if re.search(r"PASSWORD|SECRET|TOKEN|KEY", name):
                    assert value.startswith("/run/secrets/")
        assert not of_kind(rendered, "Secret")

    def test_secrets_are_for_those_who_need_them(self, rendered: list[dict[str, Any]]) -> None:
        """The inbox has the files that its variables name, and no others."""
        pod = dict(pods(rendered))["demo-inbox"]
        named = {v.rpartition("/")[2] for v in environment(pod).values() if "/secrets/stria/" in v}
        (volume,) = [v for v in pod["spec"]["volumes"] if v["name"] == "secrets"]
        assert {item["key"] for item in volume["secret"]["items"]} == named == {"clinic-db", "inbox-secret"}
        assert all(item["key"] == item["path"] for item in volume["secret"]["items"])

    def test_files_are_mounted(self, rendered: list[dict[str, Any]]) -> None:
        """Every file that a variable names is below something that is mounted."""
        for _, pod in pods(rendered):
            mounts = {m["mountPath"]: m["name"] for m in pod["spec"]["containers"][0]["volumeMounts"]}
            assert {v["name"] for v in pod["spec"]["volumes"]} == set(mounts.values())
            tls = environment(pod).get("STRIA_EDGE_MODE") == "tls"
            for name, value in environment(pod).items():
                if value.startswith("/run/secrets/") and (tls or not name.startswith("STRIA_EDGE")):
                    assert value.rpartition("/")[0] in mounts

    def test_they_may_finish(self, rendered: list[dict[str, Any]]) -> None:
        """After SIGTERM there is more time than Sanic takes, and a pause before it."""
        for name, found in of_kind(rendered, "Deployment").items():
            spec = found["spec"]["template"]["spec"]
            assert spec["terminationGracePeriodSeconds"] >= (45 if name == "demo-rasa" else 30)
            assert spec["containers"][0]["lifecycle"]["preStop"] == {"exec": {"command": ["sleep", "5"]}}
            strategy = found["spec"]["strategy"]["rollingUpdate"]
            assert strategy == {"maxUnavailable": 0, "maxSurge": 1}

    def test_probes(self, rendered: list[dict[str, Any]]) -> None:
        """Liveness asks the server alone; readiness asks for all that a turn needs."""
        deployments = of_kind(rendered, "Deployment")
        asked = {}
        for name, found in deployments.items():
            (container,) = found["spec"]["template"]["spec"]["containers"]
            names = {port["name"] for port in container["ports"]}
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                if kind in container:
                    get = container[kind]["httpGet"]
                    assert get["port"] in names
                    asked[name, kind] = get["path"]
        assert asked["demo-rasa", "livenessProbe"] == "/"
        assert asked["demo-rasa", "readinessProbe"] == "/webhooks/web/"
        assert asked["demo-actions", "readinessProbe"] == "/health"
        assert asked["demo-inbox", "livenessProbe"] == "/health"
        assert asked["demo-inbox", "readinessProbe"] == "/ready"
        assert {name for name, kind in asked if kind == "livenessProbe"} == deployments.keys()


class TestObjects:
    def test_services_find_their_pods(self, rendered: list[dict[str, Any]]) -> None:
        """By their labels and the names of their ports; a Service of many servers tells them all."""
        deployments = of_kind(rendered, "Deployment")
        services = of_kind(rendered, "Service")
        assert services.keys() == deployments.keys()
        for name, service in services.items():
            pod = deployments[name]["spec"]["template"]
            assert matches(service["spec"]["selector"], pod["metadata"]["labels"])
            ports = {port["name"] for port in pod["spec"]["containers"][0]["ports"]}
            assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
        assert services["demo-rasa"]["spec"]["clusterIP"] == "None"
        assert services["demo-actions"]["spec"]["clusterIP"] == "None"

    def test_names_lead_to_services(self, rendered: list[dict[str, Any]]) -> None:
        """What a part calls is a Service of the release, under its whole name, at its port."""
        found = dict(pods(rendered))
        services = of_kind(rendered, "Service")
        called = [
            environment(found["demo-edge"])["STRIA_RASA"],
            environment(found["demo-balancer"])["STRIA_ACTIONS"],
            environment(found["demo-rasa"])["ACTION_ENDPOINT_URL"].split("/")[2],
        ]
        for address in called:
            host, port = address.split(":")
            name, rest = host.split(".", 1)
            assert rest == "clinic.svc.cluster.local"
            assert int(port) in {p["port"] for p in services[name]["spec"]["ports"]}

    def test_disruptions(self, rendered: list[dict[str, Any]]) -> None:
        """One server of a kind at a time."""
        budgets = of_kind(rendered, "PodDisruptionBudget")
        assert budgets.keys() == of_kind(rendered, "Deployment").keys()
        assert {b["spec"]["maxUnavailable"] for b in budgets.values()} == {1}

    def test_one_source_of_nginx(self, rendered: list[dict[str, Any]]) -> None:
        """The templates are the very files of deploy/nginx, and a change of them makes new pods."""
        maps = of_kind(rendered, "ConfigMap")
        for name, folder in (("demo-edge", "edge"), ("demo-balancer", "actions")):
            files = {p.name: p.read_text() for p in (ROOT / "deploy" / "nginx" / folder).iterdir()}
            assert maps[name]["data"] == files
            pod = of_kind(rendered, "Deployment")[name]["spec"]["template"]
            assert len(pod["metadata"]["annotations"]["checksum/templates"]) == 64
            needed = {v for text in files.values() for v in re.findall(r"\$\{([A-Z_]+)\}", text)}
            given = environment(pod).keys()
            assert needed - given == {"NGINX_LOCAL_RESOLVERS"}

    def test_the_clinics_database(self, rendered: list[dict[str, Any]]) -> None:
        """Action servers have its address, in a file, and no other secret of ours."""
        pod = dict(pods(rendered))["demo-actions"]
        assert environment(pod)["STRIA_CLINIC_DB_FILE"] == "/run/secrets/clinic/clinic-db"
        (volume,) = (v for v in pod["spec"]["volumes"] if v["name"] == "clinic")
        assert volume["secret"]["items"] == [{"key": "clinic-db", "path": "clinic-db"}]
        assert "PG_PASSWORD_FILE" not in environment(pod)

    def test_purge(self, rendered: list[dict[str, Any]]) -> None:
        """A job erases, so the servers need not."""
        found = dict(pods(rendered))
        assert environment(found["demo-rasa"])["STRIA_WEB_PURGE_HOURS"] == "0"
        assert found["demo-purge"]["spec"]["containers"][0]["args"] == ["purge"]
        stores = {"PG_HOST", "PG_PASSWORD_FILE", "REDIS_HOST", "STRIA_WEB_SESSION_DAYS"}
        for name in stores:
            assert environment(found["demo-purge"])[name] == environment(found["demo-rasa"])[name]


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
