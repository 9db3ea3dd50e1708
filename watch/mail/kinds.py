"""Defines a kind of mail. Each feature declares its own in its `mails` module, which fills KINDS."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

import icalendar
from sqlalchemy import ColumnElement

from watch.models import Area, Group, LeftOut, Mailing, Meeting, Model, Purpose

About = TypeVar("About", bound=Model, contravariant=True)
Unless = Mapping[LeftOut, bool | ColumnElement[bool]]


class FromAddress(StrEnum):
    """The two fixed sender addresses, by the name of their setting."""

    ACCOUNT = "MAIL_ACCOUNT_FROM"
    NOTICES = "MAIL_NOTICES_FROM"


@dataclass(frozen=True)
class Mail(Generic[About]):
    """One kind of mail. Declaring it registers it in KINDS.

    `kind` is its name in the database and its folder in templates/email. Every mailing of this kind is
    `about` one row of this model (or of one of these models). `link` returns the URL of the mail's only
    button; it is None if there is no button. With `for_row`, a token of that purpose from the recipient's own
    row is appended to the URL.

    `wanted_unless` is called when a worker claims the rows. It maps each reason to the condition for leaving
    a row out: a bool for the whole mailing, or a condition on OutboxRow, Mailbox and Person, so that a
    thousand recipients take one statement. A condition that is NULL leaves the row out.

    A `one_time` mail is never sent again when it is unknown whether it arrived. `list_of` returns the group
    or area whose mailing list a mailing belongs to and that can be unsubscribed from; it is None for mail
    about the reader's own actions. Such a mail can end, as those of a list do, with the link by which its
    reader chooses mails (`offers_choices`). A mail `to_many` goes after mail that somebody waits for.
    `calendar` makes the attached calendar entry, if there is one, from the mailing. A mail that
    `proves_address` when its link is pressed is tried once a day even at an address that bounced, so that its
    owner can show that it works again.

    `readers_of` returns what a mail says differently to each reader, from the ids of a message's rows: it is
    compiled once for each value, which the templates have as `readers`.

    A mail about several things (such as a weekly digest) is about one row that stands for them. Its model
    finds the things, and has a `group` if the templates name one. To add such a model, make it a Parent in
    models/mail.py, with a migration for its column. All readers of a mailing in one language get the same
    text, so a digest is queued once for each group or area.
    """

    kind: str
    about: type[About] | tuple[type[About], ...]
    sender: FromAddress
    link: Callable[[About], str] | None
    wanted_unless: Callable[[About, datetime], Unless]
    for_row: Purpose | None = None
    one_time: bool = False
    list_of: Callable[[Mailing], Group | Area] | None = None
    offers_choices: bool = False
    to_many: bool = False
    proves_address: bool = False
    calendar: Callable[[Mailing], icalendar.Calendar | None] | None = None
    readers_of: Callable[[Collection[int]], tuple[Any, ...]] | None = None

    def __post_init__(self) -> None:
        if KINDS.setdefault(self.kind, self) is not self:
            raise ValueError(f"{self.kind} is declared twice")

    @property
    def precedence(self) -> int:
        """The order of sending: 0 for mail that somebody waits for, 1 for mail to many."""
        return int(self.to_many or self.sender is FromAddress.NOTICES)


KINDS: dict[str, Mail[Any]] = {}

# By kind: how to find the meeting to which a mail calls its reader besides what it is about. It is kept when
# the mail is queued (Mailing.next_meeting_id). watch.meetings fills this, because mails to newcomers are
# declared to its left.
ALSO_CALLS: dict[str, Callable[[Any], Meeting | None]] = {}
