"""The mail that tells members of a building's own group."""

from __future__ import annotations

from datetime import datetime

from watch.groups.queries.members import takes_part
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import Group, GroupState, GroupTransition, LeftOut, OutboxRow


def _split_unless(step: GroupTransition, _now: datetime) -> Unless:
    return {
        LeftOut.OVER: step.group.state is GroupState.CLOSED,
        LeftOut.READER: ~takes_part(OutboxRow.person_id, Group.id == step.group_id),
    }


GROUP_SPLIT = Mail(
    "group-split",
    about=GroupTransition,
    sender=FromAddress.ACCOUNT,
    link=lambda step: f"/groups/{step.group_id}",
    wanted_unless=_split_unless,
    to_many=True,
)
