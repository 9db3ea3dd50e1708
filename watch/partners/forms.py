"""The forms of partners: how a finding goes, and their own entry among the contacts."""

from __future__ import annotations

from watch.contacts.forms import CorrectContactForm
from watch.findings.forms import ReportByLinkForm


class ReportForm(ReportByLinkForm):
    """Asks the same as the mailed page."""


class EntryForm(CorrectContactForm):
    """Asks whom to ask for and how to reach them. The address, and for whom it is, are the officers'."""
