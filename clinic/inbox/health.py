"""Whether the inbox is alive, and whether it can work; for containers. Needs no login and tells nothing else."""

from __future__ import annotations

from flask import Blueprint, Response

from clinic import database

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def alive() -> Response:
    """Answer."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/ready")
def ready() -> Response:
    """Answer 200 when the database does, else 503."""
    fine = database.ready()
    return Response("ok\n" if fine else "no database\n", 200 if fine else 503, mimetype="text/plain")
