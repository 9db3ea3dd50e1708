"""Checks links and codes: one purpose each, not guessable, never repeated; typed ones are read leniently."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, inspect, select, update

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_address_change,
    make_building,
    make_contact_question,
    make_coordinator,
    make_finding,
    make_finding_link,
    make_interest,
    make_invitation,
    make_letter,
    make_meeting,
    make_member,
    make_person,
    make_request,
    make_verification,
    store,
)
from watch import journal, tokens
from watch.accounts.service.signing_in import ask_for_link
from watch.extensions import db
from watch.mail import outbox
from watch.meetings.mails import MEETING_CALLED
from watch.models import (
    CalendarFeed,
    CheckinLink,
    Derived,
    JournalState,
    Language,
    Model,
    Purpose,
    RequestState,
    SignInLink,
    Stairwell,
)
from watch.tokens import BadToken

on_sqlite = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
NUMBERS = st.integers(1, 2**31 - 1)
NONCES = st.binary(min_size=16, max_size=16)
PURPOSES = st.sampled_from(list(Purpose))
DERIVED = {each.class_: each for each in Model.registry.mappers if issubclass(each.class_, Derived)}


@on_sqlite
@many
@given(PURPOSES, NUMBERS, NONCES)
def test_a_token_is_letters_and_digits_whatever_case_they_are_sent_in(
    app: Flask, purpose: Purpose, number: int, nonce: bytes
) -> None:
    token = tokens.token_of(purpose, number, nonce)
    assert re.fullmatch("[0-9a-v]{32}", token)


@on_sqlite
def test_a_token_finds_its_row_for_its_purpose_alone(scene: Scene) -> None:
    row = outbox.queue(MEETING_CALLED, to=scene.carin, about=make_meeting(scene.group, by=scene.amina))
    assert row is not None
    for purpose in row.purposes:
        token = tokens.make(purpose, row)
        assert tokens.row_of(purpose, type(row), token) is row
        assert tokens.row_of(purpose, type(row), token.upper()) is row
        for other in set(Purpose) - {purpose}:
            with pytest.raises(BadToken):
                tokens.row_of(other, type(row), token)


@on_sqlite
@pytest.mark.parametrize("purpose", set(Purpose) - {Purpose.SIGN_IN})
def test_no_token_is_made_from_a_row_that_is_not_for_it(app: Flask, purpose: Purpose) -> None:
    with pytest.raises(ValueError, match="is not for"):
        tokens.make(purpose, SignInLink(id=1, nonce=b"1"))


@on_sqlite
@pytest.mark.parametrize("place", range(32))
def test_a_token_with_any_sign_altered_is_refused(scene: Scene, place: int) -> None:
    token = tokens.make(Purpose.POSTER, scene.stairwell_3)
    for sign in "0aV":
        altered = token[:place] + sign + token[place + 1 :]
        if altered.lower() != token:
            with pytest.raises(BadToken):
                tokens.row_of(Purpose.POSTER, Stairwell, altered)


@on_sqlite
@many
@given(st.text(max_size=60) | st.text("0123456789abcdefghijklmnopqrstuv", min_size=32, max_size=32))
def test_any_other_text_is_refused(app: Flask, text: str) -> None:
    with pytest.raises(BadToken):
        tokens.row_of(Purpose.SIGN_IN, SignInLink, text)


@on_sqlite
@many
@given(NONCES)
def test_a_code_is_forgiven_case_dashes_spaces_and_look_alikes(app: Flask, nonce: bytes) -> None:
    code = tokens.code(Purpose.POSTER, nonce)
    assert set(code) <= set(tokens.CROCKFORD)
    assert len(code) == 8
    typed = tokens.show_code(code).lower().replace("0", "o").replace("1", "l").replace("-", " - ")
    assert tokens.tidy_code(typed) == code
    assert tokens.tidy_code(tokens.show_code(code).replace("1", "I")) == code


# A token that was derived once is never derived again, even if another row gets the same id.


def _sign_in_link(scene: Scene) -> Derived:
    return ask_for_link("carin@example.org", browser="her phone", language=Language.SWEDISH)


def _request(scene: Scene) -> Derived:
    return make_request(
        make_person("Kerstin"), scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED
    )


def _outbox_row(scene: Scene) -> Derived:
    row = outbox.queue(MEETING_CALLED, to=scene.carin, about=make_meeting(scene.group, by=scene.amina))
    assert row is not None
    return row


MAKE: dict[str, Callable[[Scene], Derived]] = {
    "AddressChange": lambda scene: make_address_change(scene.carin, "carin@home.example"),
    "AddressVerification": lambda scene: make_verification(
        make_person("Greta", "greta@example.org"),
        make_member(make_person("Greta"), scene.group, flat_of(scene.stairwell_3, "1203")),
    ),
    "CalendarFeed": lambda scene: store(CalendarFeed(person_id=scene.carin.id)),
    "CheckinLink": lambda scene: store(CheckinLink(meeting=make_meeting(scene.group), by=scene.amina)),
    "ContactQuestion": lambda scene: make_contact_question(),
    "Coordinator": lambda scene: make_coordinator(make_person("Lars"), scene.group, accepted=False),
    "FindingLink": lambda scene: make_finding_link(make_finding(scene.group, by=scene.amina)),
    "Interest": lambda scene: make_interest(make_person("Olle"), scene.langgatan),
    "Invitation": lambda scene: make_invitation(scene.group, "x@example.org"),
    "JoinRequest": _request,
    "Letter": lambda scene: make_letter(flat_of(scene.stairwell_3, "1203"), scene.group),
    "OutboxRow": _outbox_row,
    "SignInLink": _sign_in_link,
    "Stairwell": lambda scene: make_building(
        scene.group.area, scene.house.property.landlord, "Tunnlandsgatan", [5]
    ).stairwells[0],
}


def derived_from(row: Derived) -> dict[Purpose, set[str]]:
    """Return all that can be derived from a row, in every form, by its purpose."""
    return {
        purpose: {
            tokens.make(purpose, row), tokens.identifier(purpose, row.nonce),
            tokens.code(purpose, row.nonce), tokens.code(purpose, row.nonce, 12),
        }
        for purpose in row.purposes
    }  # fmt: skip


@pytest.mark.parametrize("model", DERIVED, ids=lambda model: model.__name__)
def test_nothing_derived_comes_back_with_a_number(scene: Scene, model: type[Derived]) -> None:
    """A row is made, erased and made again with the same id, as a restore may do on both databases."""
    mapper: Any = DERIVED[model]
    first = MAKE[model.__name__](scene)
    db.session.flush()
    number, before = first.id, derived_from(first)
    columns = [column for column in mapper.columns if column.key != "nonce"]
    same = dict(db.session.execute(select(*columns).where(mapper.c.id == number)).one()._mapping)
    _erase(model, number)
    db.session.execute(insert(mapper.local_table), [same])
    again = db.session.get(model, number)
    assert again is not None
    after = derived_from(again)
    assert set(before) == model.purposes
    for purpose, were in before.items():
        assert not were & after[purpose]


OUTLIVE_A_RESTORE = {
    Purpose.ANSWER, Purpose.BOUNCE, Purpose.LETTER, Purpose.MESSAGE_ID, Purpose.POSTER, Purpose.UNSUBSCRIBE,
    Purpose.UNDO_ADDRESS, Purpose.CALENDAR, Purpose.FOLLOW,
}  # fmt: skip


@on_sqlite
@pytest.mark.parametrize("model", DERIVED, ids=lambda model: model.__name__)
def test_after_a_restore_no_link_of_before_lets_in_and_whatever_takes_out_goes_on(
    scene: Scene, model: type[Derived]
) -> None:
    row = MAKE[model.__name__](scene)
    db.session.flush()
    before = {purpose: tokens.make(purpose, row) for purpose in row.purposes}
    journal.beat()
    db.session.execute(update(JournalState).values(epoch=7))
    db.session.commit()
    db.session.remove()
    for purpose, token in before.items():
        if purpose in OUTLIVE_A_RESTORE:
            assert tokens.row_of(purpose, model, token)
        else:
            with pytest.raises(BadToken):
                tokens.row_of(purpose, model, token)


def _erase(model: type[Derived], number: int) -> None:
    """Delete a row and what refers to it, without the services, so that only its id may return."""
    db.session.flush()
    db.session.expunge_all()
    table: Any = inspect(model).local_table
    for other in reversed(Model.metadata.sorted_tables):
        for key in other.foreign_keys:
            if key.column.table is table:
                db.session.execute(delete(other).where(key.parent == number))
    db.session.execute(delete(table).where(table.c.id == number))


def test_every_model_with_a_purpose_says_so(app: Flask) -> None:
    """Each purpose belongs to one model, and each such model is made above: a new one is held to it too.

    One belongs to two: verifications of addresses were requests once, and links mailed then go on.
    """
    assert {model.__name__ for model in DERIVED} == set(MAKE)
    belongs = [purpose for model in DERIVED for purpose in model.purposes]
    assert sorted(belongs) == sorted([*Purpose, Purpose.CONFIRM_REQUEST])


@pytest.mark.parametrize("app", ["sqlite", "postgresql"], indirect=True)
def test_a_hundred_rows_of_one_statement_have_a_hundred_nonces(scene: Scene) -> None:
    people = [make_person(f"Granne {n}", f"granne{n}@example.org") for n in range(100)]
    meeting = make_meeting(scene.group, by=scene.amina)
    wanted = select(type(people[0]).id).where(type(people[0]).id.in_([each.id for each in people]))
    mailing = outbox.queue_many(MEETING_CALLED, people=wanted, about=meeting)
    rows = db.session.scalars(select(outbox.OutboxRow.nonce).where(outbox.OutboxRow.mailing_id == mailing.id))
    nonces = rows.all()
    assert (len(nonces), len(set(nonces)), {len(nonce) for nonce in nonces}) == (100, 100, {16})


def test_no_table_gives_a_number_twice(scene: Scene) -> None:
    """The audit trail identifies people by id: two people must never have had the same."""
    for make in (make_person, lambda name: make_invitation(scene.group, f"{name}@example.org")):
        row = make("sist")
        model, number = type(row), row.id
        _erase(model, number)
        assert make("ny").id > number
