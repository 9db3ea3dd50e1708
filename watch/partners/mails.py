"""The mail that tells a contact person of their own page."""

from __future__ import annotations

from watch.mail.kinds import FromAddress, Mail
from watch.models import LeftOut, Partner
from watch.partners.queries import given_with

PARTNER_ASSIGNED = Mail(
    "partner-assigned",
    about=Partner,
    sender=FromAddress.ACCOUNT,
    link=lambda _partner: "/partners",
    wanted_unless=lambda partner, _now: {LeftOut.READER: not given_with(partner)},
)
