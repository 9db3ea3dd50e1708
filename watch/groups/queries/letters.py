"""Printed letters: which are still asked about, what was said, and what each flat has got."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager

from watch.extensions import db
from watch.models import (
    GROUPS_IN_ORDER,
    Area,
    Building,
    Coordinator,
    Flat,
    Group,
    Invitation,
    Letter,
    Officer,
    Outcome,
    Stairwell,
    Visit,
    coordinator_stairwell,
    utcnow,
)

_One = aliased(Letter)

IS_UNANSWERED = and_(Letter.delivered_at.is_(None), Letter.discarded_at.is_(None))
SAID_AT = func.coalesce(Letter.delivered_at, Letter.discarded_at)


def unanswered_letters(group: Group, stairwells: Collection[int] | None = None) -> Sequence[Letter]:
    """Return a group's valid letters of which nobody has said whether they lie in the letterboxes.

    `stairwells` limits them to those that a coordinator works with. They come in walking order.
    """
    wanted = _letters_of(group, stairwells).where(_is_asked_about())
    return db.session.scalars(wanted).all()


def number_unanswered(group: Group, stairwells: Collection[int] | None = None) -> int:
    """Return the number of `unanswered_letters`."""
    wanted = select(func.count(Letter.id)).where(Letter.group_id == group.id, _is_asked_about())
    if stairwells is not None:
        wanted = wanted.join(Flat, Flat.id == Letter.flat_id).where(Flat.stairwell_id.in_(stairwells))
    return db.session.scalar(wanted) or 0


def _is_asked_about() -> ColumnElement[bool]:
    return and_(IS_UNANSWERED, Letter.ended_at.is_(None), Letter.expires_at > utcnow())


def officers_unanswered_letters(group: Group) -> Sequence[Letter]:
    """Return the unanswered letters that officers have printed where no coordinator could answer.

    They are the newest of each whole stairwell, used ones too: their number must not show who has joined.
    """
    newest: dict[int, datetime] = {}
    found = db.session.scalars(_by_officers(group).where(IS_UNANSWERED)).all()
    for letter in found:
        place = letter.flat.stairwell_id
        newest[place] = max(letter.printed_at, newest.get(place, letter.printed_at))
    return [letter for letter in found if letter.printed_at == newest[letter.flat.stairwell_id]]


def groups_with_letters(area: Area) -> Sequence[Group]:
    """Return the groups of an area with letters that officers printed and a coordinator cannot answer for."""
    printed = select(Officer.person_id).where(Officer.area_id == area.id)
    theirs = (
        select(Letter.group_id)
        .join(Flat, Flat.id == Letter.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .where(IS_UNANSWERED, Letter.expires_at > utcnow(), Letter.by_id.in_(printed), ~_has_coordinator())
    )
    wanted = select(Group).where(Group.area_id == area.id, Group.id.in_(theirs)).order_by(GROUPS_IN_ORDER)
    return db.session.scalars(wanted).all()


def _by_officers(group: Group) -> Select[Letter]:
    printed = select(Officer.person_id).where(Officer.area_id == group.area_id)
    return _letters_of(group, None).where(
        Letter.expires_at > utcnow(), Letter.by_id.in_(printed), ~_has_coordinator()
    )


def _has_coordinator() -> ColumnElement[bool]:
    """Return the condition on Stairwell and Letter that a coordinator works with the stairwell."""
    scope = coordinator_stairwell.c
    own = select(scope.stairwell_id).where(scope.coordinator_id == Coordinator.id)
    here = own.where(scope.stairwell_id == Stairwell.id).correlate(Coordinator, Stairwell)
    works = select(Coordinator.id).where(
        Coordinator.group_id == Letter.group_id, Coordinator.is_current, or_(here.exists(), ~own.exists())
    )
    return works.correlate(Letter, Stairwell).exists()


def _letters_of(group: Group, stairwells: Collection[int] | None) -> Select[Letter]:
    wanted = (
        select(Letter)
        .join(Letter.flat)
        .join(Flat.stairwell)
        .where(Letter.group_id == group.id)
        .options(contains_eager(Letter.flat).contains_eager(Flat.stairwell))
        .order_by(Stairwell.sort_key, Flat.number.desc(), Letter.id)
    )
    return wanted if stairwells is None else wanted.where(Stairwell.id.in_(stairwells))


@dataclass(frozen=True)
class Said:
    """An answer about letters: one of them, when it was said, how many, and whether they were delivered."""

    letter_id: int
    at: datetime
    letters: int
    is_delivered: bool


def said_of_letters(group: Group, stairwells: Collection[int] | None = None) -> list[Said]:
    """Return the answers about a group's valid letters, the latest first."""
    return _said(_letters_of(group, stairwells).where(Letter.expires_at > utcnow()))


def said_by_officers(group: Group) -> list[Said]:
    """Return the answers about letters that officers printed where no coordinator could answer."""
    return _said(_by_officers(group))


def _said(letters: Select[Letter]) -> list[Said]:
    wanted = letters.where(~IS_UNANSWERED).with_only_columns(
        func.min(Letter.id), SAID_AT, func.count(Letter.id), func.count(Letter.delivered_at)
    )
    rows = db.session.execute(wanted.order_by(None).group_by(SAID_AT).order_by(SAID_AT.desc()))
    return [Said(key, at, letters, bool(delivered)) for key, at, letters, delivered in rows]


def letters_said_with(group: Group, letter_id: int, stairwells: Collection[int] | None) -> Sequence[Letter]:
    """Return the valid letters of which the same was said at the same moment as of this one."""
    return db.session.scalars(_letters_of(group, stairwells).where(_said_with(group, letter_id))).all()


def officers_letters_said_with(group: Group, letter_id: int) -> Sequence[Letter]:
    """Return the same of letters that officers printed where no coordinator could answer."""
    return db.session.scalars(_by_officers(group).where(_said_with(group, letter_id))).all()


def _said_with(group: Group, letter_id: int) -> ColumnElement[bool]:
    its = select(func.coalesce(_One.delivered_at, _One.discarded_at)).where(
        _One.id == letter_id, _One.group_id == group.id
    )
    return and_(Letter.expires_at > utcnow(), its.scalar_subquery() == SAID_AT)


@dataclass
class Asked:
    """When a flat was last asked, in each way; None where it was not."""

    letter: Letter | None = None
    invited_at: datetime | None = None
    visited_at: datetime | None = None
    outcome: Outcome | None = None


def how_flats_were_asked(group: Group, stairwells: Collection[int] | None = None) -> dict[int, Asked]:
    """Return, by flat, the last letter, mailed invitation and visit, in three statements.

    Flats that were never asked in any of these ways are left out.
    """
    asked: dict[int, Asked] = {}
    for letter in db.session.scalars(_letters_of(group, stairwells).order_by(None).order_by(Letter.id)):
        asked.setdefault(letter.flat_id, Asked()).letter = letter
    invited = (
        select(Invitation.flat_id, func.max(Invitation.created_at))
        .where(Invitation.group_id == group.id, Invitation.flat_id.is_not(None))
        .group_by(Invitation.flat_id)
    )
    for flat_id, at in db.session.execute(invited):
        asked.setdefault(flat_id or 0, Asked()).invited_at = at
    visits = select(Visit.flat_id, Visit.at, Visit.outcome).join(Flat, Flat.id == Visit.flat_id)
    visits = visits.join(Stairwell).join(Building).where(Building.group_id == group.id)
    for flat_id, at, outcome in db.session.execute(
        visits.where(Visit.undone_at.is_(None)).order_by(Visit.id)
    ):
        found = asked.setdefault(flat_id, Asked())
        found.visited_at, found.outcome = at, outcome
    return asked
