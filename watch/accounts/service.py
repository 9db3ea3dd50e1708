"""Changes to mailboxes, people, officers, and signing in by a mailed link."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, Select, insert, literal, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from watch import audit, tokens
from watch.accounts import queries
from watch.accounts.errors import (
    AlreadyOfficer,
    AskedElsewhere,
    CoordinatorNeverFollows,
    OfficerNeverCoordinates,
)
from watch.accounts.mails import SIGN_IN, SIGN_IN_UNKNOWN
from watch.crypto import keyring
from watch.errors import LinkExpired
from watch.extensions import db
from watch.mail import outbox
from watch.models import (
    Area,
    Coordinator,
    Language,
    LeftOut,
    Mailbox,
    Mailing,
    Officer,
    Organisation,
    Person,
    Purpose,
    SignIn,
    SignInLink,
    Suppression,
    utcnow,
)
from watch.names import is_same_name
from watch.relations import relations_of
from watch.statements import changed, upsert


def mailbox_at(address: str) -> Mailbox:
    """Return the mailbox of an address, made where new. Two requests at once get the same one."""
    index = keyring().blind_index("address", address)
    known = select(Mailbox).where(Mailbox.address_index == index)
    if mailbox := db.session.scalar(known):
        return mailbox
    try:
        with db.session.begin_nested():
            mailbox = Mailbox(address=address, address_index=index)
            db.session.add(mailbox)
        return mailbox
    except IntegrityError:
        return db.session.scalars(known).one()


def person_at(mailbox: Mailbox, name: str, language: Language) -> Person:
    """Return the person with that name at the mailbox, made where new. Several people may share a mailbox."""
    sharing = db.session.scalars(select(Person).where(Person.mailbox_id == mailbox.id))
    for person in sharing:
        if is_same_name(person.name, name):
            return person
    person = Person(name=name, mailbox=mailbox, language=language)
    db.session.add(person)
    return person


def person_for_asking(mailbox: Mailbox, name: str, language: Language) -> Person:
    """Return the same as `person_at`, by the same statements for all: response time tells nothing."""
    sharing = db.session.scalars(select(Person).where(Person.mailbox_id == mailbox.id)).all()
    known = next((person for person in sharing if is_same_name(person.name, name)), None)
    wanted = {Person.name: name, Person.mailbox_id: mailbox.id, Person.language: language}
    values = (literal(value, column.type) for column, value in wanted.items())
    new = insert(Person).from_select(list(wanted), select(*values).where(literal(known is None)))
    made = db.session.scalars(new.returning(Person)).one_or_none()
    person = known or made
    assert person is not None
    return person


def ask_for_link(address: str, *, browser: str, language: Language, is_withheld: bool = False) -> SignInLink:
    """Mail a sign-in link to the address; to an unknown address, once a day, how to join.

    A new link ends the earlier ones that the same browser asked for, never another browser's.

    The same statements run for every address, so that response time tells nothing about it: a mail that must
    not leave (withheld by the daily limit, or a stranger's second) is queued already expired.
    """
    mailbox = mailbox_for_asking(address)
    asks = keyring().blind_index("browser", browser)
    mine = SignInLink.browser_index == asks  # anybody can ask for a link, and must not end the owner's
    end_links(mailbox.id, mine & literal(not is_withheld))
    link = SignInLink(
        mailbox=mailbox,
        browser_index=asks,
        expires_at=_link_expires_at(),
    )
    db.session.add(link)
    known = queries.language_at(mailbox.id)
    told_today = queries.was_told_today(mailbox.id, SIGN_IN_UNKNOWN.kind)
    outbox.queue(
        SIGN_IN if known else SIGN_IN_UNKNOWN,
        to=mailbox,
        about=link,
        language=known or language,
        not_after=utcnow() if is_withheld or (told_today and not known) else link.expires_at,
    )
    return link


def mailbox_for_asking(address: str) -> Mailbox:
    """Return the mailbox of an address, made where new, locked; one statement, so time tells nothing."""
    index = keyring().blind_index("address", address)
    new = upsert(Mailbox).values(address=address, address_index=index)
    locked = new.on_conflict_do_update(
        index_elements=[Mailbox.address_index], set_={"address_index": new.excluded.address_index}
    )
    mailbox: Mailbox = db.session.scalars(locked.returning(Mailbox)).one()
    return mailbox


def confirm_address(person: Person) -> None:
    """Record that the person reads the address: they pressed a link that was mailed to it."""
    person.address_confirmed_at = utcnow()
    works_again(person.mailbox, by=person)


def works_again(mailbox: Mailbox | None, *, by: Person | None) -> bool:
    """Let mail go to an address that bounced; return False if none was stopped. What bounced stays known.

    `by` is the owner, who pressed a mailed link, or whoever says so: a coordinator, or the operator (None).
    """
    if mailbox is None or mailbox.suppression is not Suppression.BOUNCED:
        return False
    mailbox.suppression = mailbox.suppressed_at = None
    audit.note("address-works", about=mailbox, by=by)
    return True


def end_links(mailbox_id: int | None, which: ColumnElement[bool] | None = None) -> None:
    """End a mailbox's open links, or those that `which` selects, and stop their queued mails.

    The number of statements is the same however many links there are.
    """
    if mailbox_id is None:
        return
    wanted = queries.open_links(mailbox_id).with_only_columns(SignInLink.id)
    ending = db.session.scalars(wanted if which is None else wanted.where(which)).all()
    db.session.execute(update(SignInLink).where(SignInLink.id.in_(ending)).values(ended_at=utcnow()))
    mails = select(Mailing.id).where(Mailing.sign_in_link_id.in_(ending))
    outbox.stop(true(), mailings=mails, why=LeftOut.OVER)


def mark_of(address: str) -> str:
    """Return the keyed hash of an address that a browser stores after a sign-in."""
    return keyring().blind_index("signed in here", address).hex()


def operator_link(person: Person) -> str:
    """Return a link that signs the person in once, in any browser. The operator hands it over."""
    link = SignInLink(person_id=person.id, expires_at=_link_expires_at())
    db.session.add(link)
    audit.note("sign-in-link-printed", about=person, by=None)
    return f"{current_app.config['BASE_URL']}/login/{tokens.make(Purpose.SIGN_IN, link)}"


def _link_expires_at() -> datetime:
    return utcnow() + timedelta(minutes=current_app.config["SIGN_IN_LINK_MINUTES"])


def sign_in(link: SignInLink, person: Person, *, browser: str, device: str) -> SignIn:
    """Use up the link and sign the person in. The same press within a minute gives the same sign-in again.

    Raises AskedElsewhere, after which the link still works in the browser that asked for it, and LinkExpired
    if the link has been used meanwhile.
    """
    if link.browser_index is not None and relations_of(person).has_role and not _asked_here(link, browser):
        raise AskedElsewhere
    name = name_of_press(link, person, browser)
    if not _use_up(link):
        return _of_same_press(name)
    works_again(link.mailbox, by=person)
    sign_in = SignIn(id=name, person=person, device=device)
    db.session.add(sign_in)
    audit.note("signed-in", about=person, by=person)
    return sign_in


def link_to_press(token: str, *, browser: str) -> SignInLink:
    """Return the open sign-in link of a token, or one that this browser has used less than a minute ago.

    Raises BadToken and LinkExpired, before anybody learns who shares the mailbox.
    """
    link = tokens.row_of(Purpose.SIGN_IN, SignInLink, token)
    if link.ended_at and link.ended_at > utcnow() - queries.PRESSED_AGAIN:
        names = [name_of_press(link, person, browser) for person in queries.people_for(link)]
        if any(queries.running_sign_in(name).scalar() for name in names):
            return link
    return queries.link_of(token)


def name_of_press(link: SignInLink, person: Person, browser: str) -> str:
    """Return the id of the sign-in that the link gives this person in this browser. It cannot be guessed."""
    pressed = f"{link.id} {link.nonce.hex()} {person.id} {browser}"
    return base64.urlsafe_b64encode(keyring().blind_index("sign-in", pressed)).decode().rstrip("=")


def _of_same_press(name: str) -> SignIn:
    known = queries.running_sign_in(name).scalar()
    if known is None or known.created_at <= utcnow() - queries.PRESSED_AGAIN:
        raise LinkExpired
    return known


def _asked_here(link: SignInLink, browser: str) -> bool:
    return keyring().blind_index("browser", browser) == link.browser_index


def _use_up(link: SignInLink) -> bool:
    now = utcnow()
    unused = SignInLink.id == link.id, SignInLink.ended_at.is_(None), SignInLink.expires_at > now
    return changed(update(SignInLink).where(*unused).values(ended_at=now)) == 1


def sign_out(sign_in: SignIn) -> None:
    """End a sign-in. The next request with it is anonymous, in every process."""
    sign_in.ended_at = sign_in.ended_at or utcnow()


def sign_out_everywhere(person: Person) -> None:
    """End every sign-in of a person and the open links of the mailbox, as after losing a phone."""
    for sign_in in queries.sign_ins_of(person):
        sign_out(sign_in)
    end_links(person.mailbox_id)
    audit.note("signed-out-everywhere", about=person, by=person)


def save_settings(
    person: Person,
    *,
    name: str,
    language: Language,
    phone: str | None,
    shows_name: bool,
    shows_email: bool,
    shows_phone: bool,
) -> None:
    """Save a person's own name, language, phone and what neighbours may see."""
    person.name, person.language, person.phone = name, language, phone or None
    person.shows_name, person.shows_email, person.shows_phone = shows_name, shows_email, shows_phone


def appoint_officer(area: Area, person: Person, organisation: Organisation) -> Officer:
    """Make somebody an officer of an area. The operator vouches for the address.

    Raises AlreadyOfficer and CoordinatorNeverFollows.
    """
    demand_no_coordinator(person)
    person.address_confirmed_at = person.address_confirmed_at or utcnow()
    officer = Officer(area_id=area.id, person_id=person.id, organisation=organisation)
    try:
        with db.session.begin_nested():
            db.session.add(officer)
    except IntegrityError as known:
        raise AlreadyOfficer from known
    audit.note("officer-appointed", about=person, by=None, area=area)
    return officer


def end_office(area: Area, person: Person) -> bool:
    """End a person's office in an area. Return False if they were no officer of it."""
    office = Officer.area_id == area.id, Officer.person_id == person.id, Officer.is_current
    officer = db.session.scalar(select(Officer).where(*office))
    if officer is None:
        return False
    officer.ended_at = utcnow()
    audit.note("officer-ended", about=person, by=None, area=area)
    return True


def demand_no_officer(person: Person) -> None:
    """Raise OfficerNeverCoordinates if anybody at the person's mailbox is an officer. Locks the mailbox."""
    _hold_mailbox(person)
    follows = Officer.person_id.in_(_readers_with(person)), Officer.is_current
    if db.session.scalar(select(Officer.id).where(*follows).limit(1)) is not None:
        raise OfficerNeverCoordinates


def demand_no_coordinator(person: Person) -> None:
    """Raise CoordinatorNeverFollows if anybody at the person's mailbox coordinates. Locks the mailbox."""
    _hold_mailbox(person)
    coordinates = (Coordinator.person_id.in_(_readers_with(person)), Coordinator.is_current)
    if db.session.scalar(select(Coordinator.id).where(*coordinates).limit(1)) is not None:
        raise CoordinatorNeverFollows


def _readers_with(person: Person) -> Select[int]:
    """Return a select of the ids of the person and of everybody who shares the mailbox."""
    mine = [Person.id == person.id]
    if person.mailbox_id is not None:
        mine.append(Person.mailbox_id == person.mailbox_id)
    return select(Person.id).where(or_(*mine))


def _hold_mailbox(person: Person) -> None:
    """Lock the mailbox so that concurrent appointments as officer and coordinator see each other."""
    db.session.flush()  # a new mailbox must be stored before it can be locked
    db.session.execute(select(Mailbox.id).where(Mailbox.id == person.mailbox_id).with_for_update())
