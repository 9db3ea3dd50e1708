"""Joins two records of one person in a group into one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, or_, select, update

from watch import audit
from watch.extensions import db
from watch.groups.errors import DifferentAddresses, HasRole
from watch.groups.service.members import depart
from watch.groups.service.requests import join_requests
from watch.mail import outbox
from watch.models import (
    AddressVerification,
    AreaOptOut,
    CalendarFeed,
    ContactMessage,
    Coordinator,
    Group,
    Household,
    HouseholdStatus,
    Interest,
    JoinRequest,
    Mailing,
    MeetingAnswer,
    MeetingPart,
    MeetingPress,
    Membership,
    NoticeChoice,
    Officer,
    OutboxRow,
    Partner,
    Person,
    RequestState,
    SignIn,
    StoppedWriter,
    utcnow,
)
from watch.relations import relations_of

MOST_WANTED_FIRST = (NoticeChoice.EVERYTHING, NoticeChoice.MEETINGS, NoticeChoice.NOTHING)


def demand_one_address(kept: Person, lost: Person) -> None:
    """Raise DifferentAddresses if both have an address and not the same: only the person can say which."""
    if None not in {kept.mailbox_id, lost.mailbox_id} and kept.mailbox_id != lost.mailbox_id:
        raise DifferentAddresses


def absorb(kept: Membership, lost: Membership, *, by: Person | None) -> None:
    """End one membership of a person and keep the other, with the answers, consent and roles of both.

    The person of the one that is kept stays as they are, and has a phone, a flat and a wish for fewer mails
    of the other. Of two answers to a meeting the later counts, of two consents the one to the newer text, or
    else the older. Only what belongs to this group is joined, and requests to join others; the other person's
    record goes with it unless it is used elsewhere. Raises HasRole if a role would come to another address.
    """
    theirs, other = kept.person, lost.person
    if theirs is not other:
        _demand_no_role_moves(theirs, other)
        join_answers(kept.group_id, theirs, other)
        _join_messages(kept.group_id, theirs, other)
        _join_interests(kept.group, theirs, other)
        join_requests(theirs, other, by=by)
        _join_appointments(kept, lost)
        _join_opt_outs(theirs, other)
        _join_stopped_writers(theirs, other)
        _join_calendars(theirs, other)
        _join_word_of_meetings(kept, lost)
        theirs.phone = theirs.phone or other.phone
    kept.notices = max(kept.notices, lost.notices, key=MOST_WANTED_FIRST.index)
    _join_consents(kept, lost)
    if kept.household is None and lost.household is not None:
        kept.household, kept.stairwell = lost.household, lost.household.flat.stairwell
    elif kept.stairwell is None:
        kept.stairwell = lost.stairwell
    end_verifications(lost)
    db.session.flush()
    homes = {each.household.flat_id: each.household.flat for each in (kept, lost) if each.household}
    forget_home(depart(lost, by=by), by=by, membership=kept)
    if theirs is not other:
        let_go(other)
    audit.note("member-joined-to-another", about=lost, by=by, group=kept.group)
    audit.note("member-merged", about=kept, by=by, group=kept.group)
    for flat in homes.values():
        audit.note("household-merged", about=flat, by=by, group=kept.group)


def _demand_no_role_moves(kept: Person, lost: Person) -> None:
    if kept.mailbox_id != lost.mailbox_id and relations_of(lost).has_role:
        raise HasRole


def forget_home(emptied: Household | None, *, by: Person | None, membership: Membership) -> None:
    """Record that nobody of the group lives in a household any more; its answers go along with the member."""
    if emptied is not None:
        emptied.become(HouseholdStatus.NOT_CONTACTED)
        if membership.household_id not in {None, emptied.id}:
            left, home = (
                db.session.scalars(select(MeetingAnswer).where(MeetingAnswer.household_id == each)).all()
                for each in (emptied.id, membership.household_id)
            )
            _move_answers(left, home, household_id=membership.household_id)
        audit.note("household-not-contacted", about=emptied.flat, by=by, group=membership.group)


def join_answers(group_id: int, kept: Person, lost: Person) -> None:
    """Move the answers to a group's meetings to another record; of two to one meeting the later counts."""
    here = select(MeetingPart.meeting_id).where(MeetingPart.group_id == group_id)
    given = select(MeetingAnswer).where(MeetingAnswer.meeting_id.in_(here))
    _move_answers(
        db.session.scalars(given.where(MeetingAnswer.person_id == lost.id)).all(),
        db.session.scalars(given.where(MeetingAnswer.person_id == kept.id)).all(),
        person_id=kept.id,
    )
    ticked = update(MeetingPress).where(MeetingPress.person_id == lost.id, MeetingPress.meeting_id.in_(here))
    db.session.execute(ticked.values(person_id=kept.id))
    for_home = MeetingAnswer.by_id == lost.id, MeetingAnswer.meeting_id.in_(here)
    db.session.execute(update(MeetingAnswer).where(*for_home).values(by_id=kept.id))


def _move_answers(lost: Sequence[MeetingAnswer], kept: Sequence[MeetingAnswer], **to: int) -> None:
    """Give answers to another person or household; of two to one meeting the later counts."""
    mine = {each.meeting_id: each for each in kept}
    for answer in lost:
        known = mine.get(answer.meeting_id)
        if known is not None and known.answered_at >= answer.answered_at:
            db.session.delete(answer)
            continue
        if known is not None:
            db.session.delete(known)
            db.session.flush()
        for column, number in to.items():
            setattr(answer, column, number)


def _join_messages(group_id: int, kept: Person, lost: Person) -> None:
    """Move what somebody wrote in a group, and the mails to answer there, to another record."""
    here = ContactMessage.group_id == group_id
    written = update(ContactMessage).where(here, ContactMessage.sender_id == lost.id)
    db.session.execute(written.values(sender_id=kept.id))
    about = (
        select(Mailing.id).join(ContactMessage, ContactMessage.id == Mailing.contact_message_id).where(here)
    )
    _move_mails(about, kept, lost)


def _move_mails(mailings: Select[int], kept: Person, lost: Person) -> None:
    """Move the mails of these mailings (a select of ids) to another record, unless it has its own."""
    has_own = select(OutboxRow.mailing_id).where(OutboxRow.person_id == kept.id)
    received = update(OutboxRow).where(OutboxRow.person_id == lost.id, OutboxRow.mailing_id.in_(mailings))
    received = received.where(OutboxRow.mailing_id.not_in(has_own)).values(person_id=kept.id)
    db.session.execute(received.execution_options(synchronize_session=False))


def _join_interests(group: Group, kept: Person, lost: Person) -> None:
    """Move the interest in the group's buildings to another record; of two in one building one stays."""
    here = (
        Interest.building_id.in_([building.id for building in group.buildings]),
        Interest.ended_at.is_(None),
    )
    given = select(Interest).where(*here)
    mine = {each.building_id for each in db.session.scalars(given.where(Interest.person_id == kept.id))}
    for interest in db.session.scalars(given.where(Interest.person_id == lost.id)).all():
        if interest.building_id in mine:
            interest.ended_at = utcnow()
        else:
            interest.person = kept


def _join_appointments(kept: Membership, lost: Membership) -> None:
    open_here = Coordinator.group_id == kept.group_id, Coordinator.ended_at.is_(None)
    given = select(Coordinator).where(*open_here)
    mine = db.session.scalar(given.where(Coordinator.person_id == kept.person_id))
    other = db.session.scalar(given.where(Coordinator.person_id == lost.person_id))
    if other is None:
        return
    if mine is None:
        other.person = kept.person
        return
    join_two_appointments(mine, other)


def join_two_appointments(kept: Coordinator, ended: Coordinator) -> None:
    """End one of two appointments of a person and keep the other, for the stairwells of both.

    If only one is accepted, it alone says for which stairwells, and whether as a lead: nobody leads a group
    who has not said yes to it.
    """
    counting = [each for each in (kept, ended) if each.accepted_at] or [kept, ended]
    is_whole = not all(each.stairwells for each in counting)
    ports = {port for each in counting for port in each.stairwells}
    kept.stairwells = [] if is_whole else sorted(ports, key=lambda port: port.id)
    kept.is_lead = any(each.is_lead for each in counting)
    if kept.accepted_at is None:
        kept.accepted_at, kept.duty_version = ended.accepted_at, ended.duty_version
    kept.trained_on = kept.trained_on or ended.trained_on
    kept.confirmed_on = kept.confirmed_on or ended.confirmed_on
    ended.ended_at = utcnow()
    outbox.cancel(ended)


def _join_opt_outs(kept: Person, lost: Person) -> None:
    mine = set(db.session.scalars(select(AreaOptOut.area_id).where(AreaOptOut.person_id == kept.id)))
    theirs = select(AreaOptOut).where(AreaOptOut.person_id == lost.id)
    for out in db.session.scalars(theirs).all():
        if out.area_id not in mine:
            db.session.add(AreaOptOut(person_id=kept.id, area_id=out.area_id))


def _join_calendars(kept: Person, lost: Person) -> None:
    """Let the calendar of one record show the other's meetings, unless that has an address of its own."""
    has_own = select(CalendarFeed.id).where(CalendarFeed.person_id == kept.id)
    theirs = select(CalendarFeed).where(CalendarFeed.person_id == lost.id)
    if db.session.scalar(has_own) is None and (feed := db.session.scalar(theirs)):
        feed.person = kept


def _join_word_of_meetings(kept: Membership, lost: Membership) -> None:
    """Move the mails about the group's meetings, so that nobody is called again whom one record was told."""
    here = select(MeetingPart.meeting_id).where(MeetingPart.group_id == kept.group_id)
    welcome = update(Mailing).where(Mailing.membership_id == lost.id, Mailing.next_meeting_id.in_(here))
    db.session.execute(welcome.values(membership_id=kept.id))
    tells = or_(Mailing.meeting_id.in_(here), Mailing.next_meeting_id.in_(here))
    _move_mails(select(Mailing.id).where(tells), kept.person, lost.person)


def _join_stopped_writers(kept: Person, lost: Person) -> None:
    mine = set(db.session.scalars(select(StoppedWriter.group_id).where(StoppedWriter.person_id == kept.id)))
    for stopped in db.session.scalars(select(StoppedWriter).where(StoppedWriter.person_id == lost.id)).all():
        if stopped.group_id not in mine:
            db.session.add(StoppedWriter(person_id=kept.id, group_id=stopped.group_id))


def _join_consents(kept: Membership, lost: Membership) -> None:
    newer_text = lost.consent_version > kept.consent_version
    same_text = lost.consent_version == kept.consent_version
    if newer_text or (same_text and lost.consent_at < kept.consent_at):
        kept.consent_version, kept.consent_channel = lost.consent_version, lost.consent_channel
        kept.consent_at, kept.joined_at = lost.consent_at, max(lost.consent_at, lost.joined_at)


def end_verifications(membership: Membership) -> None:
    """End the open questions whether an address that was recorded for a member is right."""
    asked = AddressVerification.membership_id == membership.id, AddressVerification.ended_at.is_(None)
    for verification in db.session.scalars(select(AddressVerification).where(*asked)).all():
        verification.ended_at = utcnow()
        outbox.cancel(verification)


def let_go(person: Person) -> None:
    """Take the address from a record that nothing needs any more, and end its sign-ins; nights erase it."""
    if is_used(person):
        return
    person.mailbox = person.address_confirmed_at = None
    signed_in = SignIn.person_id == person.id, SignIn.ended_at.is_(None)
    db.session.execute(update(SignIn).where(*signed_in).values(ended_at=utcnow()))


def is_used(person: Person) -> bool:
    """Return True if a person is a member, coordinator, officer, partner, applicant or interested."""
    db.session.flush()
    open_request = JoinRequest.state.in_([RequestState.UNCONFIRMED, RequestState.WAITING])
    uses = (
        select(Membership.id).where(Membership.person_id == person.id, Membership.is_current),
        select(Coordinator.id).where(Coordinator.person_id == person.id, Coordinator.ended_at.is_(None)),
        select(Officer.id).where(Officer.person_id == person.id, Officer.is_current),
        select(Partner.id).where(Partner.person_id == person.id, Partner.is_current),
        select(JoinRequest.id).where(JoinRequest.person_id == person.id, open_request),
        select(Interest.id).where(Interest.person_id == person.id, Interest.ended_at.is_(None)),
    )
    return any(db.session.scalar(each.limit(1)) is not None for each in uses)
