"""The mails that tell members that their building's group is split or merged.

Coordinators are told which buildings their group has.
"""

from __future__ import annotations

from datetime import datetime

from watch.groups.queries.members import coordinates, takes_part
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import Coordinator, Group, GroupState, GroupTransition, LeftOut, OutboxRow


def _split_unless(step: GroupTransition, _now: datetime) -> Unless:
    return {
        LeftOut.OVER: step.group.state is GroupState.CLOSED,
        LeftOut.READER: ~takes_part(OutboxRow.person_id, Group.id == step.group_id),
    }


def _merged_unless(step: GroupTransition, _now: datetime) -> Unless:
    here = Group.id == step.group_id
    reads = takes_part(OutboxRow.person_id, here) | coordinates(OutboxRow.person_id, here)
    return {LeftOut.OVER: step.group.state is GroupState.CLOSED, LeftOut.READER: ~reads}


GROUP_SPLIT = Mail(
    "group-split",
    about=GroupTransition,
    sender=FromAddress.ACCOUNT,
    link=lambda step: f"/groups/{step.group_id}",
    wanted_unless=_split_unless,
    to_many=True,
)
GROUP_MERGED = Mail(
    "group-merged",
    about=GroupTransition,
    sender=FromAddress.ACCOUNT,
    link=lambda step: f"/groups/{step.group_id}",
    wanted_unless=_merged_unless,
    to_many=True,
)
GROUP_BUILDINGS = Mail(
    "group-buildings",
    about=Coordinator,
    sender=FromAddress.ACCOUNT,
    link=lambda coordinator: f"/groups/{coordinator.group_id}",
    wanted_unless=lambda coordinator, _now: {
        LeftOut.OVER: coordinator.group.state is GroupState.CLOSED,
        LeftOut.READER: ~coordinates(OutboxRow.person_id, Group.id == coordinator.group_id),
    },
)
