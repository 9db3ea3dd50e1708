"""The mail that tells an officer on Mondays what needs them."""

from __future__ import annotations

from datetime import datetime

from watch.followup.queries.needs import what_needs_somebody
from watch.followup.queries.officers import TOLD, areas_followed_by
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import LeftOut, Officer


def _unless(officer: Officer, now: datetime) -> Unless:
    areas = areas_followed_by(officer.person_id)
    return {LeftOut.READER: not officer.is_current, LeftOut.OVER: not what_needs_somebody(areas, now)}


OFFICERS_WEEK = Mail(
    TOLD,
    about=Officer,
    sender=FromAddress.ACCOUNT,
    link=lambda _officer: "/overview",
    wanted_unless=_unless,
    to_many=True,
)
