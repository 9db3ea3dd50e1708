"""A wrong address, changed by whoever has just asked with it."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import select, true, update

from watch import browser_state as carried
from watch.accounts.service import mailbox_for_asking
from watch.extensions import db
from watch.joining.service.asking import ask_to_join, asked_index
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
class Asked:
    """What somebody has just written in the form, as their own browser carries it; nobody reads it there.

    It holds what was typed, never what was found: the cookie is the same whoever the address belongs to.
    """

    stairwell_id: int
    flat_id: int | None
    letter_id: int | None
    invitation_id: int | None
    name: str
    address: str
    consent: ConsentChannel
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    at: float = field(default_factory=lambda: utcnow().timestamp())

    @classmethod
    def now(cls, before: str | None, **typed: Any) -> Asked:
        """What is sent now; the same person who has just sent it from here is the same who asks."""
        last, asked = cls.opened(before), cls(**typed)
        is_again = last is not None and (last.name, last.address) == (asked.name, asked.address)
        return replace(asked, secret=last.secret) if last and is_again else asked

    def sealed(self) -> str:
        """For the cookie."""
        return carried.sealed(asdict(self))

    @classmethod
    def opened(cls, cookie: str | None) -> Asked | None:
        """From the cookie; None where there is nothing that could be changed any more."""
        facts = carried.opened(cookie)
        try:
            return cls(**facts) if facts else None
        except TypeError:  # of another version of the program
            return None


def change_address(asked: Asked, address: str, *, language: Language) -> Asked:
    """Ask again with another address. The first mail's link dies with its request, unless it was confirmed.

    The same statements run whatever has become of the request. Returns what the browser carries from now
    on. Raises NotOpen, FlatElsewhere.
    """
    mailbox = mailbox_for_asking(address)
    ours = JoinRequest.asked_index == asked_index(asked.secret)
    elsewhere = select(Person.id).where(Person.mailbox_id != mailbox.id)
    wrong = ours, JoinRequest.state == RequestState.UNCONFIRMED, JoinRequest.person_id.in_(elsewhere)
    withdrawn = {"state": RequestState.WITHDRAWN, "decided_at": utcnow()}
    db.session.execute(update(JoinRequest).where(*wrong).values(withdrawn))
    ended = select(JoinRequest.id).where(ours, JoinRequest.state == RequestState.WITHDRAWN)
    mails = select(Mailing.id).where(Mailing.join_request_id.in_(ended))
    outbox.stop(true(), mailings=mails, why=LeftOut.OVER)
    ask_to_join(
        db.session.get_one(Stairwell, asked.stairwell_id), address, asked.name,
        flat=db.session.get(Flat, asked.flat_id) if asked.flat_id else None, language=language,
        letter=db.session.get(Letter, asked.letter_id) if asked.letter_id else None, secret=asked.secret,
        invitation=db.session.get(Invitation, asked.invitation_id) if asked.invitation_id else None,
        consent=ConsentChannel(asked.consent),
    )  # fmt: skip
    return replace(asked, address=address)
