"""Changes a person's own e-mail address: asked for, confirmed from the new one, undone from the old one."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select, update

from watch import audit
from watch.accounts.service.officers import demand_no_coordinator, demand_no_officer
from watch.accounts.service.people import confirm_address, mailbox_for_asking
from watch.accounts.service.signing_in import sign_out_everywhere
from watch.addresses.errors import AskedOften, ConfirmedElsewhere, SameAddress
from watch.addresses.mails import ADDRESS_CHANGE, ADDRESS_CHANGE_UNDONE, ADDRESS_CHANGED
from watch.addresses.queries import changes_today, mails_today, pending_change
from watch.crypto import keyring
from watch.errors import LinkExpired
from watch.extensions import db
from watch.mail import outbox
from watch.mail.kinds import KINDS
from watch.models import (
    NONCE_BYTES,
    AddressChange,
    AddressVerification,
    Channel,
    Coordinator,
    Derived,
    Interest,
    JoinRequest,
    Mailbox,
    Membership,
    Person,
    SignInLink,
    utcnow,
)
from watch.relations import relations_of

CHANGES_A_DAY = 5  # by one person
PRESSED_TWICE = timedelta(minutes=1)  # within this the same address is the same request
MAILS_A_DAY = 3  # to one new address, whoever asks


def ask_for_change(person: Person, address: str, *, browser: str) -> AddressChange:
    """Mail the new address a link that confirms it. A newer request replaces the one that waits.

    Page, statements and mail are the same whether or not somebody has the address already. Raises SameAddress
    and AskedOften.
    """
    mailbox = mailbox_for_asking(address)
    if mailbox.id == person.mailbox_id:
        raise SameAddress
    _lock(person)
    waits = pending_change(person, utcnow())
    if waits is not None and waits.mailbox is mailbox and utcnow() - waits.created_at < PRESSED_TWICE:
        return waits
    if changes_today(person) >= CHANGES_A_DAY:
        raise AskedOften
    cancel_change(person)
    change = AddressChange(
        person=person, mailbox=mailbox, browser_index=keyring().blind_index("browser", browser)
    )
    db.session.add(change)
    is_enough = mails_today(mailbox.id, ADDRESS_CHANGE.kind) >= MAILS_A_DAY
    outbox.queue(
        ADDRESS_CHANGE,
        to=mailbox,
        about=change,
        language=person.language,
        not_after=utcnow() if is_enough else change.expires_at,
    )
    audit.note("address-change-asked", about=person, by=person)
    return change


def cancel_change(person: Person) -> None:
    """Cancel the person's change that waits to be confirmed; its link stops working."""
    waiting = select(AddressChange).where(
        AddressChange.person_id == person.id,
        AddressChange.confirmed_at.is_(None),
        AddressChange.ended_at.is_(None),
    )
    for change in db.session.scalars(waiting).all():
        change.ended_at = utcnow()
        outbox.cancel(change)
        audit.note("address-change-cancelled", about=person, by=person)


def confirm_change(change: AddressChange, *, browser: str | None) -> None:
    """Change the address, and tell the old one at once. Confirming twice has no further effect.

    Raises LinkExpired; ConfirmedElsewhere for a person with a role in another browser than the one that
    asked; OfficerNeverCoordinates and CoordinatorNeverFollows if somebody at the new address may not be told
    of members.
    """
    person = change.person
    _lock(person)
    db.session.refresh(change, with_for_update={"of": AddressChange})
    if is_done(change):
        return
    if not change.is_pending(utcnow()) or change.mailbox is None:
        raise LinkExpired(person.language)
    if relations_of(person).has_role and not _asked_here(change, browser):
        raise ConfirmedElsewhere
    _carry_out(change, change.mailbox)


def give_address(person: Person, mailbox: Mailbox) -> None:
    """Give a person an address that a coordinator recorded and its reader has confirmed.

    An address before it is told, and can undo this.
    """
    _lock(person)
    if person.mailbox is None:
        move_to(person, mailbox)
        return
    cancel_change(person)
    change = AddressChange(person=person, mailbox=mailbox)
    db.session.add(change)
    _carry_out(change, mailbox)


def _carry_out(change: AddressChange, mailbox: Mailbox) -> None:
    """Move the person to the new address, and tell the old one."""
    person = change.person
    change.confirmed_at, change.old_mailbox = utcnow(), person.mailbox
    move_to(person, mailbox)
    if change.old_mailbox is not None:
        outbox.queue(
            ADDRESS_CHANGED,
            to=change.old_mailbox,
            about=change,
            language=person.language,
            not_after=change.undo_until,
        )


def is_done(change: AddressChange) -> bool:
    """Return True if the change is confirmed and the person still has its address."""
    is_confirmed = change.confirmed_at is not None and change.ended_at is None
    return is_confirmed and change.person.mailbox_id == change.mailbox_id


def _asked_here(change: AddressChange, browser: str | None) -> bool:
    return browser is not None and keyring().blind_index("browser", browser) == change.browser_index


def undo_change(change: AddressChange) -> None:
    """Give the person the old address again, also after further changes, and end all their sign-ins.

    The changes since then cannot undo this. Undoing twice has no further effect. Raises LinkExpired, and the
    same errors about roles as confirming.
    """
    person, old = change.person, change.old_mailbox
    _lock(person)
    db.session.refresh(change, with_for_update={"of": AddressChange})
    if is_undone(change):
        return
    if not change.can_be_undone(utcnow()) or old is None:
        raise LinkExpired(person.language)
    replaced = person.mailbox
    sign_out_everywhere(person)
    _end_printed_links(person)
    since = select(AddressChange).where(AddressChange.person_id == person.id, AddressChange.id >= change.id)
    for each in db.session.scalars(since.where(AddressChange.ended_at.is_(None))).all():
        each.ended_at = utcnow()
        outbox.cancel(each)
    move_to(person, old)
    if replaced is not None and replaced is not old:
        outbox.queue(ADDRESS_CHANGE_UNDONE, to=replaced, about=change, language=person.language)
    audit.note("address-change-undone", about=person, by=person)


def is_undone(change: AddressChange) -> bool:
    """Return True if the change was undone and the person has the old address."""
    is_over = change.confirmed_at is not None and change.ended_at is not None
    return is_over and change.person.mailbox_id == change.old_mailbox_id


def _end_printed_links(person: Person) -> None:
    """End the open sign-in links that were printed for the person, whatever address they have."""
    theirs = SignInLink.person_id == person.id, SignInLink.ended_at.is_(None)
    db.session.execute(update(SignInLink).where(*theirs).values(ended_at=utcnow()))


def move_to(person: Person, mailbox: Mailbox) -> None:
    """Give a person an address that they have confirmed. What waits for them goes there (mail.queue).

    Raises OfficerNeverCoordinates and CoordinatorNeverFollows.
    """
    has_moved = person.mailbox not in {None, mailbox}
    person.mailbox = mailbox
    if has_moved:
        _end_mailed_links(person)
    relations = relations_of(person)
    if relations.officer_of or relations.partner_of:
        demand_no_coordinator(person)
    if relations.coordinates:
        demand_no_officer(person)
    confirm_address(person)
    audit.note("address-changed", about=person, by=person)
    theirs = select(Membership).where(Membership.person_id == person.id, Membership.is_current)
    for membership in db.session.scalars(theirs).all():
        membership.channel = Channel.MAIL
        _forget_recorded(membership)
        if membership.household is not None:
            flat = membership.household.flat
            audit.note("household-address-changed", about=flat, by=person, group=membership.group)


def _end_mailed_links(person: Person) -> None:
    """End the links that were mailed to the mailbox the person leaves: others may read it.

    An appointment that waits for an answer is mailed to the new one.
    """
    asked = (
        Coordinator.person_id == person.id,
        Coordinator.accepted_at.is_(None),
        Coordinator.ended_at.is_(None),
    )
    appointments = db.session.scalars(select(Coordinator).where(*asked)).all()
    interests = db.session.scalars(select(Interest).where(Interest.person_id == person.id)).all()
    requests = db.session.scalars(select(JoinRequest).where(JoinRequest.person_id == person.id)).all()
    mailed: list[Derived] = [*appointments, *interests, *requests]
    for each in mailed:
        each.nonce = secrets.token_bytes(NONCE_BYTES)
    for appointment in appointments:
        outbox.cancel(appointment)
        outbox.queue(KINDS["coordinator-appointed"], to=person, about=appointment)


def _forget_recorded(membership: Membership) -> None:
    """End the question whether an address that a coordinator recorded is right: the person has said it."""
    asked = AddressVerification.membership_id == membership.id, AddressVerification.ended_at.is_(None)
    for verification in db.session.scalars(select(AddressVerification).where(*asked)).all():
        verification.ended_at = utcnow()
        outbox.cancel(verification)


def _lock(person: Person) -> None:
    """Lock the person, so that two changes of their address take turns."""
    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    db.session.refresh(person, ["mailbox_id"])
