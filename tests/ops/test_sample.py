"""Checks `flask demo seed`: in the sample town every function can be used."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from watch.extensions import db
from watch.groups.queries.joinable import joinable_stairwells
from watch.models import Group, GroupState
from watch.ops import demo


def test_every_active_group_of_the_sample_can_be_joined_from_every_door(app: Flask) -> None:
    demo.seed()
    active = db.session.scalars(select(Group).where(Group.state == GroupState.ACTIVE)).all()
    assert active
    for group in active:
        for house in group.buildings:
            assert joinable_stairwells(house) == house.stairwells
