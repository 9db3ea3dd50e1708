"""Checks visits: which flats are listed, in which order, one button each, and undoing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_household,
    make_letter,
    make_person,
    make_request,
    make_visit_request,
)
from tests.groups.test_members import state_of
from tests.page_client import Page, PageClient
from tests.races import at_once
from watch import language
from watch.canvassing.labels import not_home_word
from watch.extensions import db
from watch.groups.queries.households import FlatState
from watch.models import (
    AuditEntry,
    GroupState,
    Household,
    HouseholdStatus,
    JoinRequest,
    RequestState,
    Visit,
    utcnow,
)


def walk(page: Page) -> list[str]:
    """Return the numbers of the flats on the list, in order."""
    rows = [each for each in page.tree.iter("li") if (each.get("id") or "").startswith("door-")]
    numbers = [next(link for link in row.iter("a") if "/flats/" in (link.get("href") or "")) for row in rows]
    return ["".join(link.itertext()).split()[-1] for link in numbers]


def visits() -> list[tuple[str, str]]:
    """Return the outcome recorded for each flat."""
    wanted = select(Visit).where(Visit.undone_at.is_(None)).order_by(Visit.id)
    return [(each.flat.number, each.outcome.value) for each in db.session.scalars(wanted)]


def test_the_walk_begins_with_who_asked_and_goes_from_the_top_down(client: PageClient, scene: Scene) -> None:
    make_visit_request("Knut", scene.group, flat_of(scene.stairwell_3, "1003"))
    make_household(flat_of(scene.stairwell_3, "1201"), HouseholdStatus.DECLINED)
    make_household(flat_of(scene.stairwell_3, "1202"), HouseholdStatus.INVITED)
    since_long = make_household(flat_of(scene.stairwell_3, "1101"), HouseholdStatus.INVITED)
    since_long.status_at = utcnow() - timedelta(days=7, minutes=1)
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    assert page.h1 == "Knacka på hos 4 grannar"  # not those who take part, were invited just now, or said no
    assert walk(page) == ["1003", "1203", "1101", "1103"]  # Farah's flat has no household in the cast
    assert "Knut vill att du knackar på" in page.text
    wish = page.click("Vill att du knackar på 1")
    assert walk(wish) == ["1003"]
    assert walk(wish.click("Alla 4")) == walk(page)


def test_whoever_asked_by_mail_is_answered_from_the_mail(client: PageClient, scene: Scene) -> None:
    make_household(flat_of(scene.stairwell_3, "1203"), HouseholdStatus.WANTS_TO_JOIN)
    assert "1203" not in walk(client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt))


def test_the_lead_walks_stairwell_by_stairwell(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.amina)
    ones = ["1201", "1202", "1203", "1102", "1103", "1002", "1003"]
    threes = ["1201", "1202", "1203", "1101", "1103", "1003"]
    assert walk(page) == ones + threes
    assert walk(page.click("Port 3")) == threes
    bengts = client.get(f"/groups/{scene.group.id}/knock?stairwell={scene.stairwell_1.id}", as_=scene.bengt)
    assert walk(bengts) == []


def test_chosen_doors_are_shown_also_where_one_would_not_knock_by_oneself(
    client: PageClient, scene: Scene
) -> None:
    declined, lit, elsewhere = (
        flat_of(scene.stairwell_3, "1201"), flat_of(scene.stairwell_3, "1102"),
        flat_of(scene.stairwell_1, "1203"),
    )  # fmt: skip
    make_household(declined, HouseholdStatus.DECLINED)
    flats = "&".join(f"flats={each.id}" for each in (declined, lit, elsewhere))
    page = client.get(f"/groups/{scene.group.id}/knock?{flats}&flats=987654&flats=x", as_=scene.bengt)
    assert walk(page) == ["1201"]
    assert "Du ser de dörrar som du har valt." in page.text


def test_nobody_at_home_comes_later_and_says_when(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    flat = flat_of(scene.stairwell_3, "1201")
    back = page.press("Ej hemma lägenhet 1201")
    assert back.location == f"/groups/{scene.group.id}/knock#door-{flat.id}"
    pressed = back.follow()
    assert walk(pressed)[0] == "1201"  # stays where it was, to be taken back
    assert "Ej hemma i dag kl." in pressed.text
    pressed.press("Tackar nej lägenhet 1202")
    later = client.get(f"/groups/{scene.group.id}/knock", as_=scene.amina)
    assert walk(later.click("Port 3")) == ["1203", "1101", "1103", "1003", "1201"]
    assert walk(later.click("Ej hemma 1")) == ["1201"]
    assert state_of(flat) is FlatState.NOT_CONTACTED


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "Ej hemma i dag kl. 18.30"), (1, "Ej hemma i går kl. 18.30"), (2, "Ej hemma i tisdags kl. 18.30"),
        (6, "Ej hemma i fredags kl. 18.30"), (7, "Ej hemma den 19 november kl. 18.30"),
    ],
)  # fmt: skip
def test_when_nobody_was_at_home_is_said_as_one_says_it(app: object, days: int, said: str) -> None:
    now = datetime(2026, 11, 26, 20, tzinfo=UTC)  # a Thursday
    with time_machine.travel(now):
        assert not_home_word(datetime(2026, 11, 26, 17, 30, tzinfo=UTC) - timedelta(days=days), now) == said


def test_a_no_takes_one_press_and_is_taken_back_with_one(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1201")
    asked_long_ago = utcnow() - timedelta(days=9)
    make_household(flat, HouseholdStatus.INVITED).status_at = asked_long_ago
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    pressed = page.press("Tackar nej lägenhet 1201").follow()
    assert state_of(flat) is FlatState.DECLINED
    assert "Tackat nej" in pressed.text
    undone = pressed.press("Ångra lägenhet 1201").follow()
    assert state_of(flat) is FlatState.INVITED
    assert db.session.scalars(select(Household.status_at).where(Household.flat_id == flat.id)).one() == (
        asked_long_ago
    )
    assert walk(undone) == walk(page)
    assert "Ångra lägenhet 1201" not in undone.buttons
    assert visits() == []


def test_moved_leaves_the_flat_ready_for_the_next_and_can_be_taken_back(
    client: PageClient, scene: Scene
) -> None:
    flat = flat_of(scene.stairwell_3, "1201")
    old = make_household(flat, HouseholdStatus.INVITED)
    old.status_at = utcnow() - timedelta(days=9)
    letter = make_letter(flat, scene.group, by=scene.bengt)
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    moved = page.press("Har flyttat lägenhet 1201").follow()
    assert (state_of(flat), letter.ended_at is None) == (FlatState.NOT_CONTACTED, False)
    moved.press("Ångra lägenhet 1201")
    db.session.expire_all()
    assert (state_of(flat), letter.ended_at) == (FlatState.INVITED, None)
    assert old.ended_at is None


def test_a_request_for_a_visit_is_answered_at_the_door(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    flat = flat_of(scene.stairwell_3, "1003")
    wish = make_visit_request("Knut", scene.group, flat)
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    page.press("Ej hemma lägenhet 1003")
    db.session.refresh(wish)
    assert wish.state is RequestState.WAITING
    again = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    no = again.press("Ångra lägenhet 1003").follow().press("Tackar nej lägenhet 1003").follow()
    db.session.refresh(wish)
    assert (wish.state, wish.decided_by) == (RequestState.DECLINED, scene.bengt)
    assert state_of(flat) is FlatState.DECLINED
    no.press("Ångra lägenhet 1003")
    db.session.refresh(wish)
    assert (wish.state, wish.decided_at, state_of(flat)) == (
        RequestState.WAITING, None, FlatState.WANTS_TO_JOIN
    )  # fmt: skip
    assert outbox.names() == []


def two_wishes(scene: Scene) -> list[JoinRequest]:
    """Knut and Rut each ask for a visit to flat 1003."""
    flat = flat_of(scene.stairwell_3, "1003")
    knuts = make_visit_request("Knut", scene.group, flat)
    ruts = make_request(make_person("Rut"), scene.group, flat.stairwell, flat)
    ruts.wants_visit = True
    db.session.commit()
    return [knuts, ruts]


def states_of(wishes: list[JoinRequest]) -> list[RequestState]:
    db.session.expire_all()
    return [each.state for each in wishes]


@pytest.mark.parametrize("answer", ["Tackar nej", "Har flyttat"])
def test_a_no_at_the_door_answers_all_who_asked_there_and_is_taken_back_for_all(
    client: PageClient, scene: Scene, answer: str
) -> None:
    wishes = two_wishes(scene)
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    assert "Knut vill att du knackar på" in page.text
    assert "Rut vill att du knackar på" in page.text
    pressed = page.press(f"{answer} lägenhet 1003").follow()
    assert states_of(wishes) == [RequestState.DECLINED] * 2
    pressed.press("Ångra lägenhet 1003")
    assert states_of(wishes) == [RequestState.WAITING] * 2


def test_who_joins_at_the_door_is_the_one_of_that_name(client: PageClient, scene: Scene) -> None:
    wishes = two_wishes(scene)
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt).click("Går med lägenhet 1003")
    assert page.form()["name"] == ""
    pressed = page.press("Lägg till grannen", {"name": "Rut Ek", "language": "sv", "consent": "y"}).follow()
    assert states_of(wishes) == [RequestState.WAITING, RequestState.APPROVED]
    pressed.press("Ångra lägenhet 1003")
    assert states_of(wishes) == [RequestState.WAITING] * 2
    page.press("Lägg till grannen", {"name": "Maj", "language": "sv", "consent": "y"})
    assert states_of(wishes) == [RequestState.WAITING] * 2  # neither of them is Maj


@pytest.mark.parametrize("answer", ["Går med", "Tackar nej", "Har flyttat"])
def test_what_was_said_at_the_door_does_not_wait_to_be_told_there(
    client: PageClient, scene: Scene, answer: str
) -> None:
    wish, told = (
        make_visit_request("Knut", scene.group, flat_of(scene.stairwell_3, "1003")),
        "Berätta vid dörren",
    )
    members = f"/groups/{scene.group.id}/members"
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    if answer == "Går med":
        page = page.click("Går med lägenhet 1003")
        pressed = page.press("Lägg till grannen", {"consent": "y"}).follow()
    else:
        pressed = page.press(f"{answer} lägenhet 1003").follow()
    assert told not in client.get(members, as_=scene.bengt).text
    pressed.press("Ångra lägenhet 1003")
    client.post(f"/requests/{wish.id}/decline", as_=scene.bengt)
    assert told in client.get(members, as_=scene.bengt).text  # nobody has been at that door


def test_taking_back_not_at_home_leaves_a_colleagues_answer(client: PageClient, scene: Scene) -> None:
    wish = make_visit_request("Knut", scene.group, flat_of(scene.stairwell_3, "1003"))
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    pressed = page.press("Ej hemma lägenhet 1003").follow()
    client.post(f"/requests/{wish.id}/approve", as_=scene.amina)
    pressed.press("Ångra lägenhet 1003")
    db.session.refresh(wish)
    assert (wish.state, wish.decided_by) == (RequestState.APPROVED, scene.amina)
    assert "Knut" not in client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt).text


def test_every_press_of_the_last_hour_is_taken_back_where_it_is_seen(
    client: PageClient, scene: Scene
) -> None:
    walked, flats = f"/groups/{scene.group.id}/knock", ["1201", "1202", "1203", "1101"]
    answers = ["Tackar nej", "Ej hemma", "Har flyttat", "Tackar nej"]
    for flat, answer in zip(flats, answers, strict=True):
        client.get(walked, as_=scene.bengt).press(f"{answer} lägenhet {flat}")
    client.post(f"/flats/{flat_of(scene.stairwell_3, '1103').id}/knock/no", {"after": "0"}, as_=scene.amina)
    page = client.get(walked, as_=scene.bengt)
    undo = [each for each in page.buttons if each.startswith("Ångra")]
    assert undo == [f"Ångra lägenhet {flat}" for flat in ("1201", "1203", "1101", "1202")]
    assert "Nyss skrivet: 1 svar" in page.text  # the others stand on their rows
    first = page.press("Ångra lägenhet 1201").follow()
    assert "1201" in walk(first)
    assert "Nyss skrivet" not in first.text
    flats_page = client.get(f"/flats/{flat_of(scene.stairwell_3, '1202').id}", as_=scene.bengt)
    assert "Du skrev nyss upp ett svar: ej hemma." in flats_page.text
    back = flats_page.press("Ångra lägenhet 1202")
    assert back.location == flats_page.path
    assert "Ångra lägenhet 1202" not in back.follow().buttons
    assert visits() == [("1203", "moved"), ("1101", "declined"), ("1103", "declined")]
    for reader, flat in ((scene.amina, "1101"), (scene.bengt, "1103")):
        theirs = client.get(f"/flats/{flat_of(scene.stairwell_3, flat).id}", as_=reader)
        assert "Du skrev nyss upp" not in theirs.text


def test_what_is_an_hour_old_is_not_offered_to_be_taken_back(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    page.press("Ej hemma lägenhet 1201")
    page.press("Tackar nej lägenhet 1202")
    for knock in db.session.scalars(select(Visit)):
        knock.at = utcnow() - timedelta(hours=1, minutes=1)
    db.session.commit()
    for path in (page.path, f"/flats/{flat_of(scene.stairwell_3, '1201').id}"):
        buttons = client.get(path, as_=scene.bengt).buttons
        assert [each for each in buttons if each.startswith("Ångra")] == []


def test_of_two_presses_at_one_door_the_newer_is_taken_back_first(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    once = page.press("Ej hemma lägenhet 1201").follow().press("Ångra lägenhet 1201").follow()
    once.press("Ej hemma lägenhet 1201")
    once.press("Ej hemma lägenhet 1202")
    again = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt).press("Tackar nej lägenhet 1201")
    undone = again.follow().press("Ångra lägenhet 1201").follow()
    assert visits() == [("1201", "not_home"), ("1202", "not_home")]
    undone.press("Ångra lägenhet 1201")
    assert visits() == [("1202", "not_home")]


def test_two_presses_of_one_button_are_one(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    page.press("Ej hemma lägenhet 1201")
    second = page.press("Ej hemma lägenhet 1201").follow()
    assert second.flashes == [("info", "Du har redan noterat ett svar här: ej hemma.")]
    back = page.press("Tackar nej lägenhet 1201").follow()  # the browser's arrow brought the old list
    assert back.flashes == [("info", "Du har redan noterat ett svar här: ej hemma.")]
    assert visits() == [("1201", "not_home")]


def test_of_two_coordinators_at_one_door_the_first_is_heard(client: PageClient, scene: Scene) -> None:
    bengts = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    aminas = client.get(f"/groups/{scene.group.id}/knock?stairwell={scene.stairwell_3.id}", as_=scene.amina)
    aminas.press("Tackar nej lägenhet 1201")
    told = bengts.press("Ej hemma lägenhet 1201").follow()
    assert told.flashes == [("info", "Amina Yusuf har redan noterat ett svar här: tackat nej.")]
    assert visits() == [("1201", "declined")]


def test_at_the_same_moment_too(client: PageClient, scene: Scene) -> None:
    path = f"/flats/{flat_of(scene.stairwell_3, '1201').id}/knock"
    presses = [(scene.bengt, f"{path}/not-home"), (scene.amina, f"{path}/no"), (scene.bengt, f"{path}/moved")]
    assert at_once(client, presses, {"after": "0", "back": ""}) == [303, 303, 303]
    assert len(visits()) == 1


def test_only_ones_own_last_press_is_taken_back_and_for_an_hour(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1201")
    client.post(f"/flats/{flat.id}/knock/no", {"after": "0"}, as_=scene.bengt)
    (knock,) = db.session.scalars(select(Visit)).all()
    late = "Det går inte att ångra längre. Öppna lägenheten och ändra där."
    aminas = client.post(f"/knocks/{knock.id}/undo", as_=scene.amina).follow()
    assert aminas.flashes == [("warn", late)]
    assert "Ångra lägenhet 1201" not in aminas.buttons
    knock.at = utcnow() - timedelta(hours=1, minutes=1)
    db.session.commit()
    assert client.post(f"/knocks/{knock.id}/undo", as_=scene.bengt).follow().flashes == [("warn", late)]
    knock.at = utcnow()
    db.session.commit()
    for _press in range(2):  # twice is once
        assert client.post(f"/knocks/{knock.id}/undo", as_=scene.bengt).follow().flashes == []
    assert state_of(flat) is FlatState.NOT_CONTACTED


def test_taking_back_spares_what_has_happened_since(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1201")
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    pressed = page.press("Tackar nej lägenhet 1201").follow()
    client.post(f"/flats/{flat.id}/answer", {"answer": "invited"}, as_=scene.amina)
    pressed.press("Ångra lägenhet 1201")
    assert state_of(flat) is FlatState.INVITED


def test_a_moved_flat_with_a_new_household_is_not_given_back(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1201")
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    moved = page.press("Har flyttat lägenhet 1201").follow()
    make_household(flat, HouseholdStatus.INVITED)
    undone = moved.press("Ångra lägenhet 1201").follow()
    assert undone.flashes == [("warn", "Det går inte att ångra längre. Öppna lägenheten och ändra där.")]
    assert state_of(flat) is FlatState.INVITED


def test_a_household_that_takes_part_is_not_moved_by_a_press_in_the_walk(
    client: PageClient, scene: Scene
) -> None:
    flat = flat_of(scene.stairwell_3, "1102")
    told = client.post(f"/flats/{flat.id}/knock/moved", {"after": "0"}, as_=scene.bengt).follow()
    assert told.flashes == [("warn", "Hushållet är med. Öppna lägenheten om de har flyttat.")]
    assert state_of(flat) is FlatState.TAKES_PART
    assert visits() == []


@pytest.mark.parametrize("answer", ["not-home", "no", "moved", "join"])
def test_a_group_closed_in_between_says_so(client: PageClient, scene: Scene, answer: str) -> None:
    flat = flat_of(scene.stairwell_3, "1201")
    scene.group.state = GroupState.CLOSED
    form = {"after": "0", "name": "Greta", "language": "sv", "consent": "y"}
    told = client.post(f"/flats/{flat.id}/knock/{answer}", form, as_=scene.bengt).follow()
    assert told.flashes == [("warn", "Gruppen är avslutad. Inget sparades.")]
    assert (state_of(flat), visits()) == (FlatState.NOT_CONTACTED, [])


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30, "²"])
def test_a_form_that_was_tampered_with_says_to_look_again(
    client: PageClient, scene: Scene, after: str
) -> None:
    path = f"/flats/{flat_of(scene.stairwell_3, '1201').id}/knock/no"
    told = client.post(path, {"after": after, "back": "//evil.example"}, as_=scene.bengt)
    assert told.location == f"/groups/{scene.group.id}/knock"
    assert told.follow().flashes == [("warn", "Listan är gammal. Se hur det står nu, och tryck igen.")]
    assert visits() == []
    assert client.post("/flats/987654/knock/no", {"after": "0"}, as_=scene.bengt).status == 404


def test_the_filters_survive_a_press(client: PageClient, scene: Scene) -> None:
    address = f"/groups/{scene.group.id}/knock?stairwell={scene.stairwell_3.id}&kind=not_contacted"
    flat = flat_of(scene.stairwell_3, "1201")
    pressed = client.get(address, as_=scene.amina).press("Tackar nej lägenhet 1201")
    assert pressed.location == f"{address}#door-{flat.id}"


def test_what_was_said_at_the_door_stands_in_the_flats_history(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1201")
    page = client.get(f"/flats/{flat.id}", as_=scene.bengt)
    back = page.press("Ej hemma lägenhet 1201")
    assert back.location == f"/flats/{flat.id}"
    make_letter(flat, scene.group, by=scene.bengt)
    again = back.follow()
    assert "Var inte hemma" in again.text
    assert "Ett brev skrevs ut" in again.text
    assert "Ej hemma lägenhet 1201" in again.buttons
    assert again.press("Ej hemma lägenhet 1201").follow().flashes == []
    traces = select(AuditEntry.what).where(AuditEntry.about_id == flat.id, AuditEntry.about_kind == "flat")
    assert list(db.session.scalars(traces)).count("household-not-home") == 2


def test_an_empty_list_says_what_comes_here(client: PageClient, scene: Scene) -> None:
    for number in ("1201", "1202", "1203", "1101", "1103", "1003"):
        make_household(flat_of(scene.stairwell_3, number), HouseholdStatus.DECLINED)
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    assert page.h1 == "Knacka på"
    assert "Ingen dörr att knacka på nu" in page.text
    assert page.links["Till huset"] == f"/groups/{scene.group.id}/house"


def test_whoever_was_just_asked_comes_later_or_is_chosen(client: PageClient, scene: Scene) -> None:
    for number in ("1201", "1202", "1203", "1101", "1103"):
        make_household(flat_of(scene.stairwell_3, number), HouseholdStatus.DECLINED)
    make_household(flat_of(scene.stairwell_3, "1003"), HouseholdStatus.INVITED)
    declined = make_household(flat_of(scene.stairwell_1, "1003"), HouseholdStatus.INVITED)
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    assert "Ingen dörr att knacka på nu" in page.text
    day = language.day(utcnow() + timedelta(days=7))
    assert f"1 hushåll har nyss fått frågan och kommer hit tidigast {day}." in page.text
    assert walk(page.press("Visa valda dörrar")) == ["1003"]  # it is ticked
    aminas = client.get(f"/groups/{scene.group.id}/knock", as_=scene.amina)
    assert "2 hushåll har nyss fått frågan" in aminas.text
    assert "flats" not in aminas.form(page.path)  # there are other doors: nobody is chosen for her
    declined.status = HouseholdStatus.DECLINED
    db.session.commit()
    stairwell_1 = client.get(f"{page.path}?stairwell={scene.stairwell_1.id}", as_=scene.amina)
    assert "har nyss fått frågan" not in stairwell_1.text


def test_who_asks_for_a_visit_on_the_house_leads_to_the_list(client: PageClient, scene: Scene) -> None:
    make_visit_request("Knut", scene.group, flat_of(scene.stairwell_3, "1003"))
    house = client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt)
    assert walk(house.click("1 av dem vill att du knackar på")) == ["1003"]


def test_another_stairwell_is_not_pressed_in(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_1, "1201")
    assert client.post(f"/flats/{flat.id}/knock/no", {"after": "0"}, as_=scene.bengt).status == 403
    for person in (scene.gun, scene.carin):
        assert client.get(f"/groups/{scene.group.id}/knock", as_=person).status == 403
    assert visits() == []
