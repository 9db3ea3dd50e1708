"""The rows of all pages, made once and then inserted."""

from __future__ import annotations

import pytest

from tests.access._rows import rows_of_pages
from tests.cast import Scene
from tests.databases import empty
from tests.stored_scene import is_scene_alone, remember, restore
from watch.extensions import db
from watch.models import (
    Model,
)


@pytest.fixture
def things(scene: Scene, stored_scene: dict[str, Model]) -> dict[str, object]:
    """The rows that the names in the addresses of tests/access/ stand for, made once and then inserted."""
    if not stored_scene or not is_scene_alone():
        return rows_of_pages(scene)
    known = _known.get(db.engine.dialect.name)
    if known is None:
        known = _known[db.engine.dialect.name] = rows_of_pages(scene)
        remember({}, "things")
    else:
        db.session.commit()
        empty(db.engine)
        restore("things")
    return dict(known)


_known: dict[str, dict[str, object]] = {}  # by database
