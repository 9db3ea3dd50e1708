"""Checks that a flat's page offers to undo only what can be undone, and its stairwell only what is chosen."""

from __future__ import annotations

from tests.cast import Scene
from tests.factories import flat_of
from tests.page_client import PageClient


def test_after_a_move_nothing_is_offered_that_would_be_refused(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1202")
    page = f"/flats/{flat.id}"
    sent = {"after": 0, "name": "Greta", "language": "sv", "consent": "y", "back": page}
    client.post(f"{page}/knock/join", sent, as_=scene.bengt)
    assert "Ångra lägenhet 1202" in client.get(page, as_=scene.bengt).buttons
    client.post(f"{page}/moved-out", as_=scene.bengt)
    assert "Ångra lägenhet 1202" not in client.get(page, as_=scene.bengt).buttons
    knock = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    assert "Ångra lägenhet 1202" not in knock.buttons


def test_a_move_said_at_the_door_is_undone_until_others_live_there(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1202")
    page = f"/flats/{flat.id}"
    client.post(f"{page}/knock/moved", {"after": 0, "back": page}, as_=scene.bengt)
    assert "Ångra lägenhet 1202" in client.get(page, as_=scene.bengt).buttons
    client.post(f"{page}/answer", {"answer": "invited"}, as_=scene.bengt)
    assert "Ångra lägenhet 1202" not in client.get(page, as_=scene.bengt).buttons


def test_the_buttons_say_how_many_flats_are_chosen_and_none_is_refused(
    client: PageClient, scene: Scene
) -> None:
    place = f"/stairwells/{scene.stairwell_3.id}/house"
    chosen = client.get(f"{place}?choose=not_contacted", as_=scene.bengt)
    assert {"Skriv ut brev till valda (6)", "Knacka på hos valda (6)"} <= set(chosen.buttons)
    for button in ("letters", "knock"):
        refused = client.get(f"{place}?to={button}", as_=scene.bengt)
        assert "Kryssa för minst en lägenhet i bilden först." in refused.text
