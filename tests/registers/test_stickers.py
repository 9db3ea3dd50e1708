"""Checks stickers: given to households that take part, once the group is active; officers read roughly."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of
from tests.page_client import PageClient
from watch.extensions import db
from watch.language import local
from watch.models import Flat, GroupState, Household, utcnow
from watch.registers.queries.stickers import stickers_at


def today() -> date:
    return local(utcnow()).date()


def household_of(flat: Flat) -> Household:
    """Return the household of a flat."""
    return db.session.scalars(select(Household).where(Household.flat_id == flat.id)).one()


def test_a_coordinator_writes_down_a_sticker_and_takes_it_back(client: PageClient, scene: Scene) -> None:
    home = household_of(flat_of(scene.stairwell_3, "1102"))
    page = client.get(f"/flats/{home.flat_id}", as_=scene.bengt)
    given = page.press("Dekal lämnad lägenhet 1102").follow()
    assert given.flashes == [("done", "Antecknat: dekalen är lämnad.")]
    db.session.refresh(home)
    assert home.sticker_given_on == today()
    given.press("Ångra dekalen")
    db.session.refresh(home)
    assert home.sticker_given_on is None
    scene.group.state = GroupState.STARTING
    db.session.commit()
    late = page.press("Dekal lämnad lägenhet 1102").follow()
    said = ("warn", "Dekaler lämnas till dem som är med, när gruppen är aktiv.")
    assert late.flashes[-1] == said
    empty = flat_of(scene.stairwell_3, "1202")
    assert client.post(f"/flats/{empty.id}/sticker", as_=scene.bengt).follow().flashes == [said]


def test_officers_read_last_nights_stickers_roughly(client: PageClient, scene: Scene) -> None:
    homes = list(db.session.scalars(select(Household).order_by(Household.id)))
    for home in homes:
        home.sticker_given_on = today() - timedelta(days=3)
    homes[0].sticker_given_on = today()
    homes[1].ended_at = utcnow()
    db.session.commit()
    here = [each for each in homes if each.flat.stairwell.building_id == scene.house.id]
    assert stickers_at(scene.house, utcnow()) == len(here) - 1  # who was given one today counts tomorrow
    page = client.get(f"/buildings/{scene.house.id}/register", as_=scene.gun)
    assert "Hushåll med dekal i natt färre än 5" in " ".join(page.text.split())
