"""Stops queued mail that a person or household no longer wants, and asks for paper again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, select

from watch.extensions import db
from watch.groups.queries.choices import mailings_to, unwanted_mailings
from watch.mail import outbox
from watch.models import Group, LeftOut, Mailing, Membership, OutboxRow, OutboxState

# The condition on Mailing and Membership that the member gets it by mail: paper goes to the others of a flat.
GOT_MAIL = (
    select(OutboxRow.id)
    .where(
        OutboxRow.mailing_id == Mailing.id,
        OutboxRow.person_id == Membership.person_id,
        OutboxRow.state != OutboxState.BOUNCED,
    )
    .correlate(Mailing, Membership)
    .exists()
)


def stop_unwanted(group: Group, people: Iterable[int], households: Iterable[int | None] = ()) -> None:
    """Stop queued mails about a group that these people and households (ids) no longer want."""
    db.session.flush()  # the conditions below must see what the caller has changed
    for person in people:
        mailings = unwanted_mailings(group, Membership.person_id == person)
        outbox.stop(OutboxRow.person_id == person, mailings=mailings, why=LeftOut.READER)
    for household in filter(None, households):
        mailings = unwanted_mailings(group, and_(Membership.household_id == household, ~GOT_MAIL))
        outbox.stop(OutboxRow.household_id == household, mailings=mailings, why=LeftOut.READER)


def resume_paper(membership: Membership, *, since: datetime) -> None:
    """Ask again for the paper that was stopped when a member left who is back, if the flat still wants it."""
    if membership.household_id is not None:
        to_group = mailings_to(membership.group)
        outbox.resume_paper(membership.household_id, mailings=to_group, since=since)
        stop_unwanted(membership.group, [], [membership.household_id])
