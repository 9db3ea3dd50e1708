"""Who of the invited is reminded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from watch.fields import (
    AddressField,
    Form,
    SendingForm,
    TicksField,
    choice,
)
from watch.invitations.queries.invited import SentInvitation
from watch.models import Invitation


class RemindForm(SendingForm):
    """Boxes for those who have not answered; whoever was written to some days ago is ticked at first."""

    who = TicksField(
        _l("Grannar som inte har svarat"),
        coerce=int,
        validate_choice=False,
        validators=[DataRequired(_l("Kryssa för minst en granne."))],
    )

    def offer(self, waiting: Sequence[SentInvitation], before: datetime, choose: str = "") -> None:
        """These, in this order; ticked are those last written to before then, or `choose`: all, none."""
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
        """Those who are ticked and still wait."""
        return [sent.invitation for sent in self.waiting if sent.invitation.id in (self.who.data or ())]


class CorrectAddressForm(Form):
    """The address that was meant."""

    address = AddressField(_l("Rätt e-postadress"))
