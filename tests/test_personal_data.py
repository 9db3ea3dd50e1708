"""Checks that every personal-data column is annotated, and that a stolen database names nobody."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import JSON, Column, Enum, LargeBinary, String, text

from tests.cast import Scene
from tests.factories import (
    make_contact,
    make_interest,
    make_invitation,
    make_meeting,
    make_notice,
    make_person,
    make_request,
    store,
)
from watch.crypto import Encrypted, EncryptedBytes
from watch.extensions import db
from watch.mail import outbox as mails
from watch.meetings.mails import MEETING_CALLED
from watch.models import ContactRole, Personal, RequestState, SignIn

PERSONS = {"person", "household", "mailbox"}
CONTROL = "Våglängdsgatan"  # a public address; finding it shows that the search works


def columns() -> Iterator[tuple[str, Column[object]]]:
    """Yield every column of every table, with its name."""
    for table in db.metadata.sorted_tables:
        yield from ((f"{table.name}.{column.name}", column) for column in table.columns)


def test_every_column_that_holds_text_says_whether_it_is_about_a_person() -> None:
    silent = [
        name
        for name, column in columns()
        if isinstance(column.type, String | LargeBinary | JSON | Encrypted)
        and not isinstance(column.type, Enum)
        and not {"personal", "impersonal"} & set(column.info)
    ]
    assert silent == [], "mark the column with personal(…) or impersonal(…), watch/models/base.py"


def test_every_column_that_points_to_a_person_is_marked() -> None:
    silent = [
        name
        for name, column in columns()
        if {key.column.table.name for key in column.foreign_keys} & PERSONS and "personal" not in column.info
    ]
    assert silent == []


def test_marks_say_why_and_how_long() -> None:
    empty = [
        name
        for name, column in columns()
        if isinstance(mark := column.info.get("personal"), Personal)
        and not (mark.why.strip() and mark.kept.strip())
    ]
    empty += [name for name, column in columns() if column.info.get("impersonal") == ""]
    both = [name for name, column in columns() if {"personal", "impersonal"} <= set(column.info)]
    assert (empty, both) == ([], [])


def test_an_encrypted_column_names_itself() -> None:
    wrong = {
        name: c.type.column
        for name, c in columns()
        if isinstance(c.type, Encrypted | EncryptedBytes) and c.type.column != name
    }
    assert wrong == {}, "a sealed value can only be opened in the column it was made for"


def test_personal_text_is_encrypted_or_a_keyed_hash() -> None:
    keyed = {"mailbox.address_index", "sign_in_link.browser_index", "sign_in.id", "rate_count.key"}
    keyed |= {"invitation.declined_index", "refusal.address_index", "join_request.asked_index"}
    keyed |= {"address_change.browser_index"}
    in_clear = [
        name
        for name, column in columns()
        if "personal" in column.info
        and isinstance(column.type, String | LargeBinary)
        and not isinstance(column.type, Enum | Encrypted)
        and name not in keyed
    ]
    assert in_clear == []


def test_a_stolen_database_tells_no_name_no_address_and_no_phone(app: Flask, scene: Scene) -> None:
    _forget_other_tests()
    secrets = _fill(scene)
    db.session.commit()
    stolen = _dump(app)
    assert CONTROL.encode() in stolen, "the search finds nothing, not even what is there"
    found = [secret for secret in secrets for form in _forms(secret) if form in stolen]
    assert found == []


def _forget_other_tests() -> None:
    """Empty SQLite's log, which still holds what other tests wrote, names in clear included."""
    if db.engine.dialect.name == "sqlite":
        db.session.commit()
        with closing(sqlite3.connect(str(db.engine.url.database))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill(scene: Scene) -> list[str]:
    """Fill every encrypted column. Return all that must not be readable."""
    people = [
        scene.amina,
        scene.bengt,
        scene.carin,
        scene.dawit,
        scene.elsa,
        scene.farah,
        scene.gun,
        scene.hodan,
    ]
    people += [
        scene.ivan,
        scene.jenny,
        make_person("Kerstin Ström", "kerstin@example.org", phone="+46701740612"),
    ]
    request = make_request(people[-1], scene.group, scene.stairwell_1, state=RequestState.DECLINED)
    request.reason = "Bor på andra sidan gården"
    make_interest(scene.jenny, scene.langgatan)
    make_invitation(scene.group, "lova@example.org", by=scene.bengt)
    meeting = make_meeting(scene.group, place="Hemma hos Ingegerd", by=scene.amina)
    meeting.about = "Belysningen vid Ragnhilds fönster"
    make_notice(scene.group, "Hälsning från Sigbritt", "Torvald har lagat porten.", by=scene.amina)
    contact = make_contact(ContactRole.LANDLORD, "Bostäder i Borås", scene.house)
    contact.name, contact.email, contact.phone = "Yngve Lundström", "yngve@example.org", "+46337000001"
    row = mails.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    assert row
    row.last_text = "550 carin finns inte"
    store(SignIn(id="random", person=scene.carin, device="Firefox hos Carin"))
    words = [
        request.reason,
        meeting.place,
        meeting.about,
        "Sigbritt",
        "Torvald",
        "lova@example.org",
        "finns inte",
    ]
    words += [contact.name, contact.email, contact.phone, "Firefox hos Carin"]
    for person in people:
        words += [person.name, *person.name.split()]
        words += [person.mailbox.address, person.mailbox.address.partition("@")[0]] if person.mailbox else []
        words += [person.phone] if person.phone else []
    return words


def _forms(secret: str) -> set[bytes]:
    """Return the forms in which a text could stand in a file."""
    return {
        form.encode(encoding) for form in (secret, secret.casefold()) for encoding in ("utf-8", "utf-16-le")
    }


def _dump(app: Flask) -> bytes:
    """Return what a thief would get: SQLite's file with its log, PostgreSQL's tables as text."""
    if db.engine.dialect.name == "sqlite":
        file = Path(str(db.engine.url.database))
        parts = sorted(file.parent.glob(f"{file.name}*"))
        # By another process: closing a file that SQLite has open releases all locks of this process on it
        # (POSIX).
        return subprocess.run(["cat", *parts], check=True, capture_output=True).stdout
    tables = [table.name for table in db.metadata.sorted_tables]
    stolen = b""
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        with raw.cursor() as cursor:
            for table in tables:
                with cursor.copy(text(f'COPY "{table}" TO STDOUT').text.encode()) as copy:
                    stolen += b"".join(bytes(part) for part in copy)
        connection.rollback()
    return stolen + _unhexed(stolen)


def _unhexed(dump: bytes) -> bytes:
    """Return the bytes of PostgreSQL's `\\x…` columns, as they are in its files."""
    words = dump.replace(b"\n", b"\t").split(b"\t")
    return b"\t".join(bytes.fromhex(word[3:].decode()) for word in words if word.startswith(b"\\\\x"))


def test_a_value_in_clear_would_be_found(app: Flask, scene: Scene) -> None:
    scene.group.name = "Carin Öberg"
    db.session.commit()
    assert any(form in _dump(app) for form in _forms("Carin Öberg"))
