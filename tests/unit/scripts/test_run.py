"""What `make run` shows when the assistant answers."""

import re

from scripts._ports import Ports
from scripts.run import welcome

PORTS = Ports(5005, 5055)


def told(text: str) -> dict[str, str]:
    """Returns what stands behind each label, in their order."""
    return dict(re.findall(r"^  (\w[\w ]*?)  +(.+)$", text, re.MULTILINE))


def test_the_page_is_named_first() -> None:
    """Whoever starts it is led to the browser before anything else."""
    shown = told(welcome(PORTS, token=False, demo=True))
    assert list(shown) == ["In a browser", "Talk in a terminal", "Chat endpoint", "Try it", "Stop"]
    assert shown["In a browser"].startswith("http://127.0.0.1:5005/ ")
    assert "demo page" in shown["In a browser"]


def test_no_page_without_the_demo() -> None:
    """An address at which there is only Rasa's greeting is not named."""
    text = welcome(PORTS, token=False, demo=False)
    assert list(told(text)) == ["Talk in a terminal", "Chat endpoint", "Try it", "Stop"]
    assert "demo page" not in text


def test_another_port() -> None:
    """All that is told is true at another port."""
    shown = told(welcome(Ports(6005, 6055), token=False, demo=True))
    assert shown["In a browser"].startswith("http://127.0.0.1:6005/ ")
    assert shown["Chat endpoint"] == "http://127.0.0.1:6005/webhooks/rest/webhook"
    assert shown["Talk in a terminal"] == "make chat PORT=6005"


def test_token() -> None:
    """Who set a token is told what it is for."""
    assert "RASA_TOKEN" in welcome(PORTS, token=True, demo=True)
    assert "RASA_TOKEN" not in welcome(PORTS, token=False, demo=True)
