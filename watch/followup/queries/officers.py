"""The officers, their areas, and who gets the week's mail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from watch.extensions import db
from watch.models import Mailing, Officer

TOLD = "officers-week"  # the kind of the mail
A_WEEK = timedelta(days=6)  # less a day, because Monday's mail may have come late


def areas_followed_by(person_id: int) -> Collection[int]:
    """Return the ids of the areas that a person is an officer of."""
    follows = select(Officer.area_id).where(Officer.person_id == person_id, Officer.is_current)
    return set(db.session.scalars(follows))


def officers_to_tell(now: datetime) -> Sequence[Officer]:
    """Return one office of each officer who was not told this week."""
    first = select(func.min(Officer.id)).where(Officer.is_current).group_by(Officer.person_id)
    told_as = aliased(Officer)
    told = (
        select(Mailing.id)
        .join(told_as, told_as.id == Mailing.officer_id)
        .where(
            told_as.person_id == Officer.person_id, Mailing.kind == TOLD, Mailing.created_at > now - A_WEEK
        )
    )
    wanted = select(Officer).where(Officer.id.in_(first), ~told.correlate(Officer).exists())
    return db.session.scalars(wanted.options(joinedload(Officer.person)).order_by(Officer.id)).all()
