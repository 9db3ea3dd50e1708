"""Subjects of the mails that somebody has got, for their own data."""

from __future__ import annotations

from flask import current_app

from watch.mail.kinds import KINDS
from watch.models import Mailing


def subject_of(mailing: Mailing) -> str:
    """Return the subject that a mail would have now, in the reader's language.

    Of a kind that the program does not have any more it is the kind's name.
    """
    if mailing.kind not in KINDS:
        return mailing.kind
    template = current_app.jinja_env.get_template(f"email/{mailing.kind}/subject.txt")
    return template.render(about=mailing.about).strip()
