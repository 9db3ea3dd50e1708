"""The forms of partners: how a finding goes, and their organisation's entry among the contacts."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from watch.contacts.forms import CorrectContactForm
from watch.findings.forms import ReportByLinkForm
from watch.models import ContactPerson


class ReportForm(ReportByLinkForm):
    """Asks the same as the mailed page."""


class EntryForm(CorrectContactForm):
    """Asks whom to ask for and how to reach them. The address, and for whom it is, are the officers'."""

    def __init__(self, card: list[ContactPerson]) -> None:
        super().__init__(card)
        self.has_address = bool(card[0].email)

    def validate(self, extra_validators: Any = None) -> bool:
        """Demand a phone number where there is no address: a contact must be reachable."""
        is_good: bool = super().validate(extra_validators)
        if is_good and not self.phone.data and not self.has_address:
            self.phone.errors = (_l("Skriv en telefon, så att kontakten går att nå."),)
            return False
        return is_good
