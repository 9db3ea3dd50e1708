"""Asks to join: by poster, letter or address, or for a visit at the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnCollection, ColumnElement, case, func, select, text

from watch import audit
from watch.accounts.service.people import mailbox_for_asking, person_for_asking
from watch.crypto import keyring
from watch.extensions import db
from watch.groups.errors import FlatElsewhere, NotOpen
from watch.groups.queries.joinable import group_to_join
from watch.groups.queries.members import active_membership, coordinators_for
from watch.groups.service.households import change_household
from watch.groups.service.members import CONSENT_VERSION
from watch.invitations.mails import JOIN_ALREADY_MEMBER
from watch.invitations.queries.inviting import stairwells_to_accept_in
from watch.joining.mails import JOIN_CONFIRM, JOIN_REQUESTED
from watch.joining.queries.asking import (
    ASKS_OWNER,
    has_mailed_enough,
    open_visit_requests,
    visit_requests_since,
    was_written_to,
)
from watch.mail import outbox
from watch.mail.kinds import Mail
from watch.models import (
    ConsentChannel,
    Flat,
    Group,
    HouseholdStatus,
    Interest,
    Invitation,
    JoinRequest,
    Language,
    Letter,
    Mailbox,
    Person,
    RequestState,
    Stairwell,
    utcnow,
)
from watch.models.joining import OPEN_REQUEST
from watch.names import is_same_name
from watch.statements import upsert

AskedFor = TypeVar("AskedFor", JoinRequest, Interest)

MAILED_VISITS_A_DAY = 3  # about one stairwell
NAMES_AT_A_DOOR = 5  # that wait for a visit at once; anybody can ask for one
BEFORE_ASKING = frozenset(  # a household that declined stays declined
    {HouseholdStatus.NOT_CONTACTED, HouseholdStatus.INVITED, HouseholdStatus.WANTS_TO_JOIN}
)
NEWEST_COUNTS = (
    JoinRequest.stairwell_id, JoinRequest.flat_id, JoinRequest.invitation_id,
    JoinRequest.consent_version, JoinRequest.consent_channel,
)  # fmt: skip


@dataclass(frozen=True)
class Submission:
    """What somebody sends to join: where they live, how they consented, and what makes approval unnecessary.

    That is the flat's own letter or a transferable invitation (`vouch`). The browser that holds `secret` can
    change the address until it is confirmed.
    """

    stairwell: Stairwell
    flat: Flat | None = None
    consent: ConsentChannel = ConsentChannel.WEB
    vouch: Letter | Invitation | None = None
    secret: str | None = None

    @property
    def letter_id(self) -> int | None:
        """The id of the letter that makes approval unnecessary."""
        return self.vouch.id if isinstance(self.vouch, Letter) else None

    @property
    def invitation_id(self) -> int | None:
        """The id of the invitation that makes approval unnecessary."""
        return self.vouch.id if isinstance(self.vouch, Invitation) else None


def ask_to_join(submission: Submission, *, name: str, address: str, language: Language) -> None:
    """Store a join request and mail the address to confirm it. A letter works without a coordinator too.

    Returns nothing: page and statements are the same for strangers, members and the invited, because response
    time would reveal who takes part. Raises NotOpen and FlatElsewhere.
    """
    stairwell, vouch = submission.stairwell, submission.vouch
    group = group_at(stairwell, submission.flat, by_letter=isinstance(vouch, Letter))
    if isinstance(vouch, Invitation) and stairwell not in stairwells_to_accept_in(vouch):
        raise FlatElsewhere
    mailbox = mailbox_for_asking(address)
    person = person_for_asking(mailbox, name, language)
    is_member = active_membership(person, group) is not None
    request = request_of(group, person, submission, is_open=not is_member)
    write_once_a_day(JOIN_ALREADY_MEMBER if is_member else JOIN_CONFIRM, person, mailbox, about=request)


def write_once_a_day(mail: Mail[AskedFor], person: Person, mailbox: Mailbox, *, about: AskedFor) -> None:
    """Queue mail that a stranger asked for, one a day per address about joining and one about interest.

    Later mails the same day are queued already expired, so response time does not reveal an earlier request.
    The page about joining shows all requests from the mailbox, so one mail is enough.
    """
    alike = ASKS_OWNER if mail.kind in ASKS_OWNER else {mail.kind}
    was_told = was_written_to(mailbox.id, alike, utcnow() - timedelta(days=1))
    outbox.queue(mail, to=person, about=about, not_after=utcnow() if was_told else None)


def request_of(group: Group, person: Person, submission: Submission, *, is_open: bool = True) -> JoinRequest:
    """Return the person's open request, made or updated. Until it is confirmed the newest flat counts.

    A letter is added even to a waiting request. If two browsers send it, neither can change the address any
    more. For a current member (`is_open` false) the request is stored as withdrawn, so that the statements
    are the same for everyone.
    """
    flat, secret = submission.flat, submission.secret
    new = upsert(JoinRequest).values(
        group_id=group.id, person_id=person.id, stairwell_id=submission.stairwell.id,
        flat_id=flat.id if flat else None, letter_id=submission.letter_id,
        invitation_id=submission.invitation_id, asked_index=asked_index(secret) if secret else None,
        consent_version=CONSENT_VERSION, consent_channel=submission.consent,
        state=RequestState.UNCONFIRMED if is_open else RequestState.WITHDRAWN,
        decided_at=None if is_open else utcnow(),
    )  # fmt: skip
    one = [JoinRequest.group_id, JoinRequest.person_id]
    asked = new.on_conflict_do_update(
        index_elements=one, index_where=text(OPEN_REQUEST), set_=_newest(new.excluded)
    )
    whole = asked.returning(JoinRequest).execution_options(populate_existing=True)
    request: JoinRequest = db.session.scalars(whole).one()
    return request


def _newest(asked: ColumnCollection[str, ColumnElement[Any]]) -> dict[str, ColumnElement[Any]]:
    """Return the values that replace those of an open request when it is sent again."""
    is_unconfirmed = JoinRequest.state == RequestState.UNCONFIRMED
    newest: dict[str, ColumnElement[Any]] = {
        place.key: case((is_unconfirmed, asked[place.key]), else_=place) for place in NEWEST_COUNTS
    }
    newer_letter = func.coalesce(asked["letter_id"], JoinRequest.letter_id)
    newest["letter_id"] = case((is_unconfirmed, asked["letter_id"]), else_=newer_letter)
    is_same_browser = JoinRequest.asked_index == asked["asked_index"]
    newest["asked_index"] = case((is_same_browser, JoinRequest.asked_index))
    return newest


def asked_index(secret: str) -> bytes:
    """Return the keyed hash by which the sending browser's request is found. The secret is not stored."""
    return keyring().blind_index("asked", secret)


def ask_for_visit(
    stairwell: Stairwell,
    flat: Flat,
    name: str,
    *,
    language: Language,
    consent: ConsentChannel = ConsentChannel.WEB,
) -> None:
    """Store a request for a visit by somebody without e-mail. It waits for the coordinators at once.

    Nobody has verified an identity, so every name at a flat waits, and a made-up one hides no other. The same
    name again, and a sixth, is stored as withdrawn; after three mails a day about a stairwell the rest are
    queued already expired. Page and statements are the same in every case. Raises NotOpen and FlatElsewhere.
    """
    group = group_at(stairwell, flat)
    in_turn = select(Stairwell.id).where(Stairwell.id == stairwell.id).with_for_update()
    db.session.execute(in_turn)
    asked, now = open_visit_requests(flat), utcnow()
    is_known = any(is_same_name(each.person.name, name) for each in asked)
    is_new = len(asked) < NAMES_AT_A_DOOR and not is_known
    is_quiet = visit_requests_since(stairwell, now - timedelta(days=1)) >= MAILED_VISITS_A_DAY
    request = JoinRequest(
        group_id=group.id, stairwell_id=stairwell.id, flat=flat, person=Person(name=name, language=language),
        wants_visit=True, confirmed_at=now, consent_version=CONSENT_VERSION, consent_channel=consent,
        state=RequestState.WAITING if is_new else RequestState.WITHDRAWN,
        decided_at=None if is_new else now,
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    tell_coordinators(request, by_mail=is_new and not is_quiet)


def group_at(stairwell: Stairwell, flat: Flat | None, *, by_letter: bool = False) -> Group:
    """Return the group to join at a stairwell. Raises NotOpen and FlatElsewhere."""
    if flat is not None and flat.stairwell_id != stairwell.id:
        raise FlatElsewhere
    group = group_to_join(stairwell, by_letter=by_letter)
    if group is None:
        raise NotOpen
    return group


def tell_coordinators(request: JoinRequest, *, by_mail: bool = True) -> None:
    """Mark the flat as wanting to join and mail the coordinators, unless the day's limit is reached.

    The limit stops somebody with many addresses from mailing them all day. Mails beyond it are queued already
    expired, so response time tells nothing.
    """
    flat, waits = request.flat, request.state is RequestState.WAITING
    if flat is not None:
        change_household(flat, HouseholdStatus.WANTS_TO_JOIN, by=None, only=BEFORE_ASKING, counts=waits)
    is_enough = has_mailed_enough(request)
    told = select(Person.id).where(
        Person.id.in_([person.id for person in coordinators_for(request.stairwell)])
    )
    not_after = utcnow() if is_enough or not by_mail else None
    outbox.queue_many(JOIN_REQUESTED, people=told, about=request, not_after=not_after)
    audit.note_if(waits, "join-requested", about=request, by=None, group=request.group)
