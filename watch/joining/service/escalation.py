"""Escalates unanswered join requests: to the lead after 7 days, to every coordinator after 14."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import select

from watch import audit
from watch.extensions import db
from watch.joining.mails import JOIN_UNANSWERED, JOIN_WAITING
from watch.joining.queries.escalation import (
    coordinators_to_ask,
    escalation_key,
    leads_to_ask,
    requests_to_escalate,
)
from watch.mail import outbox
from watch.models import JoinRequest, Person

ESCALATE_AT = time(9)
BATCH = 200  # requests per step in one transaction


def escalate(now: datetime) -> bool:
    """Mail the coordinators who may now decide, or the applicant if none is left.

    Repeating it sends nothing twice, and missed steps are caught up. Returns True if more may remain.
    """
    to_all, to_lead = requests_to_escalate(now, BATCH)
    for request in to_lead:
        outbox.queue_many(
            JOIN_WAITING,
            people=leads_to_ask(request),
            about=request,
            form_key=escalation_key(request, "lead"),
        )
        audit.note("join-climbed", about=request, by=None, group=request.group)
    for request in to_all:
        _ask_everybody(request)
    return len(to_all) == BATCH or len(to_lead) == BATCH


def _ask_everybody(request: JoinRequest) -> None:
    coordinators, key = coordinators_to_ask(request), escalation_key(request, "all")
    if db.session.scalar(coordinators.limit(1)) is None:
        applicant = select(Person.id).where(Person.id == request.person_id)
        outbox.queue_many(JOIN_UNANSWERED, people=applicant, about=request, form_key=key)
    else:
        outbox.queue_many(JOIN_WAITING, people=coordinators, about=request, form_key=key)
    audit.note("join-climbed", about=request, by=None, group=request.group)
