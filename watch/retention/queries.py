"""Everything that the product holds about a person, for that person alone (GDPR, articles 15 and 20).

It is read from the models themselves, so that a new column is part of it without a word here. A row is about
whoever its `person_id` names. A row that another column names a person in (`by_id`, `called_by_id`) is
something they did, and part of it if it is in OWN_ACTS; of the others the audit trail says what was done and
when. Other people are never named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, and_, func, or_, select
from sqlalchemy.orm import joinedload

from watch.crypto import EncryptedBytes
from watch.extensions import db
from watch.models import (
    Area,
    AuditEntry,
    Building,
    Coordinator,
    Finding,
    Flat,
    Group,
    Household,
    Invitation,
    Landlord,
    Mailbox,
    Mailing,
    Meeting,
    MeetingAnswer,
    Membership,
    Model,
    Notice,
    NoticeText,
    Person,
    Stairwell,
)

Row = dict[str, Any]

ABOUT = ("person_id", "sender_id")  # columns that say whom a row is about; any other names who did it
OWN_ACTS = frozenset(
    {
        "checkin_link", "checklist_item", "finding", "finding_step", "group_transition", "letter_pack",
        "list_upload", "meeting", "meeting_change", "meeting_part", "notes_aside", "notes_draft", "notice",
        "operation", "outreach_entry", "promise", "published_notes", "report", "report_edition",
    }
)  # fmt: skip
OTHERS_ROWS = {  # rows that somebody did something to, each with whose they are
    "coordinator": "of who was appointed",
    "invitation": "of who was invited",
    "join_request": "of who asked",
    "knock": "of who opened the door",
    "letter": "of the flat; when it was used would say who joined",
    "meeting_answer": "of the household, which all who live there read",
    "membership": "of who was admitted",
}
OWN_WORDS = frozenset(  # what the doer of a row has written, though the column may name others
    {
        "meeting.place",
        "meeting.about",
        "meeting.cancel_reason",
        "meeting.link",
        "meeting.reminder_text",
        "finding.what",
        "finding.outcome",
        "finding_step.text",
        "group_transition.reason",
        "notes_draft.text",
        "notes_aside.text",
        "published_notes.text",
        "outreach_entry.place",
        "meeting_change.place",
        "meeting_change.about",
        "meeting_change.link",
    }
)
LEFT_OUT = {  # tables with personal columns that are not a person's own, each with the reason
    "rate_count": "a keyed mark that nobody can read back, gone within 30 days",
    "refusal": "a keyed mark of an address, from which nobody can read whose it is",
    "contact_question": "where a contact person was mailed, who has no account",
    "finding_link": "where a contact person was mailed, who has no account",
    "letter_file": "letters to flats, drawn for a day; it names nobody",
    "contact_person": "is published on the page of contacts, and belongs to no account",
}
HIDDEN = frozenset({"random", "a machine's name and a number"})  # impersonal columns that tell nothing
PLACES: dict[str, Callable[[Any], Any]] = {  # the tables that a number is replaced by words of
    "area": lambda area: area.name,
    "landlord": lambda landlord: landlord.name,
    "watch_group": lambda group: group.name,
    "building": lambda building: building.address,
    "stairwell": lambda stairwell: stairwell.address,
    "flat": lambda flat: f"{flat.stairwell.address}, {flat.number}",
    "household": lambda home: f"{home.flat.stairwell.address}, {home.flat.number}",
    "mailbox": lambda mailbox: mailbox.address,
    "finding": lambda finding: finding.what,
    "meeting": lambda meeting: meeting.starts_at,
    "mailing": lambda mailing: mailing,  # a page says its subject, a file its kind
}
MODELS: dict[str, type[Model]] = {
    each.__tablename__: each
    for each in (
        Area,
        Landlord,
        Group,
        Building,
        Stairwell,
        Flat,
        Household,
        Mailbox,
        Finding,
        Meeting,
        Mailing,
    )
}

BESIDE: dict[type[Model], list[Any]] = {  # what most subjects tell of
    Mailing: [joinedload(Mailing.meeting), joinedload(Mailing.notice)]
}


@dataclass(frozen=True)
class Held:
    """Rows of one table that are about a person, or by them (`by` is the column that says so)."""

    table: str
    by: str | None
    rows: Sequence[Row]


def own_data(person: Person) -> list[Held]:
    """Return everything held about a person, by table, the latest rows first; empty tables are left out."""
    found = [
        Held(table.name, None if is_about else column.name, _rows(table, column == person.id, is_about))
        for table, column, is_about in owned()
    ]
    found += [Held(table.name, None, _rows(table, which, True)) for table, which in _through(person)]
    return [each for each in found if each.rows]


def owned() -> list[tuple[Table, Column[Any], bool]]:
    """Return each column that names a person, with its table, and whether the row is about that person."""
    columns = [(Person.__table__, Person.__table__.c.id, True)]
    columns += [
        (table, column, column.name in ABOUT)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if "person" in _targets(column) and (column.name in ABOUT or table.name in OWN_ACTS)
    ]
    return columns  # type: ignore[return-value]  # every model's table is a Table


def _through(person: Person) -> list[tuple[Table, ColumnElement[bool]]]:
    """Return the tables whose rows are a person's by way of another row, each with the condition."""
    mine = select(Membership.id).where(Membership.person_id == person.id)
    homes = select(Membership.household_id).where(Membership.person_id == person.id, Membership.is_current)
    notices = select(Notice.id).where(Notice.by_id == person.id)
    sharing = select(func.count(Person.id)).where(Person.mailbox_id == person.mailbox_id).scalar_subquery()
    of_mine = and_(AuditEntry.about_kind == "membership", AuditEntry.about_id.in_(mine))
    duties = select(Coordinator.id).where(Coordinator.person_id == person.id)
    of_duty = and_(AuditEntry.about_kind == "coordinator", AuditEntry.about_id.in_(duties))
    of_me = and_(AuditEntry.about_kind == "person", AuditEntry.about_id == person.id)
    ways: dict[type[Model], ColumnElement[bool]] = {
        Mailbox: Mailbox.id == person.mailbox_id,
        Household: Household.id.in_(homes),
        MeetingAnswer: MeetingAnswer.household_id.in_(homes),
        # of a mailbox that several share nobody can say whom an invitation was for
        Invitation: and_(Invitation.mailbox_id == person.mailbox_id, sharing == 1),
        NoticeText: NoticeText.notice_id.in_(notices),
        AuditEntry: or_(AuditEntry.by_id == person.id, of_me, of_mine, of_duty),
    }
    return [(model.__table__, which) for model, which in ways.items()]  # type: ignore[misc]  # a model's table is one


def tables_read() -> set[str]:
    """Return the names of the tables that are read for a person's own data."""
    through = {"mailbox", "household", "invitation", "notice_text", "audit_entry"}
    return {table.name for table, _column, _is_about in owned()} | through


def shown(table: Table, *, is_about: bool) -> list[Column[Any]]:
    """Return the columns of a table that its person sees: nobody else's name, no keys, nothing random."""
    return [column for column in table.columns if _is_shown(column, is_about)]


def _is_shown(column: Column[Any], is_about: bool) -> bool:
    if column.primary_key or column.info.get("impersonal") in HIDDEN:
        return False
    if isinstance(column.type, LargeBinary | EncryptedBytes):
        return False  # a keyed mark, or a file
    if targets := _targets(column):
        return bool(targets & PLACES.keys()) and (is_about or "personal" not in column.info)
    if column.name.endswith("_id"):
        return False  # a number that means nothing outside
    name = f"{column.table.name}.{column.name}"
    return is_about or "personal" not in column.info or name in OWN_WORDS


def _targets(column: Column[Any]) -> set[str]:
    return {key.column.table.name for key in column.foreign_keys}


def _rows(table: Table, which: ColumnElement[bool], is_about: bool) -> list[Row]:
    columns = shown(table, is_about=is_about)
    if not columns:
        return []
    (key,) = table.primary_key.columns
    rows = db.session.execute(select(*columns).where(which).order_by(key.desc())).mappings().all()
    words = {column.name: _words_for(column, rows) for column in columns}
    return [
        {name.removesuffix("_id"): words[name](value) for name, value in row.items() if value is not None}
        for row in rows
    ]


def _words_for(column: Column[Any], rows: Iterable[Any]) -> Callable[[Any], Any]:
    """Return what turns a column's values into words: a number of a place into its name, by one statement."""
    for target in _targets(column) & PLACES.keys():
        numbers = {row[column.name] for row in rows} - {None}
        model = MODELS[target]
        (key,) = model.__table__.primary_key.columns  # type: ignore[attr-defined]  # a model's table is one
        wanted = select(model).where(key.in_(numbers)).options(*BESIDE.get(model, []))
        found = db.session.scalars(wanted)
        names = {each.id: PLACES[target](each) for each in found}  # type: ignore[attr-defined]  # all have an id
        return names.get
    return lambda value: value


def plain(value: Any) -> Any:
    """Return a value as text that a program reads: times in UTC, choices and mails by their English names."""
    match value:
        case Enum():
            return value.value
        case Mailing():
            return value.kind
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
    return value
