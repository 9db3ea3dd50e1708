"""Counts interest in buildings without a group, and finds interest that shares one mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select

from watch.extensions import db
from watch.groups.queries.areas import interested_of_building, last_night
from watch.joining.queries.asking import MEANT_TO_LEAVE
from watch.models import Building, Interest, Mailing, OutboxRow, Person, utcnow


@dataclass(frozen=True)
class Interested:
    """The number interested in a building last night, and those who chose to show their name."""

    count: int
    could_coordinate: int
    named: tuple[Person, ...] = ()


def interested_in(building: Building) -> Interested:
    """Return confirmed interest in a building, in two statements.

    The counts are last night's, because current ones would reveal that somebody has just come or gone. So a
    name whose interest has become a request stays until the night; one that was taken back is hidden at once.
    """
    now, here = utcnow(), Interest.building_id == building.id
    could = interested_of_building(now, Interest.could_coordinate.is_(True))
    counted = select(interested_of_building(now), could).where(Building.id == building.id)
    count, willing = db.session.execute(counted).one()
    seen = or_(Interest.ended_at.is_(None), Interest.ended_at > last_night(now))
    named = (
        select(Person)
        .join(Interest, Interest.person_id == Person.id)
        .where(here, Interest.named_at.is_not(None), seen)
        .order_by(Interest.named_at, Interest.id)
    )
    return Interested(count, willing, tuple(dict.fromkeys(db.session.scalars(named))))


def interest_in_same_mail(interest: Interest) -> list[Interest]:
    """Return the mailbox's other unconfirmed interest left within a day of a mail about this one.

    Only one such mail a day is sent to a mailbox, so its link must lead to the others too. Oldest first.
    Interest that was taken back and shown again is told of by the mail about the same person and house.
    """
    confirm = Mailing.kind == "interest-confirm"
    about_this = select(OutboxRow.created_at).join(OutboxRow.mailing).where(confirm, *MEANT_TO_LEAVE)
    same = select(Interest.id).where(
        Interest.person_id == interest.person_id, Interest.building_id == interest.building_id
    )
    mailed = db.session.scalars(about_this.where(Mailing.interest_id.in_(same))).all()
    others = (
        select(Interest, Mailing.created_at)
        .join(Mailing, Mailing.interest_id == Interest.id)
        .join(Interest.person)
        .where(confirm, Person.mailbox_id == interest.person.mailbox_id, Interest.id != interest.id)
        .where(Interest.confirmed_at.is_(None), Interest.ended_at.is_(None))
        .order_by(Interest.id)
    )
    day = timedelta(days=1)
    asked = db.session.execute(others).all()
    return list({each: None for each, at in asked if any(sent <= at < sent + day for sent in mailed)})
