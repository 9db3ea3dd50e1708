"""Checks the list of members: chosen by stairwell, kind and name together, and printed."""

from __future__ import annotations

from tests.cast import Scene
from tests.factories import make_person
from tests.page_client import Page, PageClient
from watch.groups.service import members as members_service
from watch.models import Channel


def names_on(page: Page) -> list[str]:
    everybody = ("Amina", "Bengt", "Carin", "Dawit", "Elsa", "Ester", "Sixten")
    return [name for name in everybody if f">{name}" in page.html.partition('class="list members"')[2]]


def members(client: PageClient, scene: Scene, query: str = "", *, lead: bool = True) -> Page:
    reader = scene.amina if lead else scene.bengt
    return client.get(f"/groups/{scene.group.id}/members{query}", as_=reader)


def two_on_paper_in_port_1(scene: Scene) -> None:
    for name in ("Ester", "Sixten"):
        members_service.admit(
            make_person(name), scene.group, stairwell=scene.stairwell_1, channel=Channel.PAPER
        )


def test_one_stairwell_is_chosen_and_each_choice_keeps_the_others(client: PageClient, scene: Scene) -> None:
    two_on_paper_in_port_1(scene)
    page = members(client, scene)
    everybody = names_on(page)
    port_1 = page.press("Sök", {"port": str(scene.stairwell_1.id)})
    assert set(names_on(port_1)) == {"Amina", "Dawit", "Ester", "Sixten"} & set(everybody)
    paper = client.get(port_1.links["På papper 2"], as_=scene.amina)
    assert names_on(paper) == ["Ester", "Sixten"]
    ester = paper.press("Sök", {"q": "ester"})  # the form sends stairwell and kind again
    assert names_on(ester) == ["Ester"]
    assert client.get(ester.links["Alla 4"], as_=scene.amina).text.count("1 medlem heter så.") == 1
    other = ester.press("Sök", {"port": str(scene.stairwell_3.id)})
    assert "0 medlemmar heter så." in other.text
    assert "Skriv ut" not in other.text


def test_whoever_chooses_a_stairwell_of_others_sees_their_own(client: PageClient, scene: Scene) -> None:
    own = names_on(members(client, scene, lead=False))
    for query in (f"?port={scene.stairwell_1.id}", "?port=x", "?port=-1", "?port=99999999999999999999"):
        assert names_on(members(client, scene, query, lead=False)) == own
    assert "Alla portar" not in members(client, scene, lead=False).text  # there is only one


def test_the_list_is_printed_by_its_button_or_the_browsers_own_menu(client: PageClient, scene: Scene) -> None:
    page = members(client, scene)
    assert f"Skriv ut {len(names_on(page))} medlemmar" in page.text
    assert "<noscript>" in page.html
