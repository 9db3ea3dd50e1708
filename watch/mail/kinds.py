"""What a mail is. Each feature declares its own in its `mails` module; KINDS finds them by their kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

import icalendar
from sqlalchemy import ColumnElement

from watch.models import Area, Group, LeftOut, Mailing, Model, Purpose

About = TypeVar("About", bound=Model, contravariant=True)
Unless = Mapping[LeftOut, bool | ColumnElement[bool]]


class FromAddress(StrEnum):
    """The two fixed addresses that mail comes from, by the name of their setting."""

    ACCOUNT = "MAIL_ACCOUNT_FROM"
    NOTICES = "MAIL_NOTICES_FROM"


@dataclass(frozen=True)
class Mail(Generic[About]):
    """One kind of mail. To declare it is to register it in KINDS.

    `kind` is its name in the database and its folder in templates/email. Every mailing of it is `about` one
    row of this model (or of one of these models). `link` makes the address of the mail's one button, None
    where it has no button; with `for_row` a token of that purpose, made from the recipient's own row, is
    added to its end.

    `wanted_unless` is asked when a worker claims the rows: for each reason the condition under which a row is
    left out. It is a bool where it holds for the whole mailing, else a condition on OutboxRow, Mailbox and
    Person, so that a thousand recipients cost as much as one. A condition that is NULL leaves the row out.

    A `one_time` mail is never sent a second time when nobody knows whether it arrived. `list_of` names the
    group or area whose mailing list it belongs to, and the list can be unsubscribed from; None for mail about
    the reader's own doings. Mail `to_many` yields to mail that somebody waits for. `calendar` makes the
    calendar entry that the mail carries, of the mailing, the recipient's address and the mail's link.

    A mail about several things (a week's digest) is about one row that stands for them: its model holds or
    finds the things, and has a `group` if the templates name one. Such a model becomes a Parent in
    models/mail.py, with a migration for its column; nothing else knows what a mail can be about. All readers
    of a mailing in one language get the same text, so a digest is queued once for each group or area.
    """

    kind: str
    about: type[About] | tuple[type[About], ...]
    sender: FromAddress
    link: Callable[[About], str] | None
    wanted_unless: Callable[[About, datetime], Unless]
    for_row: Purpose | None = None
    one_time: bool = False
    list_of: Callable[[About], Group | Area] | None = None
    to_many: bool = False
    calendar: Callable[[Mailing, str, str | None], icalendar.Calendar] | None = None

    def __post_init__(self) -> None:
        if KINDS.setdefault(self.kind, self) is not self:
            raise ValueError(f"{self.kind} is declared twice")

    @property
    def precedence(self) -> int:
        """0 where somebody waits for the mail, 1 where it goes to many and comes after that."""
        return int(self.to_many or self.sender is FromAddress.NOTICES)


KINDS: dict[str, Mail[Any]] = {}
