"""Counts at the door of a meeting, and lends the link to it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.meetings.errors import CheckinClosed, TooManyPresses
from watch.meetings.queries.checkin import (
    MOST_HEADS,
    MOST_LENT_HEADS,
    Row,
    Scopes,
    flat_ids_at_door,
    heads_at,
    heads_by_row,
    is_checkin_open,
    names_at_door,
    open_links,
)
from watch.meetings.service.answering import write_count
from watch.models import CheckinLink, Counting, Meeting, MeetingPress, Person, utcnow

MOST_PRESSES = (
    5000  # of one meeting by coordinators, and by each lent link: one in wrong hands stops no other
)
WRITTEN = re.compile(r"[0-9A-Za-z-]{8,40}\.(?:head|(flat|person)-([0-9]{1,9}))([+-])")


@dataclass(frozen=True)
class Press:
    """A press on + or – at the door. Pressed by name, `heads` says whether they have come or not."""

    key: str
    heads: int
    flat_id: int | None = None
    person_id: int | None = None


def read_press(written: str) -> Press | None:
    """Return the press that a button sends, such as `d41d8cd98f00.flat-12+`; None if it is none.

    The first part is random and makes the press different from every other. Only a hash of the whole is
    kept as its key, because the key must not say which flat or person it was.
    """
    found = WRITTEN.fullmatch(written)
    if found is None:
        return None
    kind, number, sign = found.groups()
    key = hashlib.sha256(written.encode()).hexdigest()[:32]
    return Press(
        key, 1 if sign == "+" else -1,
        flat_id=int(number) if kind == "flat" else None,
        person_id=int(number) if kind == "person" else None,
    )  # fmt: skip


def press(
    meeting: Meeting, presses: Sequence[Press], scopes: Scopes, link: CheckinLink | None = None
) -> None:
    """Count presses at the door, each once, whenever and however often it arrives.

    Whoever is not at this door, because they have hidden their name meanwhile for instance, is counted as a
    number only. A – where nobody is counted changes nothing. A lent link counts no names, and has a limit. A
    press that arrives after the head count was saved changes it, unless somebody has corrected it by hand.
    Raises CheckinClosed and TooManyPresses.
    """
    db.session.refresh(meeting, with_for_update=True)  # presses of two phones are counted one after the other
    if not is_checkin_open(meeting, utcnow()):
        raise CheckinClosed
    is_ours = meeting.counting is Counting.COUNTED and meeting.head_count == count_at_door(meeting)
    new = _unknown(meeting, presses, link)
    flats = flat_ids_at_door(meeting, scopes) if any(each.flat_id for each in new) else set()
    names = set() if link else {each.id for each in names_at_door(meeting, scopes)}
    here, number = heads_by_row(meeting, link), link.id if link else None
    for each in _within_limit(meeting, new, link) if link else new:
        flat_id = each.flat_id if each.flat_id in flats else None
        person_id = each.person_id if each.person_id in names else None
        heads, of = (
            _turned(here, (flat_id, person_id), each.heads),
            {"flat_id": flat_id, "person_id": person_id},
        )
        db.session.add(MeetingPress(meeting=meeting, key=each.key, heads=heads, link_id=number, **of))
    db.session.flush()
    if is_ours:
        meeting.head_count = count_at_door(meeting)


def _within_limit(meeting: Meeting, presses: Sequence[Press], link: CheckinLink) -> list[Press]:
    """Return the presses of a lent link, for 0 heads where its sum would leave its limits."""
    heads, counted = heads_at(meeting, link), []
    for each in presses:
        before, heads = heads, min(max(heads + each.heads, 0), MOST_LENT_HEADS)
        counted.append(replace(each, heads=heads - before))
    return counted


def _unknown(meeting: Meeting, presses: Sequence[Press], link: CheckinLink | None) -> list[Press]:
    """Return the presses that have not arrived before, each once. Raises TooManyPresses."""
    sent = {each.key: each for each in presses}
    mine = MeetingPress.meeting_id == meeting.id
    known = set(db.session.scalars(select(MeetingPress.key).where(mine, MeetingPress.key.in_(sent))))
    new = [each for key, each in sent.items() if key not in known]
    same_door = mine, MeetingPress.link_id == (link.id if link else None)
    if new and (db.session.scalar(select(func.count(MeetingPress.id)).where(*same_door)) or 0) > MOST_PRESSES:
        raise TooManyPresses
    return new


def _turned(here: dict[Row, int], row: Row, heads: int) -> int:
    """Return by how much a press changes a row, and note it. A row is never below 0, a name never above 1."""
    before = here.get(row, 0)
    here[row] = max(0, heads if row[1] else before + heads)
    return here[row] - before


def count_at_door(meeting: Meeting) -> int:
    """Return the head count that the presses come to."""
    return min(heads_at(meeting), MOST_HEADS)


def close_checkin(meeting: Meeting, *, by: Person) -> int | None:
    """Save the sum of the presses as the meeting's head count, and return what is saved then.

    What somebody has saved already stays: a number, or that nobody counted (None). Raises MeetingNotStarted
    and MeetingCancelled.
    """
    db.session.refresh(meeting, with_for_update=True)
    if meeting.counting is Counting.NOT_YET:
        write_count(meeting, count_at_door(meeting), by=by)
    return meeting.head_count


def lend(meeting: Meeting, *, by: Person) -> CheckinLink:
    """Return the coordinator's link to the door for somebody else that evening, made if there is none.

    Raises CheckinClosed.
    """
    if not meeting.is_on or utcnow() >= meeting.ends_at:
        raise CheckinClosed
    try:
        with db.session.begin_nested():
            if known := _own_link(meeting, by):
                return known
            link = CheckinLink(meeting=meeting, by=by)
            db.session.add(link)
    except IntegrityError:  # pressed twice at the same time
        known = _own_link(meeting, by)
        assert known is not None
        return known
    audit.note("checkin-lent", about=meeting, by=by, group=meeting.group)
    return link


def _own_link(meeting: Meeting, by: Person) -> CheckinLink | None:
    return next((each for each in open_links(meeting) if each.by_id == by.id), None)


def end_links(meeting: Meeting, *, by: Person) -> None:
    """End all links to the door of a meeting at once."""
    if open_links(meeting):
        of_meeting = CheckinLink.meeting_id == meeting.id, CheckinLink.is_current
        db.session.execute(update(CheckinLink).where(*of_meeting).values(ended_at=utcnow()))
        audit.note("checkin-links-ended", about=meeting, by=by, group=meeting.group)
