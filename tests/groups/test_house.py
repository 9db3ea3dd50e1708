"""Checks the household list: a coordinator's own flats, sums that agree, an audit entry for looking."""

from __future__ import annotations

from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of, make_household, make_meeting, make_person, make_request
from tests.page_client import Page, PageClient
from tests.page_contract import text_of
from watch.extensions import db
from watch.groups.service import members as members_service
from watch.models import AuditEntry, HouseholdStatus, Membership, Person, utcnow
from watch.models.joining import EVERYBODY_AFTER


def test_the_lead_sees_the_whole_house(client: PageClient, scene: Scene) -> None:
    make_household(flat_of(scene.stairwell_1, "1203"), HouseholdStatus.DECLINED)
    make_household(flat_of(scene.stairwell_3, "1203"), HouseholdStatus.WANTS_TO_JOIN)
    page = client.get(f"/groups/{scene.group.id}/house", as_=scene.amina)
    assert page.h1 == "Huset, Våglängdsgatan 1–3"
    assert "5 av 18 hushåll" in page.text
    assert (
        "7 av 18 hushåll har fått frågan. 1 vill gå med 1 har tackat nej 11 återstår att kontakta"
        in page.text
    )
    assert page.main_actions == ["Skriv ut brev till 11 hushåll"]
    letters = page.click("Skriv ut brev till 11 hushåll").form(f"/groups/{scene.group.id}/letters")
    assert len(letters["flats"]) == 11
    assert page.links["Knacka på"] == f"/groups/{scene.group.id}/knock"
    assert page.links["Bjud in med mejl"] == f"/groups/{scene.group.id}/invitations"
    assert "Port 1 · 2 av 9" in page.text
    assert "Port 3 · 3 av 9 1 granne vill gå med" in page.text
    assert "kontaktombud saknas" not in page.text  # the lead lives there
    for name in (
        "Lägenhet 1203, tackat nej",
        "Lägenhet 1001, deltar, nås på papper",
        "Lägenhet 1202, ej kontaktad",
    ):
        assert f'aria-label="{name}"' in page.html


def test_a_coordinator_of_one_stairwell_sees_nothing_of_the_other(client: PageClient, scene: Scene) -> None:
    make_household(flat_of(scene.stairwell_1, "1203"), HouseholdStatus.DECLINED)
    hidden = members_service.admit(make_person("Hemliga Hulda", "h@example.org"), scene.group, stairwell=None)
    make_request(make_person("Rolf i ettan", "rolf@example.org"), scene.group, scene.stairwell_1)
    house = client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt)
    assert "3 av 9 hushåll" in house.text
    assert "Port 1 " not in house.text
    assert "tackat nej" not in house.html.replace("har tackat nej", "").replace("</span> tackat nej", "")
    assert "utan känd lägenhet" not in house.text
    members = client.get(f"/groups/{scene.group.id}/members", as_=scene.bengt)
    assert {"Bengt Åkesson", "Carin Öberg", "Elsa Björkgård", "Farah Ahmadi"} == {
        name
        for name in (
            "Amina Yusuf", "Bengt Åkesson", "Carin Öberg", "Dawit Tesfaye", "Elsa Björkgård", "Farah Ahmadi",
            "Hemliga Hulda", "Rolf i ettan",
        )
        if name in members.html
    }  # fmt: skip
    dawits = db.session.scalars(select(Membership).where(Membership.person == scene.dawit)).one()
    flat = flat_of(scene.stairwell_1, "1101")
    assert client.get(f"/stairwells/{scene.stairwell_1.id}/house", as_=scene.bengt).status == 403
    assert client.get(f"/flats/{flat.id}", as_=scene.bengt).status == 403
    assert client.post(f"/memberships/{dawits.id}/details", as_=scene.bengt).status == 404
    assert client.post(f"/memberships/{hidden.id}/details", as_=scene.bengt).status == 404
    assert client.post(f"/memberships/{hidden.id}/details", as_=scene.amina).status == 200


def test_a_member_without_a_flat_is_a_household_too(client: PageClient, scene: Scene) -> None:
    members_service.admit(make_person("Hulda"), scene.group, stairwell=None)
    page = client.get(f"/groups/{scene.group.id}/house", as_=scene.amina)
    assert "6 av 18 hushåll" in page.text
    assert "Av dem är 1 granne med utan känd lägenhet." in page.text
    assert "Utan känd port Hulda" in client.get(f"/groups/{scene.group.id}/members", as_=scene.amina).text


def test_what_there_is_to_do(client: PageClient, scene: Scene) -> None:
    knocking = make_request(make_person("Knut"), scene.group, scene.stairwell_1)
    knocking.wants_visit = True
    held = make_meeting(scene.group, starts_at=utcnow().replace(year=2019), by=scene.amina)
    cancelled = make_meeting(scene.group, starts_at=held.starts_at, by=scene.amina)
    cancelled.cancelled_at = utcnow()
    page = client.get(f"/groups/{scene.group.id}/house", as_=scene.amina)
    todo = page.text.partition("Att göra")[2]
    assert "2 grannar vill gå med" in todo  # Farah asked by mail
    assert "1 av dem vill att du knackar på" in todo
    assert "Skriv hur många som kom på 1 träff" in todo
    assert "knackar på" not in client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt).text


def test_how_many_want_to_join_is_one_number_or_says_why_not(client: PageClient, scene: Scene) -> None:
    make_household(flat_of(scene.stairwell_3, "1203"), HouseholdStatus.WANTS_TO_JOIN)
    late = make_request(make_person("Rolf i ettan", "rolf@example.org"), scene.group, scene.stairwell_1)
    house, members = f"/groups/{scene.group.id}/house", f"/groups/{scene.group.id}/members"

    def todo_of(person: Person) -> str:
        page = client.get(house, as_=person)
        offered = [text for text in page.links if text.startswith("Vill gå med ")]
        (number,) = (text.removeprefix("Vill gå med ") for text in offered)
        assert f"frågan. {number} vill gå med" in page.text
        assert f"{number} grann" in page.text.partition("Att göra")[2]
        listed = client.get(page.links[offered[0]].partition("#")[0], as_=person)
        assert listed.html.count('/approve"') == int(number)
        return page.text.partition("Att göra")[2]

    leads = todo_of(scene.amina)
    assert "2 grannar vill gå med 1 av dem har inte sagt vilken lägenhet" in leads
    assert "inte är din" not in leads
    assert "2 grannar vill gå med" in client.get(members, as_=scene.amina).text
    assert "Inte din port" not in client.get(members, as_=scene.amina).text
    assert "1 granne vill gå med" in todo_of(scene.bengt)
    late.confirmed_at = utcnow() - EVERYBODY_AFTER
    bengts = todo_of(scene.bengt)
    assert "2 grannar vill gå med 1 av dem bor i en port som inte är din" in bengts
    his = client.get(members, as_=scene.bengt).text
    assert "2 grannar vill gå med" in his
    assert his.count("Inte din port") == 1


def test_a_port_lists_those_who_want_to_join_it(client: PageClient, scene: Scene) -> None:
    """Two of one flat and one without a known flat are three, whatever the flat's state is."""
    carins = flat_of(scene.stairwell_3, "1102")
    make_request(make_person("Rolf", "rolf@example.org"), scene.group, scene.stairwell_3)
    make_request(make_person("Pär Öberg", "par@example.org"), scene.group, scene.stairwell_3, carins)
    make_request(make_person("Siri i ettan", "siri@example.org"), scene.group, scene.stairwell_1)
    port = f"/stairwells/{scene.stairwell_3.id}/house"
    page = client.get(port, as_=scene.bengt)
    assert page.links["Vill gå med 3"] == "#waiting"
    assert "3 grannar vill gå med" in page.text
    assert len([link for link in page.links.values() if link.startswith("/requests/")]) == 3
    assert "Rolf" not in page.text
    old = client.get(f"/groups/{scene.group.id}/house?state=wants_to_join", as_=scene.amina)
    assert old.location == f"/groups/{scene.group.id}/members#waiting"
    assert old.follow().html.count('/approve"') == 4


def test_one_stairwell_is_a_table_with_a_row_a_floor(client: PageClient, scene: Scene) -> None:
    make_household(flat_of(scene.stairwell_3, "1103"), HouseholdStatus.INVITED)
    page = client.get(f"/stairwells/{scene.stairwell_3.id}/house", as_=scene.amina)
    assert page.h1 == "Port 3"
    assert _floors(page) == {
        "Våning 2": ["1201", "1202", "1203"],
        "Våning 1": ["1101", "1102", "1103"],
        "Entréplan": ["1001", "1002", "1003"],
    }
    assert page.links["Port 1"] == f"/stairwells/{scene.stairwell_1.id}/house"
    only = page.click("Inbjuden 1")
    assert _floors(only) == {"Våning 1": ["1103"]}
    assert (
        client.get(f"/stairwells/{scene.stairwell_3.id}/house?state=declined", as_=scene.amina).status == 200
    )
    everything = client.get(f"/stairwells/{scene.stairwell_3.id}/house?state=x", as_=scene.amina)
    assert "1203" in everything.text


def _floors(page: Page) -> dict[str, list[str]]:
    """Return the table's rows: the floor's name and the flats from the left."""
    rows = [row for row in page.tree.iter("tr") if next(row.iter("th")).get("scope") == "row"]
    return {text_of(next(row.iter("th"))): [text_of(link) for link in row.iter("a")] for row in rows}


def test_a_flat_shows_names_and_contact_details_cost_a_press(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1102")
    page = client.get(f"/flats/{flat.id}", as_=scene.bengt)
    assert "Carin Öberg" in page.text
    assert "carin@example.org" not in page.html
    assert "0701740607" not in page.html.replace("+46", "0")
    shown = page.press("Kontaktuppgifter Carin Öberg")
    assert shown.links["carin@example.org"] == "mailto:carin@example.org"
    assert shown.links["070-174 06 07"] == "tel:0701740607"
    membership = db.session.scalars(select(Membership).where(Membership.person == scene.carin)).one()
    traces = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "details-seen")).all()
    assert [(each.by_id, each.about_id) for each in traces] == [(scene.bengt.id, membership.id)]


def test_every_look_at_households_leaves_a_trace(client: PageClient, scene: Scene) -> None:
    for address in (
        f"/groups/{scene.group.id}/house", f"/stairwells/{scene.stairwell_3.id}/house",
        f"/groups/{scene.group.id}/members", f"/flats/{scene.stairwell_3.flats[0].id}",
        f"/flats/{scene.stairwell_3.flats[0].id}/moved-out", f"/groups/{scene.group.id}/invitations",
    ):  # fmt: skip
        assert client.get(address, as_=scene.bengt).status == 200
        assert client.get(address, as_=scene.carin).status == 403  # who saw nothing leaves none
    traces = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(each.what, each.by_id, each.group_id) for each in traces] == [
        (what, scene.bengt.id, scene.group.id)
        for what in (
            "house-seen",
            "house-seen",
            "members-seen",
            "flat-seen",
            "flat-seen",
            "invitations-seen",
        )
    ]


def test_members_are_found_by_name_in_swedish_order(client: PageClient, scene: Scene) -> None:
    for name in ("Örjan", "Adam", "Åsa", "Ärla"):
        members_service.admit(make_person(name), scene.group, stairwell=scene.stairwell_3)
    page = client.get(f"/groups/{scene.group.id}/members", as_=scene.bengt)
    places = [page.text.rindex(name) for name in ("Adam", "Bengt", "Carin", "Elsa", "Åsa", "Ärla", "Örjan")]
    assert places == sorted(places)
    found = page.press("Sök", {"q": "CARIN"})
    assert "1 medlem heter så." in found.text
    assert "Elsa Björkgård" not in found.html
    nobody = page.press("Sök", {"q": "%_'"})
    assert "0 medlemmar heter så." in nobody.text


def test_who_wants_to_join_is_answered_from_their_flat(client: PageClient, scene: Scene) -> None:
    flat, neighbours = flat_of(scene.stairwell_3, "1203"), flat_of(scene.stairwell_3, "1202")
    page = client.get(f"/flats/{flat.id}", as_=scene.bengt)
    assert "Farah Ahmadi vill gå med" in page.text
    assert (
        page.click("Svara grannen").press("Ja, välkommen in").location == f"/groups/{scene.group.id}/members"
    )
    assert "vill gå med" not in client.get(f"/flats/{flat.id}", as_=scene.bengt).text
    assert "Farah" not in client.get(f"/flats/{neighbours.id}", as_=scene.bengt).text


def test_waiting_requests_come_first(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/members", as_=scene.bengt)
    assert page.text.index("Farah Ahmadi") < page.text.index("Bengt Åkesson")
    assert "port 3, lägenhet 1203" in page.text
    assert "Godkänn Farah Ahmadi" in page.buttons


def test_only_the_one_who_has_waited_longest_has_the_main_button(client: PageClient, scene: Scene) -> None:
    make_request(make_person("Sara Ny", "sara@example.org"), scene.group, scene.stairwell_3)
    page = client.get(f"/groups/{scene.group.id}/members", as_=scene.bengt)
    assert {"Godkänn Farah Ahmadi", "Godkänn Sara Ny"} <= set(page.buttons)
    assert page.main_actions == ["Godkänn Farah Ahmadi"]
