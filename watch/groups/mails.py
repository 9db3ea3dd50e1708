"""Mails about the start of a group and about appointments of coordinators."""

from __future__ import annotations

from datetime import datetime

from watch import tokens
from watch.accounts.queries import follows
from watch.groups.queries.choices import has_opted_out
from watch.groups.queries.interested import current_interest
from watch.groups.queries.members import coordinates, takes_part
from watch.groups.queries.unreached import is_unreached
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import (
    Coordinator,
    Group,
    Interest,
    LeftOut,
    Membership,
    NoticeChoice,
    OutboxRow,
    Purpose,
)


def _coordinators_page(coordinator: Coordinator) -> str:
    return f"/groups/{coordinator.group_id}/coordinators"


def _unsubscribed_unless(membership: Membership, _now: datetime) -> Unless:
    """Leave it out if the member has left, or wants everything again."""
    if membership.left_at is not None or membership.notices is not NoticeChoice.EVERYTHING:
        return {LeftOut.OVER: membership.left_at is not None}
    return {LeftOut.OVER: ~has_opted_out(OutboxRow.person_id, membership.group.area_id)}


def _counts_again(interest: Interest) -> bool:
    again = current_interest(interest)
    return again is not None and again.confirmed_at is not None


UNSUBSCRIBED = Mail(
    "unsubscribed",
    about=Membership,
    sender=FromAddress.ACCOUNT,
    link=lambda _membership: "/u/",
    wanted_unless=_unsubscribed_unless,
    for_row=Purpose.UNSUBSCRIBE,
)
INTEREST_ENDED = Mail(
    "interest-ended",
    about=Interest,
    sender=FromAddress.ACCOUNT,
    link=lambda interest: f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest)}",
    wanted_unless=lambda interest, _now: {LeftOut.OVER: _counts_again(interest)},
)
GROUP_STARTED = Mail(
    "group-started",
    about=Interest,
    sender=FromAddress.ACCOUNT,
    link=lambda interest: f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest)}",
    wanted_unless=lambda interest, _now: {LeftOut.OVER: interest.ended_at is not None},
    to_many=True,
)
COORDINATOR_APPOINTED = Mail(
    "coordinator-appointed",
    about=Coordinator,
    sender=FromAddress.ACCOUNT,
    link=lambda coordinator: f"/appointment/{tokens.make(Purpose.APPOINTMENT, coordinator)}",
    wanted_unless=lambda coordinator, _now: {
        LeftOut.OVER: coordinator.ended_at is not None or coordinator.accepted_at is not None
    },
    proves_address=True,
)
COORDINATOR_ENDED = Mail(
    "coordinator-ended",
    about=Coordinator,
    sender=FromAddress.ACCOUNT,
    link=lambda _coordinator: "/contacts",
    wanted_unless=lambda coordinator, _now: {LeftOut.OVER: coordinator.ended_at is None},
)
# LEAD_ASKED is sent even if the appointment has ended since: the others must learn that it was made.
LEAD_ASKED = Mail(
    "lead-asked",
    about=Coordinator,
    sender=FromAddress.ACCOUNT,
    link=_coordinators_page,
    wanted_unless=lambda lead, _now: {
        LeftOut.READER: ~coordinates(OutboxRow.person_id, Group.id == lead.group_id)
    },
)
COORDINATOR_ACCEPTED = Mail(
    "coordinator-accepted",
    about=Coordinator,
    sender=FromAddress.ACCOUNT,
    link=_coordinators_page,
    wanted_unless=lambda coordinator, _now: {
        LeftOut.OVER: coordinator.ended_at is not None,
        LeftOut.READER: ~coordinates(OutboxRow.person_id, Group.id == coordinator.group_id),
    },
)
LEAD_ASKED_IN_AREA = Mail(
    "lead-asked-in-area",
    about=Coordinator,
    sender=FromAddress.ACCOUNT,
    link=_coordinators_page,
    wanted_unless=lambda lead, _now: {LeftOut.READER: ~follows(OutboxRow.person_id, lead.group.area_id)},
)
COORDINATOR_UNREACHED = Mail(
    "coordinator-unreached",
    about=Coordinator,
    sender=FromAddress.ACCOUNT,
    link=_coordinators_page,
    wanted_unless=lambda coordinator, _now: {
        LeftOut.OVER: not is_unreached(coordinator),
        LeftOut.READER: ~follows(OutboxRow.person_id, coordinator.group.area_id),
    },
)
RECORD_CORRECTED = Mail(
    "record-corrected",
    about=Membership,
    sender=FromAddress.ACCOUNT,
    link=lambda _membership: "/me/settings",
    wanted_unless=lambda membership, _now: {LeftOut.OVER: membership.left_at is not None},
)
FLATMATE_JOINED = Mail(
    "flatmate-joined",
    about=Membership,
    sender=FromAddress.ACCOUNT,
    link=lambda membership: f"/groups/{membership.group_id}/messages",
    wanted_unless=lambda membership, _now: {
        LeftOut.OVER: membership.left_at is not None or membership.household_id is None,
        LeftOut.READER: ~takes_part(OutboxRow.person_id, Membership.household_id == membership.household_id),
    },
)
MEMBERSHIP_LEFT = Mail(
    "membership-left",
    about=Membership,
    sender=FromAddress.ACCOUNT,
    link=lambda _membership: "/u/",
    wanted_unless=lambda membership, _now: {LeftOut.OVER: membership.left_at is None},
    for_row=Purpose.UNSUBSCRIBE,
)
MEMBERSHIP_ENDED = Mail(
    "membership-ended",
    about=Membership,
    sender=FromAddress.ACCOUNT,
    link=lambda membership: f"/groups/{membership.group_id}/messages",
    wanted_unless=lambda membership, _now: {LeftOut.OVER: membership.left_at is None},
)
