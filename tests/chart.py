"""The Helm chart for tests: values with little and with everything, and what to find in what it renders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: What has to be set.
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
