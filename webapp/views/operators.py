"""For those who run the service: is the process alive, is the house ready, how do the figures stand."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from casework.errors import NoDirectory
from webapp.house import house
from webapp.metrics import StoreFigures
from webapp.store import schema

bp = Blueprint("operators", __name__)


@bp.get("/healthz")
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def ready() -> Response:
    """200 when the database answers and is at the newest migration; the broker is not needed to serve."""
    try:
        current = schema.current(house().engine)
    except SQLAlchemyError:
        return Response("database: unreachable\n", 503, mimetype="text/plain")
    if current != schema.REVISION:
        return Response("migrations: not at the newest\n", 503, mimetype="text/plain")
    try:
        # Read whole, so that a process which is ready knows whom to call when the database goes away.
        house().current.get()
    except NoDirectory:
        return Response("directory: none imported\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@bp.get("/metrics")
def figures() -> Response:
    networks = house().settings.metrics_networks.split(",")
    visitor = ip_address(request.remote_addr or "::")
    if not any(visitor in ip_network(network.strip()) for network in networks):
        abort(403)
    registry = CollectorRegistry()
    registry.register(StoreFigures(house().engine))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
