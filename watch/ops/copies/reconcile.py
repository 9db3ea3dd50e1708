"""Makes a restored copy fit for use: nobody is back who has left, and nothing is sent twice."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, update

from watch import audit, clock
from watch.clock import Job
from watch.extensions import db
from watch.journal.files import Line
from watch.journal.reading import Journal
from watch.journal.recording import OFF
from watch.journal.state import EPOCH
from watch.mail import recovery
from watch.models import (
    AddressVerification,
    Area,
    Coordinator,
    Group,
    GroupState,
    Invitation,
    InvitationState,
    JoinRequest,
    JournalState,
    Officer,
    OutboxRow,
    OutboxState,
    RequestState,
    SignIn,
    SignInLink,
    utcnow,
)
from watch.ops.copies import numbers, replay

# at one serial a minute, nearly two years: more than a marker on another machine can be ahead
AHEAD = 1_000_000


@dataclass
class Report:
    """The result of a restore: counts, and the line for the journal."""

    line: Line
    counts: Counter[str]

    def left_to_do(self) -> Iterator[tuple[int, str]]:
        """Yield what the operator has to look at, with counts."""
        for words, counting in _left_to_do():
            if count := db.session.scalar(counting):
                yield count, words
        for words, naming in _places_without_anybody():
            if names := db.session.scalars(naming).all():
                yield len(names), f"{words} ({', '.join(names)})"


def reconcile(journal: Journal, database: str, since: int, jobs: Sequence[Job]) -> Report:
    """Replay the journal lines newer than the copy (`since`), and end sign-ins and links.

    Today's jobs are done here and all mail is held, so that nothing is sent a second time. Nothing is
    committed, and nothing is written to the journal.
    """
    db.session.info[OFF] = True
    recovery.hold()  # first, so that no worker has claimed a row
    counts = Counter(_end_sign_ins()) + replay.play(line for line in journal.lines if line["serial"] > since)
    restores = [line["restored"] for line in journal.lines if "restored" in line]
    floors = numbers.floors_of(each["numbers"] for each in restores)
    went_on = numbers.skip(db.session.connection(), floors)
    db.session.expire_all()
    clock.catch_up(jobs, utcnow())
    recovery.hold()
    serial, epoch = max(since, journal.newest) + AHEAD, secrets.randbits(62)
    state = _state(database, serial, epoch)
    audit.note("database-restored", about=state, by=None)
    db.session.flush()
    line = {"serial": serial, "at": utcnow().isoformat(), "restored": {"epoch": epoch, "numbers": went_on}}
    return Report(line, counts)


def _end_sign_ins() -> dict[str, int]:
    """End all sign-ins and sign-in links, and return how many."""
    ended = {}
    for words, model in (("sign-ins ended", SignIn), ("sign-in links ended", SignInLink)):
        ending = update(model).where(model.ended_at.is_(None)).values(ended_at=utcnow())
        done: Any = db.session.execute(ending.execution_options(synchronize_session=False))
        ended[words] = int(done.rowcount)
    return ended


def _state(database: str, serial: int, epoch: int) -> JournalState:
    """Store serial and epoch. The epoch is random, so that the same copy restored twice has two."""
    state = db.session.get(JournalState, 1) or JournalState(id=1)
    state.database, state.serial, state.epoch, state.restored_at = database, serial, epoch, utcnow()
    db.session.add(state)
    db.session.info.pop(EPOCH, None)
    return state


def _left_to_do() -> Iterator[tuple[str, Select[int]]]:
    now, coordinates = utcnow(), Coordinator.ended_at.is_(None)
    yield (
        "mails are held: flask outbox redrive --held sends them, flask outbox drop leaves them out",
        select(func.count(OutboxRow.id)).where(OutboxRow.state == OutboxState.HELD),
    )
    yield (
        "invitations are open, and their links dead: coordinators send them again",
        select(func.count(Invitation.id)).where(
            Invitation.state == InvitationState.OPEN, Invitation.expires_at > now
        ),
    )
    yield (
        "requests to join are unconfirmed, and their links dead: whoever asked asks again",
        select(func.count(JoinRequest.id)).where(JoinRequest.state == RequestState.UNCONFIRMED),
    )
    yield (
        "addresses recorded at doors are not verified, and their links dead: those neighbours stay on paper",
        select(func.count(AddressVerification.id)).where(AddressVerification.ended_at.is_(None)),
    )
    yield (
        "appointments wait for an answer, and their links are dead: end them and appoint again",
        select(func.count(Coordinator.id)).where(coordinates, Coordinator.accepted_at.is_(None)),
    )


def _places_without_anybody() -> Iterator[tuple[str, Select[str]]]:
    coordinated = select(Coordinator.id).where(Coordinator.group_id == Group.id, Coordinator.is_current)
    followed = select(Officer.id).where(Officer.area_id == Area.id, Officer.is_current)
    living = Group.state.in_([GroupState.ACTIVE, GroupState.DORMANT])
    yield (
        "groups have no coordinator: the police contact appoints one",
        select(Group.name).where(living, ~coordinated.exists()).order_by(Group.name),
    )
    yield (
        "areas have nobody who follows them: flask people appoint-officer",
        select(Area.name).where(~followed.exists()).order_by(Area.name),
    )
