"""The other groups of a member, whose mails a choice for one group leaves as they are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from watch.extensions import db
from watch.groups.queries.choices import WANTS_MEETINGS, WANTS_NOTICES
from watch.models import GROUPS_IN_ORDER, Group, Membership


def other_groups(membership: Membership) -> Sequence[Group]:
    """Return the other groups that the member takes part in and gets mails of."""
    theirs = (
        Membership.person_id == membership.person_id,
        Membership.group_id != membership.group_id,
        Membership.is_current,
        or_(WANTS_NOTICES, WANTS_MEETINGS),
    )
    groups = select(Group).join(Membership, Membership.group_id == Group.id).where(*theirs)
    return db.session.scalars(groups.order_by(GROUPS_IN_ORDER)).all()
