"""Posters: the right code for each port, an address that the camera reads, four languages."""

from __future__ import annotations

import re

import segno

from tests.cast import Scene
from tests.page_client import Page, PageClient
from watch import tokens
from watch.extensions import db
from watch.models import Stairwell
from watch.tokens import Purpose


def code_of(stairwell: Stairwell) -> str:
    return tokens.show_code(tokens.code(Purpose.POSTER, stairwell.id, stairwell.poster_generation))


def modules_of(page: Page) -> list[list[bool]]:
    """The dark squares of the QR code that is drawn on a page, read back from the SVG's path."""
    (size,) = re.findall(r'<svg[^>]*viewBox="0 0 (\d+) \d+"[^>]*class="qr"', page.html)
    (path,) = re.findall(r'stroke="#000"[^>]*d="([^"]*)"|d="([^"]*)"[^>]*stroke="#000"', page.html)
    dark = [[False] * int(size) for _ in range(int(size))]
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]*)", "".join(path)):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "h":
            for column in range(int(x), int(x + values[0])):
                dark[int(y)][column] = True
            x += values[0]
        else:
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
    return dark


def test_each_port_has_its_own_code(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/posters", as_=scene.amina)
    codes = {each.number: code_of(each) for each in (scene.port_1, scene.port_3)}
    assert codes["1"] != codes["3"]
    assert all(code in page.text for code in codes.values())
    poster = page.click("Visa affischen Våglängdsgatan 3")
    assert codes["3"] in poster.text


def test_a_coordinator_prints_for_their_own_ports_and_the_officer_for_all(
    client: PageClient, scene: Scene
) -> None:
    path = f"/groups/{scene.group.id}/posters"
    seen = {
        who.name: code_of(scene.port_1) in client.get(path, as_=who).text for who in (scene.bengt, scene.gun)
    }
    assert seen == {"Bengt Åkesson": False, "Gun Sjöström": True}
    assert client.get(f"/stairwells/{scene.port_1.id}/poster", as_=scene.bengt).status == 403
    assert client.get(f"/stairwells/{scene.port_1.id}/poster", as_=scene.ivan).status == 404


def test_the_qr_code_leads_to_the_port(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/stairwells/{scene.port_3.id}/poster", as_=scene.bengt)
    address = f"http://127.0.0.1:8000/j/{code_of(scene.port_3)}"
    matrix = segno.make(address, error="m", micro=False).matrix_iter(border=4)
    assert modules_of(page) == [[bool(dark) for dark in row] for row in matrix]
    landing = client.get(address)
    assert "Port Våglängdsgatan 3" in landing.text


def test_four_languages_and_no_person(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/stairwells/{scene.port_3.id}/poster", as_=scene.bengt)
    said = [each.get("lang") for each in page.tree.iter("li") if each.get("lang")]
    assert said == ["sv", "en", "ar", "so"] * 2
    assert [name for name in ("Amina", "Bengt", "Carin") if name in page.text] == []


def test_a_new_generation_makes_a_new_code(client: PageClient, scene: Scene) -> None:
    before = code_of(scene.port_3)
    scene.port_3.poster_generation = 1
    db.session.commit()
    page = client.get(f"/stairwells/{scene.port_3.id}/poster", as_=scene.bengt)
    assert (before in page.text, code_of(scene.port_3) in page.text) == (False, True)
