"""Checks an officer's notice to several areas, or to one group: one mail each, and each area's own list."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_building,
    make_coordinator,
    make_group,
    make_member,
    make_officer,
    make_person,
)
from tests.mail.relay import Relay
from tests.mail.test_area_list import ONE_CLICK, deliver, letters_to, way_out
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import (
    Area,
    AreaOptOut,
    Audience,
    Group,
    LeftOut,
    Notice,
    NoticeArea,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
)
from watch.notices.mails import NOTICE

TEXT = {"title": "Fler inbrott i källare", "body": "Lås förråden.", "level": "information"}
PREVIEW, SEND = "Förhandsgranska", "Skicka till minst 10 hushåll i 2 områden"


@pytest.fixture
def magasinet(scene: Scene, norrby: Area) -> Group:
    """A group in Norrby with six members by mail, Carin among them, and Elsa's friend on paper."""
    house = make_building(norrby, scene.house.property.landlord, "Magasinsgatan", (7,))
    group = make_group(house)
    stairwell = house.stairwells[0]
    make_member(scene.carin, group, flat_of(stairwell, "1001"))
    for number in ("1002", "1003", "1101", "1102", "1103"):
        make_member(make_person(f"M {number}", f"m{number}@example.org"), group, flat_of(stairwell, number))
    make_member(make_person("Rut", None), group, flat_of(stairwell, "1201"))
    group.counted_taking_part = 7
    db.session.commit()
    return group


def both(scene: Scene, magasinet: Group) -> dict[str, object]:
    areas = [scene.group.area_id, magasinet.area_id]
    return TEXT | {"audience": "area_members", "areas": areas}


def to_both(client: PageClient, scene: Scene, magasinet: Group) -> Page:
    page = client.get("/areas/norrby/notices/new", as_=scene.gun)
    return page.press(PREVIEW, both(scene, magasinet))


def addresses(outbox: Outbox) -> list[str]:
    return sorted(row.mailbox.address.partition("@")[0] for row in outbox.rows() if row.mailbox)


def the_notice() -> Notice:
    return db.session.scalars(select(Notice)).one()


def test_a_notice_to_two_areas_reaches_each_mailbox_once_and_the_choice_is_kept(
    client: PageClient, scene: Scene, magasinet: Group, carins_husband: Person, outbox: Outbox
) -> None:
    page = to_both(client, scene, magasinet)
    assert "Till: Alla som är med: Hässleholmen och Norrby" in page.text
    assert "I de 2 områdena är minst 10 hushåll med." in page.text
    sent = page.press(SEND).follow()
    mailed = ["m1002", "m1003", "m1101", "m1102", "m1103"]
    assert addresses(outbox) == ["amina", "bengt", "carin", "carin", "dawit", *mailed]
    carins = [row for row in outbox.rows() if row.mailbox and row.mailbox == scene.carin.mailbox]
    assert {row.person for row in carins} == {scene.carin, carins_husband}
    assert len([row for row in carins if row.next_at]) == 1, "one mail, which names both"
    homes = [row.household.flat.stairwell.address for row in outbox.rows() if row.household]
    assert sorted(homes) == ["Magasinsgatan 7", "Våglängdsgatan 3"]
    notice = the_notice()
    assert (notice.audience, notice.area) == (Audience.AREA_MEMBERS, magasinet.area)
    parts = db.session.execute(select(NoticeArea.area_id).order_by(NoticeArea.id))
    assert [area for (area,) in parts] == [scene.group.area_id, magasinet.area_id]
    assert "till hela Hässleholmen och Norrby" in sent.text
    assert "Så många väntar: minst 10." in sent.text


def test_the_form_ticks_its_own_area_and_says_how_many_each_reaches(
    client: PageClient, scene: Scene, magasinet: Group
) -> None:
    page = client.get("/areas/norrby/notices/new", as_=scene.gun)
    assert page.form()["areas"] == str(magasinet.area_id)
    assert "Hässleholmen: 2 kontaktombud, minst 5 hushåll" in page.text
    assert "Norrby: 0 kontaktombud, minst 5 hushåll" in page.text
    assert "Boda" not in page.text
    none = client.post("/areas/norrby/notices/preview", TEXT | {"audience": "area_members"}, as_=scene.gun)
    assert (none.status, none.errors) == (422, ["Välj minst ett område."])
    again = to_both(client, scene, magasinet).press("Ändra")
    assert again.form()["areas"] == [str(scene.group.area_id), str(magasinet.area_id)]


def test_an_officer_of_one_area_is_not_asked_in_which(client: PageClient, scene: Scene) -> None:
    page = client.get("/areas/boda/notices/new", as_=scene.hodan)
    assert "I vilka områden?" not in page.text
    assert "Boda: 1 kontaktombud" in page.text
    preview = page.press(PREVIEW, TEXT | {"audience": "area_coordinators"})
    assert preview.buttons == ["Skicka till 1 kontaktombud", "Ändra", "Skicka ett provmejl till mig"]


def test_areas_and_groups_of_others_are_no_choice(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    address = "/areas/norrby/notices"
    boda = scene.other_group.area_id
    for wrong in (
        {"audience": "area_members", "areas": [boda]},
        {"audience": "area_members", "areas": [scene.group.area_id, boda]},
        {"audience": "area_group", "group": scene.other_group.id},
        {"audience": "area_group", "group": ""},
        {"audience": "area_group", "group": "x"},
    ):
        assert client.post(address, TEXT | wrong, as_=scene.gun).status == 422, wrong
    assert outbox.rows() == []


def test_the_officer_of_one_of_the_areas_reads_it_and_neither_follows_nor_stops_it(
    client: PageClient, scene: Scene, magasinet: Group
) -> None:
    other = make_person("Ove", "ove@example.org")
    make_officer(other, scene.group.area)
    to_both(client, scene, magasinet).press(SEND)
    notice = the_notice()
    listed = client.get(f"/areas/{scene.group.area.slug}/notices", as_=other)
    assert listed.links["Fler inbrott i källare"] == f"/notices/{notice.id}"
    assert client.get(f"/notices/{notice.id}", as_=other).status == 200
    for page in ("report", "stop"):
        assert client.get(f"/notices/{notice.id}/{page}", as_=other).status == 403
        assert client.get(f"/notices/{notice.id}/{page}", as_=scene.gun).status == 200
        assert client.get(f"/notices/{notice.id}/{page}", as_=scene.hodan).status == 404
    for member in (scene.carin, scene.dawit, scene.bengt):
        assert client.get(f"/notices/{notice.id}", as_=member).status == 200
    assert client.get(f"/notices/{notice.id}", as_=scene.ivan).status == 404


def test_unsubscribing_stops_one_areas_list_and_the_other_goes_on(
    client: PageClient, scene: Scene, magasinet: Group, relay: Relay
) -> None:
    to_both(client, scene, magasinet).press(SEND)
    deliver(relay)
    (letter,) = letters_to(relay, "carin")
    (other,) = letters_to(relay, "m1002")
    assert "i grannsamverkan i Hässleholmen." in letter.text()
    assert "i grannsamverkan i Norrby." in other.text()
    assert "Kommunpolisen i Hässleholmen och Norrby" in letter.text()
    assert letter.mail["List-Id"] != other.mail["List-Id"]
    assert client.post(way_out(letter), ONE_CLICK, csrf=False).status == 200
    out = db.session.execute(select(AreaOptOut.person_id, AreaOptOut.area_id)).all()
    assert [tuple(each) for each in out] == [(scene.carin.id, scene.group.area_id)]
    to_both(client, scene, magasinet).press(SEND)
    deliver(relay)
    (again,) = letters_to(relay, "carin")
    assert again.mail["List-Id"] == other.mail["List-Id"], "by the list that she has not left"
    assert client.post(way_out(again), ONE_CLICK, csrf=False).status == 200
    to_both(client, scene, magasinet).press(SEND)
    deliver(relay)
    assert letters_to(relay, "carin") == []


def test_who_leaves_both_areas_lists_meanwhile_gets_nothing_and_who_leaves_one_still_does(
    client: PageClient, scene: Scene, magasinet: Group, outbox: Outbox
) -> None:
    to_both(client, scene, magasinet).press(SEND)
    for area, state in ((scene.group.area, OutboxState.QUEUED), (magasinet.area, OutboxState.CANCELLED)):
        group = scene.group if area == scene.group.area else magasinet
        page = client.get(f"/groups/{group.id}/mail", as_=scene.carin)
        page.press("Spara", {f"a{area.id}-{scene.carin.id}-wanted": "no"})
        db.session.expire_all()
        assert {row.state for row in outbox.rows() if row.person == scene.carin} == {state}


def test_stopping_stops_it_in_both_areas(
    client: PageClient, scene: Scene, magasinet: Group, outbox: Outbox
) -> None:
    to_both(client, scene, magasinet).press(SEND)
    notice = the_notice()
    client.post(f"/notices/{notice.id}/stop", as_=scene.gun)
    assert {row.state for row in outbox.rows() if row.mailbox} == {OutboxState.CANCELLED}


def test_the_same_form_pressed_twice_is_one_notice(
    client: PageClient, scene: Scene, magasinet: Group, outbox: Outbox
) -> None:
    page = to_both(client, scene, magasinet)
    for _twice in range(2):
        assert page.press(SEND).status == 303
    assert len(db.session.scalars(select(Notice)).all()) == 1
    form = page.form("/areas/norrby/notices") | {"areas": str(magasinet.area_id)}
    other = client.post("/areas/norrby/notices", form, as_=scene.gun)
    assert "Det du skrev först är redan skickat" in other.text


def test_coordinators_of_two_areas_are_counted_and_told_once(
    client: PageClient, scene: Scene, magasinet: Group, outbox: Outbox
) -> None:
    make_coordinator(scene.bengt, magasinet)
    make_coordinator(make_person("Mia", "mia@example.org"), magasinet)
    db.session.commit()
    page = client.get("/areas/norrby/notices/new", as_=scene.gun)
    preview = page.press(PREVIEW, both(scene, magasinet) | {"audience": "area_coordinators"})
    preview.press("Skicka till 3 kontaktombud i 2 områden")
    assert addresses(outbox) == ["amina", "bengt", "mia"]


def test_groups_without_coordinator_are_told_with_how_many_households_wait(
    client: PageClient, scene: Scene, magasinet: Group
) -> None:
    page = to_both(client, scene, magasinet)
    said = "där ingen kan lämna det, för att kontaktombud saknas: färre än 5."
    assert said in page.text
    assert f"i: {magasinet.name}." in page.text
    assert said in page.press(SEND).follow().text


def test_one_group_gets_it_as_its_own_list_and_nobody_else_reads_it(
    client: PageClient, scene: Scene, magasinet: Group, outbox: Outbox, relay: Relay
) -> None:
    """Who wants no notices to the whole area still gets what concerns the own house."""
    db.session.add(AreaOptOut(person_id=scene.dawit.id, area_id=scene.group.area_id))
    second = make_group(make_building(scene.group.area, scene.house.property.landlord, "Ågatan", (1,)))
    sven = make_person("Sven", "sven@example.org")
    make_coordinator(sven, second)
    db.session.commit()
    page = client.get(f"/areas/norrby/notices/new?group={scene.group.id}", as_=scene.gun)
    assert (page.form()["audience"], page.form()["group"]) == ("area_group", str(scene.group.id))
    preview = page.press(PREVIEW, TEXT)
    assert f"Till: {scene.group.name}" in preview.text
    assert "5 av 18 hushåll är med" in preview.text
    report = preview.press("Skicka meddelandet").follow()
    assert addresses(outbox) == ["amina", "bengt", "carin", "dawit"]
    notice = the_notice()
    assert (notice.audience, notice.group, notice.area, notice.parts) == (
        Audience.AREA_GROUP, scene.group, scene.group.area, [],
    )  # fmt: skip
    assert "Så många väntar: färre än 5." in report.text
    deliver(relay)
    (letter,) = letters_to(relay, "carin")
    assert "Kommunpolisen i Hässleholmen" in letter.text()
    assert "i grannsamverkan i ditt hus." in letter.text()
    for reader, status in (
        (scene.carin, 200), (scene.bengt, 200), (scene.gun, 200), (sven, 404), (scene.hodan, 404),
    ):  # fmt: skip
        assert client.get(f"/notices/{notice.id}", as_=reader).status == status, reader.name
    assert "Fler inbrott" in client.get(f"/groups/{scene.group.id}/notices", as_=scene.carin).text
    assert "Fler inbrott" not in client.get(f"/groups/{magasinet.id}/notices", as_=scene.carin).text
    assert client.get(f"/notices/{notice.id}/report", as_=scene.amina).status == 404
    assert f"till {scene.group.name}" in client.get("/areas/hassleholmen/notices", as_=scene.gun).text
    paper = client.get(f"/notices/{notice.id}/paper", as_=scene.bengt)
    assert "Våglängdsgatan 3 1001" in paper.text
    left = client.post(way_out(letter), ONE_CLICK, csrf=False)
    assert left.html.startswith("Klart. Inga fler meddelanden från gruppen kommer.")


def test_what_was_sent_to_one_group_is_left_out_for_who_says_no_meanwhile(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = client.get(f"/areas/hassleholmen/notices/new?group={scene.group.id}", as_=scene.gun)
    page.press(PREVIEW, TEXT).press("Skicka meddelandet")
    reasons = NOTICE.wanted_unless(the_notice(), None)
    left_out = select(OutboxRow.person_id).where(OutboxRow.person_id.is_not(None), reasons[LeftOut.READER])
    assert db.session.scalars(left_out).all() == []
    mail = client.get(f"/groups/{scene.group.id}/mail", as_=scene.carin)
    (field,) = (each for each in mail.form() if each.startswith("m"))
    mail.press("Spara", {field: NoticeChoice.MEETINGS.value})
    db.session.expire_all()
    carins = [row.state for row in outbox.rows() if row.person == scene.carin]
    assert carins == [OutboxState.CANCELLED]
