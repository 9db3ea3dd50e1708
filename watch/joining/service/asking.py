"""Asking to join: from a poster, by address, or by a knock on the door."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import case, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from watch import audit, tokens
from watch.accounts.service import mailbox_for_asking, person_for_asking
from watch.crypto import keyring
from watch.errors import GroupEnded, LinkExpired
from watch.extensions import db
from watch.groups.queries import active_membership, coordinators_for
from watch.groups.service import CONSENT_VERSION, note_household
from watch.joining.queries import (
    CONFIRM_DAYS,
    group_to_join,
    is_fresh,
    knocks_since,
    open_knock,
    requests_on_mailbox,
    stairwells_to_accept_in,
    was_written_to,
)
from watch.joining.service.answering import lift_refusal, take_up
from watch.joining.service.deciding import approve, confirm_at_door
from watch.joining.service.errors import FlatElsewhere, NotOpen
from watch.joining.service.letters import use
from watch.mail import outbox
from watch.models import (
    ConsentChannel,
    Flat,
    Group,
    GroupState,
    HouseholdStatus,
    Interest,
    Invitation,
    JoinRequest,
    Language,
    Letter,
    Mailbox,
    Membership,
    Person,
    RequestState,
    Stairwell,
    utcnow,
)
from watch.models.joining import OPEN_REQUEST
from watch.tokens import Purpose

BY_STRANGERS = frozenset({"join-confirm", "join-already-member", "interest-confirm"})
MAILED_KNOCKS_A_DAY = 3  # about one stairwell
NEWEST_COUNTS = (
    JoinRequest.stairwell_id, JoinRequest.flat_id, JoinRequest.letter_id, JoinRequest.invitation_id,
    JoinRequest.consent_version, JoinRequest.consent_channel,
)  # fmt: skip


def ask_to_join(
    stairwell: Stairwell,
    address: str,
    name: str,
    *,
    flat: Flat | None,
    language: Language,
    letter: Letter | None = None,
    invitation: Invitation | None = None,
    secret: str | None = None,
    consent: ConsentChannel = ConsentChannel.WEB,
) -> None:
    """Somebody who says that this is their address asks; the mail there decides if it was they.

    With the flat's own `letter`, or an `invitation` that may be passed on, nobody has to approve; so a letter
    lets in where there is no coordinator, too. Whoever holds the `secret` can change the address.

    Returns nothing, whoever it was: the page is the same for strangers, members and the invited, and so
    are the statements, or the time it takes would tell who takes part. Raises NotOpen, FlatElsewhere.
    """
    group = _group_at(stairwell, flat, by_letter=letter is not None)
    if invitation is not None and stairwell not in stairwells_to_accept_in(invitation):
        raise FlatElsewhere
    mailbox = mailbox_for_asking(address)
    person = person_for_asking(mailbox, name, language)
    membership = active_membership(person, group)
    request = request_of(
        group, stairwell, flat, person, letter=letter, invitation=invitation, secret=secret, consent=consent,
        is_open=membership is None,
    )  # fmt: skip
    if membership is not None:
        write_once_a_day("join-already-member", person, mailbox, about=membership)
    else:
        write_once_a_day("join-confirm", person, mailbox, about=request)


def write_once_a_day(
    kind: str, person: Person, mailbox: Mailbox, *, about: Membership | JoinRequest | Interest
) -> None:
    """What strangers ask for brings one mail a day to an address, whatever they ask.

    The second is written too, and left to expire: whether somebody asked before is not learnt either.
    """
    was_told = was_written_to(mailbox.id, BY_STRANGERS, utcnow() - timedelta(days=1))
    outbox.queue(kind, to=person, about=about, not_after=utcnow() if was_told else None)


def request_of(
    group: Group,
    stairwell: Stairwell,
    flat: Flat | None,
    person: Person,
    *,
    letter: Letter | None = None,
    invitation: Invitation | None = None,
    secret: str | None = None,
    consent: ConsentChannel = ConsentChannel.WEB,
    is_open: bool = True,
) -> JoinRequest:
    """The person's open request, known or new; until it is confirmed the newest flat counts.

    The secret's holder is that of a new one only: nobody changes what another has asked.

    Who takes part has nothing to ask: theirs is withdrawn as it is written.
    """
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    new = dialect.insert(JoinRequest).values(
        group_id=group.id, person_id=person.id, stairwell_id=stairwell.id, flat_id=flat.id if flat else None,
        letter_id=letter.id if letter else None, invitation_id=invitation.id if invitation else None,
        asked_index=asked_index(secret) if secret else None,
        consent_version=CONSENT_VERSION, consent_channel=consent,
        state=RequestState.UNCONFIRMED if is_open else RequestState.WITHDRAWN,
        decided_at=None if is_open else utcnow(),
    )  # fmt: skip
    is_unconfirmed = JoinRequest.state == RequestState.UNCONFIRMED
    where = {
        place.key: case((is_unconfirmed, new.excluded[place.key]), else_=place) for place in NEWEST_COUNTS
    }
    one = [JoinRequest.group_id, JoinRequest.person_id]
    asked = new.on_conflict_do_update(index_elements=one, index_where=text(OPEN_REQUEST), set_=where)
    whole = asked.returning(JoinRequest).execution_options(populate_existing=True)
    request: JoinRequest = db.session.scalars(whole).one()
    return request


def asked_index(secret: str) -> bytes:
    """Under what a request is found by the browser that sent it; the secret itself is stored nowhere."""
    return keyring().blind_index("asked", secret)


def ask_for_knock(
    stairwell: Stairwell,
    flat: Flat,
    name: str,
    *,
    language: Language,
    consent: ConsentChannel = ConsentChannel.WEB,
) -> JoinRequest:
    """Somebody without e-mail asks for a knock on the door; it goes straight to the coordinators' list.

    A door is knocked on once, whoever asks there meanwhile. Nobody has proved who they are: so after a few
    mails a day about a stairwell the rest waits in the list, unmailed. Raises NotOpen, FlatElsewhere.
    """
    group = _group_at(stairwell, flat)
    in_turn = select(Stairwell.id).where(Stairwell.id == stairwell.id).with_for_update()
    db.session.execute(in_turn)
    if known := open_knock(flat):
        return known
    is_quiet = knocks_since(stairwell, utcnow() - timedelta(days=1)) >= MAILED_KNOCKS_A_DAY
    request = JoinRequest(
        group_id=group.id, stairwell_id=stairwell.id, flat=flat, person=Person(name=name, language=language),
        wants_knock=True, state=RequestState.WAITING, confirmed_at=utcnow(),
        consent_version=CONSENT_VERSION, consent_channel=consent,
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    _tell_coordinators(request, by_mail=not is_quiet)
    return request


def _group_at(stairwell: Stairwell, flat: Flat | None, *, by_letter: bool = False) -> Group:
    if flat is not None and flat.stairwell_id != stairwell.id:
        raise FlatElsewhere
    group = group_to_join(stairwell, by_letter=by_letter)
    if group is None:
        raise NotOpen
    return group


def requests_to_confirm(token: str) -> tuple[JoinRequest, list[JoinRequest]]:
    """The request a mailed link belongs to, answered perhaps, and all that wait on the same mailbox.

    Raises LinkExpired when it is too old, or withdrawn and none waits; GroupEnded, BadToken.
    """
    row_id, _generation = tokens.read(Purpose.CONFIRM_REQUEST, token)
    request = db.session.get(JoinRequest, row_id)
    if request is None or request.person.mailbox_id is None:
        raise LinkExpired
    if not is_fresh(request.created_at, CONFIRM_DAYS):
        raise LinkExpired(request.person.language)
    open_groups = {GroupState.STARTING, GroupState.ACTIVE, GroupState.DORMANT}
    waiting = [
        each for each in requests_on_mailbox(request.person.mailbox_id) if each.group.state in open_groups
    ]
    if not waiting and request.group.state not in open_groups:
        raise GroupEnded(request.person.language, request.stairwell.building_id)
    if not waiting and not _is_answered(request):
        raise LinkExpired(request.person.language)
    return request, waiting


def _is_answered(request: JoinRequest) -> bool:
    """Somebody said no, or yes to who still takes part; what was withdrawn has no answer."""
    if request.state is RequestState.APPROVED:
        return active_membership(request.person, request.group) is not None
    return request.state is RequestState.DECLINED


def confirm_address(requests: Collection[JoinRequest]) -> list[JoinRequest]:
    """The owner of the mailbox says that these asked. Confirmed twice is once.

    The coordinators are told; whoever has a letter or an invitation that is still good is let in at once,
    and whoever was written up at the door has an address now.
    """
    return [request for request in requests if _confirm(request)]


def _confirm(request: JoinRequest) -> bool:
    now = utcnow()
    confirmed = db.session.execute(
        update(JoinRequest)
        .where(JoinRequest.id == request.id, JoinRequest.state == RequestState.UNCONFIRMED)
        .values(state=RequestState.WAITING, confirmed_at=now)
    )
    if not confirmed.rowcount:  # type: ignore[attr-defined]  # of an UPDATE
        return False
    request.person.address_confirmed_at = now
    db.session.refresh(request)
    if request.person.mailbox is not None:
        lift_refusal(request.person.mailbox.address_index)
    letter = request.letter
    if request.membership is not None and request.membership.left_at is None:
        confirm_at_door(request, request.membership)
    elif letter is not None and letter.group_id == request.group_id and use(letter, now):
        approve(request, by=None)
    elif request.invitation is not None and take_up(request.invitation):
        approve(request, by=request.invitation.by)
    else:
        _tell_coordinators(request)
    return True


def wait_for_answer(person: Person, stairwell: Stairwell, *, flat: Flat | None) -> JoinRequest:
    """Somebody whose address is confirmed already asks to join. Raises NotOpen, FlatElsewhere."""
    request = request_of(_group_at(stairwell, flat), stairwell, flat, person)
    confirm_address([request])
    return request


def _tell_coordinators(request: JoinRequest, *, by_mail: bool = True) -> None:
    if request.flat is not None:
        note_household(request.flat, HouseholdStatus.WANTS_TO_JOIN, by=None)
    if by_mail:
        told = select(Person.id).where(
            Person.id.in_([person.id for person in coordinators_for(request.stairwell)])
        )
        outbox.queue_many("join-requested", people=told, about=request)
    audit.note("join-requested", about=request, by=None, group=request.group)
