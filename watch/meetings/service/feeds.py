"""Makes, renews and ends the address of a person's calendar."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from watch import tokens
from watch.extensions import db
from watch.meetings.queries.feeds import feed_of
from watch.models import CalendarFeed, Person, Purpose, RandomNonce


def make_feed(person: Person) -> None:
    """Give a person an address of their calendar. Somebody who has one keeps it."""
    if feed_of(person) is None:
        try:
            with db.session.begin_nested():
                db.session.add(CalendarFeed(person_id=person.id))
        except IntegrityError:  # made at the same time in another window
            return


def renew_feed(person: Person, spread: str) -> None:
    """Give the person's calendar another address; the one before ends at once.

    `spread` is the token of the address to end. If it has ended already, the present one stays.
    """
    feed = feed_of(person)
    if feed is None or tokens.make(Purpose.CALENDAR, feed) != spread:
        return
    renewing = update(CalendarFeed).where(CalendarFeed.id == feed.id, CalendarFeed.nonce == feed.nonce)
    db.session.execute(renewing.values(nonce=RandomNonce()))


def end_feed(person: Person) -> None:
    """End the address of the person's calendar."""
    if feed := feed_of(person):
        db.session.delete(feed)
