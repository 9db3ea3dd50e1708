"""Asking to join: from a poster, by address, or for a visit at the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnCollection, ColumnElement, case, func, select, text

from watch import audit
from watch.accounts.service import mailbox_for_asking, person_for_asking
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
    open_visit_request,
    visit_requests_since,
    was_written_to,
)
from watch.mail import outbox
from watch.mail.kinds import Mail
from watch.models import (
    AddressVerification,
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
from watch.statements import upsert

AskedFor = TypeVar("AskedFor", JoinRequest, AddressVerification, Interest)

MAILED_VISITS_A_DAY = 3  # about one stairwell
BEFORE_ASKING = frozenset(  # whoever asks undoes no no
    {HouseholdStatus.NOT_CONTACTED, HouseholdStatus.INVITED, HouseholdStatus.WANTS_TO_JOIN}
)
NEWEST_COUNTS = (
    JoinRequest.stairwell_id, JoinRequest.flat_id, JoinRequest.invitation_id,
    JoinRequest.consent_version, JoinRequest.consent_channel,
)  # fmt: skip


@dataclass(frozen=True)
class Submission:
    """What somebody sends to join: where they live, how they said yes, and what vouches for them.

    With the flat's own letter, or an invitation that may be passed on, nobody has to approve. Whoever holds
    the `secret` can change the address until it is confirmed.
    """

    stairwell: Stairwell
    flat: Flat | None = None
    consent: ConsentChannel = ConsentChannel.WEB
    vouch: Letter | Invitation | None = None
    secret: str | None = None

    @property
    def letter_id(self) -> int | None:
        """The letter that vouches."""
        return self.vouch.id if isinstance(self.vouch, Letter) else None

    @property
    def invitation_id(self) -> int | None:
        """The invitation that vouches."""
        return self.vouch.id if isinstance(self.vouch, Invitation) else None


def ask_to_join(submission: Submission, *, name: str, address: str, language: Language) -> None:
    """Somebody who says that this is their address asks; the mail there decides if it was they.

    A letter lets in where there is no coordinator, too.

    Returns nothing, whoever it was: the page is the same for strangers, members and the invited, and so
    are the statements, or the time it takes would tell who takes part. Raises NotOpen, FlatElsewhere.
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
    """What strangers ask for brings one mail a day to an address about joining, and one about interest.

    The second is written too, and left to expire: whether somebody asked before is not learnt either. The
    page behind the one about joining shows everybody on the mailbox who asks, whoever came first.
    """
    alike = ASKS_OWNER if mail.kind in ASKS_OWNER else {mail.kind}
    was_told = was_written_to(mailbox.id, alike, utcnow() - timedelta(days=1))
    outbox.queue(mail, to=person, about=about, not_after=utcnow() if was_told else None)


def request_of(group: Group, person: Person, submission: Submission, *, is_open: bool = True) -> JoinRequest:
    """The person's open request, known or new; until it is confirmed the newest flat counts.

    A letter counts for whoever waits, too. What a second browser asks nobody changes any more: neither ends
    what the other has asked.

    Who takes part has nothing to ask: theirs is withdrawn as it is written.
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
    """What of a request that is asked again takes the place of what stood there."""
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
    """Under what a request is found by the browser that sent it; the secret itself is stored nowhere."""
    return keyring().blind_index("asked", secret)


def ask_for_visit(
    stairwell: Stairwell,
    flat: Flat,
    name: str,
    *,
    language: Language,
    consent: ConsentChannel = ConsentChannel.WEB,
) -> None:
    """Somebody without e-mail asks for a visit at the door; it goes straight to the coordinators' list.

    A door is visited once, whoever asks there meanwhile: what another asks is withdrawn as it is written.
    Nobody has proved who they are: so after a few mails a day about a stairwell the rest waits in the list,
    and the mail is left to expire. Raises NotOpen, FlatElsewhere.

    Returns nothing, and the statements are the same, whatever is known of the door.
    """
    group = group_at(stairwell, flat)
    in_turn = select(Stairwell.id).where(Stairwell.id == stairwell.id).with_for_update()
    db.session.execute(in_turn)
    is_first, now = open_visit_request(flat) is None, utcnow()
    is_quiet = visit_requests_since(stairwell, now - timedelta(days=1)) >= MAILED_VISITS_A_DAY
    request = JoinRequest(
        group_id=group.id, stairwell_id=stairwell.id, flat=flat, person=Person(name=name, language=language),
        wants_visit=True, confirmed_at=now, consent_version=CONSENT_VERSION, consent_channel=consent,
        state=RequestState.WAITING if is_first else RequestState.WITHDRAWN,
        decided_at=None if is_first else now,
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    tell_coordinators(request, by_mail=is_first and not is_quiet)


def group_at(stairwell: Stairwell, flat: Flat | None, *, by_letter: bool = False) -> Group:
    """The group to ask there. Raises NotOpen, FlatElsewhere."""
    if flat is not None and flat.stairwell_id != stairwell.id:
        raise FlatElsewhere
    group = group_to_join(stairwell, by_letter=by_letter)
    if group is None:
        raise NotOpen
    return group


def tell_coordinators(request: JoinRequest, *, by_mail: bool = True) -> None:
    """Somebody waits for their answer: it is in their list, and mailed unless the day has brought many.

    Whoever has a domain has as many addresses as they like, and could mail the coordinators all day. What is
    not mailed is written too, and left to expire: the time does not tell which it was.
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
