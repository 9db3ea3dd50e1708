"""Steps of the tests of start meetings: call one, and read its mails."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.cast import Scene
from tests.mail.relay import Taken
from watch.extensions import db
from watch.meetings import service
from watch.models import Building, Interest, Meeting, MeetingKind, Person, utcnow


def call_to_start(scene: Scene, building: Building | None = None, days: int = 10) -> Meeting:
    """Let Gun call those interested in Norrby Långgata, or another building, in so many days."""
    begins = utcnow() + timedelta(days=days)
    plan = service.Plan(MeetingKind.START, begins, begins + timedelta(hours=1), "Norrbyhuset")
    planned = service.planned_for_interested(building or scene.langgatan, plan)
    meeting = service.call(planned, by=scene.gun)
    db.session.commit()
    return meeting


def interest_of(person: Person) -> Interest:
    return db.session.query(Interest).filter_by(person_id=person.id).one()


def answer_link(mail: Taken) -> str:
    found = re.search(r"/r/[0-9a-v]{32}", mail.text())
    assert found
    return found[0]


def way_out(mail: Taken) -> str:
    """Return the address that a mail program presses to unsubscribe."""
    link = str(mail.mail["List-Unsubscribe"]).strip("<>")
    return link[link.index("/u/") :]


def names(mails: list[Taken]) -> list[str]:
    """Return to whom mails went."""
    return sorted(each.recipients[0].partition("@")[0] for each in mails)
