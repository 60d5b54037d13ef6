"""The Helm chart, rendered by the real Helm: sound for Kubernetes, hardened, and one with the compose file.

There is no cluster where the tests run: what is rendered is checked, it is not installed.
"""

from __future__ import annotations

import copy
import re
from typing import Any

import kubernetes_validate
import pytest
import yaml

from scripts._env import ROOT
from tests.chart import LEAST, VALUES, environment, matches, of_kind, pods
from tests.helm import CHART, Helm

#: The oldest and the newest whose schemas there are and which the chart allows.
KUBERNETES = ("1.27", "1.37")


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
