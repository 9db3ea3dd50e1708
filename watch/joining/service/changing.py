"""Keeps a sent request in the browser, so that a wrong address can be changed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from sqlalchemy import select, true, update

from watch import browser_state
from watch.accounts.service.people import mailbox_for_asking
from watch.extensions import db
from watch.joining.service.asking import Submission, ask_to_join, asked_index
from watch.mail import outbox
from watch.models import (
    ConsentChannel,
    Flat,
    Invitation,
    JoinRequest,
    Language,
    LeftOut,
    Letter,
    Mailing,
    Person,
    RequestState,
    Stairwell,
    utcnow,
)


@dataclass(frozen=True)
class PendingRequest:
    """The form that a browser has just sent, kept there in an encrypted cookie.

    It holds what was typed and nothing that was looked up, so that it tells nothing about the address.
    """

    name: str
    address: str
    submission: Submission
    at: float = field(default_factory=lambda: utcnow().timestamp())

    @classmethod
    def opened(cls, cookie: str | None) -> PendingRequest | None:
        """Read the cookie. Returns None if it is missing or too old, or the stairwell is gone."""
        facts = browser_state.opened(cookie)
        stairwell = db.session.get(Stairwell, facts["stairwell_id"]) if facts else None
        if facts is None or stairwell is None:
            return None
        letter = db.session.get(Letter, facts["letter_id"]) if facts["letter_id"] else None
        invited = db.session.get(Invitation, facts["invitation_id"]) if facts["invitation_id"] else None
        flat = db.session.get(Flat, facts["flat_id"]) if facts["flat_id"] else None
        consent = ConsentChannel(facts["consent"])
        submission = Submission(stairwell, flat, consent, letter or invited, facts["secret"])
        return cls(facts["name"], facts["address"], submission, facts["at"])

    def sealed(self) -> str:
        """Return the encrypted cookie."""
        sent = self.submission
        return browser_state.sealed(
            {
                "name": self.name, "address": self.address, "stairwell_id": sent.stairwell.id,
                "flat_id": sent.flat.id if sent.flat else None, "letter_id": sent.letter_id,
                "invitation_id": sent.invitation_id, "consent": sent.consent, "secret": sent.secret,
                "at": self.at,
            }
        )  # fmt: skip


def send_request(
    submission: Submission, *, name: str, address: str, language: Language, before: str | None
) -> str:
    """Ask to join and return the new cookie; `before` is the browser's cookie until now.

    Sending the same name and address again keeps the secret, so the browser can still change the address.
    Raises NotOpen and FlatElsewhere.
    """
    last = PendingRequest.opened(before)
    is_again = last is not None and (last.name, last.address) == (name, address)
    secret = last.submission.secret if last and is_again else secrets.token_hex(16)
    pending = PendingRequest(name, address, replace(submission, secret=secret))
    ask_to_join(pending.submission, name=name, address=address, language=language)
    return pending.sealed()


def change_address(pending: PendingRequest, address: str, *, language: Language) -> str:
    """Ask again with another address and return the new cookie. An unconfirmed first request is withdrawn.

    Its mailed link stops working. The statements are the same whatever the request's state. Raises NotOpen
    and FlatElsewhere.
    """
    mailbox, submission = mailbox_for_asking(address), pending.submission
    assert submission.secret is not None
    ours = JoinRequest.asked_index == asked_index(submission.secret)
    elsewhere = select(Person.id).where(Person.mailbox_id != mailbox.id)
    wrong = ours, JoinRequest.state == RequestState.UNCONFIRMED, JoinRequest.person_id.in_(elsewhere)
    withdrawn = {"state": RequestState.WITHDRAWN, "decided_at": utcnow()}
    db.session.execute(update(JoinRequest).where(*wrong).values(withdrawn))
    ended = select(JoinRequest.id).where(ours, JoinRequest.state == RequestState.WITHDRAWN)
    mails = select(Mailing.id).where(Mailing.join_request_id.in_(ended))
    outbox.stop(true(), mailings=mails, why=LeftOut.OVER)
    ask_to_join(submission, name=pending.name, address=address, language=language)
    return replace(pending, address=address).sealed()
