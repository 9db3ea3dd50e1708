"""Stops what waits to be sent or handed out when a group is closed, and lets it wait again if it is opened.

What the closing stopped was settled at the group's `closed_at`, exactly, as those who left with it have left.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select, true

from watch.handouts.mails import PAPER_TO_HAND_OUT
from watch.handouts.queries import still_matters
from watch.mail import outbox
from watch.meetings.queries.invited import ASKED
from watch.models import (
    AddressVerification,
    Building,
    ContactMessage,
    Coordinator,
    Flat,
    Group,
    Household,
    Invitation,
    LeftOut,
    Mailing,
    Meeting,
    Membership,
    Notice,
    OutboxRow,
    Stairwell,
    utcnow,
)


def stop_mail(group: Group, at: datetime) -> None:
    """Stop what waits to be sent or handed out, other than the words that meetings are cancelled."""
    outbox.stop(true(), mailings=_mailings_of(group), why=LeftOut.OVER, at=at)
    homes = (
        select(Household.id)
        .join(Flat, Flat.id == Household.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(Building.group_id == group.id)
    )
    papers = OutboxRow.household_id.in_(homes)
    outbox.stop(papers, mailings=select(Mailing.id), why=LeftOut.OVER, at=at)


def bring_mail_back(group: Group, closed_at: datetime) -> None:
    """Let wait again what the closing stopped and still stands, once its people are back.

    So do mails of notices, of papers to hand out and of questions about gatherings that a claim has left out
    meanwhile because their readers were not in the group. The next claim asks again who wants them.
    """
    homes = select(Membership.household_id).where(
        Membership.group_id == group.id, Membership.is_current, Membership.household_id.is_not(None)
    )
    is_mail = and_(OutboxRow.household_id.is_(None), OutboxRow.mailing_id.in_(_mailings_of(group)))
    stopped = OutboxRow.settled_at == closed_at, OutboxRow.left_out == LeftOut.OVER
    its_own = or_(is_mail, OutboxRow.household_id.in_(homes))
    outbox.wait_again(and_(*stopped, its_own), mailings=_standing(_is_neither_notice_nor_meeting()))
    _bring_back_what_claims_left_out(group, closed_at)


def _bring_back_what_claims_left_out(group: Group, closed_at: datetime) -> None:
    since = OutboxRow.settled_at >= closed_at
    gone = and_(since, OutboxRow.left_out == LeftOut.READER, OutboxRow.person_id.in_(_people(group)))
    outbox.wait_again(gone, mailings=_standing().where(Mailing.notice_id.is_not(None)))
    theirs = Coordinator.group_id == group.id, Coordinator.is_current
    coordinated = OutboxRow.person_id.in_(select(Coordinator.person_id).where(*theirs))
    of_papers = Mailing.coordinator_id.in_(select(Coordinator.id).where(*theirs))
    to_do = or_(Mailing.kind == ASKED, and_(Mailing.kind == PAPER_TO_HAND_OUT.kind, of_papers))
    reasons = OutboxRow.left_out.in_([LeftOut.OVER, LeftOut.READER])
    outbox.wait_again(and_(since, reasons, coordinated), mailings=select(Mailing.id).where(to_do))


def _mailings_of(group: Group) -> Select[int]:
    of_group = [
        Mailing.notice_id.in_(select(Notice.id).where(Notice.group_id == group.id)),
        Mailing.invitation_id.in_(select(Invitation.id).where(Invitation.group_id == group.id)),
        Mailing.contact_message_id.in_(select(ContactMessage.id).where(ContactMessage.group_id == group.id)),
        Mailing.address_verification_id.in_(_verifications(group)),
    ]
    return select(Mailing.id).where(or_(*of_group))


def _verifications(group: Group) -> Select[int]:
    member = select(AddressVerification.id).join(
        Membership, Membership.id == AddressVerification.membership_id
    )
    return member.where(Membership.group_id == group.id)


def _people(group: Group) -> Select[int]:
    """Return a select of the ids of the group's members; each of its coordinators is one."""
    return select(Membership.person_id).where(Membership.group_id == group.id, Membership.is_current)


def _standing(*others: ColumnElement[bool]) -> Select[int]:
    """Return a select of the ids of the mailings that still matter, or that one of these conditions names."""
    found = select(Mailing.id).outerjoin(Notice, Notice.id == Mailing.notice_id)
    found = found.outerjoin(Meeting, Meeting.id == Mailing.meeting_id)
    return found.where(or_(still_matters(utcnow()), *others))


def _is_neither_notice_nor_meeting() -> ColumnElement[bool]:
    """Return the condition on Mailing that it is about neither a notice nor a meeting."""
    return and_(Mailing.notice_id.is_(None), Mailing.meeting_id.is_(None))
