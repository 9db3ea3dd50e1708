"""Checks with killed workers that no mail is lost, and none sent again after it was recorded as sent."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from tests.cast import Scene
from tests.factories import flat_of, make_building, make_member, make_person
from tests.faults import truth
from tests.faults.conftest import CONNECTIONS
from tests.faults.processes import Process, Relay, Workers
from tests.faults.truth import FINAL, Counts
from tests.mail.test_delivery import tell
from tests.pages_of_paper import codes_on, pages_of
from watch import tokens
from watch.extensions import db
from watch.groups.service.members import leave
from watch.models import Channel, Coordinator, Language, Letter, Membership, OutboxRow, OutboxState, utcnow
from watch.printing import queries
from watch.printing.service import packs

NEIGHBOURS = 90
SEED = 1
MAY_DOUBLE = {"after-dot": 1, "after-250": CONNECTIONS}
ONE_CONNECTION = {"WATCH_MAIL_CONNECTIONS": "1"}  # of several, another thread may be as far


def need_no_officer() -> None:
    """Let every group have a lead: on a Monday the clock would mail officers that one lacks it."""
    db.session.execute(update(Coordinator).values(is_lead=True))
    db.session.commit()


def fill(scene: Scene, domain: str = "ok.example.org", number: int = NEIGHBOURS) -> None:
    """Add many neighbours, two on every thirtieth mailbox, and let the clock add no mail of its own."""
    need_no_officer()
    house = make_building(scene.group.area, scene.house.property.landlord, "Felgatan", (1,), flats=FLATS)
    house.group_id = scene.group.id
    for place, flat in enumerate(FLATS[:number]):
        address = f"n{place - (place % 30 == 1)}@{domain}"
        make_member(make_person(f"Granne {place}", address), scene.group, flat_of(house.stairwells[0], flat))
    db.session.commit()


FLATS = [f"{floor}{place:02}" for floor in range(10, 19) for place in range(1, 11)][:NEIGHBOURS]


def unsettled() -> int:
    """Return the number of rows in no final state."""
    wanted = select(func.count(OutboxRow.id)).where(
        OutboxRow.channel == Channel.MAIL, OutboxRow.state.not_in(FINAL)
    )
    count = db.session.scalar(wanted) or 0
    db.session.rollback()
    return count


def wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until a condition is true."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.1)


def outcome(mail_server: Relay) -> Counts:
    """Return the counts of the run, by the mail server's journal."""
    return truth.count(truth.load_rows(), mail_server.entries(), seed=SEED, acknowledged=NEIGHBOURS + 4)


@pytest.mark.parametrize("point", ["after-claim", "before-data", "after-dot", "after-250", "after-commit"])
def test_killed_at_a_point_nothing_is_lost_and_only_what_was_open_comes_twice(
    scene: Scene, mail_server: Relay, settings: dict[str, str], tmp_path: Path, point: str
) -> None:
    fill(scene)
    tell(scene)
    own = {**settings, **ONE_CONNECTION} if point == "after-dot" else settings
    with Workers(1, own, tmp_path, kill_at=point) as workers:
        (victim,) = workers.all
        assert victim.wait(60) == -9
        restarted = workers.restart(victim, passes=10**6)
        wait_for(lambda: unsettled() == 0)
    counts = outcome(mail_server)
    assert counts.is_clean, str(counts)
    assert counts.duplicates <= MAY_DOUBLE.get(point, CONNECTIONS - 1), str(counts)
    late = truth.count(
        truth.load_rows(),
        mail_server.entries(),
        seed=SEED,
        acknowledged=NEIGHBOURS + 4,
        restarted_at=restarted,
    )
    assert late.resumed is not None


def test_two_workers_one_killed_again_and_again_while_somebody_leaves(
    scene: Scene, mail_server: Relay, settings: dict[str, str], tmp_path: Path
) -> None:
    fill(scene)
    tell(scene)
    membership = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    leave(membership, by=scene.amina)
    db.session.commit()
    with Workers(2, settings, tmp_path) as workers:
        wait_for(lambda: bool(mail_server.entries()))
        for _ in range(3):
            workers.all[0].kill()
            workers.restart(workers.all[0])
            tell(scene)
        wait_for(lambda: unsettled() == 0)
    counts = truth.count(truth.load_rows(), mail_server.entries(), seed=SEED)
    assert counts.is_clean, str(counts)
    assert counts.duplicates <= 3 * CONNECTIONS
    assert "carin@example.org" not in {entry.recipient for entry in mail_server.entries()}


def test_what_a_machine_that_never_comes_back_held_is_sent_when_its_lease_ends(
    scene: Scene, mail_server: Relay, settings: dict[str, str], tmp_path: Path
) -> None:
    fill(scene)
    tell(scene)
    with Workers(1, settings, tmp_path, kill_at="after-claim") as workers:
        (victim,) = workers.all
        assert victim.wait(60) == -9  # on a machine that never comes back
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.state == OutboxState.SENDING)
            .values(lease_owner="elsewhere#0")
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
        workers.restart(victim, passes=10**6)
        wait_for(lambda: unsettled() == 0)
    counts = outcome(mail_server)
    assert (counts.is_clean, counts.duplicates) == (True, 0), str(counts)


def test_killed_while_it_draws_letters_another_makes_them_with_the_same_codes(
    scene: Scene, settings: dict[str, str], tmp_path: Path
) -> None:
    fill(scene, number=0)
    db.session.refresh(scene.group)
    flats = [flat for house in scene.group.buildings for port in house.stairwells for flat in port.flats]
    pack = packs.ask_for_letters(scene.group, flats, [Language.SWEDISH], by=scene.amina)
    db.session.commit()
    victim = Process(LETTERS, settings, tmp_path / "victim.log")
    victim.start()
    wait_for(lambda: bool(codes()))  # they are written down, and are drawn now
    victim.kill()
    (file,) = pack.files
    assert (file.made_at, file.tries) == (None, 1)
    before = codes()

    file.held_until = utcnow() - timedelta(seconds=1)  # a minute passes
    db.session.commit()
    another = Process(LETTERS, settings, tmp_path / "another.log")
    another.start()
    assert another.wait(60) == 0
    db.session.refresh(file)
    assert codes() == before
    assert [codes_on(page)[0].rpartition("/")[2] for page in pages_of(file.pdf)] == [
        tokens.show_code(before[flat.id]) for flat in flats
    ]


LETTERS = (sys.executable, "-c", """
from watch import create_app, jobs
with create_app().app_context():
    while jobs.make_letters():
        pass
""")  # fmt: skip


def codes() -> dict[int, str]:
    """Return the code of each flat's letter."""
    found = {letter.flat_id: queries.code_of(letter) for letter in db.session.scalars(select(Letter))}
    db.session.rollback()
    return found
