"""Changes to notices: sending one, and stopping it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.errors import DomainError, Duplicate
from watch.extensions import db
from watch.mail import outbox, trying
from watch.models import (
    Channel,
    Household,
    Language,
    LeftOut,
    Level,
    Mailing,
    Notice,
    NoticeArea,
    NoticeText,
    OutboxRow,
    Person,
    utcnow,
)
from watch.notices.mails import NOTICE
from watch.notices.queries import Target, mailings_of
from watch.recipients import reached_by_mail


class ReachesNobody(DomainError):
    """The notice would reach nobody, by mail or on paper."""


class AlreadyStopped(DomainError):
    """The mails of the notice that waited are stopped."""


class NothingWaits(DomainError):
    """Every mail has been sent, or is being sent at this moment."""


class AlreadySent(Duplicate):
    """The same form was sent before with the same content; `notice` is its result."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice)
        self.notice = notice


class OtherSent(Duplicate):
    """The same form was sent before with another text or other recipients; `notice` is what it sent."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice)
        self.notice = notice


@dataclass(frozen=True)
class Draft:
    """The texts of a notice, title and body by language, Swedish always among them, and its sender."""

    texts: Mapping[Language, tuple[str, str]]
    organisation: str
    level: Level = Level.INFORMATION
    source: str | None = None
    valid_until: date | None = None


def send(
    target: Target, draft: Draft, *, by: Person, form_key: str | None = None, promised: str | None = None
) -> Notice:
    """Send a notice: a mail to each person with an address, and paper to each household without.

    Raises ReachesNobody, AlreadySent or OtherSent if the form was sent before, and CountChanged if the
    numbers differ from the sender's preview (`promised`, a preview_token; None if the sender may not see
    numbers).
    """
    expect_new(target, draft, form_key)
    recipients = target.recipients()
    if not target.reaches_somebody():
        raise ReachesNobody
    recipients.require_unchanged(promised)
    try:
        with db.session.begin_nested():
            notice = _add(target, draft, by)
            _queue(notice, target, form_key)
    except IntegrityError:
        expect_new(target, draft, form_key)
        raise
    for area in target.areas or (target.area,):
        audit.note("notice-sent", about=notice, by=by, group=target.group, area=area)
    return notice


def _queue(notice: Notice, target: Target, form_key: str | None) -> None:
    """Queue the mails and papers. Each of several areas has a mailing, because each has a list of its own.

    A mailbox and a household get the notice in the first area that reaches them, and in no other. People who
    share a mailbox stay together.
    """
    if not target.several:
        people = reached_by_mail(target.people())
        mailing = outbox.queue_many(NOTICE, people=people, about=notice, form_key=form_key)
        outbox.queue_paper(mailing, target.households())
        return
    reached = reached_by_mail(target.people())
    for number, area in enumerate(target.several):
        here = Target(target.audience, area=area)
        told = select(OutboxRow.mailbox_id).where(OutboxRow.mailing_id.in_(mailings_of(notice)))
        has_paper = select(OutboxRow.household_id).where(OutboxRow.mailing_id.in_(mailings_of(notice)))
        theirs = select(Person.mailbox_id).where(Person.id.in_(here.people()))
        people = reached.where(
            Person.mailbox_id.in_(theirs),
            Person.mailbox_id.not_in(told.where(OutboxRow.mailbox_id.is_not(None))),
        )
        papers = here.households().where(
            Household.id.not_in(has_paper.where(OutboxRow.household_id.is_not(None)))
        )
        key = None if number else form_key
        mailing = outbox.queue_many(NOTICE, people=people, about=notice, form_key=key)
        outbox.queue_paper(mailing, papers)
        notice.parts.append(NoticeArea(area=area, mailing_id=mailing.id))
        db.session.flush()


def stop_sending(notice: Notice, *, by: Person) -> int:
    """Stop the mails of a notice that wait, and return how many. Raises AlreadyStopped, NothingWaits.

    Mails that a worker has claimed but cannot deliver stop too. Paper and sent mails stay.
    """
    stopped = outbox.stop(OutboxRow.channel == Channel.MAIL, mailings=mailings_of(notice), why=LeftOut.OVER)
    if not stopped:
        raise AlreadyStopped if notice.stopped_at else NothingWaits
    notice.stopped_at = utcnow()  # a claimed mail, or one that a restore brings back, is not retried either
    for area in notice.areas or (notice.area,):
        audit.note("notice-stopped", about=notice, by=by, group=notice.group, area=area)
    return stopped


def try_out(target: Target, draft: Draft, *, by: Person) -> None:
    """Mail a notice to its writer only. Raises AlreadyTried and TooManyTrials."""
    place = f"/areas/{target.area.slug}" if target.area else f"/groups/{target.group.id}"  # type: ignore[union-attr]  # one of them is set
    trying.try_out(NOTICE, new_notice(target, draft, by), by=by, link=f"{place}/notices")


def new_notice(target: Target, draft: Draft, by: Person) -> Notice:
    """Return a notice as it would be sent now, without storing it."""
    return Notice(
        audience=target.audience,
        group=target.group,
        stairwell=target.stairwell,
        area=target.area,
        level=draft.level,
        organisation=draft.organisation,
        source=draft.source or None,
        valid_until=draft.valid_until,
        sent_at=utcnow(),
        by_id=by.id,
        texts=[
            NoticeText(language=language, title=title, body=body)
            for language, (title, body) in draft.texts.items()
        ],
    )


def _add(target: Target, draft: Draft, by: Person) -> Notice:
    notice = new_notice(target, draft, by)
    db.session.add(notice)
    db.session.flush()
    return notice


def expect_new(target: Target, draft: Draft, form_key: str | None) -> None:
    """Raise AlreadySent or OtherSent if the form was sent before; Duplicate if another kind has its key.

    What was changed by Back since the form was sent must be neither lost nor taken for sent.
    """
    mailing = form_key and db.session.scalar(select(Mailing).where(Mailing.form_key == form_key))
    if not mailing:
        return
    if mailing.notice is None:
        raise Duplicate(mailing)
    raise (AlreadySent if _is_same(mailing.notice, target, draft) else OtherSent)(mailing.notice)


def _is_same(notice: Notice, target: Target, draft: Draft) -> bool:
    several = tuple(part.area for part in notice.parts)
    sent_to = Target(notice.audience, notice.group, notice.stairwell, notice.area, several)
    texts = {each.language: (each.title, each.body) for each in notice.texts}
    sent = Draft(texts, notice.organisation, notice.level, notice.source, notice.valid_until)
    return (sent_to, sent) == (target, replace(draft, source=draft.source or None))
