"""Several FHIR R4 resources in one: a Bundle of the type collection, and the rules that it has to keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from assistant.screening.fhir_rules import check_response
from assistant.screening.fhir_values import Problem, is_date_time, mapping, rows

_ROOT = "Bundle"
_URN = re.compile(r"urn:uuid:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_KEYS = {"resourceType", "type", "timestamp", "entry"}


def bundle(entries: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Return the Bundle.

    Args:
        entries: addresses of the form urn:uuid:..., each with its resource.
    """
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    made: dict[str, Any] = {"resourceType": _ROOT, "type": "collection", "timestamp": now}
    held = [{"fullUrl": address, "resource": resource} for address, resource in entries]
    # R4 knows no empty lists.
    return {**made, "entry": held} if held else made


def check_bundle(resource: Any) -> list[Problem]:
    """Return the rules that a Bundle of ours, or a response in it, breaks; never raises."""
    if not isinstance(resource, dict) or resource.get("resourceType") != _ROOT:
        return [Problem(_ROOT, "not a Bundle", f"Set resourceType to {_ROOT}")]
    return [*_head(resource), *_entries(rows(resource.get("entry")))]


def _head(resource: dict[str, Any]) -> Iterator[Problem]:
    if resource.get("type") != "collection":
        yield Problem(f"{_ROOT}.type", "not a collection", "Write collection")
    if not is_date_time(resource.get("timestamp")):
        remedy = "Write it as 2026-01-31T09:30:00+00:00"
        yield Problem(f"{_ROOT}.timestamp", "no date and time with an offset", remedy)
    if "entry" in resource and not rows(resource["entry"]):
        yield Problem(f"{_ROOT}.entry", "empty", "Leave it out")
    # total, links, requests and scores belong to other types (R4: bdl-1 to bdl-4).
    for name in sorted(resource.keys() - _KEYS):
        yield Problem(f"{_ROOT}.{name}", "does not belong into a collection", "Leave it out")


def _entries(entries: Sequence[Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, entry in enumerate(mapping(e) for e in entries):
        path = f"{_ROOT}.entry[{number}]"
        address = entry.get("fullUrl")
        if not (isinstance(address, str) and _URN.fullmatch(address)):
            yield Problem(f"{path}.fullUrl", "no UUID", "Write urn:uuid: and the UUID in small letters")
        elif address in seen:  # bdl-7
            yield Problem(f"{path}.fullUrl", "stands there twice", "Put each resource in once")
        else:
            seen.add(address)
        for name in sorted(entry.keys() - {"fullUrl", "resource"}):
            yield Problem(f"{path}.{name}", "does not belong into a collection", "Leave it out")
        for found in check_response(entry.get("resource")):
            yield Problem(f"{path}.resource.{found.path}", found.problem, found.remedy, found.link)
