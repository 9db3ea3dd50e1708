"""Finds unanswered join requests to escalate, and who is asked next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, cast, literal, select

from watch.extensions import db
from watch.groups.queries.members import REACHED_BY_MAIL
from watch.models import Coordinator, Group, GroupState, JoinRequest, Mailing, OutboxRow, RequestState
from watch.models.joining import EVERYBODY_AFTER, LEAD_AFTER

ESCALATED = "join-waiting"


def escalation_key(request: JoinRequest, step: str) -> str:
    """Return the form key that makes a step happen once. Keys from forms have no colon, so none collides."""
    return f"waiting:{request.id}:{step}"


def requests_to_escalate(now: datetime, limit: int) -> tuple[Sequence[JoinRequest], Sequence[JoinRequest]]:
    """Return the requests due for every coordinator, and those due for the lead, oldest first.

    Steps missed earlier are included; a request older than 14 days skips the lead's step. Two statements.
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
    """Select the ids of leads who can be mailed and have not been mailed about this request."""
    return coordinators_to_ask(request).where(Coordinator.is_lead)


def coordinators_to_ask(request: JoinRequest) -> Select[int]:
    """Select the ids of coordinators who can be mailed and have not been mailed about this request."""
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
        REACHED_BY_MAIL,
        ~asked.exists(),
    )
