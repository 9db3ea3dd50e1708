"""Members' own choices: which mails they want, moving, and undoing a departure."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.groups.errors import AlreadyMember, FlatTaken, TooLateToUndo
from watch.groups.mails import INTEREST_ENDED, MEMBERSHIP_LEFT, UNSUBSCRIBED
from watch.groups.queries.choices import AREA, MEETINGS, NOTICES, SECOND_THOUGHTS
from watch.groups.queries.interested import is_going_on, is_start_meeting_of
from watch.groups.service.flats import lock_flat
from watch.groups.service.households import end_household
from watch.groups.service.members import confirm_leaving, depart, note_home
from watch.groups.service.requests import end_requests, reopen_question
from watch.groups.service.stopping import resume_paper, stop_unwanted
from watch.mail import outbox
from watch.models import (
    Area,
    AreaOptOut,
    Group,
    GroupState,
    Household,
    HouseholdStatus,
    Interest,
    Meeting,
    MeetingAnswer,
    Membership,
    NoticeChoice,
    Person,
    utcnow,
)

# What is left of a choice after leaving one of the two lists.
WITHOUT_NOTICES = {
    NoticeChoice.EVERYTHING: NoticeChoice.MEETINGS,
    NoticeChoice.NOTICES: NoticeChoice.NOTHING,
    NoticeChoice.MEETINGS: NoticeChoice.MEETINGS,
    NoticeChoice.NOTHING: NoticeChoice.NOTHING,
}
WITHOUT_MEETINGS = {
    NoticeChoice.EVERYTHING: NoticeChoice.NOTICES,
    NoticeChoice.NOTICES: NoticeChoice.NOTICES,
    NoticeChoice.MEETINGS: NoticeChoice.NOTHING,
    NoticeChoice.NOTHING: NoticeChoice.NOTHING,
}
WITH_NOTICES = {
    NoticeChoice.EVERYTHING: NoticeChoice.EVERYTHING,
    NoticeChoice.NOTICES: NoticeChoice.NOTICES,
    NoticeChoice.MEETINGS: NoticeChoice.EVERYTHING,
    NoticeChoice.NOTHING: NoticeChoice.NOTICES,
}
WITH_MEETINGS = {
    NoticeChoice.EVERYTHING: NoticeChoice.EVERYTHING,
    NoticeChoice.NOTICES: NoticeChoice.EVERYTHING,
    NoticeChoice.MEETINGS: NoticeChoice.MEETINGS,
    NoticeChoice.NOTHING: NoticeChoice.MEETINGS,
}


def choose_notices(membership: Membership, choice: NoticeChoice, *, by: Person) -> bool:
    """Save which mails of the group a member wants, and stop queued mails no longer wanted.

    Returns True if something that came before does not come now.
    """
    if membership.notices is choice:
        return False
    before, membership.notices = membership.notices, choice
    stop_unwanted(membership.group, [membership.person_id], [membership.household_id])
    audit.note("notices-chosen", about=membership, by=by, group=membership.group)
    return before is not NoticeChoice.NOTHING and choice is not NoticeChoice.EVERYTHING


def unsubscribe(membership: Membership, *, meetings: bool) -> None:
    """Take a member off one of the group's lists, that of meetings or that of notices, and mail them so."""
    choice = (WITHOUT_MEETINGS if meetings else WITHOUT_NOTICES)[membership.notices]
    if choice is not membership.notices:
        choose_notices(membership, choice, by=membership.person)
        outbox.queue(UNSUBSCRIBED, to=membership.person, about=membership)


def tell_unsubscribed(memberships: Iterable[Membership]) -> None:
    """Mail each of these members once that less comes now: others may hold the mailed link that did it."""
    for membership in {each.person_id: each for each in memberships}.values():
        outbox.queue(UNSUBSCRIBED, to=membership.person, about=membership)


def subscribe_again(membership: Membership, which: str) -> None:
    """Put a member on one of the lists MEETINGS, NOTICES or AREA again. Nothing else they chose changes."""
    if membership.left_at is not None:
        return
    person = membership.person
    if which == AREA:
        choose_area_notices(person, membership.group.area, is_wanted=True, by=person)
    elif which in {MEETINGS, NOTICES}:
        wider = WITH_MEETINGS if which == MEETINGS else WITH_NOTICES
        choose_notices(membership, wider[membership.notices], by=person)


def unsubscribe_from_area(person: Person, area: Area, memberships: Iterable[Membership]) -> None:
    """Take a person off an area's list. If they have a membership among these, mail them so."""
    if choose_area_notices(person, area, is_wanted=False, by=person):
        for membership in [each for each in memberships if each.person_id == person.id][:1]:
            outbox.queue(UNSUBSCRIBED, to=person, about=membership)


def choose_area_notices(person: Person, area: Area, *, is_wanted: bool, by: Person) -> bool:
    """Save whether a person wants notices to a whole area, and stop queued ones if not.

    Returns False if they had chosen so before.

    The audit entry names no area, because its officers must not see who is a member.
    """
    mine = AreaOptOut.person_id == person.id, AreaOptOut.area_id == area.id
    if is_wanted:
        if db.session.scalar(delete(AreaOptOut).where(*mine).returning(AreaOptOut.id)) is None:
            return False
    else:
        try:
            with db.session.begin_nested():
                db.session.add(AreaOptOut(person_id=person.id, area_id=area.id))
        except IntegrityError:
            return False
    theirs = select(Membership).join(Group, Group.id == Membership.group_id)
    theirs = theirs.where(Membership.person_id == person.id, Membership.is_current)
    for membership in db.session.scalars(theirs.where(Group.area_id == area.id)).all():
        stop_unwanted(membership.group, [person.id], [membership.household_id])
    audit.note("area-notices-chosen", about=person, by=by)
    return True


def end_interest(interest: Interest) -> bool:
    """End somebody's interest in a building, and mail them so: others may hold the link that did it.

    Who has said yes or maybe to a start meeting still hears of that. Whoever has asked by the interest to
    join hears no more of the start meeting. Returns False if it had ended before.
    """
    if not is_going_on(interest):
        return False
    interest.ended_at = utcnow()
    audit.note("interest-withdrawn", about=interest, by=None, area=interest.building.property.area)
    if interest.confirmed_at is not None:
        outbox.queue(INTEREST_ENDED, to=interest.person, about=interest)
    return True


def withdraw_interest(interest: Interest) -> None:
    """End somebody's interest in a building as above, and delete their answers to its start meetings."""
    if end_interest(interest):
        meetings = select(Meeting.id).where(is_start_meeting_of(interest.building_id))
        theirs = MeetingAnswer.person_id == interest.person_id, MeetingAnswer.meeting_id.in_(meetings)
        db.session.execute(delete(MeetingAnswer).where(*theirs))


def i_have_moved(membership: Membership, *, by: Person) -> None:
    """End a membership because the person has moved. A household left empty ends too.

    Raises LastCoordinator.
    """
    emptied = depart(membership, by=by)
    note_home("household-member-ended", membership, by=by)
    if emptied is not None:
        end_household(emptied, at=utcnow(), by=by)
    audit.note("member-moved", about=membership, by=by, group=membership.group)
    confirm_leaving(membership, by=by)


def take_back(membership: Membership, *, by: Person) -> None:
    """Undo leaving or moving. An appointment as coordinator stays ended; where they live is asked again.

    Raises TooLateToUndo, FlatTaken, and AlreadyMember if the person has joined again meanwhile.
    """
    if membership.left_at is None:
        return
    left_at = membership.left_at
    if left_at <= utcnow() - SECOND_THOUGHTS or membership.group.state is GroupState.CLOSED:
        raise TooLateToUndo
    try:
        with db.session.begin_nested():  # household and membership: both or none
            if membership.household is not None:
                _move_in_again(membership, membership.household, by)
            membership.left_at = None
    except IntegrityError:
        raise AlreadyMember from None
    outbox.cancel(membership, MEMBERSHIP_LEFT)
    end_requests(membership.person, membership.group, by=by)
    reopen_question(membership, left_at=left_at, by=by)
    resume_paper(membership, since=left_at)
    audit.note("member-back", about=membership, by=by, group=membership.group)
    note_home("household-member-back", membership, by=by)


def _move_in_again(membership: Membership, household: Household, by: Person) -> None:
    lock_flat(household.flat)
    if _is_taken(membership, household):
        raise FlatTaken
    if household.ended_at is None and household.status is HouseholdStatus.TAKES_PART:
        return
    household.ended_at = None
    household.become(HouseholdStatus.TAKES_PART)
    audit.note("household-takes-part", about=household.flat, by=by, group=membership.group)


def _is_taken(membership: Membership, household: Household) -> bool:
    """Return True if another household lives in the flat, or this one has only newer members."""
    other = select(Household.id).where(
        Household.flat_id == household.flat_id, Household.is_current, Household.id != household.id
    )
    if db.session.scalar(other) is not None:
        return True
    here = select(Membership.joined_at).where(Membership.household_id == household.id, Membership.is_current)
    since = list(db.session.scalars(here))
    return bool(since) and all(joined > (membership.left_at or joined) for joined in since)
