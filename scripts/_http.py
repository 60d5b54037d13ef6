"""Small HTTP calls to the servers on this machine."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

# A proxy of the user's environment must not see, or swallow, calls on the loopback interface.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
NO_ANSWER = (OSError, http.client.HTTPException)


def get(url: str, timeout: float = 5.0, token: str | None = None) -> tuple[int, str]:
    """Returns the status and body of a GET request; the status is 0 when nothing answers."""
    if token:
        url = f"{url}?{urllib.parse.urlencode({'token': token})}"
    try:
        with _OPENER.open(url, timeout=timeout) as response:
            return response.status, response.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except NO_ANSWER:
        return 0, ""


def post_json(url: str, body: dict[str, Any], timeout: float = 60.0) -> Any:
    """Posts JSON and returns the JSON of the answer.

    Raises:
        urllib.error.HTTPError: When the server refuses.
        OSError: When nothing answers in time.
        ValueError: When the answer is no JSON.
    """
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with _OPENER.open(request, timeout=timeout) as response:
        return json.loads(response.read())
