"""Checks that a group that rests is proposed, woken from one page, and that advice never forbids."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import delete, select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_coordinator, make_group, make_interest, make_meeting, make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.language import local
from watch.lifecycle import service as start
from watch.lifecycle.errors import NotActive
from watch.lifecycle.queries import Cause, causes_to_rest
from watch.meetings.queries.starting import proposed_day
from watch.models import (
    Building,
    Coordinator,
    Group,
    GroupState,
    GroupTransition,
    Letter,
    SetAside,
    StartStep,
    Suppression,
    Task,
    utcnow,
)

YEAR = timedelta(days=366)
QUIET = "Grupper som kanske ska vila"


def rest(scene: Scene) -> None:
    start.rest(scene.group, by=scene.gun, reason="Lugnt")
    db.session.commit()


def grow_old(group: Group) -> None:
    """Let a group be active for more than a year; its lead has just looked through the household list."""
    db.session.add(SetAside(group_id=group.id, task=Task.LIST_CHECKED))
    steps = update(GroupTransition).where(GroupTransition.group_id == group.id)
    db.session.execute(steps.values(at=utcnow() - YEAR))
    db.session.commit()


def test_a_quiet_group_is_proposed_with_its_reasons_until_it_meets(client: PageClient, scene: Scene) -> None:
    assert QUIET not in client.get("/overview", as_=scene.gun).text
    grow_old(scene.group)
    overview = client.get("/overview", as_=scene.gun)
    assert f"{QUIET} Våglängdsgatan 1–3 Ingen träff på tolv månader Se läget" in overview.text
    assert QUIET not in client.get("/overview", as_=scene.hodan).text
    state = client.get(overview.links["Se läget Våglängdsgatan 1–3"], as_=scene.gun)
    assert "Gruppen kanske ska vila: Ingen träff på tolv månader." in state.text
    db.session.execute(update(Coordinator).values(ended_at=utcnow()))
    db.session.commit()
    both = client.get("/overview", as_=scene.gun)
    assert "Ingen träff på tolv månader och Inget kontaktombud som nås med mejl" in both.text
    assert causes_to_rest(scene.group, utcnow()) == [Cause.NO_MEETING, Cause.NO_COORDINATOR]
    make_meeting(scene.group, starts_at=utcnow() - timedelta(days=3))
    db.session.commit()
    assert QUIET not in client.get("/overview", as_=scene.gun).text


def test_an_officer_says_no_to_the_proposal_for_ninety_days(client: PageClient, scene: Scene) -> None:
    grow_old(scene.group)
    page = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.gun)
    kept = page.press("Låt den vara aktiv").follow()
    assert "Gruppen är aktiv som förut." in kept.text
    assert "Ni har sagt att gruppen inte ska vila nu. Förslaget kommer tillbaka" in kept.text
    assert "Gruppen kanske ska vila: Ingen träff på tolv månader." in kept.text
    page.press("Låt den vara aktiv")
    assert QUIET not in client.get("/overview", as_=scene.gun).text
    assert "Låt den vara aktiv" not in client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.amina).text
    kept.press("Ångra att gruppen inte ska vila nu").follow()
    assert QUIET in client.get("/overview", as_=scene.gun).text
    page.press("Låt den vara aktiv")
    said = select(SetAside).where(SetAside.task == Task.STAYS_ACTIVE)
    for days, is_proposed in ((89, False), (91, True)):
        db.session.scalars(said).one().at = utcnow() - timedelta(days=days)
        db.session.commit()
        assert (QUIET in client.get("/overview", as_=scene.gun).text) is is_proposed
    again = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.gun).press("Låt den vara aktiv")
    assert "Förslaget kommer tillbaka" in again.follow().text
    assert QUIET not in client.get("/overview", as_=scene.gun).text


def test_a_group_that_rests_is_not_kept_active(scene: Scene) -> None:
    rest(scene)
    with pytest.raises(NotActive):
        start.keep_active(scene.group, by=scene.gun)
    assert db.session.scalars(select(SetAside).where(SetAside.task == Task.STAYS_ACTIVE)).all() == []


def test_what_the_system_knows_is_reason_enough(client: PageClient, scene: Scene) -> None:
    grow_old(scene.group)
    page = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.gun)
    page.press("Låt gruppen vila")
    resting = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.amina)
    assert "Vilande" in resting.text
    assert "Ingen träff på tolv månader." in resting.text
    step = db.session.scalars(select(GroupTransition).order_by(GroupTransition.id.desc())).first()
    assert step
    assert (step.state, step.causes, step.reason) == (GroupState.DORMANT, "no_meeting", None)
    assert QUIET not in client.get("/overview", as_=scene.gun).text


def test_a_coordinator_whose_mail_bounces_is_not_reached(scene: Scene) -> None:
    db.session.execute(delete(Coordinator).where(Coordinator.person_id == scene.bengt.id))
    assert causes_to_rest(scene.group, utcnow()) == []
    scene.amina.mailbox.suppression, scene.amina.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    db.session.commit()
    assert causes_to_rest(scene.group, utcnow()) == [Cause.NO_COORDINATOR]


def test_from_one_page_a_group_is_woken(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    db.session.execute(update(Coordinator).values(ended_at=utcnow()))
    willing = make_interest(make_person("Ulla Vik", "ulla@example.org"), scene.house, named=True)
    willing.could_coordinate = True
    make_interest(make_person("Namnlös Granne", "n@example.org"), scene.house).could_coordinate = True
    make_interest(make_person("Bara Intresserad", "b@example.org"), scene.house, named=True)
    rest(scene)
    page = client.get(f"/groups/{scene.group.id}/wake", as_=scene.gun)
    assert [each for each in page.buttons if each.startswith("Fråga")] == ["Fråga Ulla Vik"]
    assert "Namnlös" not in page.text
    assert "Bara Intresserad" not in page.text
    assert "Väck gruppen" not in page.buttons
    asked = page.press("Fråga Ulla Vik").follow()
    assert outbox.addressed()[0] == ("coordinator-appointed", "ulla@example.org")
    assert "En fråga väntar på svar" in asked.text
    assert "Fråga Ulla Vik" not in asked.buttons
    again = page.press("Fråga Ulla Vik").follow()
    assert again.flashes[-1] == (
        "info", "Den personen är redan kontaktombud, eller har redan fått frågan."
    )  # fmt: skip
    assert outbox.names().count("coordinator-appointed") == 1
    letters = asked.press("Hämta alla brev")
    assert letters.response.mimetype == "application/pdf"
    assert len(db.session.scalars(select(Letter)).all()) == 18
    meeting = client.get(page.links["Bjud in till träffen"], as_=scene.gun)
    day = proposed_day(local(utcnow()).date())
    assert f'value="{day.isoformat()}"' in meeting.html
    assert 'value="18:00"' in meeting.html
    db.session.execute(update(Coordinator).where(Coordinator.ended_at.is_(None)).values(
        accepted_at=utcnow(), duty_version="2026-01"
    ))  # fmt: skip
    db.session.commit()
    ready = client.get(f"/groups/{scene.group.id}/wake", as_=scene.gun)
    woken = ready.press("Väck gruppen", {"reason": "Ulla vill"}).follow()
    assert "Ulla vill" in woken.text
    assert db.session.get_one(Group, scene.group.id).state is GroupState.ACTIVE
    assert client.get(f"/groups/{scene.group.id}/wake", as_=scene.gun).status == 303


def test_whoever_took_their_offer_back_is_not_asked(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    rest(scene)
    for person in (scene.jenny.id, 0, 10**12, "x"):
        answer = client.post(
            f"/groups/{scene.group.id}/wake/candidate", {"person": str(person)}, as_=scene.gun
        ).follow()
        assert answer.flashes[-1] == ("warn", "Personen har dragit sig tillbaka. Ingen är tillfrågad.")
    assert outbox.rows() == []


def test_by_asking_it_is_not_told_who_else_was_asked(client: PageClient, scene: Scene) -> None:
    rest(scene)
    answer = client.post(
        f"/groups/{scene.group.id}/wake/candidate", {"person": str(scene.bengt.id)}, as_=scene.gun
    ).follow()
    assert answer.flashes[-1] == ("warn", "Personen har dragit sig tillbaka. Ingen är tillfrågad.")


def test_a_meeting_is_proposed_on_a_tuesday_that_is_no_holiday() -> None:
    assert proposed_day(date(2026, 11, 30)) == date(2026, 12, 15)
    assert proposed_day(date(2026, 12, 17)) == date(2027, 1, 12)  # the 5th is the eve of Epiphany
    assert proposed_day(date(2026, 12, 1)) == date(2026, 12, 15)


def test_the_advice_of_an_area_warns_and_never_forbids(
    client: PageClient, scene: Scene, langgatan: Building
) -> None:
    group = make_group(langgatan, GroupState.STARTING)
    make_coordinator(make_person("Olle Väst", "olle@example.org"), group, lead=True)
    for number, step in enumerate(StartStep):
        start.tick(group, step, utcnow().date() - timedelta(days=9 - number), by=scene.gun)
    db.session.commit()
    page = f"/groups/{group.id}/lifecycle"
    assert "procent" not in client.get(page, as_=scene.gun).text
    group.area.advisory_share, group.counted_taking_part = 25, 9  # of 36 flats: just enough
    db.session.commit()
    assert "procent" not in client.get(page, as_=scene.gun).text
    group.counted_taking_part = 8
    db.session.commit()
    warned = client.get(page, as_=scene.gun)
    assert "siktar i området på att 25 procent av hushållen är med" in warned.text
    assert "Olle Väst tackade ja" in warned.text
    warned.press("Gör gruppen aktiv")
    assert db.session.get_one(Group, group.id).state is GroupState.ACTIVE


def test_the_advice_tells_no_more_than_the_band(
    client: PageClient, scene: Scene, langgatan: Building
) -> None:
    """Four of 36 are more than 10 percent, yet the page says fewer than five: the warning says the same."""
    group = make_group(langgatan, GroupState.STARTING)
    make_coordinator(make_person("Olle Väst", "olle@example.org"), group, lead=True)
    for number, step in enumerate(StartStep):
        start.tick(group, step, utcnow().date() - timedelta(days=9 - number), by=scene.gun)
    group.area.advisory_share = 10
    seen = set()
    for count in range(5):
        group.counted_taking_part = count
        db.session.commit()
        seen.add("procent" in client.get(f"/groups/{group.id}/lifecycle", as_=scene.gun).text)
    assert seen == {True}


def test_members_of_a_resting_group_are_called_to_its_start_meeting(
    scene: Scene, client: PageClient, outbox: Outbox
) -> None:
    rest(scene)
    new = f"/buildings/{scene.house.id}/meetings/new"
    assert client.get(f"{new}?day=i+morgon", as_=scene.gun).status == 200
    page = client.get(f"{new}?day={proposed_day(local(utcnow()).date())}", as_=scene.gun)
    preview = page.press("Förhandsgranska", {"place": "Tvättstugan", "ends": "19.00"})
    preview.press("Kalla dem som är intresserade")
    assert sorted(outbox.names()) == ["meeting-called"] * 4


def test_a_lead_is_asked_once_a_year_whether_the_list_is_right_and_officers_hear_of_silence(
    client: PageClient, scene: Scene
) -> None:
    asked, cause = "Titta igenom hushållslistan", "Hushållslistan inte genomgången på tolv månader"
    house = f"/groups/{scene.group.id}/house"
    assert asked not in client.get(house, as_=scene.amina).text
    with time_machine.travel(utcnow() + timedelta(days=340)):
        later = PageClient(client.app)  # a year later everybody has to sign in again
        assert cause not in later.get("/overview", as_=scene.gun).text
        assert asked not in later.get(house, as_=scene.bengt).text  # the lead looks at the whole of it
        assert asked in later.get("/me", as_=scene.amina).text
        done = later.get(house, as_=scene.amina).press("Listan stämmer").follow()
        assert "Om ett år frågar vi igen." in done.text
        assert asked not in done.text
        done.press("Ångra att listan är genomgången")
        assert asked in later.get(house, as_=scene.amina).text
        later.get(house, as_=scene.amina).press("Listan stämmer")
    with time_machine.travel(utcnow() + timedelta(days=680)):
        later = PageClient(client.app)  # a year later everybody has to sign in again
        assert asked in later.get(house, as_=scene.amina).text
        assert cause not in later.get("/overview", as_=scene.gun).text
    with time_machine.travel(utcnow() + timedelta(days=710)):
        later = PageClient(client.app)  # a year later everybody has to sign in again
        assert cause in later.get("/overview", as_=scene.gun).text
        later.get(house, as_=scene.amina).press("Listan stämmer")
        assert cause not in later.get("/overview", as_=scene.gun).text
        assert causes_to_rest(scene.group, utcnow()) == [Cause.NO_MEETING]


def test_of_several_houses_each_is_named_beside_its_proposal(
    client: PageClient, scene: Scene, joined: Building
) -> None:
    rest(scene)
    page = client.get(f"/groups/{scene.group.id}/wake", as_=scene.gun)
    for house in (scene.house, joined):
        assert f"{house.address} Förslag: " in page.text
        form = client.get(page.links[f"Bjud in till träffen {house.address}"], as_=scene.gun)
        assert house.address in form.text
