"""Checks restoring yesterday's backup: nobody who left is back, and nothing is sent again."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer

import psycopg
import pytest
import time_machine
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, select, text

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_finding,
    make_group,
    make_invitation,
    make_member,
    make_partner,
    make_person,
    make_request,
)
from tests.faults.processes import ROOT
from tests.journal.lines import place
from tests.ops.installation import Installation, differences, everything, installation
from tests.page_client import PageClient
from tests.retention.nights import erase_all
from watch import clock, jobs, journal, tokens
from watch.accounts.service.officers import end_office
from watch.accounts.service.people import save_settings
from watch.accounts.service.signing_in import ask_for_link, sign_in, sign_out_everywhere
from watch.accounts.sessions import load_sign_in
from watch.crypto import Keyring
from watch.extensions import db
from watch.groups.service.choices import choose_notices
from watch.groups.service.coordinators import end_appointment
from watch.groups.service.members import leave
from watch.invitations.mails import JOIN_APPROVED
from watch.invitations.service.invited import revoke
from watch.joining.service.answering import decline_invitation
from watch.journal import files
from watch.journal.state import IS_OLD
from watch.language import STOCKHOLM
from watch.mail import outbox as mails
from watch.meetings.service import Plan, call, planned
from watch.models import (
    FINDINGS_KEPT,
    Area,
    Channel,
    Coordinator,
    Finding,
    FindingStatus,
    InvitationState,
    JournalState,
    Language,
    MeetingKind,
    Membership,
    NoticeChoice,
    Officer,
    OldPoster,
    OutboxState,
    Person,
    Refusal,
    RequestState,
    SignIn,
    utcnow,
)
from watch.ops.copies.numbers import SKIPPED
from watch.partners.service import end_page
from watch.printing.queries import poster_code
from watch.printing.service.posters import renew_poster
from watch.records.service.merging import merge
from watch.tokens import Purpose

__all__ = ["installation"]


def membership_of(person: Person, scene: Scene) -> Membership:
    """Return the membership in the scene's group, ended or not."""
    mine = Membership.person_id == person.id, Membership.group_id == scene.group.id
    return db.session.scalars(select(Membership).where(*mine)).one()


def coordinator(person: Person) -> Coordinator:
    """Return somebody's appointment."""
    return db.session.scalars(select(Coordinator).where(Coordinator.person_id == person.id)).one()


def hide(person: Person) -> None:
    """Hide the name from neighbours."""
    save_settings(
        person, name=person.name, language=person.language, phone=person.phone,
        shows_name=False, shows_email=False, shows_phone=False,
    )  # fmt: skip


def signed_in(person: Person) -> SignIn:
    """Return a browser that is signed in by the mailed link."""
    assert person.mailbox
    link = ask_for_link(person.mailbox.address, browser="phone", language=Language.SWEDISH)
    db.session.flush()
    return sign_in(link, person, browser="phone", device="Chrome/Android")


def test_a_restore_takes_nothing_back(
    scene: Scene, olga: Person, carins_husband: Person, installation: Installation, outbox: Outbox
) -> None:
    poster = scene.stairwell_1.poster_index
    invitation = make_invitation(scene.group, "ny@example.org", by=scene.amina)
    never = make_invitation(scene.group, "aldrig@example.org", by=scene.amina)
    phone, kept = signed_in(scene.amina), signed_in(scene.hodan)
    waits = mails.queue(JOIN_APPROVED, to=scene.ivan, about=membership_of(scene.dawit, scene))
    assert waits
    month_ago = utcnow() - timedelta(days=31)
    past = membership_of(olga, scene)
    past.joined_at = past.consent_at = olga.created_at = month_ago - timedelta(days=9)
    past.left_at = month_ago + timedelta(days=2)  # erased tomorrow
    carins_husband.shows_name = True
    db.session.commit()
    olgas, cookies = olga.id, (phone.id, kept.id)
    page = make_partner(scene.jenny, scene.group.area)
    db.session.commit()
    before = everything()
    copy = installation.backup()

    leave(membership_of(scene.carin, scene), by=scene.carin)
    end_appointment(coordinator(scene.bengt), by=scene.amina)
    end_office(scene.group.area, scene.gun)
    end_page(page, by=scene.gun)
    revoke(invitation, by=scene.amina)
    decline_invitation(never, never_again=True)
    assert renew_poster(scene.stairwell_1, poster_code(scene.stairwell_1), by=scene.amina)
    choose_notices(membership_of(scene.dawit, scene), NoticeChoice.NOTHING, by=scene.dawit)
    sign_out_everywhere(scene.amina)
    hide(carins_husband)
    renewed = scene.stairwell_1.poster_index
    db.session.commit()
    past.left_at = month_ago
    db.session.commit()
    erase_all()
    assert db.session.get(Person, olgas) is None

    told = installation.says("restore", copy, "--yes")

    assert membership_of(scene.carin, scene).left_at is not None
    assert coordinator(scene.bengt).ended_at is not None
    offices = select(Officer.area_id).where(Officer.person_id == scene.gun.id)
    assert db.session.scalars(offices).all() == [scene.langgatan.property.area_id]
    assert invitation.state is InvitationState.REVOKED
    assert (never.mailbox_id, never.state) == (None, InvitationState.DECLINED)
    assert db.session.scalars(select(Refusal.address_index)).all() == [never.declined_index]
    assert scene.stairwell_1.poster_index == renewed != poster
    assert db.session.scalars(select(OldPoster.code_index)).all() == [poster]
    assert membership_of(scene.dawit, scene).notices is NoticeChoice.NOTHING
    assert not carins_husband.shows_name
    assert db.session.get(Person, olgas) is None
    assert [load_sign_in(cookie) for cookie in cookies] == [None, None]
    assert (waits.state, waits.next_at) == (OutboxState.HELD, None)
    assert "      1  members who left or moved\n" in told
    assert "      3  mails are held: flask outbox redrive --held sends them" in told
    assert differences(before, everything()) == {
        "membership": Counter(left_at=1, notices=1, row=1),
        "household": Counter(status=2, status_at=2),  # Carin's, and Olga's, where nobody is left either
        "coordinator": Counter(ended_at=1),
        "officer": Counter(row=1),  # erased the night after it ended
        "partner": Counter(row=1),  # the same
        "invitation": Counter(state=2, ended_at=2, mailbox_id=1, declined_index=1),
        "refusal": Counter(row=1),
        "stairwell": Counter(nonce=1, poster_index=1),
        "old_poster": Counter(row=1),
        "person": Counter(shows_name=1, row=1),
        "mailbox": Counter(row=2),  # Olga's, and the one that is never written to again
        "sign_in": Counter(ended_at=2),
        "outbox_row": Counter(state=3, next_at=3),
        # what a restore itself leaves: its trace, what it sealed, the clock's day, last night's numbers, the
        # journal's state
        "audit_entry": Counter(row=1, block=2),
        "audit_block": Counter(row=1),
        "clock_run": Counter(row=21),
        "area_month": Counter(row=3),
        "watch_group": Counter(counted_taking_part=1, counted_flats=2, counted_at=2),
        "journal_state": Counter(serial=1, epoch=1, restored_at=1),
    }


def test_no_old_link_signs_in_and_no_cookie_opens_the_house(
    app: Flask, scene: Scene, installation: Installation, client: PageClient
) -> None:
    assert scene.carin.mailbox
    link = ask_for_link(scene.carin.mailbox.address, browser="phone", language=Language.SWEDISH)
    db.session.flush()
    address = f"/login/{tokens.make(Purpose.SIGN_IN, link)}"
    house = f"/groups/{scene.group.id}/house"
    assert [client.get(address).status, client.get(house, as_=scene.amina).status] == [200, 200]
    copy = installation.backup()
    sign_out_everywhere(scene.amina)
    installation.says("restore", copy, "--yes")
    assert client.get(address).status == 410
    assert client.post(address).status == 410
    assert (client.get(house, as_=scene.amina).location or "").startswith("/login")


def test_the_same_copy_restored_twice_is_as_good(scene: Scene, installation: Installation) -> None:
    copy = installation.backup()
    leave(membership_of(scene.carin, scene), by=scene.carin)
    installation.says("restore", copy, "--yes")
    first = state()
    assert first.restored_at is not None
    before = (first.serial, first.epoch, first.database)
    leave(membership_of(scene.dawit, scene), by=scene.dawit)
    installation.says("restore", copy, "--yes")
    again = state()
    assert [membership_of(each, scene).left_at is None for each in (scene.carin, scene.dawit)] == [
        False,
        False,
    ]
    assert (again.serial > before[0], again.epoch != before[1], again.database) == (True, True, before[2])
    assert before[1] > 0
    assert installation.says("outbox", "status")


def test_a_copy_made_after_a_restore_is_restored_too(scene: Scene, installation: Installation) -> None:
    first = installation.backup()
    leave(membership_of(scene.carin, scene), by=scene.carin)
    installation.says("restore", first, "--yes")
    second = installation.backup("today")
    leave(membership_of(scene.dawit, scene), by=scene.dawit)
    told = installation.says("restore", second, "--yes")
    assert [membership_of(each, scene).left_at is None for each in (scene.carin, scene.dawit)] == [
        False,
        False,
    ]
    assert "      1  members who left or moved\n" in told, "what the copy has is not played"


def test_numbers_are_not_given_again(scene: Scene, installation: Installation) -> None:
    copy = installation.backup()
    given = []
    for _ in range(2):
        young = make_person("Ny Granne")
        db.session.commit()
        given.append(young.id)
        installation.says("restore", copy, "--yes")
    last = make_person("Ny Granne")
    db.session.commit()
    if not remembers_numbers():
        pytest.skip("the tables give the numbers of erased rows again")
    assert given[0] + SKIPPED <= given[1]
    assert given[1] + SKIPPED <= last.id


def remembers_numbers() -> bool:
    """Return True if the database knows which ids it has given."""
    return db.engine.dialect.name == "postgresql" or inspect(db.engine).has_table("sqlite_sequence")


def test_what_the_clock_has_sent_since_is_not_sent_again(
    scene: Scene, installation: Installation, outbox: Outbox
) -> None:
    """The reminder was sent this morning, which last night's copy does not know."""
    begins = datetime(2026, 4, 1, 16, tzinfo=UTC)
    with time_machine.travel(begins - timedelta(days=30)):
        plan = Plan(MeetingKind.STAIRWELL, begins, begins + timedelta(hours=1), "Tvättstugan")
        call(planned(scene.group, plan), by=scene.amina)
    with time_machine.travel(begins - timedelta(days=7, hours=2)):
        copy = installation.backup()
        clock.run_due(jobs.JOBS)
        sent = sorted(outbox.names())
        assert "meeting-reminder" in sent
        installation.says("restore", copy, "--yes")
        assert sorted(outbox.names()) == sent
        assert {row.state for row in outbox.rows() if row.channel is Channel.MAIL} == {OutboxState.HELD}
        assert clock.run_due(jobs.JOBS) == []
        assert sorted(outbox.names()) == sent
        told = installation.says("outbox", "drop")
    assert told == f"{len(sent)} rows are left out.\n"
    assert {row.state for row in outbox.rows() if row.channel is Channel.MAIL} == {OutboxState.CANCELLED}


def test_what_is_too_old_by_now_is_erased(scene: Scene, olga: Person, installation: Installation) -> None:
    """The journal need not say so: the rows of last month's copy are a month older now."""
    past, olgas = membership_of(olga, scene), olga.id
    past.joined_at = past.consent_at = olga.created_at = utcnow() - timedelta(days=90)
    past.left_at = utcnow() - timedelta(days=40)
    copy = installation.backup()
    installation.says("restore", copy, "--yes")
    assert db.session.get(Person, olgas) is None


def test_words_of_findings_that_were_erased_since_the_copy_are_erased_again(
    scene: Scene, installation: Installation
) -> None:
    found = make_finding(scene.group.area, "Mörkt på gångvägen.", by=scene.gun)
    found.status, found.outcome = FindingStatus.DONE, "Nya lampor."
    found.changed_at = utcnow() - FINDINGS_KEPT - timedelta(days=1)
    copy, number = installation.backup(), found.id
    erase_all()
    assert db.session.get_one(Finding, number, populate_existing=True).what == ""
    installation.says("restore", copy, "--yes")
    again = db.session.get_one(Finding, number, populate_existing=True)
    assert (again.what, again.outcome, again.erased_at is None) == ("", None, False)
    assert again.status is FindingStatus.DONE  # it counts on


def test_a_copy_put_in_place_by_hand_is_noticed_and_mended(scene: Scene, installation: Installation) -> None:
    copy = installation.backup()
    leave(membership_of(scene.carin, scene), by=scene.carin)
    db.session.commit()
    installation.put_by_hand(copy)
    assert membership_of(scene.carin, scene).left_at is None
    for code, said in (installation.web(), installation.worker()):
        assert code not in {0, None}
        assert "Stop all services and mend it: flask restore --in-place" in said
    assert installation.refuses("people", "sign-in-link", "gun@example.org").startswith(f"Error: {IS_OLD}")
    installation.says("restore", "--in-place", "--yes")
    assert membership_of(scene.carin, scene).left_at is not None
    assert installation.web()[0] is None


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_copy_beside_the_log_of_the_database_before_is_not_mixed_with_it(
    scene: Scene, installation: Installation
) -> None:
    """SQLite would apply the log to the copy, whose serial would then equal the marker's."""
    copy = installation.backup()
    own = Path(str(db.engine.url.database))
    log = own.with_name(f"{own.name}-wal")
    with closing(sqlite3.connect(own)) as another:  # it keeps the log from being played when all others end
        another.execute("SELECT count(*) FROM person").fetchone()
        leave(membership_of(scene.carin, scene), by=scene.carin)
        installation.leave()
        shutil.copyfile(log, copy.with_name("log"))
    installation.put_by_hand(copy)
    shutil.copyfile(copy.with_name("log"), log)
    assert log.stat().st_size
    for refused in (installation.process("worker"), installation.process("restore", "--in-place", "--yes")):
        assert refused.returncode != 0
        assert "the log of the database before lies beside it: remove" in refused.stderr
    assert own.read_bytes() == copy.read_bytes()
    log.unlink()
    installation.says("restore", "--in-place", "--yes")
    assert membership_of(scene.carin, scene).left_at is not None


def test_it_says_when_the_copy_was_made_and_where_nobody_is_now(
    scene: Scene, installation: Installation
) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 2, 0, tzinfo=STOCKHOLM), tick=True):
        installation.backup("before")
        journal.beat()
        copy = installation.backup()
    for each in (coordinator(scene.amina), coordinator(scene.bengt), *db.session.scalars(select(Officer))):
        each.ended_at = utcnow()
    said = installation.says("restore", copy, "--yes")
    assert "The copy was made at 2026-03-02 02:00, or up to a minute later." in said
    alone = " ".join(said.split())
    areas = ", ".join(sorted(area.name for area in db.session.scalars(select(Area))))
    assert f"areas have nobody who follows them: flask people appoint-officer ({areas})" in alone
    named = re.search(r"groups have no coordinator: the police contact appoints one \((.*?)\)", alone)
    assert named
    assert scene.group.name in named[1]


def test_a_backup_alone_tells_its_copy_from_the_database(scene: Scene, installation: Installation) -> None:
    """Nothing was taken away since, but mail was sent, and somebody may have joined."""
    copy = installation.backup()
    installation.put_by_hand(copy)
    refused = installation.process("worker")
    assert (refused.returncode, refused.stderr.startswith("Error: The database is an older copy")) == (
        1,
        True,
    )


def test_a_copy_from_before_the_journal_had_a_place_in_the_database(
    scene: Scene, installation: Installation
) -> None:
    installation.says("db", "downgrade", before_the_journal())
    copy = installation.folder / "old"
    installation.copy_by_hand(copy)
    installation.says("db", "upgrade")
    leave(membership_of(scene.carin, scene), by=scene.carin)
    installation.says("restore", copy, "--yes")
    assert membership_of(scene.carin, scene).left_at is not None
    installation.says("people", "officers")


def test_where_nothing_is_left_but_the_copy_and_the_journal(scene: Scene, installation: Installation) -> None:
    copy = installation.backup()
    leave(membership_of(scene.carin, scene), by=scene.carin)
    installation.lose_everything()
    installation.says("restore", copy, "--yes")
    assert membership_of(scene.carin, scene).left_at is not None


def test_a_queue_in_the_same_database_is_left_alone(scene: Scene, installation: Installation) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("there it is a file of its own")
    db.session.execute(text("CREATE TABLE huey_task (id serial PRIMARY KEY, data text)"))
    try:
        copy = installation.backup()
        db.session.execute(text("INSERT INTO huey_task (data) VALUES ('ring')"))
        installation.says("restore", copy, "--yes")
        assert db.session.scalars(text("SELECT data FROM huey_task")).all() == ["ring"]
    finally:
        db.session.rollback()
        db.session.execute(text("DROP TABLE huey_task"))
        db.session.commit()


def test_where_something_runs_nothing_is_restored(scene: Scene, installation: Installation) -> None:
    copy = installation.backup()
    with installation.running_web():
        refused = installation.refuses("restore", copy, "--yes")
        assert refused == "Error: A web server or a worker runs on this machine: stop them first."
        assert installation.refuses("restore", "--in-place", "--yes") == refused
    installation.says("restore", copy, "--yes")


def test_another_machine_that_is_connected_is_noticed(scene: Scene, installation: Installation) -> None:
    copy = installation.backup()
    if db.engine.dialect.name == "sqlite":
        pytest.skip("a file is one machine's")
    with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)):
        refused = installation.refuses("restore", copy, "--yes")
    assert refused.startswith("Error: 1 others are connected to the database")


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_connection_that_ends_meanwhile_stops_no_restore(scene: Scene, installation: Installation) -> None:
    copy = installation.backup()
    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as leaving:
        Timer(0.5, leaving.close).start()
        installation.says("restore", copy, "--yes")


def test_it_asks_first(scene: Scene, installation: Installation) -> None:
    copy = installation.backup()
    leave(membership_of(scene.carin, scene), by=scene.carin)
    before = everything()
    asked = installation.run("restore", copy)
    assert asked.exit_code != 0
    assert "Is the copy to become the database? [y/N]:" in asked.stdout
    assert asked.stderr == (
        "Error: Nobody said yes, and nothing was changed; where there is no terminal, add --yes.\n"
    )
    assert differences(before, everything()) == {}
    assert "--in-place" in installation.refuses("restore")
    assert "--in-place" in installation.refuses("restore", copy, "--in-place")


def test_a_journal_that_is_missing_is_missed(
    scene: Scene, installation: Installation, tmp_path: Path
) -> None:
    copy = installation.backup()
    leave(membership_of(scene.carin, scene), by=scene.carin)
    db.session.commit()
    kept = tmp_path / "kept"
    shutil.copytree(files.folder(), kept)
    shutil.rmtree(files.folder())
    refused = installation.refuses("restore", copy, "--yes")
    assert refused.startswith(f"Error: No journal of the copy's database lies in {files.folder()}: ")
    installation.says("restore", copy, "--yes", "--without-journal")
    assert membership_of(scene.carin, scene).left_at is None
    installation.says("restore", copy, "--yes", "--journal", kept)
    assert membership_of(scene.carin, scene).left_at is not None


def test_another_machines_journal_is_missed_and_can_be_brought(
    app: Flask, scene: Scene, installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "HOST_NAME", "other")
    leave(membership_of(scene.carin, scene), by=scene.carin)
    db.session.commit()
    copy = installation.backup()
    leave(membership_of(scene.dawit, scene), by=scene.dawit)
    db.session.commit()
    there = tmp_path / "brought" / place().name
    there.mkdir(parents=True)
    for path in place().glob("other.*"):
        shutil.move(path, there)
    refused = installation.refuses("restore", copy, "--yes")
    assert refused.startswith("Error: The journal of other does not lie in")
    installation.says("restore", copy, "--yes", "--journal", there.parent)
    assert membership_of(scene.dawit, scene).left_at is not None


def test_a_journal_that_begins_after_the_copy_is_missed(scene: Scene, installation: Installation) -> None:
    leave(membership_of(scene.carin, scene), by=scene.carin)
    copy = installation.backup()
    (file,) = place().glob("*.jsonl")
    whole = file.read_text().splitlines()
    file.write_text("\n".join([whole[0].replace('"from":0', '"from":90000'), *whole[1:]]) + "\n")
    assert "begins after the copy was made" in installation.refuses("restore", copy, "--yes")


def test_a_journal_that_is_older_than_the_copy_is_missed(
    scene: Scene, installation: Installation, tmp_path: Path
) -> None:
    leave(membership_of(scene.dawit, scene), by=scene.dawit)
    db.session.commit()
    shutil.copytree(place(), tmp_path / "an hour before")
    for name in ("one", "another"):
        installation.backup(name)
    copy = installation.backup()
    leave(membership_of(scene.carin, scene), by=scene.carin)
    db.session.commit()
    shutil.rmtree(place())
    shutil.copytree(tmp_path / "an hour before", place())
    assert "is older than the copy" in installation.refuses("restore", copy, "--yes")
    installation.says("restore", copy, "--yes", "--without-journal")


def test_a_line_that_was_torn_is_told_of(scene: Scene, installation: Installation) -> None:
    copy = installation.backup()
    leave(membership_of(scene.carin, scene), by=scene.carin)
    db.session.commit()
    (file,) = place().glob("*.jsonl")
    with file.open("a") as torn:
        torn.write('{"serial":99,"rows":{"membership"')
    told = installation.says("restore", copy, "--yes")
    assert told.startswith("1 lines of the journal were torn by a crash, and count for nothing.\n")
    assert membership_of(scene.carin, scene).left_at is not None


def test_what_is_no_copy_of_ours_leaves_all_as_it_is(
    app: Flask, scene: Scene, installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, nothing, text = installation.backup(), tmp_path / "nothing", tmp_path / "text"
    text.write_text("no copy at all, though it has some length " * 99)
    before = everything()
    for file in (nothing, text):
        assert str(file) in installation.refuses("restore", file, "--yes")
    damaged = tmp_path / "damaged"
    whole = copy.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    assert installation.refuses("restore", damaged, "--yes").startswith("Error: ")
    with monkeypatch.context() as other:
        other.setitem(app.extensions, "keyring", Keyring(b"another key, which is as long..."))
        assert "WATCH_DATA_KEY is another one" in installation.refuses("restore", copy, "--yes")
    assert differences(before, everything()) == {}


def test_a_copy_of_a_younger_version_is_refused(scene: Scene, installation: Installation) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    copy = installation.folder / "young"
    installation.copy_by_hand(copy)
    db.session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head()})
    assert "younger version of this program" in installation.refuses("restore", copy, "--yes")


def before_the_journal() -> str:
    """Return the migration before the one that made the journal's tables."""
    script = ScriptDirectory(str(ROOT / "migrations"))
    (ours,) = (each for each in script.walk_revisions() if each.path.endswith("_journal.py"))
    return str(ours.down_revision)


def head() -> str:
    """Return the newest migration."""
    found = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    assert found
    return found


def test_a_restore_that_fails_half_way_leaves_a_file_as_it_was(
    scene: Scene, installation: Installation
) -> None:
    """The migration finds a table that the copy should not have."""
    if db.engine.dialect.name == "postgresql":
        pytest.skip("there the copy is in place before it is migrated, and the start is refused")
    older = {"before": before_the_journal()}
    db.session.execute(text("UPDATE alembic_version SET version_num = :before"), older)
    copy = installation.folder / "broken"
    installation.copy_by_hand(copy)
    db.session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head()})
    db.session.commit()  # else the tests that come after would find the older version
    before = everything()
    installation.refuses("restore", copy, "--yes")
    assert differences(before, everything()) == {}
    assert list(Path(str(db.engine.url.database)).parent.glob("*.restoring*")) == []
    assert installation.web()[0] is None


def state() -> JournalState:
    """Return the journal's state in the database, reloaded."""
    db.session.expire_all()
    return db.session.get_one(JournalState, 1)


def test_a_request_that_went_over_to_another_record_stays_with_it(
    scene: Scene, installation: Installation
) -> None:
    double = make_person("Carin", "carin@example.org")
    make_member(double, scene.group, flat_of(scene.stairwell_3, "1102"))
    request = make_request(double, make_group(scene.langgatan), scene.langgatan.stairwells[0])
    db.session.commit()
    copy = installation.backup()
    members = membership_of(scene.carin, scene), membership_of(double, scene)
    merge(*members, name="Carin", flat=None, by=scene.bengt)
    db.session.commit()
    erase_all()
    installation.says("restore", copy, "--yes")
    assert (request.person_id, request.state) == (scene.carin.id, RequestState.WAITING)
