"""Counts and finds the recipients of a notice or of a meeting's mails, by mail and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from watch.errors import DomainError
from watch.extensions import db
from watch.models import (
    Building,
    Channel,
    Flat,
    Household,
    Language,
    Mailbox,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
)

Scopes = Mapping[int, frozenset[int] | None]  # ids of groups, each with those of stairwells; None: all


@dataclass(frozen=True)
class RecipientCounts:
    """How many a message reaches: people by mail, households on paper, and who is not reached.

    A household is on paper if one of its members has no working address. Of the `paper` households,
    `paper_dead_address` have an address that no longer works; in the others somebody gave none. `unreached`
    people have neither a working address nor a known flat. `declined` people said no to such mails and get
    no paper instead.
    """

    mail: int = 0
    paper: int = 0
    paper_dead_address: int = 0
    unreached: int = 0
    declined: int = 0

    @property
    def nobody(self) -> bool:
        """True if the message reaches nobody by mail or on paper."""
        return not self.mail and not self.paper

    @property
    def preview_token(self) -> str:
        """The previewed numbers as text, sent back with the form."""
        return f"{self.mail}-{self.paper_no_address}-{self.paper_dead_address}"

    def require_unchanged(self, previewed: str | None) -> None:
        """Raise CountChanged if the numbers differ from the previewed ones (a preview_token)."""
        if previewed and previewed != self.preview_token:
            raise CountChanged(self)

    @property
    def paper_no_address(self) -> int:
        """The number of paper households in which somebody gave no address and all others' work."""
        return self.paper - self.paper_dead_address


class CountChanged(DomainError):
    """The numbers have changed since the preview; `counts` are the current ones."""

    def __init__(self, counts: RecipientCounts) -> None:
        super().__init__(f"{counts.mail} by mail, {counts.paper} on paper")
        self.counts = counts


@dataclass(frozen=True)
class FlatOnPaper:
    """A flat that gets its copy of a mailing on paper, and the languages its members read.

    `bounced` means that a mail to the flat was not delivered. `state` is that of its paper: to print, printed
    or handed out.
    """

    flat_id: int
    household_id: int
    mailing_id: int
    group_id: int
    address: str
    sort_key: str
    number: str
    bounced: bool = False
    state: OutboxState = OutboxState.TO_PRINT
    languages: tuple[Language, ...] = ()

    @property
    def is_handed_out(self) -> bool:
        """True if the coordinator has ticked it."""
        return self.state is OutboxState.HANDED_OUT


def reached_by_mail(people: Select[int]) -> Select[int]:
    """Return a select of those of `people` (ids) whose address works."""
    return (
        select(Person.id)
        .join(Mailbox, Mailbox.id == Person.mailbox_id)
        .where(Person.id.in_(people), Mailbox.suppression.is_(None))
    )


def households_on_paper(*members: ColumnElement[bool]) -> Select[int]:
    """Return a select of the ids of households in which a current member has no working address.

    Such a member was promised paper, even if mail reaches somebody else of the household. `members` are
    conditions on Membership: which members count.
    """
    return (
        select(Household.id)
        .join(Membership, Membership.household_id == Household.id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Mailbox, Mailbox.id == Person.mailbox_id)
        .where(Membership.is_current, *members)
        .where(or_(Person.mailbox_id.is_(None), Mailbox.suppression.is_not(None)))
        .distinct()
    )


def count_recipients(
    people: Select[int], households: Select[int], *, audience: Select[int]
) -> RecipientCounts:
    """Count what a message to these people, and on paper to these households, reaches; one statement.

    Those of the `audience` who are not among `people` have declined such mails.
    """
    mail, paper = reached_by_mail(people).distinct().subquery(), households.distinct().subquery()
    dead_address = (
        select(func.count(Membership.household_id.distinct()))
        .join(Person, Person.id == Membership.person_id)
        .join(Mailbox, Mailbox.id == Person.mailbox_id)
        .where(
            Membership.is_current,
            Membership.household_id.in_(select(paper.c[0])),
            Mailbox.suppression.is_not(None),
        )
    )
    at_home = select(Membership.person_id).where(Membership.is_current, Membership.household_id.is_not(None))
    unreached = select(func.count(Person.id)).where(
        Person.id.in_(people), Person.id.not_in(at_home), Person.id.not_in(select(mail.c[0]))
    )
    declined = select(func.count(Person.id)).where(Person.id.in_(audience), Person.id.not_in(people))
    totals = [select(func.count()).select_from(each) for each in (mail, paper)]
    counts = [each.scalar_subquery() for each in (*totals, dead_address, unreached, declined)]
    return RecipientCounts(*db.session.execute(select(*counts)).one())


def flats_on_paper(mailings: Select[int], scopes: Scopes) -> list[FlatOnPaper]:
    """Return flats that get these mailings on paper, or whose mail bounced, in street order.

    A household that has moved out is left out. `scopes` are the reader's groups, each with the stairwells
    they work with (None: all).
    """
    flats: dict[int, FlatOnPaper] = {}
    for rows, is_bounced in ((_bounced(mailings).subquery(), True), (_papers(mailings).subquery(), False)):
        wanted = (
            select(Flat, Household.id, rows.c.mailing_id, rows.c.state, Building.group_id, Stairwell)
            .join(Household, Household.flat_id == Flat.id)
            .join(rows, rows.c.household_id == Household.id)
            .join(Stairwell, Stairwell.id == Flat.stairwell_id)
            .join(Building, Building.id == Stairwell.building_id)
            .where(Household.is_current, within(scopes))
            .order_by(rows.c.mailing_id)
        )
        read = _languages_of(select(rows.c.household_id))
        for flat, home, mailing, state, group, stairwell in db.session.execute(wanted):
            flats[flat.id] = FlatOnPaper(
                flat.id, home, mailing, group or 0, stairwell.address, stairwell.sort_key, flat.number,
                bounced=is_bounced or (flat.id in flats and flats[flat.id].bounced),
                state=OutboxState.TO_PRINT if is_bounced else state, languages=read.get(home, ()),
            )  # fmt: skip
    return sorted(flats.values(), key=lambda flat: (flat.sort_key, flat.number))


def is_list_kept(mailings: Select[int]) -> bool:
    """Return True if it is still known to whom these mailings went, by mail or on paper."""
    rows = select(OutboxRow.id).where(OutboxRow.mailing_id.in_(mailings))
    return db.session.scalar(rows.limit(1)) is not None


def all_have_mail(scopes: Scopes) -> bool:
    """Return True if everybody who lives in these groups and stairwells has an address that works."""
    lives_there = (
        select(Household.id)
        .join(Flat, Flat.id == Household.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(within(scopes))
    )
    on_paper = households_on_paper(Membership.household_id.in_(lives_there))
    return db.session.scalar(on_paper.limit(1)) is None


def _languages_of(households: Select[int | None]) -> dict[int, tuple[Language, ...]]:
    """Return the languages that the members of these households read, by household."""
    wanted = (
        select(Membership.household_id, Person.language)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.household_id.in_(households), Membership.is_current)
        .distinct()
    )
    read: dict[int, set[Language]] = {}
    for home, language in db.session.execute(wanted):
        if home is not None:
            read.setdefault(home, set()).add(language)
    return {home: tuple(each for each in Language if each in found) for home, found in read.items()}


def _papers(mailings: Select[int]) -> Select[int | None, int, OutboxState]:
    """Return a select of the newest paper of each household, unless it was cancelled."""
    papers = OutboxRow.mailing_id.in_(mailings), OutboxRow.channel == Channel.PAPER
    newest = select(func.max(OutboxRow.id)).where(*papers).group_by(OutboxRow.household_id)
    return select(OutboxRow.household_id, OutboxRow.mailing_id, OutboxRow.state).where(
        OutboxRow.id.in_(newest), OutboxRow.state != OutboxState.CANCELLED
    )


def _bounced(mailings: Select[int]) -> Select[int | None, int, OutboxState]:
    return (
        select(Membership.household_id, OutboxRow.mailing_id, OutboxRow.state)
        .join(OutboxRow, OutboxRow.person_id == Membership.person_id)
        .where(
            OutboxRow.mailing_id.in_(mailings), OutboxRow.state == OutboxState.BOUNCED, Membership.is_current
        )
    )


def within(scopes: Scopes) -> ColumnElement[bool]:
    """Return the condition on Building and Stairwell that it is in one of these groups and stairwells."""
    parts = [
        Building.group_id == group if stairwells is None
        else and_(Building.group_id == group, Stairwell.id.in_(stairwells))
        for group, stairwells in scopes.items()
    ]  # fmt: skip
    return or_(False, *parts)
