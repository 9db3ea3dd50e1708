"""A second building in Hässleholmen, before and after it came to the group."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.cast import Scene
from tests.factories import empty_flats, make_building, make_member, make_person
from watch.extensions import db
from watch.groups.service.recounting import recount_groups
from watch.lifecycle import service
from watch.models import Area, Building, Landlord, Membership, utcnow


@pytest.fixture
def annex(hassleholmen: Area, landlord: Landlord) -> Building:
    """Marklandsgatan 5–7 in Hässleholmen, without a group."""
    return make_building(hassleholmen, landlord, "Marklandsgatan", (5, 7))


@pytest.fixture
def joined(scene: Scene, annex: Building) -> Building:
    """The same building two days after it came to the group, with six households."""
    service.add_building(scene.group, annex, by=scene.gun)
    for place, flat in enumerate(empty_flats(*annex.stairwells)[::2][:6]):
        make_member(make_person(f"Granne {place}", f"granne{place}@example.org"), scene.group, flat)
    for place, flat in enumerate(empty_flats(*scene.house.stairwells)[:3]):
        make_member(make_person(f"Grann {place}", f"grann{place}@example.org"), scene.group, flat)
    grow_old(annex)
    return annex


def grow_old(building: Building) -> None:
    """Let everybody have joined, and the building have come, before last night's count."""
    before = utcnow() - timedelta(days=2)
    db.session.execute(update(Membership).values(joined_at=before, consent_at=before))
    db.session.execute(update(Building).where(Building.group_id.is_not(None)).values(grouped_at=before))
    recount_groups(utcnow())
    db.session.commit()
    db.session.expire_all()
