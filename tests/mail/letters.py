"""One mail of each kind, as the services queue it: for snapshots, and for the rules that all mails keep."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

from flask import current_app
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_interest, make_invitation, make_meeting, make_notice, make_request
from watch import tokens
from watch.extensions import db
from watch.mail import outbox
from watch.mail.compose import Reader, prepare
from watch.mail.links import KINDS, address_of
from watch.models import (
    Coordinator,
    JoinRequest,
    Language,
    Membership,
    OutboxRow,
    RequestState,
    SignInLink,
    utcnow,
)

NOW = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)  # a Monday
MEETING_AT = datetime(2026, 9, 23, 16, tzinfo=UTC)  # 18.00 in Borås
Letter = Callable[[Scene], OutboxRow | None]


def _link(scene: Scene) -> SignInLink:
    return SignInLink(mailbox=scene.carin.mailbox, expires_at=utcnow() + timedelta(minutes=10))


def _request(scene: Scene) -> JoinRequest:
    return db.session.scalars(select(JoinRequest).where(JoinRequest.person_id == scene.farah.id)).one()


def _of_member(scene: Scene) -> JoinRequest:
    return make_request(scene.carin, scene.group, scene.stairwell_3, state=RequestState.WITHDRAWN)


def _membership(scene: Scene) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()


def _appointment(scene: Scene) -> Coordinator:
    return db.session.scalars(select(Coordinator).where(Coordinator.person_id == scene.bengt.id)).one()


def _approved(scene: Scene) -> OutboxRow | None:
    scene.bengt.shows_name = True
    return outbox.queue("join-approved", to=scene.carin, about=_membership(scene))


def _invitation(scene: Scene, kind: str = "invitation", address: str = "ny@example.org") -> OutboxRow | None:
    invitation = make_invitation(scene.group, address, flat=scene.stairwell_3.flats[4], by=scene.bengt)
    assert invitation.mailbox
    return outbox.queue(kind, to=invitation.mailbox, about=invitation)


def _group_started(scene: Scene) -> OutboxRow | None:
    return outbox.queue("group-started", to=scene.carin, about=make_interest(scene.carin, scene.house))


def _cancelled(scene: Scene) -> OutboxRow | None:
    meeting = make_meeting(scene.group, starts_at=MEETING_AT, by=scene.amina)
    meeting.cancelled_at = utcnow()
    return outbox.queue("meeting-cancelled", to=scene.carin, about=meeting)


LETTERS: dict[str, Letter] = {
    "sign-in": lambda s: outbox.queue("sign-in", to=s.carin, about=_link(s)),
    "sign-in-unknown": lambda s: outbox.queue("sign-in-unknown", to=s.carin.mailbox, about=_link(s)),
    "join-confirm": lambda s: outbox.queue("join-confirm", to=s.farah, about=_request(s)),
    "join-requested": lambda s: outbox.queue("join-requested", to=s.bengt, about=_request(s)),
    "join-waiting": lambda s: outbox.queue("join-waiting", to=s.amina, about=_request(s)),
    "join-unanswered": lambda s: outbox.queue("join-unanswered", to=s.farah, about=_request(s)),
    "join-approved": _approved,
    "join-declined": lambda s: outbox.queue("join-declined", to=s.farah, about=_request(s)),
    "join-already-member": lambda s: outbox.queue("join-already-member", to=s.carin, about=_of_member(s)),
    "interest-confirm": lambda s: outbox.queue(
        "interest-confirm", to=s.carin, about=make_interest(s.carin, s.langgatan, confirmed=False)
    ),
    "invitation": _invitation,
    "invitation-reminder": lambda s: _invitation(s, "invitation-reminder", "tyst@example.org"),
    "group-started": _group_started,
    "coordinator-appointed": lambda s: outbox.queue(
        "coordinator-appointed", to=s.bengt, about=_appointment(s)
    ),
    "coordinator-ended": lambda s: outbox.queue("coordinator-ended", to=s.bengt, about=_appointment(s)),
    "lead-asked": lambda s: outbox.queue("lead-asked", to=s.amina, about=_appointment(s)),
    "lead-asked-in-area": lambda s: outbox.queue("lead-asked-in-area", to=s.gun, about=_appointment(s)),
    "meeting-called": lambda s: outbox.queue(
        "meeting-called", to=s.carin, about=make_meeting(s.group, starts_at=MEETING_AT, by=s.amina)
    ),
    "meeting-reminder": lambda s: outbox.queue(
        "meeting-reminder", to=s.carin, about=make_meeting(s.group, starts_at=MEETING_AT, by=s.amina)
    ),
    "meeting-cancelled": _cancelled,
    "notice": lambda s: outbox.queue("notice", to=s.carin, about=make_notice(s.group, by=s.amina)),
}


def in_language(letter: Letter, scene: Scene, language: Language) -> OutboxRow:
    """The row of a letter for a reader of that language."""
    row = letter(scene)
    assert row
    row.language = language
    db.session.flush()
    return row


def links_in(row: OutboxRow) -> set[str]:
    """Our addresses in a mail as it is sent, in its text and its HTML."""
    assert row.mailbox
    reader = Reader(row.id, row.nonce, row.mailbox.address, (row.person.name,) if row.person else ())
    wire = prepare(row.mailing, row.language, greets=bool(reader.names)).seal(reader).wire
    mail = message_from_bytes(wire, policy=policy.default)
    parts = [mail.get_body((kind,)) for kind in ("plain", "html")]
    ours = re.compile(re.escape(current_app.config["BASE_URL"]) + r"/[^\s\"<>]*")
    return {html.unescape(link) for part in parts if part for link in ours.findall(part.get_content())}


def button_of(row: OutboxRow) -> str:
    """The address of a mail's one button; empty where it has none."""
    purpose = KINDS[row.mailing.kind].for_row
    return address_of(row.mailing, tokens.make(purpose, row) if purpose else "") or ""
