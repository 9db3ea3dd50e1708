"""Mails that their writers try out on themselves before they send them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from watch.crypto import Encrypted
from watch.models.base import Model, impersonal, personal, utcnow

AS_TRIAL = "a day after it was tried"


class TrialMail(Model):
    """A draft, composed as its readers would get it and mailed to its writer only.

    `content_index` makes the same draft, tried twice by the same person, one mail.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = personal(
        "A", "who tries a mail", AS_TRIAL, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    content_index: Mapped[bytes] = impersonal("keyed hash of the writer and the mail", unique=True)
    subject: Mapped[str] = personal(
        "C", "free text may name somebody", AS_TRIAL, Encrypted("trial_mail.subject")
    )
    text: Mapped[str] = personal("C", "free text may name somebody", AS_TRIAL, Encrypted("trial_mail.text"))
    html: Mapped[str] = personal("C", "free text may name somebody", AS_TRIAL, Encrypted("trial_mail.html"))
    tried_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
