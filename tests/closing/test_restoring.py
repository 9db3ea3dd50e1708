"""Checks that a closing, and its undoing, stand after an older copy of the database was restored."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.cast import Scene
from tests.closing.test_closing import kept
from tests.ops.test_replay import since_the_copy
from watch.closing import service
from watch.extensions import db
from watch.models import Coordinator, GroupState, JournalState, Membership, Model


@pytest.fixture
def stored_scene(app: Flask) -> dict[str, Model]:
    """Nothing: here the journal has to see that the rows of the scene are made."""
    return {}


def test_a_group_that_was_closed_since_the_copy_is_closed_and_can_be_opened(scene: Scene) -> None:
    before = kept(scene.group)
    with since_the_copy():
        service.close(scene.group, reason="Nu", by=scene.gun)
    group = scene.group
    assert group.state is GroupState.CLOSED
    current = select(Membership).filter_by(group_id=group.id, left_at=None)
    assert db.session.scalars(current).all() == []
    appointed = select(Coordinator).filter_by(group_id=group.id, ended_at=None)
    assert db.session.scalars(appointed).all() == []
    db.session.execute(update(JournalState).values(serial=JournalState.serial + 1000))  # as a restore does
    service.undo(group, by=scene.gun)
    db.session.commit()
    assert kept(group) == before


def test_a_group_that_was_opened_again_since_the_copy_is_open(scene: Scene) -> None:
    before = kept(scene.group)
    service.close(scene.group, reason="Nu", by=scene.gun)
    db.session.commit()
    with since_the_copy():
        service.undo(scene.group, by=scene.gun)
    assert (scene.group.state, scene.group.closed_at) == (GroupState.ACTIVE, None)
    assert kept(scene.group) == before
