"""Checks `flask demo seed`: in the sample town every function can be used."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from watch.contacts.labels import backing_words
from watch.contacts.queries import backing_of
from watch.extensions import db
from watch.groups.queries.joinable import joinable_stairwells
from watch.models import Building, Group, GroupState
from watch.ops import demo


def test_every_active_group_of_the_sample_can_be_joined_from_every_door(app: Flask) -> None:
    demo.seed()
    active = db.session.scalars(select(Group).where(Group.state == GroupState.ACTIVE)).all()
    assert active
    for group in active:
        for house in group.buildings:
            assert joinable_stairwells(house) == house.stairwells


def test_posters_of_the_sample_say_whom_to_call(app: Flask) -> None:
    demo.seed()
    backings = backing_of(db.session.scalars(select(Building)).all()).values()
    assert {backing_words(each).partition("Frågor: ")[2] for each in backings} == {
        "Kommunpolis, \u2066031-390\u00a006\u00a020\u2069."
    }
