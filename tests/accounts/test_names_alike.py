"""Checks that people whose names look the same on one mailbox are one person."""

from __future__ import annotations

from flask import Flask

from watch.accounts.service.people import mailbox_at, person_at, person_for_asking
from watch.extensions import db
from watch.models import Language

ALIKE = ("Kim Ek", "Kim  Ek", "Kim\u00a0Ek", "KIM EK", "kim ek ")


def test_names_that_look_alike_are_one_person(app: Flask) -> None:
    mailbox = mailbox_at("kim@example.org")
    kim = person_at(mailbox, "Kim Ek", Language.SWEDISH)
    db.session.flush()
    for find in (person_at, person_for_asking):
        assert {find(mailbox, name, Language.SWEDISH).id for name in ALIKE} == {kim.id}


def test_others_on_the_same_mailbox_are_others(app: Flask) -> None:
    mailbox = mailbox_at("kim@example.org")
    found = [person_at(mailbox, name, Language.SWEDISH) for name in ("Åsa Ek", "Asa Ek", "Kim Ek")]
    db.session.flush()
    assert len({person.id for person in found}) == 3
