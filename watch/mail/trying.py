"""Mails a draft to its writer only, as its readers would get it, marked as a trial."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from watch import language
from watch.crypto import keyring
from watch.extensions import db
from watch.mail import compose, outbox
from watch.mail.kinds import FromAddress, Mail
from watch.models import Person, TrialMail, utcnow
from watch.models.mail import Parent
from watch.trials import AlreadyTried, TooManyTrials

MOST_IN_AN_HOUR = 10  # by one person
HOUR = timedelta(hours=1)

TRIAL = Mail(
    "trial",
    about=TrialMail,
    sender=FromAddress.ACCOUNT,
    link=None,
    wanted_unless=lambda _trial, _now: {},  # the writer has asked for it
)


def try_out(mail: Mail[Any], draft: Parent, *, by: Person, link: str) -> None:
    """Mail a draft, a row that is not stored, to its writer. Nobody else is told, and nothing is counted.

    `link`, a path on this site, is where its button leads. Raises AlreadyTried and TooManyTrials.
    """
    texts = compose.trial_of(mail, draft, to=by, link=link)
    with language.speaking(by.language):
        texts["subject"] = _("Prov: %(subject)s", subject=texts["subject"])
    content = "\0".join((str(by.id), texts["subject"], texts["text"]))
    trial = TrialMail(person_id=by.id, content_index=keyring().blind_index("trial", content), **texts)
    same = select(TrialMail).where(TrialMail.content_index == trial.content_index)
    if before := db.session.scalar(same):
        raise AlreadyTried(before)
    lately = select(func.count(TrialMail.id)).where(
        TrialMail.person_id == by.id, TrialMail.tried_at > utcnow() - HOUR
    )
    if (db.session.scalar(lately) or 0) >= MOST_IN_AN_HOUR:
        raise TooManyTrials
    try:
        with db.session.begin_nested():
            db.session.add(trial)
    except IntegrityError:
        raise AlreadyTried(db.session.scalars(same).one()) from None
    outbox.queue(TRIAL, to=by, about=trial, not_after=utcnow() + HOUR)
