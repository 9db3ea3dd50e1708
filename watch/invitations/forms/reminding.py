"""Forms for reminding invited neighbours and for correcting an address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from watch.fields import (
    AddressField,
    Form,
    TicksField,
    choice,
)
from watch.invitations.queries.invited import SentInvitation
from watch.models import Invitation
from watch.sending import SendingForm


class RemindForm(SendingForm):
    """Choose whom to remind. Those last mailed some days ago are selected at first."""

    who = TicksField(
        _l("Grannar som inte har svarat"),
        coerce=int,
        validate_choice=False,
        validators=[DataRequired(_l("Kryssa för minst en granne."))],
    )

    def offer(self, waiting: Sequence[SentInvitation], before: datetime, choose: str = "") -> None:
        """Offer these invitations.

        Selected are those last mailed before `before`, or all or none (`choose`).
        """
        self.waiting = waiting
        self.who.choices = [choice(str(sent.invitation.id), "") for sent in waiting]
        if not self.is_submitted():
            self.who.data = [
                sent.invitation.id
                for sent in waiting
                if choose == "all" or (choose != "none" and sent.written_at and sent.written_at <= before)
            ]

    @property
    def chosen(self) -> list[Invitation]:
        """The selected invitations that still wait for an answer."""
        return [sent.invitation for sent in self.waiting if sent.invitation.id in (self.who.data or ())]


class CorrectAddressForm(Form):
    address = AddressField(_l("Rätt e-postadress"))
