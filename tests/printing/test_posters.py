"""Checks posters: a PDF with each stairwell's code, a new code after a leak, and a code on the phone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of, make_member, make_person
from tests.newcomers import Fill, confirm_link
from tests.page_client import BASE, Page, PageClient
from tests.pages_of_paper import codes_on, pages_of, width_of_code, words_on
from tests.races import at_once
from watch.extensions import db
from watch.models import AuditEntry, JoinRequest, OldPoster, RequestState, Stairwell
from watch.printing.queries import poster_code, stairwell_of_old_poster, stairwell_of_poster

CENTIMETRE = 72 / 2.54  # in the points of a PDF
LEAKED = "Ge porten en ny kod bekräfta"


def door(stairwell: Stairwell) -> str:
    """Return the address of the code on a stairwell's current poster."""
    db.session.expire_all()
    return f"/j/{poster_code(stairwell)}"


def fetched_pages(answer: Page) -> list[Any]:
    """Return the pages of a downloaded PDF."""
    assert answer.response.mimetype == "application/pdf"
    return pages_of(answer.response.data)


def leak(client: PageClient, scene: Scene) -> Page:
    """Report stairwell 3's poster as leaked, as Bengt. Returns where that leads."""
    page = client.get(f"/stairwells/{scene.stairwell_3.id}/poster", as_=scene.bengt)
    return page.press(LEAKED).follow()


def test_each_stairwell_has_its_own_code(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/posters", as_=scene.amina)
    codes = {each.number: poster_code(each) for each in (scene.stairwell_1, scene.stairwell_3)}
    assert codes["1"] != codes["3"]
    assert all(code in page.text for code in codes.values())
    assert codes["3"] in page.click("Visa affischen Våglängdsgatan 3").html


def test_all_of_a_group_are_one_pdf_in_the_order_of_the_stairwells(client: PageClient, scene: Scene) -> None:
    overview = client.get(f"/groups/{scene.group.id}/posters", as_=scene.amina)
    pages = fetched_pages(overview.click("Hämta 2 affischer som PDF"))
    for page, stairwell in zip(pages, (scene.stairwell_1, scene.stairwell_3), strict=True):
        assert codes_on(page) == [BASE + door(stairwell)]
        assert f"Port {stairwell.address}" in words_on(page)
        assert poster_code(stairwell) in words_on(page)


def test_one_alone_says_it_in_four_languages_and_names_nobody(client: PageClient, scene: Scene) -> None:
    shown = client.get(f"/stairwells/{scene.stairwell_3.id}/poster", as_=scene.dawit)
    assert shown.status == 403
    client.get(f"/stairwells/{scene.stairwell_3.id}/poster", as_=scene.bengt)
    (page,) = fetched_pages(client.get(f"/stairwells/{scene.stairwell_3.id}/poster.pdf", as_=scene.bengt))
    words = words_on(page)
    assert ("Här känner grannar varandra" in words, "Join us!" in words) == (True, True)
    assert ("yaqaannaan" in words, "\ufe8e" in words or "ا" in words) == (True, True)
    assert [name for name in ("Amina", "Bengt", "Carin") if name in words] == []


def test_the_code_is_large_enough_for_a_camera_two_metres_away(client: PageClient, scene: Scene) -> None:
    (page,) = fetched_pages(client.get(f"/stairwells/{scene.stairwell_3.id}/poster.pdf", as_=scene.bengt))
    width, height = page.get_size()
    assert (round(width / CENTIMETRE, 1), round(height / CENTIMETRE, 1)) == (21.0, 29.7)
    assert width_of_code(page) / CENTIMETRE >= 5


def test_the_pdf_can_be_read_aloud(client: PageClient, scene: Scene) -> None:
    pdf = client.get(f"/stairwells/{scene.stairwell_3.id}/poster.pdf", as_=scene.bengt).response.data
    assert b"pdfuaid:part" in pdf
    assert b"/Lang" in pdf


def test_the_page_shows_what_the_poster_looks_like(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/stairwells/{scene.stairwell_3.id}/poster", as_=scene.bengt)
    (picture,) = [each for each in page.tree.iter("img") if each.get("class") == "poster"]
    assert poster_code(scene.stairwell_3) in (picture.get("alt") or "")
    answer = client.get(picture.get("src") or "", as_=scene.bengt).response
    assert (answer.mimetype, answer.data[:4]) == ("image/png", b"\x89PNG")


def test_a_coordinator_prints_for_their_own_stairwells_and_the_officer_for_all(
    client: PageClient, scene: Scene
) -> None:
    path = f"/groups/{scene.group.id}/posters"
    stairwells = {
        who.name: len(fetched_pages(client.get(f"{path}.pdf", as_=who))) for who in (scene.bengt, scene.gun)
    }
    assert stairwells == {"Bengt Åkesson": 1, "Gun Sjöström": 2}
    assert poster_code(scene.stairwell_1) not in client.get(path, as_=scene.bengt).text
    assert client.get(f"/stairwells/{scene.stairwell_1.id}/poster", as_=scene.bengt).status == 403
    assert client.get(f"/stairwells/{scene.stairwell_1.id}/poster.pdf", as_=scene.ivan).status == 404


def test_the_code_leads_to_the_stairwell(client: PageClient, scene: Scene) -> None:
    assert "Port Våglängdsgatan 3" in client.get(door(scene.stairwell_3)).text


def test_one_press_makes_a_new_code_and_the_old_one_becomes_a_request(
    client: PageClient, scene: Scene, fill: Fill
) -> None:
    old, other = door(scene.stairwell_3), door(scene.stairwell_1)
    page = leak(client, scene)
    assert page.flashes == [("done", "Porten har en ny kod. Skriv ut affischen och byt den som hänger.")]
    new = door(scene.stairwell_3)
    assert (old == new, new.removeprefix("/j/") in page.html, door(scene.stairwell_1)) == (False, True, other)
    assert "bjuder in dig" in client.get(new).text
    assert "Affischens kod gäller inte längre." in client.get(old).text

    client.post(old, fill(floor="2", door="2"))
    request = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id.desc())).first()
    assert request is not None
    client.get(confirm_link(request)).press("Ja, det stämmer")
    db.session.expire_all()
    assert (request.state, request.stairwell) == (RequestState.WAITING, scene.stairwell_3)


@pytest.mark.parametrize("typed", ["{lower}", "{plain}", " {spaced} "])
def test_an_old_code_is_forgiven_as_much(typed: str, client: PageClient, scene: Scene) -> None:
    code = poster_code(scene.stairwell_3)
    leak(client, scene)
    plain = code.replace("-", "")
    wanted = typed.format(lower=code.lower(), plain=plain, spaced=code.replace("-", " "))
    assert "Affischens kod gäller inte längre" in client.get(f"/j/{wanted}").text


def test_it_can_leak_twice_and_every_old_code_explains_itself(client: PageClient, scene: Scene) -> None:
    first = door(scene.stairwell_3)
    leak(client, scene)
    second = door(scene.stairwell_3)
    leak(client, scene)
    assert len({first, second, door(scene.stairwell_3)}) == 3
    assert ["Affischens kod gäller inte längre" in client.get(each).text for each in (first, second)] == [
        True,
        True,
    ]


def test_pressed_twice_it_is_once(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/stairwells/{scene.stairwell_3.id}/poster", as_=scene.bengt)
    page.press(LEAKED)
    renewed = door(scene.stairwell_3)
    again = page.press(LEAKED).follow()
    assert (door(scene.stairwell_3), "spritts" in again.text, again.flashes) == (
        renewed, True, [("done", "Porten har en ny kod. Skriv ut affischen och byt den som hänger.")],
    )  # fmt: skip
    assert (
        db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)).all().count("poster-renewed") == 1
    )


def test_two_at_once_make_one_new_code(client: PageClient, scene: Scene) -> None:
    path = f"/stairwells/{scene.stairwell_3.id}/poster/new-code"
    leaked = poster_code(scene.stairwell_3)
    statuses = at_once(client, [(scene.amina, path), (scene.bengt, path)], {"leaked": leaked})
    assert statuses == [303, 303]
    assert db.session.scalars(select(OldPoster.stairwell_id)).all() == [scene.stairwell_3.id]
    db.session.refresh(scene.stairwell_3)
    assert stairwell_of_poster(poster_code(scene.stairwell_3)) == scene.stairwell_3
    assert stairwell_of_old_poster(leaked) == scene.stairwell_3


@pytest.mark.parametrize("seen", ["", "x", "HX7K-29QD", "9" * 40])
def test_a_press_that_saw_nothing_changes_nothing(seen: str, client: PageClient, scene: Scene) -> None:
    before = door(scene.stairwell_3)
    client.post(f"/stairwells/{scene.stairwell_3.id}/poster/new-code", {"leaked": seen}, as_=scene.bengt)
    assert door(scene.stairwell_3) == before


def test_only_the_stairwells_own_coordinators_are_offered_it(client: PageClient, scene: Scene) -> None:
    offered = {
        who.name: "Ge porten en ny kod"
        in client.get(f"/stairwells/{scene.stairwell_3.id}/poster", as_=who).text
        for who in (scene.amina, scene.bengt, scene.gun)
    }
    assert offered == {"Amina Yusuf": True, "Bengt Åkesson": True, "Gun Sjöström": False}


def test_a_member_holds_up_the_code_of_their_own_stairwell(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}", as_=scene.carin).click("Bjud in en granne med din telefon")
    assert (poster_code(scene.stairwell_3) in page.text, poster_code(scene.stairwell_1) in page.text) == (
        True,
        False,
    )
    assert [name for name in ("Carin", "Bengt", "Amina") if name in page.text] == []
    assert client.get(page.links[f"127.0.0.1:8000{door(scene.stairwell_3)}"]).status == 200


def test_who_has_no_stairwell_holds_up_every_stairwells(client: PageClient, scene: Scene) -> None:
    hidden = make_person("Hilda", "hilda@example.org")
    make_member(hidden, scene.group, flat_of(scene.stairwell_3, "1103")).stairwell = None
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}/share", as_=hidden)
    assert [poster_code(each) in page.text for each in (scene.stairwell_1, scene.stairwell_3)] == [True, True]
