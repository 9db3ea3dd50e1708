"""Checks that everything a transaction takes away is in the journal before it commits."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.cast import Scene
from tests.factories import flat_of, make_interest, make_invitation, make_letter, make_meeting, make_person
from tests.faults.processes import environment
from tests.journal.lines import change_settings, is_erased, is_said, journal, place, said_of
from tests.page_client import PageClient
from tests.retention.nights import erase_all
from watch import journal as journals
from watch.accounts.service.officers import end_office
from watch.extensions import db
from watch.groups.errors import FlatTaken
from watch.groups.queries.members import active_membership
from watch.groups.service.choices import choose_notices, i_have_moved, take_back, withdraw_interest
from watch.groups.service.coordinators import end_appointment
from watch.groups.service.households import move_out
from watch.groups.service.members import admit, leave
from watch.interest.service import take_back_name, tell_name
from watch.invitations.service.invited import revoke
from watch.joining.service.answering import decline_invitation, lift_refusal
from watch.journal.reading import last_words
from watch.meetings import service as meetings
from watch.models import (
    Answer,
    Coordinator,
    Household,
    HouseholdStatus,
    Interest,
    JournalHost,
    JournalState,
    Language,
    MeetingKind,
    MeetingPart,
    Membership,
    NoticeChoice,
    Officer,
    Person,
    Refusal,
    utcnow,
)
from watch.printing.queries import poster_code
from watch.printing.service.posters import renew_poster


def membership_of(person: Person, scene: Scene) -> Membership:
    """Return the membership in the scene's group."""
    found = active_membership(person, scene.group)
    assert found
    return found


def test_who_leaves_stands_in_the_journal_with_the_household_that_is_empty(scene: Scene) -> None:
    membership = membership_of(scene.carin, scene)
    leave(membership, by=scene.carin)
    db.session.commit()
    assert membership.household
    assert membership.left_at
    assert said_of(membership) == {"left_at": membership.left_at.isoformat()}
    assert said_of(membership.household) == {
        "status": "not_contacted",
        "status_at": membership.household.status_at.isoformat(),
        "flat_id": membership.household.flat_id,
    }
    assert not is_said(membership_of(scene.dawit, scene)), "a word on somebody who did nothing"


def test_what_ends_by_a_statement_stands_there_too(scene: Scene) -> None:
    flat = membership_of(scene.dawit, scene).household.flat
    invitation, letter = (
        make_invitation(scene.group, "x@example.org", flat=flat),
        make_letter(flat, scene.group),
    )
    other = make_letter(flat_of(scene.stairwell_1, "1203"), scene.group)
    db.session.commit()
    move_out(flat, by=scene.amina)
    db.session.commit()
    assert said_of(invitation)["state"] == "revoked"
    assert said_of(letter)["ended_at"] == letter.ended_at.isoformat()
    assert not is_said(other)


def test_what_is_given_back_is_the_last_word(scene: Scene) -> None:
    membership = membership_of(scene.carin, scene)
    leave(membership, by=scene.carin)
    db.session.commit()
    take_back(membership, by=scene.carin)
    db.session.commit()
    assert said_of(membership) == {"left_at": None}
    choose_notices(membership, NoticeChoice.NOTHING, by=scene.carin)
    db.session.commit()
    assert said_of(membership)["notices"] == "nothing"
    choose_notices(membership, NoticeChoice.EVERYTHING, by=scene.carin)
    db.session.commit()
    assert said_of(membership)["notices"] == "everything"


def test_a_group_that_says_no_to_a_joint_gathering_stands_there(scene: Scene) -> None:
    meeting = make_meeting(scene.other_group, by=scene.ivan)
    part = MeetingPart.invited(scene.group)
    meeting.parts.append(part)
    db.session.commit()
    meetings.take_part(meeting, scene.group, by=scene.amina)
    db.session.commit()
    meetings.decline(meeting, scene.group, by=scene.amina)
    db.session.commit()
    assert part.decided_at
    assert said_of(part) == {"state": "declined", "decided_at": part.decided_at.isoformat()}


def test_what_a_savepoint_took_back_is_not_said(scene: Scene) -> None:
    """Somebody else lives there by now, so undoing fails half-way, and the page says so."""
    membership = membership_of(scene.carin, scene)
    i_have_moved(membership, by=scene.carin)
    db.session.commit()
    assert membership.household
    db.session.add(Household(flat_id=membership.household.flat_id))
    db.session.commit()
    with pytest.raises(FlatTaken):
        take_back(membership, by=scene.carin)
    choose_notices(membership, NoticeChoice.NOTHING, by=scene.carin)
    db.session.commit()
    assert said_of(membership)["left_at"] is not None
    assert said_of(membership.household)["ended_at"] is not None


def test_interest_that_a_click_or_joining_ends_is_said_and_so_is_the_answer_that_goes_with_it(
    scene: Scene,
) -> None:
    jennys, farahs = make_interest(scene.jenny, scene.langgatan), make_interest(scene.farah, scene.house)
    begins = utcnow() + timedelta(days=9)
    plan = meetings.Plan(MeetingKind.START, begins, begins + timedelta(hours=1), "Norrbyhuset")
    meeting = meetings.call(meetings.planned_for_interested(scene.langgatan, plan), by=scene.gun)
    answer = meetings.answer(meeting, scene.jenny, Answer.YES)
    db.session.commit()
    withdraw_interest(jennys)
    admit(scene.farah, scene.group, stairwell=scene.stairwell_3)
    db.session.commit()
    for interest in (jennys, farahs):
        assert interest.ended_at is not None
        assert said_of(interest) == {"ended_at": interest.ended_at.isoformat()}
    assert is_erased(answer)


def test_roles_offices_posters_names_and_refusals_are_said(scene: Scene) -> None:
    bengts = db.session.scalars(select(Coordinator).where(Coordinator.person_id == scene.bengt.id)).one()
    guns = db.session.scalars(select(Officer).where(Officer.person_id == scene.gun.id).order_by(Officer.id))
    office = guns.first()
    assert office
    end_appointment(bengts, by=scene.amina)
    end_office(office.area, scene.gun)
    renew_poster(scene.stairwell_1, poster_code(scene.stairwell_1), by=scene.amina)
    invitation = make_invitation(scene.group, "aldrig@example.org", by=scene.amina)
    other = make_invitation(scene.group, "ny@example.org", by=scene.amina)
    db.session.commit()
    decline_invitation(invitation, never_again=True)
    revoke(other, by=scene.amina)
    interest = Interest(building=scene.langgatan, person=scene.jenny)
    db.session.add(interest)
    tell_name(interest)
    db.session.commit()
    take_back_name(interest)
    db.session.commit()
    refusal = db.session.scalars(select(Refusal)).one()
    assert said_of(bengts) == {"ended_at": bengts.ended_at.isoformat()}
    assert said_of(office) == {"ended_at": office.ended_at.isoformat()}
    assert said_of(scene.stairwell_1)["poster_index"] == scene.stairwell_1.poster_index.hex()
    assert said_of(invitation)["declined_index"] == refusal.address_index.hex()
    assert said_of(invitation)["mailbox_id"] is None
    assert said_of(other)["state"] == "revoked"
    assert said_of(interest) == {"named_at": None}
    assert said_of(refusal) == {}
    lift_refusal(refusal.address_index)
    db.session.commit()
    assert is_erased(refusal)


def test_of_names_and_phones_it_says_only_that_they_were_changed(scene: Scene) -> None:
    change_settings(scene.carin, name="Kim", phone=None, shows_name=False)
    db.session.commit()
    assert said_of(scene.carin) == {"name": True, "phone": True, "shows_name": False}
    written = b"".join(path.read_bytes() for path in place().iterdir())
    said = ("Kim", "Carin", "46701740607", "701740607", "@")  # shorter ones stand in random names by chance
    assert [word for word in said if word.encode() in written] == []
    change_settings(scene.dawit, language=Language.ENGLISH)
    db.session.commit()
    assert not is_said(scene.dawit)


def test_who_is_erased_at_night_is_said(scene: Scene, olga: Person) -> None:
    membership = db.session.scalars(select(Membership).where(Membership.person_id == olga.id)).one()
    mailbox = olga.mailbox
    assert mailbox
    month = timedelta(days=31)
    membership.joined_at = membership.consent_at = utcnow() - 3 * month
    membership.left_at, olga.created_at = utcnow() - month, utcnow() - 3 * month
    db.session.commit()
    erased = [("membership", membership.id), ("person", olga.id), ("mailbox", mailbox.id)]
    erase_all()
    words = last_words(journal().lines)
    assert [words[table][str(number)] for table, number in erased] == [None, None, None]


def test_a_new_row_says_nothing(scene: Scene) -> None:
    made = make_person("Ny Granne", "ny@example.org")
    db.session.commit()
    assert not is_said(made)


def test_a_statement_that_finds_nothing_takes_as_long_as_one_that_does(
    scene: Scene, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    """Otherwise response time would reveal whether somebody had asked or takes part."""
    invitation = make_invitation(scene.group, "ny@example.org", by=scene.amina)
    db.session.commit()

    def press(number: int) -> tuple[list[str], int]:
        before = len(journal().lines) if db.session.get(JournalState, 1) else 0
        with statements(everywhere=True) as seen:
            db.session.execute(update(Household).where(Household.id == number).values(ended_at=utcnow()))
            db.session.commit()
        return seen, len(journal().lines) - before

    household = membership_of(scene.carin, scene).household_id
    assert household
    assert press(household) == press(household + 900_000)
    assert invitation.id


def test_a_transaction_that_the_database_does_not_keep_leaves_a_void_line(scene: Scene) -> None:
    membership = membership_of(scene.carin, scene)

    def refuse(_connection: Connection) -> None:
        raise RuntimeError("the disk is full")

    event.listen(db.engine, "commit", refuse)
    leave(membership, by=scene.carin)
    try:
        with pytest.raises(RuntimeError):
            db.session.commit()
    finally:
        event.remove(db.engine, "commit", refuse)
    db.session.rollback()
    db.session.execute(update(Household).where(Household.id == 0).values(ended_at=utcnow()))
    db.session.commit()
    assert not is_said(membership)
    assert membership.left_at is None


def test_a_connection_that_breaks_at_the_commit_leaves_the_line(scene: Scene) -> None:
    """It is unknown whether the transaction was kept, so it counts as taken away."""
    if db.engine.dialect.name == "sqlite":
        return  # it is in this process
    membership = membership_of(scene.carin, scene)
    db.session.execute(update(Household).where(Household.id == 0).values(ended_at=utcnow()))
    db.session.commit()

    def break_it(connection: Connection) -> None:
        (number,) = connection.exec_driver_sql("SELECT pg_backend_pid()").one()
        with db.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})

    leave(membership, by=scene.carin)
    event.listen(db.engine, "commit", break_it)
    try:
        with pytest.raises(DBAPIError):
            db.session.commit()
    finally:
        event.remove(db.engine, "commit", break_it)
    db.session.rollback()
    assert said_of(membership)["left_at"] is not None


DYING = """
import os, sys
from sqlalchemy import event
from watch import create_app
from watch.extensions import db
from watch.groups.service.members import leave
from watch.models import Membership
app = create_app()
with app.app_context():
    event.listen(db.engine, "commit", lambda connection: os._exit(9))
    leave(db.session.get_one(Membership, int(sys.argv[1])))
    db.session.commit()
"""


def test_a_crash_between_the_line_and_the_commit_counts_as_taken_away(app: Flask, scene: Scene) -> None:
    membership = membership_of(scene.carin, scene)
    db.session.execute(update(Household).where(Household.id == 0).values(ended_at=utcnow()))
    db.session.commit()
    number = str(membership.id)
    db.session.rollback()  # SQLite: reading here holds the right to write
    settings = environment(
        {
            "WATCH_ENV": "development",
            "WATCH_DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
            "WATCH_JOURNAL": app.config["JOURNAL"],
            "WATCH_QUEUE_URL": "memory:",
        }
    )
    died = subprocess.run([sys.executable, "-c", DYING, number], env=settings, check=False)
    assert died.returncode == 9
    db.session.expire_all()
    assert membership.left_at is None
    assert said_of(membership)["left_at"] is not None


def test_the_next_line_stands_below_one_that_was_torn(scene: Scene) -> None:
    leave(membership_of(scene.carin, scene), by=scene.carin)
    db.session.commit()
    (file,) = place().glob("*.jsonl")
    with file.open("ab") as torn:
        torn.write(b'{"serial":4,"rows":{"membership":{"12')
    membership = membership_of(scene.dawit, scene)
    leave(membership, by=scene.dawit)
    db.session.commit()
    assert journal().unreadable == 1
    assert said_of(membership)["left_at"] is not None


def test_nothing_is_taken_away_where_the_journal_cannot_be_written(
    app: Flask, scene: Scene, client: PageClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    membership = membership_of(scene.carin, scene)
    (tmp_path / "full").write_text("no folder")
    monkeypatch.setitem(app.config, "JOURNAL", str(tmp_path / "full"))
    leave(membership, by=scene.carin)
    with pytest.raises(NotADirectoryError):
        db.session.commit()
    db.session.rollback()
    assert membership.left_at is None
    page = client.get("/readyz")
    assert (page.status, page.response.get_data(as_text=True)) == (
        503,
        "journal and database do not agree\n",
    )


def test_files_and_folders_are_for_us_alone(scene: Scene) -> None:
    leave(membership_of(scene.carin, scene), by=scene.carin)
    db.session.commit()
    modes = {path.suffix: oct(path.stat().st_mode & 0o777) for path in place().iterdir()}
    assert modes == {".jsonl": "0o600", ".marker": "0o600"}
    assert oct(place().stat().st_mode & 0o777) == "0o700"


def test_each_machine_keeps_its_own_file_and_the_database_knows_them(
    app: Flask, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, person in (("a.example.org", scene.carin), ("b/c", scene.dawit)):
        monkeypatch.setitem(app.config, "HOST_NAME", name)
        leave(membership_of(person, scene), by=person)
        db.session.commit()
    ours = {"a.example.org", "b%2Fc"}
    assert {path.stem for path in place().glob("*.marker")} >= ours
    assert {name: begins for name, begins in journal().hosts.items() if name in ours} == dict.fromkeys(
        ours, 0
    )
    assert set(db.session.scalars(select(JournalHost.name))) >= ours
    serials = [line["serial"] for line in journal().lines if "line" in line]
    assert serials == sorted(set(serials))
    assert db.session.get_one(JournalState, 1).serial == serials[-1]


def test_files_of_long_ago_are_taken_out_when_a_month_begins(app: Flask, scene: Scene) -> None:
    leave(membership_of(scene.carin, scene), by=scene.carin)
    db.session.commit()
    (now,) = place().glob("*.jsonl")
    host = now.name.removesuffix(f".{utcnow():%Y-%m}.jsonl")
    last_month = utcnow().replace(day=1) - timedelta(days=1)
    names = f"{host}.2020-01", f"{host}.{last_month:%Y-%m}", "another.2020-01"
    old, young, anothers = (place() / f"{name}.jsonl" for name in names)
    for path in (old, young, anothers):
        path.write_text(json.dumps({"journal": place().name, "host": "x", "from": 1}) + "\n")
    now.unlink()
    leave(membership_of(scene.dawit, scene), by=scene.dawit)
    db.session.commit()
    assert [path.exists() for path in (old, young, anothers, now)] == [False, True, False, True]


def test_a_statement_has_to_say_which_rows_it_changes(scene: Scene) -> None:
    with pytest.raises(NotImplementedError):
        db.session.execute(update(Household), [{"id": 1, "status": HouseholdStatus.DECLINED}])
    db.session.rollback()


def test_a_machine_that_is_not_seen_any_more_is_forgotten(scene: Scene) -> None:
    gone = JournalHost(name="gone", seen_at=utcnow() - timedelta(days=91))
    db.session.add_all([gone, JournalHost(name="away", seen_at=utcnow() - timedelta(days=89))])
    journals.beat()
    db.session.commit()
    names = set(db.session.scalars(select(JournalHost.name)))
    assert ("gone" in names, "away" in names) == (False, True)


def test_a_beat_raises_the_serial_and_the_marker(scene: Scene) -> None:
    serial = db.session.get_one(JournalState, 1).serial
    journals.beat()
    db.session.commit()
    assert (db.session.get_one(JournalState, 1).serial, marker()) == (serial + 1, serial + 1)
    journals.beat()
    db.session.rollback()
    assert (db.session.get_one(JournalState, 1).serial, marker()) == (serial + 1, serial + 1)


def marker() -> int:
    """Return what this machine's marker says."""
    (file,) = place().glob("*.marker")
    return int(file.read_text())
