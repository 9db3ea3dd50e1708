"""Saves drafts of meetings of a group or an area, which nobody is told of, and throws them away."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, update

from watch import audit
from watch.extensions import db
from watch.meetings.errors import ChangedMeanwhile, DraftGone
from watch.meetings.queries.drafts import drafts_of
from watch.meetings.service.plans import Plan, Reminders, is_same
from watch.models import Meeting, MeetingPart, Person
from watch.statements import changed
from watch.tokens import random_code


def save_draft(planned: Meeting, *, by: Person, draft: Meeting | None = None) -> Meeting:
    """Keep a planned meeting as a draft, or as what a draft is from now on.

    The same draft is saved once only. Raises DraftGone and ChangedMeanwhile.
    """
    if same := same_draft(planned):
        return same
    planned.code = random_code() if planned.code else None  # the form's own is for what it calls
    if draft is None:
        planned.called_by_id = by.id
        db.session.add(planned)
        audit.note("meeting-drafted", about=planned, by=by, group=planned.group, area=planned.area)
        return planned
    take_turn(draft, sequence=draft.sequence + 1)
    rewrite(draft, planned)
    return draft


def same_draft(planned: Meeting) -> Meeting | None:
    """Return the draft of the same place that says the same as what is planned, if there is one."""
    return next((each for each in drafts_of(planned.called_from) if is_same(each, planned)), None)


def throw_away(draft: Meeting, *, by: Person) -> None:
    """Erase a draft. Raises DraftGone."""
    audit.note("meeting-draft-erased", about=draft, by=by, group=draft.group, area=draft.area)
    db.session.expunge(draft)
    if not changed(delete(Meeting).where(Meeting.id == draft.id, Meeting.is_draft)):
        raise DraftGone


def take_turn(draft: Meeting, **values: Any) -> None:
    """Change a draft, and keep others out until this is committed. Raises DraftGone and ChangedMeanwhile."""
    unchanged = update(Meeting).where(
        Meeting.id == draft.id, Meeting.is_draft, Meeting.sequence == draft.sequence
    )
    if not changed(unchanged.values(values)):
        still = db.session.get(Meeting, draft.id, populate_existing=True)
        raise ChangedMeanwhile if still is not None and still.is_draft else DraftGone
    db.session.refresh(draft)


def rewrite(draft: Meeting, planned: Meeting) -> None:
    """Make a draft what is planned."""
    whom = {name: getattr(planned, name) for name in ("audience", "building_id", "code", "languages", "kind")}
    for name, value in (whom | Plan.of(planned).values | Reminders.of(planned).values).items():
        setattr(draft, name, value)
    if not draft.is_for_the_same_as(planned):
        draft.parts = []
        db.session.flush()  # a part that stays may stand there once only
        draft.parts = [_copy_of(each) for each in planned.parts]
    db.session.flush()


def _copy_of(part: MeetingPart) -> MeetingPart:
    return MeetingPart(group=part.group, stairwell=part.stairwell, state=part.state)
