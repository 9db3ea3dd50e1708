"""Checks a member's pages, and that the police contact's pages of a group show no member."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import Scene
from tests.factories import (
    make_answer,
    make_contact,
    make_group,
    make_interest,
    make_meeting,
    make_notice,
    make_person,
)
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.groups.service import coordinators, members
from watch.groups.service.recounting import recount_groups
from watch.models import Answer, ContactRole, GroupState, MeetingKind, utcnow


def test_a_member_sees_the_group_and_only_neighbours_who_chose_it(client: PageClient, scene: Scene) -> None:
    recount_groups(utcnow())
    make_contact(ContactRole.FAULT_REPORT, "Bostäder i Borås", scene.house)
    scene.bengt.shows_phone = True
    page = client.get(f"/groups/{scene.group.id}", as_=scene.dawit)
    client.post("/language", {"language": "sv"}, as_=scene.dawit)
    page = client.get(f"/groups/{scene.group.id}", as_=scene.dawit)
    assert page.h1 == "Våglängdsgatan 1–3"
    assert "Aktiv grupp" in page.text
    assert "5 av 18 hushåll var med i natt" in page.text
    assert "Bostäder i Borås" in page.text
    shown = {
        each.name for each in (scene.amina, scene.bengt, scene.carin, scene.elsa) if each.name in page.html
    }
    assert shown == {"Carin Öberg"}
    assert "tel:0701740606" not in page.html.partition("Grannar som vill synas")[0]
    assert "carin@example.org" not in page.html
    assert "tel:0701740607" not in page.html


def test_what_a_neighbour_opted_in_to_is_shown_and_nothing_else(client: PageClient, scene: Scene) -> None:
    scene.elsa.phone, scene.elsa.shows_phone = "+46701740699", True
    page = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    assert "En granne 070-174 06 99" in page.text
    assert "Elsa" not in page.html


def test_few_members_are_never_told_apart(client: PageClient, scene: Scene) -> None:
    for counted, words in ((0, "Färre än 5"), (4, "Färre än 5"), (5, "5"), (13, "13"), (14, "Nästan alla")):
        scene.group.counted_taking_part = counted
        page = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
        assert f"{words} av 18 hushåll var med i natt" in page.text


def test_the_officer_sees_the_group_without_any_member(client: PageClient, scene: Scene) -> None:
    make_notice(scene.group, "Bara för oss", by=scene.amina)
    make_meeting(scene.group, by=scene.amina)
    page = client.get(f"/groups/{scene.group.id}", as_=scene.gun)
    assert "Carin" not in page.html
    assert "Elsa" not in page.html
    assert "Bara för oss" not in page.html
    assert "Jag kommer" not in page.text
    assert "Lämna gruppen" not in page.text
    assert "Amina Yusuf huvudkontaktombud" in page.text


def test_no_mail_is_promised_to_an_officer(client: PageClient, scene: Scene) -> None:
    address = f"/groups/{scene.group.id}"
    assert (
        "Ingen träff är bestämd. När det finns en står den här." in client.get(address, as_=scene.carin).text
    )
    officers = client.get(address, as_=scene.gun).text
    assert "Ingen träff är planerad just nu." in officers
    assert "Du får ett mejl" not in officers


def test_the_brand_leads_home(client: PageClient, scene: Scene) -> None:
    homes = [
        client.get("/about", as_=reader).html.partition('class="brand" href="')[2].partition('"')[0]
        for reader in (scene.gun, scene.carin, scene.amina, scene.jenny, None)
    ]
    assert homes == ["/overview", "/me", "/me", "/", "/"]


def test_the_next_meeting_is_answered_where_it_is_seen(client: PageClient, scene: Scene) -> None:
    later = make_meeting(scene.group, starts_at=utcnow() + timedelta(days=9), kind=MeetingKind.ANNUAL)
    next_one = make_meeting(scene.group, stairwell=scene.stairwell_3, by=scene.bengt)
    page = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    assert "Trapphusträff i port 3" in page.text
    page.press("Jag kommer")
    again = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    assert 'aria-pressed="true">Jag kommer' in again.html
    client.post("/language", {"language": "sv"}, as_=scene.dawit)
    in_stairwell_1 = client.get(f"/groups/{scene.group.id}", as_=scene.dawit)
    assert "Årlig träff" in in_stairwell_1.text
    assert "Trapphusträff" not in in_stairwell_1.text
    next_one.cancelled_at = later.cancelled_at = utcnow()
    none = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    assert "Ingen träff är bestämd." in none.text


def test_my_page_says_what_waits_for_me(client: PageClient, scene: Scene) -> None:
    answered = make_meeting(scene.group, starts_at=utcnow() + timedelta(days=3), kind=MeetingKind.ANNUAL)
    make_answer(answered, scene.carin, Answer.MAYBE)
    make_meeting(scene.group, starts_at=utcnow() + timedelta(days=5), by=scene.amina)
    make_meeting(scene.group, stairwell=scene.stairwell_1, kind=MeetingKind.SAFETY_WALK)
    make_meeting(scene.other_group, kind=MeetingKind.COORDINATORS)
    make_notice(scene.group, "Ny lampa", by=scene.amina)
    page = client.get("/me", as_=scene.carin)
    waiting = page.text.partition("Väntar på ditt svar")[2].partition("Kommande träffar")[0]
    assert "Trapphusträff" in waiting
    assert "Årlig träff" not in waiting
    assert "Hushållets svar: Kanske" in page.text
    assert "Ny lampa" in page.links
    assert "Trygghetsvandring" not in page.text
    assert "Ombudsträff" not in page.text


def test_whoever_has_no_group_is_shown_the_way(client: PageClient, scene: Scene) -> None:
    client.post("/language", {"language": "sv"}, as_=scene.jenny)
    page = client.get("/me", as_=scene.jenny)
    assert "Du är inte med i någon grupp än" in page.text
    assert page.links["Hitta ditt hus"] == "/"


def test_pages_ask_the_database_no_more_when_there_are_more_rows(
    client: PageClient,
    scene: Scene,
    statements,
) -> None:
    group = scene.group
    starting = make_group(scene.langgatan, GroupState.STARTING)
    addresses = [
        (scene.carin, f"/groups/{group.id}", 7),
        (scene.amina, f"/groups/{group.id}/house", 14),
        (scene.amina, f"/stairwells/{scene.stairwell_3.id}/house", 10),
        (scene.amina, f"/groups/{group.id}/knock", 7),
        (scene.amina, f"/groups/{group.id}/members", 7),
        (scene.amina, f"/groups/{group.id}/coordinators", 10),
        (scene.amina, f"/groups/{group.id}/letters", 9),
        (scene.gun, f"/groups/{group.id}/letters", 8),
        (scene.carin, "/me", 6),
        (scene.gun, f"/groups/{starting.id}/lifecycle", 13),
        (scene.gun, f"/groups/new?building={scene.house.id}", 9),
    ]

    def counted() -> list[int]:
        numbers = []
        for person, address, _most in addresses:
            with statements() as seen:
                client.get(address, as_=person)
            numbers.append(len(seen))
        return numbers

    make_notice(group, by=scene.amina)
    make_meeting(group, by=scene.amina)
    few = counted()
    for number in range(6):
        flat = scene.stairwell_1.flats[number + 2]
        person = make_person(f"Granne {number}", f"g{number}@example.org", shows_name=True)
        members.admit(person, group, stairwell=scene.stairwell_1, flat=None if number == 5 else flat)
        make_notice(group, f"Nytt {number}", by=scene.amina)
        make_meeting(group, by=scene.amina)
        make_contact(ContactRole.POLICE, f"Polisen {number}")
        make_interest(person, scene.house, named=True)
        coordinators.appoint(group, person, lead=False, stairwells=[scene.stairwell_1], by=scene.amina)
    db.session.commit()
    assert counted() == few
    too_many = {address: n for n, (_who, address, most) in zip(few, addresses, strict=True) if n > most}
    assert too_many == {}


def test_who_has_left_is_led_on_and_strangers_learn_nothing(client: PageClient, scene: Scene) -> None:
    group, nowhere = f"/groups/{scene.group.id}", "/groups/99999"
    client.post(f"{group}/leave", as_=scene.carin)
    mine = client.get("/me", as_=scene.carin)
    assert "Du är inte med i någon grupp just nu" in mine.text
    old = client.get(group, as_=scene.carin)
    assert (old.status, old.links["Till Min sida"]) == (404, "/me")
    assert old.main_actions == ["Till Min sida"]
    assert "Är du inte med längre?" in old.text
    assert client.get(nowhere, as_=scene.carin).text == old.text
    stranger = client.get(group, as_=scene.jenny)
    assert (stranger.status, stranger.text) == (404, client.get(nowhere, as_=scene.jenny).text)


def test_undoing_too_late_says_so(client: PageClient, scene: Scene) -> None:
    membership = active_membership(scene.carin, scene.group)
    assert membership
    client.post(f"/groups/{scene.group.id}/leave", as_=scene.carin)
    membership.left_at = utcnow() - timedelta(days=7)
    late = client.post(f"/memberships/{membership.id}/back", as_=scene.carin).follow()
    assert "Det går inte att ångra längre." in late.flashes[-1][1]
    assert client.post(f"/memberships/{membership.id}/back", as_=scene.jenny).status == 404
    assert membership.left_at is not None
