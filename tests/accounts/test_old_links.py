"""Checks that a link or code of an erased row does not open a later row with the same id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text

from tests.cast import Scene
from tests.factories import flat_of, make_person, make_request
from tests.page_client import Page, PageClient
from tests.retention.nights import erase_all
from watch import tokens
from watch.accounts.service.signing_in import operator_link
from watch.extensions import db
from watch.mail.compose import message_id
from watch.models import (
    JoinRequest,
    Letter,
    Mailing,
    Model,
    OutboxRow,
    Purpose,
    RequestState,
    SignInLink,
    utcnow,
)
from watch.printing.service import letters

Ask = Callable[..., Page]


@contextmanager
def later(days: int) -> Iterator[None]:
    """Let so many days pass with their nightly jobs, and reuse the ids of what was erased.

    Tables do not reuse ids by themselves, but a copy of the database put in place by hand would.
    """
    with time_machine.travel(utcnow() + timedelta(days=days)):
        erase_all()
        for model in (SignInLink, Letter, JoinRequest, Mailing, OutboxRow):
            _count_from_the_last(model)
        db.session.commit()
        yield


def _count_from_the_last(model: type[Model]) -> None:
    table = model.__tablename__
    last = db.session.scalar(select(func.max(model.id))) or 0
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"ALTER SEQUENCE {table}_id_seq RESTART WITH {last + 1}"))
    else:
        db.session.execute(text(f"UPDATE sqlite_sequence SET seq = {last} WHERE name = '{table}'"))


def _restart() -> None:
    for model in (SignInLink, Letter, JoinRequest, Mailing, OutboxRow):
        _count_from_the_last(model)
    db.session.commit()


def test_an_old_sign_in_mail_does_not_open_a_neighbours_account(
    client: PageClient, scene: Scene, ask: Ask, newest_link: Callable[[], str]
) -> None:
    _restart()
    ask("carin@example.org")
    kept, number = newest_link(), db.session.scalar(select(SignInLink.id))
    with later(days=2):
        ask("dawit@example.org", PageClient(client.app))
        assert db.session.scalar(select(SignInLink.id)) == number
        assert client.get(kept).h1 == "Länken gäller inte längre. Be om en ny"
        assert client.post(kept).status == 410
        assert client.get("/me").status == 302
        assert PageClient(client.app).get(newest_link()).buttons == ["Logga in"]


def test_an_old_sign_in_mail_does_not_open_the_police_contacts_desk(
    client: PageClient, scene: Scene, ask: Ask, newest_link: Callable[[], str]
) -> None:
    _restart()
    ask("carin@example.org")
    kept, number = newest_link(), db.session.scalar(select(SignInLink.id))
    with later(days=2):
        printed = operator_link(scene.gun)
        db.session.commit()
        assert db.session.scalar(select(SignInLink.id)) == number
        assert not printed.endswith(kept)
        assert client.post(kept).status == 410
        assert client.get("/overview").status == 302


def test_an_old_letter_does_not_open_another_house(client: PageClient, scene: Scene) -> None:
    _restart()
    old = letters.print_letters(scene.group, [flat_of(scene.stairwell_3, "1103")], by=scene.amina)[0]
    code, number = tokens.code(Purpose.LETTER, old.nonce, 12), old.id
    db.session.commit()
    with later(days=60):
        elsewhere = flat_of(scene.other_group.buildings[0].stairwells[0], "1001")
        new = letters.print_letters(scene.other_group, [elsewhere], by=scene.ivan)[0]
        db.session.commit()
        assert new.id == number
        page = client.get(f"/j/{code}")
        assert ("Svängrumsgatan" in page.text, page.status) == (False, 404)
        assert "Svängrumsgatan" in client.get(f"/j/{tokens.code(Purpose.LETTER, new.nonce, 12)}").text


def test_an_old_mail_does_not_tell_name_and_street_of_the_next_applicant(
    client: PageClient, scene: Scene
) -> None:
    _restart()
    kerstin = make_person("Kerstin Ström", "kerstin@example.org")
    asked = make_request(kerstin, scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED)
    kept, number = f"/join/confirm/{tokens.make(Purpose.CONFIRM_REQUEST, asked)}", asked.id
    db.session.commit()
    with later(days=31):
        olle = make_person("Olle Väst", "olle@example.org")
        next_ = make_request(olle, scene.group, scene.stairwell_1, state=RequestState.UNCONFIRMED)
        db.session.commit()
        assert next_.id == number
        page = client.get(kept)
        assert (page.status, "Olle" in page.text, "Våglängdsgatan" in page.text) == (410, False, False)
        assert client.post(kept).status == 410
        db.session.refresh(next_)
        assert next_.state is RequestState.UNCONFIRMED


def test_a_reader_who_signs_in_now_and_then_never_gets_the_same_message_id_twice(
    scene: Scene, ask: Ask
) -> None:
    """Providers that drop duplicates would drop the link."""
    seen, numbers = set(), set()
    for _ in range(3):
        _restart()
        ask("carin@example.org")
        newest = db.session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc())).first()
        assert newest is not None
        seen.add(message_id(newest.nonce))
        numbers.add(newest.id)
        with time_machine.travel(utcnow() + timedelta(days=400)):
            erase_all()
            db.session.execute(text("DELETE FROM outbox_row"))
            db.session.commit()
    assert (len(seen), len(numbers)) == (3, 1)


@pytest.fixture(autouse=True)
def _cast(scene: Scene) -> None:
    """Return the cast, who exist before the first day."""
    db.session.commit()
