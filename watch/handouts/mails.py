"""The mail that tells a coordinator that there are papers to hand out."""

from __future__ import annotations

from datetime import datetime

from watch.handouts.queries import open_handouts, scopes_of
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import Coordinator, LeftOut


def _unless(coordinator: Coordinator, now: datetime) -> Unless:
    is_over = not coordinator.is_current or not open_handouts(scopes_of(coordinator), now)
    return {LeftOut.OVER: is_over}


# It lists everything that is open when it is sent. So one that waits is enough, however much comes meanwhile.
PAPER_TO_HAND_OUT = Mail(
    "paper-to-hand-out",
    about=Coordinator,
    sender=FromAddress.ACCOUNT,
    link=lambda coordinator: f"/groups/{coordinator.group_id}/house",
    wanted_unless=_unless,
    to_many=True,
)
