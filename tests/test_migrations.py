"""Checks the migrations on both databases: up, equal to the models, down to nothing, up again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Boolean, Column, Date, DateTime, Engine, MetaData, Table, inspect, select, text
from sqlalchemy.exc import DatabaseError

from tests import migrated
from tests.databases import fresh_database, quick_folder
from tests.factories import (
    make_area,
    make_building,
    make_group,
    make_landlord,
    make_member,
    make_person,
    make_request,
    make_verification,
)
from tests.page_client import PageClient
from tests.page_contract import text_of
from watch import tokens
from watch.errors import LinkExpired
from watch.extensions import db
from watch.joining.mails import ADDRESS_RECORDED
from watch.joining.service import confirming
from watch.mail import outbox
from watch.models import (
    AddressVerification,
    Flat,
    Group,
    JoinRequest,
    Letter,
    Mailing,
    Person,
    Purpose,
    RequestState,
    SignInLink,
    Stairwell,
    utcnow,
)
from watch.printing.service.delivery import take_back
from watch.tokens import BadToken

THEN = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
FOLDER = migrated.MIGRATIONS
AppAt = Callable[[str], Flask]


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, worker_id: str) -> Iterator[list[str]]:
    """The URLs of two empty databases without tables."""
    with ExitStack() as opened:
        if request.param == "sqlite":
            folder = opened.enter_context(quick_folder())
            yield [f"sqlite:///{folder}/{name}.db" for name in ("a", "b")]
        else:
            server = os.environ["WATCH_TEST_DATABASE_URL"]
            names = [f"watch_{name}_{worker_id}" for name in ("a", "b")]
            yield [opened.enter_context(fresh_database(server, name)) for name in names]


@pytest.fixture
def two_apps(places: list[str], make_app: Callable[..., Flask]) -> Iterator[list[Flask]]:
    """Two applications with empty databases without tables."""
    apps = [make_app(DATABASE_URL=url) for url in places]
    yield apps
    for app in apps:
        _leave(app)


@pytest.fixture
def app_at(places: list[str], make_app: Callable[..., Flask]) -> Iterator[AppAt]:
    """A function for the application with a database as the migrations make it up to a version."""
    apps = []

    def at(version: str) -> Flask:
        migrated.put(make_app, places[0], version)
        apps.append(make_app(DATABASE_URL=places[0]))
        return apps[-1]

    yield at
    for app in apps:
        _leave(app)


def _leave(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def test_migrations_make_what_the_models_say_and_can_be_taken_back(two_apps: list[Flask]) -> None:
    climbed, made = two_apps
    with made.app_context():
        db.create_all()
        wanted = _shape(db.engine)
    with climbed.app_context():
        upgrade(str(FOLDER))
        assert _differences(db.engine) == []
        assert _unlike(_shape(db.engine), wanted) == {}
        downgrade(str(FOLDER), revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        if db.engine.dialect.name == "sqlite":  # where nothing at all is left, the way up is the first one
            assert _left_behind(db.engine) == []
        else:
            upgrade(str(FOLDER))
            assert _unlike(_shape(db.engine), wanted) == {}


def _left_behind(engine: Engine) -> list[str]:
    """Return what a SQLite database holds besides empty tables of SQLite's and Alembic's own."""
    own = "('alembic_version', 'sqlite_sequence')"
    with engine.connect() as connection:
        return list(
            connection.scalars(
                text(
                    f"SELECT name FROM sqlite_master WHERE tbl_name NOT IN {own}"
                    " UNION ALL SELECT name FROM sqlite_sequence"
                    " UNION ALL SELECT version_num FROM alembic_version"
                )
            )
        )


def test_one_difference_of_a_schema_is_told_alone(two_apps: list[Flask]) -> None:
    app, _other = two_apps
    with app.app_context():
        db.create_all()
        shape = _shape(db.engine)
        assert _unlike(shape, _shape(db.engine)) == {}
        with db.engine.begin() as connection:
            connection.execute(text("DROP INDEX ix_watch_group_area_id"))
            connection.execute(text("CREATE TABLE stray (id INTEGER CONSTRAINT pk_stray PRIMARY KEY)"))
        unlike = _unlike(_shape(db.engine), shape)
    assert list(unlike) == ["stray", "watch_group: indexes ix_watch_group_area_id"]


def test_a_migration_that_fails_leaves_nothing_behind(two_apps: list[Flask], tmp_path: Path) -> None:
    app, _other = two_apps
    broken = tmp_path / "migrations"
    broken.mkdir()
    for path in FOLDER.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            target = broken / path.relative_to(FOLDER)
            target.parent.mkdir(exist_ok=True)
            target.write_text(path.read_text())
    with (broken / "versions" / "0001_places.py").open("a") as first:
        first.write(
            '\n\n_upgrade = upgrade\n\n\ndef upgrade() -> None:\n    _upgrade()\n    op.execute("nonsense")\n'
        )
    with app.app_context():
        with pytest.raises(DatabaseError):
            upgrade(str(broken))
        assert inspect(db.engine).get_table_names() == []


BEFORE_LISTS = {
    "area": [
        {"id": number, "slug": name, "name": name, "sort_key": name} for number, name in ((1, "a"), (2, "b"))
    ],
    "watch_group": [
        {"id": number, "area_id": area, "name": "G", "state": "active", "started_at": THEN,
         "counted_taking_part": 0}
        for number, area in ((1, 1), (2, 1), (3, 2))
    ],
    "person": [
        {"id": number, "name": b"", "language": "sv", "shows_name": False, "shows_email": False,
         "shows_phone": False, "created_at": THEN}
        for number in (1, 2, 3)
    ],
    "membership": [
        {"id": number, "person_id": person, "group_id": group, "notices": choice, "channel": "mail",
         "joined_at": THEN, "consent_at": THEN, "consent_version": "1", "consent_channel": "web"}
        for number, person, group, choice in (
            (1, 1, 1, "meetings"), (2, 1, 2, "everything"), (3, 1, 3, "nothing"), (4, 2, 1, "nothing"),
            (5, 3, 1, "everything"),
        )
    ],
    "meeting": [
        {"id": 7, "group_id": 1, "kind": "annual", "starts_at": THEN, "ends_at": THEN + timedelta(hours=1),
         "place": b"", "called_at": THEN, "counting": "not_yet"},
    ],
    "mailing": [{"id": 1, "kind": "meeting-called", "version": 1, "created_at": THEN, "meeting_id": 7}],
    "outbox_row": [
        {"id": number, "mailing_id": 1, "person_id": number, "language": "sv", "channel": "mail",
         "state": state, "precedence": 1, "attempts": attempts, "render_failures": 0,
         "created_at": THEN, "last_code": code}
        for number, state, attempts, code in (
            (1, "queued", 0, None), (2, "queued", 2, 451), (3, "uncertain", 1, None),
        )
    ],
}  # fmt: skip


def test_what_was_chosen_before_there_was_a_list_of_the_area_is_kept(app_at: AppAt) -> None:
    app = app_at("0017")
    with app.app_context():
        known = MetaData()
        known.reflect(db.engine)
        with db.engine.begin() as connection:
            for table, rows in BEFORE_LISTS.items():
                connection.execute(known.tables[table].insert(), rows)
        upgrade(str(FOLDER))
        with db.engine.begin() as connection:
            out = connection.execute(text("SELECT person_id, area_id FROM area_opt_out ORDER BY 1, 2")).all()
            doubts = connection.execute(text("SELECT id FROM outbox_row WHERE in_doubt")).scalars().all()
            named = connection.execute(text("SELECT uid FROM meeting")).scalars().all()
        assert [tuple(row) for row in out] == [(1, 2), (2, 1)]
        assert (doubts, named) == ([3], ["meeting-7"])


LATER = THEN + timedelta(minutes=1)
BEFORE_LETTERBOXES = {
    "area": [{"id": 1, "slug": "a", "name": "a", "sort_key": "a"}],
    "landlord": [{"id": 1, "name": "L"}],
    "property": [{"id": 1, "area_id": 1, "landlord_id": 1, "designation": "P 1"}],
    "watch_group": [
        {"id": 1, "area_id": 1, "name": "G", "state": "active", "started_at": THEN, "counted_taking_part": 0}
    ],
    "building": [
        {"id": 1, "property_id": 1, "name": "B", "address": "G 1", "sort_key": "g", "group_id": 1}
    ],
    "stairwell": [
        {"id": 1, "building_id": 1, "street": "G", "number": "1", "postcode": "1", "city": "B",
         "sort_key": "g", "nonce": b"s" * 16}
    ],
    "flat": [{"id": number, "stairwell_id": 1, "number": f"100{number}"} for number in (1, 2)],
    "household": [
        {"id": 1, "flat_id": 1, "status": "invited", "status_at": LATER},
        {"id": 2, "flat_id": 2, "status": "declined", "status_at": LATER},
    ],
    "letter": [
        {"id": number, "group_id": 1, "flat_id": number, "printed_at": THEN,
         "expires_at": THEN + timedelta(days=30), "nonce": bytes([number]) * 16}
        for number in (1, 2)
    ],
    "checklist_item": [{"id": 1, "group_id": 1, "step": "meeting_booked", "done_on": THEN.date()}],
}  # fmt: skip


def test_letters_that_counted_go_on_counting_and_can_be_taken_back(app_at: AppAt) -> None:
    app = app_at("0022")
    with app.app_context():
        known = MetaData()
        known.reflect(db.engine)
        with db.engine.begin() as connection:
            for table, rows in BEFORE_LETTERBOXES.items():
                connection.execute(known.tables[table].insert(), rows)
        upgrade(str(FOLDER))
        letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
        assert [each.delivered_at for each in letters] == [LATER, THEN]
        assert [each.discarded_at for each in letters] == [None, None]
        booked = db.session.execute(text("SELECT done_on, meeting_on FROM checklist_item")).one()
        assert booked.meeting_on is None  # its own day is not known
        take_back(db.session.get_one(Group, 1), letters, by=make_person("Amina", "amina@example.org"))
        status = text("SELECT status FROM household ORDER BY id")
        assert db.session.scalars(status).all() == ["not_contacted", "declined"]
        db.session.rollback()


@dataclass(frozen=True)
class Recorded:
    """A neighbour on paper whose address was recorded at the door, and the token of its mailed link."""

    verification: AddressVerification
    token: str


def _recorded(name: str, group: Group, flat: Flat, person: Person | None = None) -> Recorded:
    person = person or make_person(name, f"{name.lower()}@example.org")
    verification = make_verification(person, make_member(make_person(name), group, flat))
    outbox.queue(ADDRESS_RECORDED, to=person, about=verification)
    return Recorded(verification, tokens.make(Purpose.CONFIRM_REQUEST, verification))


OLD_REQUESTS = text("SELECT id, nonce, state, floor_tries FROM join_request WHERE membership_id IS NOT NULL")
OLD_MAILS = text("SELECT join_request_id, kind FROM mailing ORDER BY id")
KINDS = select(Mailing.address_verification_id, Mailing.kind).order_by(Mailing.id)


def test_an_address_that_was_recorded_at_a_door_keeps_its_link_there_and_back(
    app_at: AppAt,
) -> None:
    """Greta has not answered, Gösta's is verified, Gerd was taken back; Farah asks herself as well."""
    app = app_at(migrated.NEWEST)
    with app.app_context():
        house = make_building(make_area("boda", "Boda"), make_landlord(), "Gatan", (1,))
        group, flats = make_group(house), house.stairwells[0].flats
        kim = make_request(make_person("Kim", "kim@example.org"), group, house.stairwells[0]).id
        greta, gosta, gerd = (
            _recorded(name, group, flat)
            for name, flat in zip(("Greta", "Gösta", "Gerd"), flats, strict=False)
        )
        gosta.verification.membership.person = gosta.verification.person
        gosta.verification.ended_at = gerd.verification.ended_at = utcnow()
        greta.verification.floor_tries = 2
        farah = make_person("Farah", "farah@example.org")
        asks = make_request(farah, group, house.stairwells[0])
        asking, door = tokens.make(Purpose.CONFIRM_REQUEST, asks), _recorded("Farah", group, flats[3], farah)
        db.session.commit()
        named = {"greta": greta, "gosta": gosta, "gerd": gerd}
        ids = {name: each.verification.id for name, each in named.items()}
        nonce, own, recorded_for = greta.verification.nonce, asks.id, door.verification.membership_id
        db.session.remove()

        downgrade(str(FOLDER), revision="0021")
        with db.engine.begin() as connection:
            old = {row.id: row for row in connection.execute(OLD_REQUESTS)}
            mails = [tuple(row) for row in connection.execute(OLD_MAILS)]
        assert {row.id: row.state for row in old.values()} == {
            ids["greta"]: "unconfirmed", ids["gosta"]: "approved", ids["gerd"]: "withdrawn", own: "waiting",
        }  # fmt: skip
        assert (bytes(old[ids["greta"]].nonce), old[ids["greta"]].floor_tries) == (nonce, 2)
        assert mails[:3] == [(number, "join-confirm") for number in ids.values()]

        upgrade(str(FOLDER))
        found = db.session.scalars(select(AddressVerification).order_by(AddressVerification.id)).all()
        assert {row.id: row.ended_at is None for row in found} == {
            ids["greta"]: True, ids["gosta"]: False, ids["gerd"]: False, own: True,
        }  # fmt: skip
        assert [tuple(row) for row in db.session.execute(KINDS)][:3] == [
            (number, "address-recorded") for number in ids.values()
        ]
        behind = confirming.open_link(greta.token)
        assert [each.id for each in behind.verifications] == [ids["greta"]]
        assert behind.verifications[0].floor_tries == 2
        assert confirming.open_link(gosta.token).is_member
        with pytest.raises(LinkExpired):
            confirming.open_link(gerd.token)
        for token in (asking, door.token):  # what she asked herself, and what was recorded, wait behind both
            behind = confirming.open_link(token)
            assert [each.id for each in behind.waiting] == [own]
            assert [each.membership_id for each in behind.verifications] == [recorded_for]
        waits = select(JoinRequest.id).where(JoinRequest.state == RequestState.WAITING)
        assert list(db.session.scalars(waits.order_by(JoinRequest.id))) == [kim, own]
        db.session.rollback()


BEFORE_PARTS = {
    **{name: BEFORE_LETTERBOXES[name] for name in ("area", "landlord", "property")},
    **{name: BEFORE_LETTERBOXES[name] for name in ("watch_group", "building")},
    "stairwell": [
        {"id": number, "building_id": 1, "street": "G", "number": str(number), "postcode": "1", "city": "B",
         "sort_key": f"g{number}", "nonce": bytes([number]) * 16}
        for number in (1, 2)
    ],
    "meeting": [
        {"id": number, "uid": f"u{number}", "group_id": 1, "stairwell_id": stairwell, "kind": "annual",
         "starts_at": THEN, "ends_at": LATER, "place": b"", "called_at": THEN, "counting": "not_yet",
         "sequence": 1}
        for number, stairwell in ((1, None), (2, 2))
    ],
}  # fmt: skip
PARTS = "SELECT meeting_id, group_id, stairwell_id, state FROM meeting_part ORDER BY id"
SINCE_PARTS = (
    "UPDATE meeting SET kind = 'joint' WHERE id = 1",
    "INSERT INTO meeting_part (meeting_id, group_id, stairwell_id, state) VALUES (2, 1, 1, 'takes_part')",
    "INSERT INTO meeting (id, uid, area_id, kind, starts_at, ends_at, place, called_at, counting, sequence)"
    " SELECT 8, 'area', 1, 'citizens', starts_at, ends_at, place, called_at, counting, sequence"
    " FROM meeting WHERE id = 1",
    "INSERT INTO meeting (id, uid, group_id, kind, starts_at, ends_at, place, counting, sequence)"
    " SELECT 9, 'draft', 1, kind, starts_at, ends_at, place, counting, sequence FROM meeting WHERE id = 1",
    "INSERT INTO meeting_part (meeting_id, group_id, stairwell_id, state) VALUES (9, 1, NULL, 'takes_part')",
)


def test_whom_a_meeting_is_for_is_kept_and_going_back_nobody_loses_it(app_at: AppAt) -> None:
    app = app_at("0031")
    with app.app_context():
        known = MetaData()
        known.reflect(db.engine)
        with db.engine.begin() as connection:
            for table, rows in BEFORE_PARTS.items():
                connection.execute(known.tables[table].insert(), rows)
        upgrade(str(FOLDER), revision="0034")
        with db.engine.begin() as connection:
            parts = [tuple(row) for row in connection.execute(text(PARTS))]
            for statement in SINCE_PARTS:
                connection.execute(text(statement))
        assert parts == [(1, 1, None, "takes_part"), (2, 1, 2, "takes_part")]
        downgrade(str(FOLDER), revision="0031")
        with db.engine.begin() as connection:
            left = connection.execute(text("SELECT id, kind, stairwell_id FROM meeting ORDER BY id")).all()
        assert [tuple(row) for row in left] == [(1, "annual", None), (2, "annual", None)]


def test_a_welcome_keeps_the_meeting_that_it_named_when_it_was_sent(app_at: AppAt) -> None:
    """Of three coming meetings the first is another stairwell's; the second was moved behind the third since.

    A welcome from before all calls named none, and one of after that move names the third.
    """
    hour, day = timedelta(hours=1), timedelta(days=1)
    meetings = [(1, 2, 3, THEN), (2, None, 20, THEN), (3, None, 9, THEN), (4, None, 2, THEN + 5 * day)]
    sent = {1: THEN + hour, 2: THEN - hour, 3: THEN + 3 * day, 4: None}
    before = BEFORE_LETTERBOXES | {
        "stairwell": [
            {**BEFORE_LETTERBOXES["stairwell"][0], "id": number, "number": str(number),
             "nonce": bytes([number]) * 16}
            for number in (1, 2)
        ],
        "person": [
            {**BEFORE_LISTS["person"][0], "id": number} for number in sent
        ],
        "membership": [
            {"id": number, "person_id": number, "group_id": 1, "stairwell_id": 1, "notices": "everything",
             "channel": "mail", "joined_at": THEN, "consent_at": THEN, "consent_version": "1",
             "consent_channel": "web"}
            for number in sent
        ],
        "meeting": [
            {"id": number, "uid": f"m{number}", "group_id": 1, "stairwell_id": stairwell, "kind": "annual",
             "starts_at": THEN + days * day, "ends_at": THEN + days * day + hour, "place": b"",
             "called_at": called, "counting": "not_yet", "sequence": 1,
             "cancelled_at": THEN + 6 * day if number == 3 else None}
            for number, stairwell, days, called in meetings
        ],
        "meeting_change": [
            {"meeting_id": 2, "changed_at": THEN + 2 * day, "starts_at": THEN + 8 * day,
             "ends_at": THEN + 8 * day + hour, "place": b""},
        ],
        "mailing": [
            {"id": number, "kind": "join-approved", "version": 1, "created_at": THEN, "membership_id": number}
            for number in sent
        ],
        "outbox_row": [
            {"mailing_id": number, "person_id": number, "language": "sv", "channel": "mail",
             "state": "sent" if moment else "queued", "precedence": 0, "attempts": 1, "render_failures": 0,
             "in_doubt": False, "nonce": bytes([number]) * 16, "created_at": THEN, "settled_at": moment}
            for number, moment in sent.items()
        ],
    }  # fmt: skip
    del before["household"], before["letter"], before["checklist_item"]
    app = app_at("0031")
    with app.app_context():
        known = MetaData()
        known.reflect(db.engine)
        with db.engine.begin() as connection:
            for table, rows in before.items():
                connection.execute(known.tables[table].insert(), rows)
        with time_machine.travel(THEN + 7 * day):
            upgrade(str(FOLDER))
        named = select(Mailing.id, Mailing.next_meeting_id).order_by(Mailing.id)
        assert dict(db.session.execute(named).all()) == {1: 2, 2: None, 3: 3, 4: 2}
        db.session.rollback()


LIVES = {  # by group, and the kind that the last step gets
    1: (("starting", "active", "closed", "active"), "reopened"),
    2: (("starting", "active", "dormant", "closed", "dormant"), "reopened"),
    3: (("starting", "active", "closed", "starting"), None),  # started anew
    4: (("starting", "active", "closed"), None),
    5: (("starting", "active", "dormant", "active"), None),
    6: (("active", "active"), None),  # something else changed
}


def test_a_closing_that_was_taken_back_is_known_as_that(app_at: AppAt) -> None:
    app = app_at("0061")
    with app.app_context():
        known = MetaData()
        known.reflect(db.engine)
        steps = [
            {"group_id": group, "state": state, "at": THEN + timedelta(days=day)}
            for group, (states, _kind) in LIVES.items()
            for day, state in enumerate(states)
        ]
        groups = [
            {"id": group, "area_id": 1, "name": "G", "state": states[-1], "started_at": THEN,
             "counted_taking_part": 0}
            for group, (states, _kind) in LIVES.items()
        ]  # fmt: skip
        with db.engine.begin() as connection:
            connection.execute(known.tables["area"].insert(), BEFORE_LISTS["area"][:1])
            connection.execute(known.tables["watch_group"].insert(), groups)
            connection.execute(known.tables["group_transition"].insert(), steps)
        upgrade(str(FOLDER), revision="0062")
        kinds = text("SELECT group_id, kind FROM group_transition ORDER BY group_id, at")
        with db.engine.begin() as connection:
            found = connection.execute(kinds).all()
        for group, (states, kind) in LIVES.items():
            of_group = [each for number, each in found if number == group]
            assert of_group == [None] * (len(states) - 1) + [kind]


def test_migrations_are_one_numbered_row() -> None:
    script = ScriptDirectory(str(FOLDER))
    revisions = [revision.revision for revision in reversed(list(script.walk_revisions()))]
    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]
    files = sorted(path.name[:4] for path in (FOLDER / "versions").glob("*.py"))
    assert files == revisions


def _differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "target_metadata": db.metadata}
        )
        return list(compare_metadata(context, db.metadata))


def _shape(engine: Engine) -> dict[str, dict[str, Any]]:
    """Return tables with columns, keys, checks and indexes by name, as the database reports them."""
    found = inspect(engine)
    return {
        table: {
            "columns": {
                each["name"]: (str(each["type"]), each["nullable"]) for each in found.get_columns(table)
            },
            "primary key": found.get_pk_constraint(table),
            "gives a number once": _gives_once(engine, table),
            "foreign keys": _by_name(found.get_foreign_keys(table)),
            "unique": _by_name(found.get_unique_constraints(table)),
            "checks": {
                name: _plain(each["sqltext"])
                for name, each in _by_name(found.get_check_constraints(table)).items()
            },
            "indexes": {name: _index(each) for name, each in _by_name(found.get_indexes(table)).items()},
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def _unlike(got: dict[str, Any], wanted: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return only what differs, so that a failure shows one column or check and not two schemas."""
    unlike = {}
    for table in sorted(got.keys() | wanted.keys()):
        if table not in got or table not in wanted:
            unlike[table] = ("there" if table in got else None, "there" if table in wanted else None)
            continue
        ours, theirs = _parts(got[table]), _parts(wanted[table])
        for part in sorted(ours.keys() | theirs.keys()):
            if ours.get(part) != theirs.get(part):
                unlike[f"{table}: {part}"] = (ours.get(part), theirs.get(part))
    return unlike


def _parts(table: dict[str, Any]) -> dict[str, Any]:
    """Return each column, key, check and index of a table by its kind and name."""
    parts: dict[str, Any] = {}
    for kind, things in table.items():
        is_named = kind not in {"primary key", "gives a number once"}
        parts |= {f"{kind} {name}": each for name, each in things.items()} if is_named else {kind: things}
    return parts


def _gives_once(engine: Engine, table: str) -> bool:
    """Return True if the id of an erased row is never given again; PostgreSQL's sequences never do."""
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        made = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
        return "AUTOINCREMENT" in connection.execute(made, {"table": table}).scalar_one()


def _by_name(rows: list[Any]) -> dict[str, Any]:
    assert all(row["name"] for row in rows), "every constraint has a name"
    return {row["name"]: row for row in rows}


def _plain(sql: str) -> str:
    return "".join(sql.split()).strip("()")


def _index(index: Any) -> dict[str, Any]:
    """Return an index with its condition in a comparable form."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return {**index, "dialect_options": options}


OLD_ROWS = (
    "INSERT INTO area (id, slug, name, sort_key) VALUES (1, 'norrby', 'Norrby', 'norrby')",
    "INSERT INTO landlord (id, name) VALUES (1, 'AB Bostäder i Borås')",
    "INSERT INTO property (id, area_id, landlord_id, designation) VALUES (1, 1, 1, 'Magasinet 1')",
    "INSERT INTO building (id, property_id, name, address, sort_key)"
    " VALUES (1, 1, 'Hus 1', 'Magasinsgatan 7', 'magasinsgatan 7')",
    "INSERT INTO stairwell (id, building_id, street, number, postcode, city, sort_key, poster_generation)"
    " VALUES (17, 1, 'Magasinsgatan', '7', '504 35', 'Borås', 'magasinsgatan 7', 3)",
    "INSERT INTO person (id, name, language, shows_name, shows_email, shows_phone, created_at)"
    " VALUES (1, 'not readable', 'sv', false, false, false, '2026-11-01 12:00:00')",
    "INSERT INTO sign_in_link (id, person_id, created_at, expires_at)"
    " VALUES (1, 1, '2026-11-01 12:00:00', '2126-11-01 12:10:00')",
)


def _old_mark(app: Flask, purpose: str, row: int, generation: int) -> bytes:
    """Return a MAC as links and codes had before rows had a nonce: derived from the id."""
    facts = f"{purpose}\0{row}\0{generation}".encode()
    return hmac.digest(app.extensions["keyring"].link_key, facts, hashlib.sha256)[:15]


def test_posters_that_hang_keep_their_codes_and_mailed_links_of_before_open_nothing(
    app_at: AppAt,
) -> None:
    app = app_at("0017")
    with app.app_context():
        with db.engine.begin() as connection:
            for row in OLD_ROWS:
                connection.execute(text(row))
        upgrade(str(FOLDER))
        stairwell = db.session.get_one(Stairwell, 17)
        number = int.from_bytes(_old_mark(app, "poster", 17, 3))
        printed = "".join(tokens.CROCKFORD[number >> 5 * place & 31] for place in range(8))
        assert tokens.code(Purpose.POSTER, stairwell.nonce) == printed
        mark = _old_mark(app, "sign-in", 1, 0)
        mailed = base64.urlsafe_b64encode(struct.pack(">QB", 1, 0) + mark).decode()
        with pytest.raises(BadToken):
            tokens.row_of(Purpose.SIGN_IN, SignInLink, mailed)
        assert len(db.session.get_one(SignInLink, 1).nonce) == 16
        db.session.rollback()


def test_a_table_made_anew_gives_no_number_of_an_erased_row(app_at: AppAt, tmp_path: Path) -> None:
    app = app_at(migrated.NEWEST)
    with app.app_context():
        with db.engine.begin() as connection:
            for number in (1, 2, 3):
                connection.execute(text(f"INSERT INTO landlord (name) VALUES ('Värd {number}')"))
            connection.execute(text("DELETE FROM landlord WHERE id > 1"))
        downgrade(str(FOLDER), revision="-1")
        upgrade(str(FOLDER))
        with db.engine.begin() as connection:
            connection.execute(text("INSERT INTO landlord (name) VALUES ('Nästa')"))
            assert connection.execute(text("SELECT max(id) FROM landlord")).scalar_one() == 4


BEFORE = Path(__file__).parent / "data" / "database_0020.json"
READ_ON = datetime(2026, 9, 14, 8, 31, tzinfo=UTC)  # a minute after it was written


def test_every_mailed_link_and_printed_code_of_an_older_database_goes_on(
    app_at: AppAt,
) -> None:
    """The rows, and what their links answered, as the program at migration 0020 wrote them down."""
    app = app_at("0020")
    before = json.loads(BEFORE.read_text())
    with app.app_context(), time_machine.travel(READ_ON, tick=False):
        known = MetaData()
        known.reflect(db.engine)
        with db.engine.begin() as connection:
            for table in known.sorted_tables:
                if rows := before["rows"].get(table.name):
                    connection.execute(table.delete())
                    connection.execute(table.insert(), [_typed(table, row) for row in rows])
                    if _counts_itself(table) and db.engine.dialect.name == "postgresql":
                        connection.execute(
                            text(f"SELECT setval('{table.name}_id_seq', max(id)) FROM {table.name}")
                        )
        upgrade(str(FOLDER))
        client = PageClient(app)
        answers = [[kind, path, *_answer(client, path, then)] for kind, path, then, *_more in before["links"]]
    assert answers == before["links"]


def _counts_itself(table: Table) -> bool:
    return "id" in table.c and table.c.id.server_default is not None  # nextval, on PostgreSQL


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row from JSON, with the Python types of its columns."""
    return {name: _value(table.c[name], value) for name, value in row.items()}


def _value(column: Column[Any], value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    if value is None or not isinstance(column.type, (Boolean, Date, DateTime)):
        return value
    if isinstance(column.type, Boolean):
        return bool(value)
    moment = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return moment if isinstance(column.type, DateTime) else moment.date()


def _answer(client: PageClient, path: str, then: int) -> list[Any]:
    """Status, where it leads, and the heading of a page, which may have moved to another address."""
    page = client.get(path)
    if page.status == 303 and then == 200:
        page = page.follow()
    return [page.status, page.location, text_of(page.tree.find(".//h1")) if page.status == 200 else None]
