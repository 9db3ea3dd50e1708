"""Requests that nobody has answered: which reach others now, and whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, cast, literal, select

from watch.extensions import db
from watch.groups.queries.members import mail_reaches_coordinator
from watch.models import Coordinator, Group, GroupState, JoinRequest, Mailing, OutboxRow, RequestState
from watch.models.joining import EVERYBODY_AFTER, LEAD_AFTER

ESCALATED = "join-waiting"


def escalation_key(request: JoinRequest, step: str) -> str:
    """What makes twice the same step once. No form can send it: the keys of forms have no colon."""
    return f"waiting:{request.id}:{step}"


def requests_to_escalate(now: datetime, limit: int) -> tuple[Sequence[JoinRequest], Sequence[JoinRequest]]:
    """Those that reach every coordinator of their group now, and those that reach the lead; oldest first.

    What was missed is made up for, and who waits for 14 days skips the step of 7 (two statements).
    """
    to_all = _waiting(JoinRequest.confirmed_at <= now - EVERYBODY_AFTER, "all", limit)
    for_a_week = JoinRequest.confirmed_at <= now - LEAD_AFTER
    to_lead = _waiting(for_a_week & (JoinRequest.confirmed_at > now - EVERYBODY_AFTER), "lead", limit)
    return to_all, to_lead


def _waiting(since: ColumnElement[bool], step: str, limit: int) -> Sequence[JoinRequest]:
    key = literal("waiting:") + cast(JoinRequest.id, String) + literal(f":{step}")
    wanted = (
        select(JoinRequest)
        .join(JoinRequest.group)
        .where(
            JoinRequest.state == RequestState.WAITING,
            Group.state != GroupState.CLOSED,
            since,
            ~select(Mailing.id).where(Mailing.form_key == key).exists(),
        )
        .order_by(JoinRequest.confirmed_at, JoinRequest.id)
    )
    return db.session.scalars(wanted.limit(limit)).all()


def leads_to_ask(request: JoinRequest) -> Select[int]:
    """Ids of the leads whom mail reaches."""
    return coordinators_to_ask(request).where(Coordinator.is_lead)


def coordinators_to_ask(request: JoinRequest) -> Select[int]:
    """Ids of the coordinators whom mail reaches, and whom this request has not reached before."""
    asked = (
        select(OutboxRow.person_id)
        .join(OutboxRow.mailing)
        .where(
            Mailing.join_request_id == request.id,
            Mailing.kind == ESCALATED,
            OutboxRow.person_id == Coordinator.person_id,
        )
    )
    return select(Coordinator.person_id).where(
        Coordinator.group_id == request.group_id,
        Coordinator.is_current,
        mail_reaches_coordinator(),
        ~asked.exists(),
    )
