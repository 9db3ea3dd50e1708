"""Checks the list of notices sent to an area, with links to their progress."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.cast import Scene
from tests.factories import make_notice
from tests.page_client import PageClient


def test_the_officer_finds_again_what_was_sent(client: PageClient, scene: Scene) -> None:
    area = scene.group.area
    address = f"/areas/{area.slug}/notices"
    nothing = client.get(address, as_=scene.gun)
    assert "Inga meddelanden än" in nothing.text
    assert nothing.links["Skriv ett meddelande"] == f"{address}/new"
    sent = make_notice(area, "Inbrott i källare", by=scene.gun)
    make_notice(scene.group, "Bara för oss", by=scene.amina)
    make_notice(scene.other_group.area, "I Boda", by=scene.hodan)
    page = client.get(address, as_=scene.gun)
    assert page.links["Inbrott i källare"] == f"/notices/{sent.id}/report"
    assert f'href="{address}" aria-current="page"' in page.html
    assert [title for title in ("Bara för oss", "I Boda") if title in page.html] == []


def test_the_head_says_where_the_officer_is_on_a_notice_to_the_area(client: PageClient, scene: Scene) -> None:
    area = scene.group.area
    sent = make_notice(area, "Inbrott i källare", by=scene.gun)
    for path in (f"/notices/{sent.id}", f"/notices/{sent.id}/report"):
        page = client.get(path, as_=scene.gun)
        assert f'href="/areas/{area.slug}"' in page.html
        assert f'href="/areas/{area.slug}/notices" aria-current="page"' in page.html
    group = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.gun)
    assert f'href="/areas/{area.slug}" aria-current="page"' in group.html
    read = client.get(f"/notices/{sent.id}", as_=scene.carin)
    assert f'href="/groups/{scene.group.id}/notices" aria-current="page"' in read.html
    assert "/areas/" not in read.html


def test_a_long_list_has_pages_and_asks_no_more_of_the_database(
    client: PageClient, scene: Scene, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    address, seen = f"/areas/{scene.group.area.slug}/notices", []
    for more in (1, 24):
        for number in range(more):
            make_notice(scene.group.area, f"Nummer {number}", by=scene.gun)
        client.get(address, as_=scene.gun)
        with statements() as said:
            page = client.get(address, as_=scene.gun)
        seen.append(len(said))
    assert seen[0] == seen[1]
    older = page.click("Nästa")
    assert older.text.count("Nummer") == 5
    assert older.click("Föregående").text.count("Nummer") == 20
