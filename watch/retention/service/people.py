"""Erases members, applicants and invitations that are over, and at last the person and the address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, func, or_, select, true, update

from watch.extensions import db
from watch.groups.queries.interested import still_comes
from watch.mail import outbox
from watch.models import (
    AddressChange,
    AddressVerification,
    AreaOptOut,
    ContactMessage,
    ContactPerson,
    ContactQuestion,
    Coordinator,
    Finding,
    FindingFollower,
    FindingLink,
    Group,
    Household,
    HouseholdStatus,
    Interest,
    Invitation,
    InvitationState,
    JoinRequest,
    Letter,
    Mailbox,
    Meeting,
    Membership,
    Officer,
    OutboxRow,
    Partner,
    Person,
    RequestState,
    SignInLink,
    StoppedWriter,
    TrialMail,
    Visit,
)
from watch.retention.service.batches import take_out

MONTH = timedelta(days=30)  # after leaving or an answer; also how long a request waits for an answer
AFTER_INVITATION = timedelta(days=14)
WHAT_SOMEBODY_IS = (Membership, Coordinator, Officer, Partner, JoinRequest, AddressVerification, Interest)


def memberships(now: datetime) -> int:
    """Delete memberships that ended a month ago."""
    return take_out(Membership, Membership.left_at < now - MONTH)


def coordinators(now: datetime) -> int:
    """Delete appointments that ended a month ago, or that nobody accepted in time."""
    unanswered = and_(Coordinator.accepted_at.is_(None), Coordinator.appointed_at < now - 2 * MONTH)
    return take_out(Coordinator, or_(Coordinator.ended_at < now - MONTH, unanswered))


def area_opt_outs(_now: datetime) -> int:
    """Delete opt-outs of people who have no membership or appointment left in the area."""
    member, coordinator = (
        exists().where(
            relation.person_id == AreaOptOut.person_id,
            relation.group_id == Group.id,
            Group.area_id == AreaOptOut.area_id,
        )
        for relation in (Membership, Coordinator)
    )
    return take_out(AreaOptOut, and_(~member, ~coordinator))


def stopped_writers(_now: datetime) -> int:
    """Delete stopped writers of a group in which they have no membership or appointment left."""
    member, coordinator = (
        exists().where(
            relation.person_id == StoppedWriter.person_id, relation.group_id == StoppedWriter.group_id
        )
        for relation in (Membership, Coordinator)
    )
    return take_out(StoppedWriter, and_(~member, ~coordinator))


def finding_followers(_now: datetime) -> int:
    """Delete wishes to hear of a finding, of people who may not see it any more."""
    here = or_(Group.id == Finding.group_id, Group.area_id == Finding.area_id)
    member, coordinator = (
        exists().where(
            relation.person_id == FindingFollower.person_id, relation.group_id == Group.id, here,
            Finding.id == FindingFollower.finding_id,
        )
        for relation in (Membership, Coordinator)
    )  # fmt: skip
    officer = exists().where(
        Officer.person_id == FindingFollower.person_id, Finding.id == FindingFollower.finding_id,
        or_(Officer.area_id == Finding.area_id, Finding.group_id.is_not(None)),
    )  # fmt: skip
    return take_out(FindingFollower, and_(~member, ~coordinator, ~officer))


def finding_links(now: datetime) -> int:
    """Delete links of contact persons that ended or expired a month ago."""
    return take_out(
        FindingLink, or_(FindingLink.ended_at < now - MONTH, FindingLink.expires_at < now - MONTH)
    )


def contact_persons(now: datetime) -> int:
    """Delete contact persons that were taken away a month ago."""
    return take_out(ContactPerson, ContactPerson.removed_at < now - MONTH)


def contact_questions(now: datetime) -> int:
    """Delete questions to contact persons whose links expired a month ago."""
    return take_out(ContactQuestion, ContactQuestion.expires_at < now - MONTH)


def officers(_now: datetime) -> int:
    """Delete offices that have ended."""
    return take_out(Officer, Officer.ended_at.is_not(None))


def partners(_now: datetime) -> int:
    """Delete partners whose page has ended."""
    return take_out(Partner, Partner.ended_at.is_not(None))


def invitations(now: datetime) -> int:
    """Delete invitations that expired two weeks ago; of a declined one the address's hash stays."""
    over = Invitation.expires_at < now - AFTER_INVITATION
    said_no = Invitation.state == InvitationState.DECLINED
    its_index = select(Mailbox.address_index).where(Mailbox.id == Invitation.mailbox_id).scalar_subquery()
    columns = Invitation.mailbox_id, Invitation.flat_id, Invitation.by_id
    # it is set already if the address asked never to be invited again
    index = func.coalesce(its_index, Invitation.declined_index)
    forgetting = (
        update(Invitation)
        .where(over, said_no, or_(*(column.is_not(None) for column in columns)))
        .values(declined_index=index, mailbox_id=None, flat_id=None, name=None, by_id=None)
    )
    db.session.execute(forgetting.execution_options(synchronize_session=False))

    def forget_flats(ids: Sequence[int]) -> None:
        ours, theirs = Invitation.id.in_(ids), Invitation.flat_id.is_not(None)
        flats = select(Invitation.flat_id).where(ours, theirs)
        others = select(Invitation.flat_id).where(~ours, theirs)
        _forget(flats, others.union(_with_letter(true())), HouseholdStatus.INVITED, now)

    return take_out(Invitation, and_(over, ~said_no), forget_flats)


def letters(now: datetime) -> int:
    """Delete paper letters that expired two weeks ago."""

    def forget_flats(ids: Sequence[int]) -> None:
        ours = Letter.id.in_(ids)
        mailed = select(Invitation.flat_id).where(Invitation.flat_id.is_not(None))
        _forget(_with_letter(ours), _with_letter(~ours).union(mailed), HouseholdStatus.INVITED, now)

    return take_out(Letter, Letter.expires_at < now - AFTER_INVITATION, forget_flats)


def _with_letter(which: ColumnElement[bool]) -> Select[int]:
    """Return a select of the ids of the flats into whose letterbox one of these letters was put."""
    return select(Letter.flat_id).where(which, Letter.delivered_at.is_not(None))


def visits(now: datetime) -> int:
    """Delete visits that are a month old."""
    return take_out(Visit, Visit.at < now - MONTH)


def messages(now: datetime) -> int:
    """Delete messages to coordinators and their answers a month after they were sent, with their mails."""
    return take_out(ContactMessage, ContactMessage.sent_at < now - MONTH)


def trial_mails(now: datetime) -> int:
    """Delete mails that their writers tried out a day ago."""
    return take_out(TrialMail, TrialMail.tried_at < now - timedelta(days=1))


def join_requests(now: datetime) -> int:
    """Delete requests answered a month ago, and month-old ones, unconfirmed or waiting for a visit."""
    waits, has_flat = JoinRequest.state == RequestState.WAITING, JoinRequest.flat_id.is_not(None)
    unheard = or_(JoinRequest.state == RequestState.UNCONFIRMED, and_(waits, JoinRequest.wants_visit))
    over = or_(JoinRequest.decided_at < now - MONTH, and_(unheard, JoinRequest.created_at < now - MONTH))

    def forget_flats(ids: Sequence[int]) -> None:
        ours = JoinRequest.id.in_(ids)
        flats = select(JoinRequest.flat_id).where(ours, waits, has_flat)
        others = select(JoinRequest.flat_id).where(~ours, waits, has_flat)
        _forget(flats, others, HouseholdStatus.WANTS_TO_JOIN, now)

    return take_out(JoinRequest, over, forget_flats)


def _forget(
    flats: Select[Any], others: Select[Any] | CompoundSelect[Any], status: HouseholdStatus, now: datetime
) -> None:
    """Reset flats to 'not contacted' if no other row gives them this status."""
    standing = update(Household).where(
        Household.flat_id.in_(flats),
        Household.flat_id.not_in(others),
        Household.status == status,
        Household.is_current,
    )
    forgotten = standing.values(status=HouseholdStatus.NOT_CONTACTED, status_at=now)
    db.session.execute(forgotten.execution_options(synchronize_session=False))


def address_verifications(now: datetime) -> int:
    """Delete verifications that are a month old. Their links last two weeks."""
    return take_out(AddressVerification, AddressVerification.created_at < now - MONTH)


def address_changes(now: datetime) -> int:
    """Delete changes of address that were asked for a month ago; they could be undone for a week."""
    return take_out(AddressChange, AddressChange.created_at < now - MONTH)


def interests(now: datetime) -> int:
    """Delete interest that ended a month ago, and interest not confirmed within a month.

    Whoever comes to a start meeting is told until it is over that it was changed or cancelled.
    """
    unconfirmed = and_(Interest.confirmed_at.is_(None), Interest.created_at < now - MONTH)
    ended = and_(Interest.ended_at < now - MONTH, ~still_comes(Meeting.ends_at > now))
    return take_out(Interest, or_(ended, unconfirmed))


def households(now: datetime) -> int:
    """Delete empty households that moved out, or were reset to 'not contacted', a month ago."""
    forgotten = and_(
        Household.status == HouseholdStatus.NOT_CONTACTED,
        Household.is_current,
        Household.status_at < now - MONTH,
    )
    is_empty = ~exists().where(Membership.household_id == Household.id)
    over = and_(or_(Household.ended_at < now - MONTH, forgotten), is_empty)
    return take_out(Household, over, lambda keys: outbox.erase(OutboxRow.household_id.in_(keys)))


def persons(now: datetime) -> int:
    """Delete people who are no member, coordinator, officer, partner, applicant or interested any more.

    People with a mail that a worker has claimed wait for the next night, when it is sent.
    """
    is_nobody = and_(*(~exists().where(each.person_id == Person.id) for each in WHAT_SOMEBODY_IS))
    is_held = exists().where(OutboxRow.person_id == Person.id, OutboxRow.lease_until.is_not(None))
    over = and_(Person.created_at < now - MONTH, is_nobody, ~is_held)
    return take_out(Person, over, lambda keys: outbox.erase(OutboxRow.person_id.in_(keys)))


def mailboxes(_now: datetime) -> int:
    """Delete mailboxes that no person, invitation, sign-in link or change of address refers to."""
    return take_out(
        Mailbox,
        and_(
            ~exists().where(Person.mailbox_id == Mailbox.id),
            ~exists().where(Invitation.mailbox_id == Mailbox.id),
            ~exists().where(SignInLink.mailbox_id == Mailbox.id),
            ~exists().where(AddressChange.mailbox_id == Mailbox.id),
            ~exists().where(FindingLink.mailbox_id == Mailbox.id),
            ~exists().where(ContactQuestion.mailbox_id == Mailbox.id),
            ~exists().where(AddressChange.old_mailbox_id == Mailbox.id),
        ),
    )
