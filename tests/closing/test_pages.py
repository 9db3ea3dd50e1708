"""Checks the pages by which an officer closes a group and takes that back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.cast import Scene
from tests.factories import flat_of, make_meeting, make_member, make_person, make_sign
from tests.page_client import PageClient
from tests.pages_of_paper import pages_of, words_on
from tests.retention.nights import erase_all
from watch.extensions import db
from watch.followup.queries.needs import Reason, what_needs_somebody
from watch.language import day, local
from watch.models import (
    AuditEntry,
    Coordinator,
    Group,
    GroupState,
    GroupTransition,
    JoinRequest,
    Membership,
    utcnow,
)

DAY = timedelta(days=1)
WHY = {"reason": "Huset byggs om."}
PART_OF_FIVE = "färre än 5 eller nästan alla"  # one word, else the other would be all five that take part


def path(group: Group) -> str:
    return f"/groups/{group.id}/closing"


def test_the_signs_of_a_closed_group_are_taken_down_with_their_task(client: PageClient, scene: Scene) -> None:
    """Ticking takes down in the register what was up or ordered; undoing that brings just those back."""
    today, long_ago = local(utcnow()).date(), date(2026, 3, 25)
    worn = make_sign(scene.house, is_worn=True)
    ordered = make_sign(scene.house, up_on=None)
    down = make_sign(scene.house, down_on=long_ago)
    elsewhere = make_sign(scene.langgatan)
    signs = [worn, ordered, down, elsewhere]
    db.session.commit()

    def needs() -> set[Reason]:
        return {each.reason for each in what_needs_somebody([scene.group.area_id], utcnow())}

    def states() -> list[date | None]:
        db.session.expire_all()
        return [each.down_on for each in signs]

    houses = f"/areas/{scene.group.area.slug}/buildings"
    assert Reason.SIGNS in needs()
    page = client.get(f"{path(scene.group)}/new", as_=scene.gun).press("Avsluta gruppen", WHY).follow()
    assert (Reason.SIGNS in needs(), Reason.AFTER_CLOSING in needs()) == (False, True)
    assert states() == [None, None, long_ago, None]
    page = page.press("Klart Ta ner skyltar och affischer").follow()
    assert states() == [today, today, long_ago, None]
    house = client.get(f"/buildings/{scene.house.id}/register", as_=scene.gun)
    listed = f'href="/buildings/{scene.house.id}/register"'
    assert listed in client.get(houses, as_=scene.gun).html
    assert listed not in client.get(f"{houses}?show=to_see_to", as_=scene.gun).html
    assert ("Sliten" in house.text, "Nertagen" in house.text) == (False, True)
    page.press("Ångra Ta ner skyltar och affischer")
    assert states() == [None, None, long_ago, None]
    trail = select(func.count(AuditEntry.id)).where(AuditEntry.what == "sign-changed")
    assert db.session.scalar(trail) == 4


def test_signs_that_somebody_took_down_themselves_stay_down(client: PageClient, scene: Scene) -> None:
    """Also on the day of the tick, and one that got another day since."""
    today, day_before = local(utcnow()).date(), local(utcnow()).date() - DAY
    own, ticked, corrected = (
        make_sign(scene.house, down_on=today),
        make_sign(scene.house),
        make_sign(scene.house),
    )
    db.session.commit()
    page = client.get(f"{path(scene.group)}/new", as_=scene.gun).press("Avsluta gruppen", WHY).follow()
    page = page.press("Klart Ta ner skyltar och affischer").follow()
    corrected.down_on = day_before
    db.session.commit()
    page.press("Ångra Ta ner skyltar och affischer")
    db.session.expire_all()
    assert [each.down_on for each in (own, ticked, corrected)] == [today, None, day_before]


def test_the_page_says_what_goes_before_it_goes(client: PageClient, scene: Scene) -> None:
    meeting = make_meeting(scene.group, by=scene.amina)
    db.session.commit()
    page = client.get(f"{path(scene.group)}/new", as_=scene.gun)
    assert page.h1 == "Avsluta Våglängdsgatan 1–3?"
    assert f"Trapphusträff {day(meeting.starts_at)} ställs in" in page.text
    assert f"Hushåll som bara nås på papper: {PART_OF_FIVE}." in page.text
    assert "I 30 dagar kan du öppna gruppen igen." in page.text
    refused = page.press("Avsluta gruppen")
    assert (refused.status, refused.errors) == (
        422, ["Skriv varför gruppen avslutas. De som är med läser det i mejlet."],
    )  # fmt: skip
    about = refused.press("Avsluta gruppen", {"reason": "Kalle Ek säljer knark i port 3"})
    assert about.status == 422
    assert db.session.get_one(Group, scene.group.id).state is GroupState.ACTIVE
    closed = refused.press("Avsluta gruppen", WHY).follow()
    assert closed.flashes == [
        ("done", "Gruppen är avslutad. Alla som har e-post får ett mejl. Det här är kvar att göra.")
    ]
    assert closed.h1 == "Våglängdsgatan 1–3 är avslutad"
    assert "5 av 18 hushåll" in closed.text
    assert day(utcnow() + 30 * DAY) in closed.text


def test_the_lead_reads_why_and_only_officers_close(client: PageClient, scene: Scene) -> None:
    assert client.post(path(scene.group), WHY, as_=scene.amina).status == 403
    assert client.post(path(scene.group), WHY, as_=scene.hodan).status == 404
    client.post(path(scene.group), WHY, as_=scene.gun)
    mine = client.get("/me", as_=scene.carin)
    assert f"Gruppen är avslutad sedan {day(utcnow())}. Öppnas den igen är du med som förut" in mine.text
    assert "Ångra Våglängdsgatan 1–3" not in mine.buttons
    for reader in (scene.amina, scene.carin):
        assert client.get(f"/groups/{scene.group.id}", as_=reader).status == 404
    page = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.gun)
    assert "Avslutad" in page.text
    assert "Huset byggs om." in page.text
    assert "av Gun Sjöström" in page.text


def test_pressed_twice_it_is_closed_once(client: PageClient, scene: Scene) -> None:
    client.post(path(scene.group), WHY, as_=scene.gun)
    again = client.post(path(scene.group), WHY, as_=scene.gun).follow()
    assert again.flashes[-1] == ("info", "Gruppen är redan avslutad.")
    closings = select(GroupTransition).filter_by(group_id=scene.group.id, state=GroupState.CLOSED)
    assert len(db.session.scalars(closings).all()) == 1


def test_tasks_are_ticked_and_the_overview_forgets_them(client: PageClient, scene: Scene) -> None:
    client.post(path(scene.group), WHY, as_=scene.gun)
    overview = client.get("/overview", as_=scene.gun)
    assert "Kvar att göra efter grupper som är avslutade" in overview.text
    assert overview.links["Visa Våglängdsgatan 1–3"] == path(scene.group)
    page = client.get(path(scene.group), as_=scene.gun)
    page = page.press("Klart Ta ner skyltar och affischer").follow()
    assert "Klart Ta ner skyltar och affischer" not in page.buttons
    page = page.press("Ångra Ta ner skyltar och affischer").follow()
    page = page.press("Klart Ta ner skyltar och affischer").follow()
    page.press("Klart Sätt upp anslaget i portarna")
    assert "Kvar att göra efter" not in client.get("/overview", as_=scene.gun).text
    assert client.post(f"{path(scene.group)}/tasks/posters", as_=scene.gun).status == 404


def test_the_sheet_for_the_stairwells_names_nobody(client: PageClient, scene: Scene) -> None:
    assert client.get(f"{path(scene.group)}.pdf", as_=scene.gun).status == 303
    client.post(path(scene.group), WHY, as_=scene.gun)
    pdf = client.get(f"{path(scene.group)}.pdf", as_=scene.gun)
    text = " ".join(" ".join(words_on(each) for each in pages_of(pdf.response.data)).split())
    assert "Grannsamverkan här är avslutad" in text
    assert not [each for each in ("Amina", "Carin", "Gun", "byggs om") if each in text]


def test_it_is_opened_again_and_everybody_is_back(client: PageClient, scene: Scene) -> None:
    client.post(path(scene.group), WHY, as_=scene.gun)
    page = client.get(path(scene.group), as_=scene.gun)
    open_again = page.press("Öppna gruppen igen", {"reason": "Bygget är klart."}).follow()
    assert open_again.h1 == "Gruppens läge, Våglängdsgatan 1–3"
    assert "Bygget är klart." in open_again.text
    assert client.get(f"/groups/{scene.group.id}", as_=scene.carin).status == 200
    twice = client.post(f"{path(scene.group)}/undo", as_=scene.gun).follow()
    assert twice.flashes[-1] == ("info", "Gruppen är inte avslutad.")
    traces = select(AuditEntry.what).where(AuditEntry.what.like("group-%")).order_by(AuditEntry.id)
    assert db.session.scalars(traces).all() == ["group-closed", "group-reopened"]


def test_after_thirty_days_it_only_starts_anew(client: PageClient, scene: Scene) -> None:
    client.post(path(scene.group), WHY, as_=scene.gun)
    then = utcnow() - 31 * DAY
    for column in (Group.closed_at, Membership.left_at, Coordinator.ended_at, JoinRequest.decided_at):
        closed = db.update(column.class_).where(column.is_not(None))
        db.session.execute(closed.values({column.key: then}))
    db.session.commit()
    late = client.post(f"{path(scene.group)}/undo", as_=scene.gun).follow()
    assert late.flashes[-1][0] == "warn"
    assert "raderas i natt" in late.text
    erase_all()
    page = client.get(path(scene.group), as_=scene.gun)
    assert "Öppna gruppen igen" not in page.buttons
    start = page.press("Starta gruppen på nytt").follow()
    assert start.h1 == "Uppstart av Våglängdsgatan 1–3"
    again = client.post(f"/groups/{scene.group.id}/start", as_=scene.gun).follow()
    assert again.flashes[-1][0] == "info"


@pytest.mark.parametrize("members", [0, 3])
def test_how_many_are_on_paper_is_told_in_bands(client: PageClient, scene: Scene, members: int) -> None:
    for number in range(members):
        home = flat_of(scene.stairwell_1, f"120{number + 1}")
        make_member(make_person(f"Granne {number}"), scene.group, home)
    since = dict.fromkeys(("joined_at", "consent_at"), utcnow() - 5 * DAY)
    db.session.execute(db.update(Membership).values(since))
    db.session.commit()
    asked = client.get(f"{path(scene.group)}/new", as_=scene.gun)
    assert f"Hushåll som bara nås på papper: {PART_OF_FIVE}." in asked.text
    client.post(path(scene.group), WHY, as_=scene.gun)
    assert f"nåddes på papper: {PART_OF_FIVE}." in client.get(path(scene.group), as_=scene.gun).text


def test_old_links_explain_kindly(client: PageClient, scene: Scene) -> None:
    client.post(path(scene.group), WHY, as_=scene.gun)
    house = client.get(f"/buildings/{scene.house.id}")
    assert house.status == 200
    assert "gå med" not in " ".join(house.buttons).lower()


def test_how_many_took_part_is_told_in_the_past(client: PageClient, scene: Scene) -> None:
    client.post(path(scene.group), WHY, as_=scene.gun)
    text = client.get(path(scene.group), as_=scene.gun).text
    assert "När den avslutades var 5 av 18 hushåll med." in text
    assert (
        f"Avslutad sedan {day(utcnow())}."
        in client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.gun).text
    )
