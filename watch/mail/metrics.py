"""Prometheus metrics of sending, and how old the audit trail's last seal is.

They are read from the database, so every machine answers the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from watch.extensions import db
from watch.mail.progress import ALIVE, sending
from watch.models import AuditBlock, OutboxRow, OutboxState, Worker, utcnow

LOOPBACK = "127.0.0.1"


class Sending(Collector):
    """Collects the metrics of sending at each scrape."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def collect(self) -> Iterator[Metric]:
        with self.app.app_context():
            for name, (words, number) in readings().items():
                yield GaugeMetricFamily(f"watch_{name}", words, value=number)


def readings() -> dict[str, tuple[str, float]]:
    """Return the metrics by name, each with its description and value. Only small indexes are read."""
    now = utcnow()
    leased = select(func.count()).where(OutboxRow.lease_until.is_not(None))
    not_sent = select(OutboxRow.state, func.count()).where(
        OutboxRow.state.in_([OutboxState.PARKED, OutboxState.HELD])
    )
    stopped = dict(db.session.execute(not_sent.group_by(OutboxRow.state)).all())
    going = sending(now)
    alive = select(func.count()).where(Worker.seen_at > now - ALIVE)
    sealed_at = db.session.scalar(select(func.max(AuditBlock.sealed_at))) or now
    found: dict[str, tuple[str, float]] = {
        "due_messages": ("Messages that are due.", going.due),
        "oldest_due_seconds": (
            "How long the first of them waits.",
            (now - going.oldest_due).total_seconds() if going.oldest_due else 0,
        ),
        "claimed_rows": ("Rows that workers hold.", db.session.scalar(leased) or 0),
        "parked_rows": ("Rows whose mail could not be made.", stopped.get(OutboxState.PARKED, 0)),
        "held_rows": ("Rows that wait for the operator.", stopped.get(OutboxState.HELD, 0)),
        "workers_alive": ("Workers seen in the last two minutes.", db.session.scalar(alive) or 0),
        "sent_per_minute": ("Messages that all of them send a minute.", going.per_minute),
        "sent_messages": (
            "Messages they have sent so far.",
            db.session.scalar(select(func.sum(Worker.sent))) or 0,
        ),
        "last_seal_seconds": ("How old the audit trail's last seal is.", (now - sealed_at).total_seconds()),
    }
    db.session.rollback()
    return found


def serve(app: Flask, port: int) -> None:
    """Serve the metrics on loopback, in a thread. Raises OSError if the port is taken."""
    registry = CollectorRegistry()
    registry.register(Sending(app))
    start_http_server(port, LOOPBACK, registry)
