"""The image as an engine builds it: what is in it, and what its user can do."""

from __future__ import annotations

import json

from tests.containers.compose import IMAGE, Containers

#: Bytes. What the packages need is 2.0 GB; the rest is the base image and the model.
LARGEST = 3_000_000_000
#: All that stands in the folder of the application.
APPLICATION = {
    *("LICENSE", "NOTICE", "actions", "assistant", "clinic", "config.yml", "data", "deploy", "domain.yml"),
    *("models", "rasa_ext", "requirements.lock", "scripts", "widget"),
}


def inside(containers: Containers, script: str, *options: str) -> str:
    """Runs a script of the shell in the image; returns what it printed."""
    command = ("run", "--rm", "--network", "none", *options, "--entrypoint", "sh", IMAGE, "-c", script)
    return containers.docker(*command).strip()


def test_size(built: Containers) -> None:
    """It is as large as its packages."""
    size = int(built.inspect(IMAGE, "{{.Size}}"))
    print(f"\nthe image has {size / 1e9:.2f} GB")
    assert size < LARGEST


def test_content(built: Containers) -> None:
    """It holds the application and the model: no tests, no history, no data of a run, no secrets."""
    assert set(inside(built, "ls -A /app").split()) == APPLICATION
    private = (
        "-name 'test_*' -o -name '.git*' -o -name '*.db' -o -name '.env' -o -name '*.pem' -o -name 'secrets'"
    )
    assert inside(built, f"find /app {private}") == ""
    assert set(inside(built, "ls -A /app/models").split()) == {"stria.tar.gz", "fingerprint.json"}
    assert "no" in inside(built, "pip list 2>/dev/null | grep -ciE '^(pytest|ruff|playwright) ' || echo no")


def test_no_secret_is_built_in(built: Containers) -> None:
    """Neither its history nor its environment holds one of this checkout."""
    told = built.docker("history", "--no-trunc", IMAGE) + built.inspect(IMAGE, "{{json .Config}}")
    for secret in (built.folder / "deploy" / "secrets").iterdir():
        assert secret.read_text().strip() not in told


def test_user(built: Containers) -> None:
    """It runs as a number that is nobody, who reads everything of ours and can write nowhere but in temporary folders."""
    assert json.loads(built.inspect(IMAGE, "{{json .Config.User}}")) == "10001:10001"
    assert inside(built, "id -u; id -g").split() == ["10001", "10001"]
    assert inside(built, "find /app /opt/stria ! -readable") == ""
    assert inside(built, "find /app /opt/stria -writable ! -type l") == ""
    writable = inside(
        built, "find / -xdev -path /proc -prune -o -type d -writable -print 2>/dev/null || true"
    )
    assert set(writable.split()) <= {"/tmp", "/var/tmp", "/run/lock"}


def test_it_starts_with_everything_read_only(built: Containers) -> None:
    """A part without its settings says which are missing, with nothing written and no capability."""
    said = built.run("run", "--rm", "--no-deps", "-e", "PG_HOST=", "rasa", ok=False)
    assert "error: PG_HOST is not set" in said
    assert "Traceback" not in said


def test_nothing_is_left_for_the_start(built: Containers) -> None:
    """The model is the one of this code, and all of the code is compiled."""
    assert (
        inside(built, "python -c 'from scripts._model import stale_reason; print(stale_reason())'") == "None"
    )
    each = "for f in $(find /app -name '*.py'); do"
    missing = (
        f'{each} ls "$(dirname $f)/__pycache__/$(basename $f .py)".*.pyc >/dev/null 2>&1 || echo $f; done'
    )
    assert inside(built, missing) == ""
