"""Changes to notices: sending one, and stopping it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.errors import DomainError, Duplicate
from watch.extensions import db
from watch.mail import outbox
from watch.models import (
    Channel,
    Language,
    LeftOut,
    Level,
    Mailing,
    Notice,
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


class NothingWaits(DomainError):
    """Every mail has been sent, or is being sent at this moment."""


class AlreadySent(Duplicate):
    """The same form was sent before; `notice` is its result."""

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

    Raises ReachesNobody, AlreadySent if the same form was sent before, and CountChanged if the numbers differ
    from the sender's preview (`promised`, a preview_token; None if the sender may not see numbers).
    """
    _expect_new(form_key)
    recipients = target.recipients()
    if recipients.nobody:
        raise ReachesNobody
    recipients.require_unchanged(promised)
    try:
        with db.session.begin_nested():
            notice = _add(target, draft, by)
            mailing = outbox.queue_many(
                NOTICE, people=reached_by_mail(target.people()), about=notice, form_key=form_key
            )
    except IntegrityError:
        _expect_new(form_key)
        raise
    outbox.queue_paper(mailing, target.households())
    audit.note("notice-sent", about=notice, by=by, group=target.group, area=target.area)
    return notice


def says_the_same(notice: Notice, draft: Draft) -> bool:
    """Return True if a notice that was sent has the texts of the draft."""
    return {each.language: (each.title, each.body) for each in notice.texts} == dict(draft.texts)


def stop_sending(notice: Notice, *, by: Person) -> int:
    """Stop the mails of a notice that wait, and return how many. Raises NothingWaits.

    Mails that a worker has claimed but cannot deliver stop too. Paper and sent mails stay.
    """
    stopped = outbox.stop(OutboxRow.channel == Channel.MAIL, mailings=mailings_of(notice), why=LeftOut.OVER)
    if not stopped:
        raise NothingWaits
    notice.stopped_at = utcnow()  # a claimed mail, or one that a restore brings back, is not retried either
    audit.note("notice-stopped", about=notice, by=by, group=notice.group, area=notice.area)
    return stopped


def _add(target: Target, draft: Draft, by: Person) -> Notice:
    notice = Notice(
        audience=target.audience,
        group=target.group,
        stairwell=target.stairwell,
        area=target.area,
        level=draft.level,
        organisation=draft.organisation,
        source=draft.source or None,
        valid_until=draft.valid_until,
        by_id=by.id,
        texts=[
            NoticeText(language=language, title=title, body=body)
            for language, (title, body) in draft.texts.items()
        ],
    )
    db.session.add(notice)
    db.session.flush()
    return notice


def _expect_new(form_key: str | None) -> None:
    """Raise AlreadySent, or Duplicate if another kind of form had the same key."""
    mailing = form_key and db.session.scalar(select(Mailing).where(Mailing.form_key == form_key))
    if mailing:
        raise AlreadySent(mailing.notice) if mailing.notice else Duplicate(mailing)
