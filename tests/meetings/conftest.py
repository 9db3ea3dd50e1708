"""The mail server of the tests of mail, and those who are interested in a building."""

from __future__ import annotations

import pytest

from tests.cast import Scene
from tests.factories import make_interest, make_person
from tests.mail.conftest import relay, send_to
from watch.extensions import db
from watch.models import Person, utcnow

__all__ = ["interested", "relay", "send_to"]


@pytest.fixture
def interested(scene: Scene) -> list[Person]:
    """Jenny and Lo are interested in Norrby Långgata; Kim has not confirmed, and Ali has withdrawn."""
    lo, kim, ali = (make_person(name, f"{name.lower()}@example.org") for name in ("Lo", "Kim", "Ali"))
    for person in (scene.jenny, lo):
        make_interest(person, scene.langgatan)
    make_interest(kim, scene.langgatan, confirmed=False)
    make_interest(ali, scene.langgatan).ended_at = utcnow()
    make_interest(scene.farah, scene.other_group.buildings[0])
    db.session.commit()
    return [scene.jenny, lo]
