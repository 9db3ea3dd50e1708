"""Checks `python -m bench.fill`: many made-up groups at once, like real ones to the application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from bench.fill import filling
from bench.fill.__main__ import fill
from tests.cast import Scene
from tests.conftest import outside
from tests.page_client import PageClient
from watch import tokens
from watch.accounts.service.people import mailbox_at
from watch.extensions import db
from watch.groups.service.households import move_out
from watch.groups.service.recounting import recount_groups
from watch.models import (
    Area,
    Building,
    Channel,
    ChecklistItem,
    ConsentChannel,
    Coordinator,
    Flat,
    Group,
    GroupState,
    GroupTransition,
    Household,
    Landlord,
    Mailbox,
    Membership,
    Model,
    Officer,
    Person,
    Property,
    Purpose,
    Stairwell,
    utcnow,
)

Cli = Callable[..., Result]


@pytest.fixture
def cli(app: Flask) -> Cli:
    """Run the command with these words."""
    runner = app.test_cli_runner()
    return lambda *words: outside(lambda: runner.invoke(fill, [str(word) for word in words]))


def fill_with(cli: Cli, groups: int, members: int, *more: Any) -> None:
    """Run the command, which has to succeed."""
    result = cli("--groups", groups, "--members", members, *more)
    assert (result.exit_code, result.output) == (0, "Groups\n")
    db.session.expire_all()


def rows(*models: type[Model]) -> list[int]:
    """Return the number of rows of each table."""
    return [db.session.scalars(select(func.count()).select_from(model)).one() for model in models]


def members() -> list[Membership]:
    """Return all members, in the order they were made."""
    return list(db.session.scalars(select(Membership).order_by(Membership.id)))


def test_it_makes_as_many_as_were_asked_for(cli: Cli) -> None:
    fill_with(cli, 4, 49)
    assert rows(Area, Landlord, Officer, Property, Building, Group, Coordinator) == [1, 1, 1, 4, 4, 4, 4]
    assert rows(GroupTransition, ChecklistItem) == [8, 20]
    assert rows(Stairwell, Flat) == [8, 8 * 15]
    assert rows(Household, Membership) == [49, 49]
    assert rows(Mailbox, Person) == [50, 50]  # and the officer
    counted = db.session.scalars(select(Group.counted_taking_part).order_by(Group.id))
    assert list(counted) == [13, 12, 12, 12]


def test_the_counts_are_those_of_the_nightly_count(cli: Cli) -> None:
    fill_with(cli, 3, 40, "--paper", "0.5")
    counts = select(Group.id, Group.counted_taking_part).order_by(Group.id)
    made = db.session.execute(counts).all()
    recount_groups(utcnow())
    assert db.session.execute(counts).all() == made


def test_a_member_is_found_by_address_and_opens_the_group(cli: Cli, client: PageClient) -> None:
    fill_with(cli, 2, 24, "--domain", "matning.example")
    member = members()[-1]
    mailbox = member.person.mailbox
    assert mailbox
    assert mailbox.address == f"n{mailbox.id}@matning.example"
    assert mailbox_at(mailbox.address).id == mailbox.id
    page = client.get(f"/groups/{member.group_id}", as_=member.person)
    assert (page.status, member.group.name in page.text) == (200, True)


def test_the_lead_coordinator_and_the_officer_see_what_is_theirs(cli: Cli, client: PageClient) -> None:
    fill_with(cli, 2, 24)
    lead = db.session.scalars(select(Coordinator).order_by(Coordinator.id.desc())).first()
    assert lead
    assert (lead.is_lead, lead.group.state, lead.accepted_at is not None) == (True, GroupState.ACTIVE, True)
    for page in ("", "/house", "/posters"):
        assert client.get(f"/groups/{lead.group_id}{page}", as_=lead.person).status == 200
    officer = db.session.scalars(select(Officer)).one()
    assert client.get(f"/groups/{lead.group_id}", as_=officer.person).status == 200


def test_every_stairwell_has_the_code_of_its_poster(cli: Cli) -> None:
    fill_with(cli, 2, 24)
    for stairwell in db.session.scalars(select(Stairwell)):
        code = tokens.code(Purpose.POSTER, stairwell.nonce)
        assert stairwell.poster_index == tokens.code_index(Purpose.POSTER, code)


def test_a_code_that_is_taken_is_passed_over(app: Flask) -> None:
    twice = [{"nonce": b"seven"}, {"nonce": b"seven"}]
    filling.give_posters(twice)
    assert [row["nonce"] == b"seven" for row in twice] == [True, False]
    assert twice[0]["poster_index"] != twice[1]["poster_index"]


def test_on_paper_are_all_but_the_coordinators(cli: Cli) -> None:
    fill_with(cli, 2, 24, "--paper", "1")
    leads = list(db.session.scalars(select(Coordinator.person_id)))
    assert rows(Mailbox) == [1 + len(leads)]
    for member in members():
        is_lead = member.person_id in leads
        assert (member.channel is Channel.MAIL, member.person.mailbox_id is not None) == (is_lead, is_lead)
        assert (member.consent_channel is ConsentChannel.WEB) == is_lead
        assert member.admitted_by_id in ([None] if is_lead else leads)


def test_a_second_time_adds_others_of_the_same_names(cli: Cli) -> None:
    fill_with(cli, 2, 24)
    fill_with(cli, 2, 24)
    names = [member.person.name for member in members()]
    assert (len(set(names)) > 12, names[:24]) == (True, names[24:])
    assert rows(Area, Landlord, Group, Membership, Officer) == [2, 1, 4, 48, 2]
    assert rows(Mailbox, Person) == [49, 49]
    fill_with(cli, 2, 24, "--seed", "7")
    assert [member.person.name for member in members()[48:]] != names[:24]


def test_it_adds_to_what_is_there_and_life_goes_on(scene: Scene, cli: Cli) -> None:
    before = rows(Group, Membership)
    fill_with(cli, 1, 3)
    assert rows(Group, Membership) == [before[0] + 1, before[1] + 3]
    newest = members()[-1]
    assert newest.household
    move_out(newest.household.flat, by=None)
    household = Household(flat_id=newest.household.flat_id)
    db.session.add_all([household, Landlord(name="En till"), Person(name="Ny")])
    db.session.flush()  # the next numbers are free
    assert household.id > newest.household.id


def test_an_area_is_full_at_its_number_of_groups(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "AREA_HOLDS", 2)
    monkeypatch.setattr(filling, "BATCH", 3)
    fill_with(cli, 5, 10)
    per_area = select(func.count(Group.id)).group_by(Group.area_id).order_by(Group.area_id)
    assert list(db.session.scalars(per_area)) == [2, 2, 1]
    assert rows(Officer) == [3]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--groups", 5, "--members", 4], "1 to 1000 members"),
        (["--groups", 1, "--members", 1001], "1 to 1000 members"),
        (["--groups", 1, "--members", 1, "--domain", "a b"], "not the domain"),
    ],
)
def test_what_cannot_be_is_refused(cli: Cli, words: list[Any], said: str) -> None:
    result = cli(*words)
    assert (result.exit_code, said in result.output, rows(Group)) == (1, True, [0])
