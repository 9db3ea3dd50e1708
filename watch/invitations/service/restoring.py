"""Applies declined invitations after a restore from backup."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from watch.extensions import db
from watch.models import Group, Invitation, InvitationState


def decline_again(group_id: int, declined_index: bytes, at: datetime) -> bool:
    """Store that an address declined an invitation missing from the backup, so that it is not mailed again.

    Returns False if the group is gone or the refusal is known.
    """
    known = select(Invitation.id).where(
        Invitation.group_id == group_id,
        Invitation.declined_index == declined_index,
        Invitation.state == InvitationState.DECLINED,
    )
    if db.session.get(Group, group_id) is None or db.session.scalar(known) is not None:
        return False
    no = Invitation(
        group_id=group_id, declined_index=declined_index, state=InvitationState.DECLINED,
        created_at=at, expires_at=at, ended_at=at,
    )  # fmt: skip
    db.session.add(no)
    db.session.flush()
    return True
