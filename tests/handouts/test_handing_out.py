"""Checks that papers to hand out are a task of their coordinators until each is ticked off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_building, make_coordinator, make_group, make_member, make_person
from tests.page_client import Page, PageClient
from watch import clock, jobs
from watch.extensions import db
from watch.groups.service import choices, households, members
from watch.handouts import service as handouts
from watch.handouts.queries import open_handouts
from watch.language import STOCKHOLM
from watch.meetings import service as meetings
from watch.models import (
    Audience,
    AuditEntry,
    Channel,
    Coordinator,
    Group,
    Language,
    Meeting,
    MeetingKind,
    Membership,
    Notice,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    utcnow,
)
from watch.notices import service as notices
from watch.notices.queries import Target, mailings_of
from watch.recipients import flats_on_paper
from watch.retention.service.erasing import erase_what_is_over

NEEDS_IT = "1 lägenhet behöver meddelandet på papper"
MORNING = datetime(2026, 12, 1, 8, tzinfo=STOCKHOLM)
NOON = datetime(2026, 12, 1, 12, tzinfo=STOCKHOLM)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=True):
        yield


def tell(scene: Scene, target: Target | None = None, *, by: Person | None = None, **more: Any) -> Notice:
    """Send a notice: to the group, by Amina."""
    draft = notices.Draft({Language.SWEDISH: ("Ny lampa", "Den är på plats.")}, "x", **more)
    notice = notices.send(target or Target(Audience.GROUP, scene.group), draft, by=by or scene.amina)
    db.session.commit()
    return notice


def tell_area(scene: Scene) -> Notice:
    return tell(scene, Target(Audience.AREA_MEMBERS, area=scene.group.area), by=scene.gun)


def call(scene: Scene) -> Meeting:
    begins = (utcnow() + timedelta(days=10)).replace(microsecond=0)
    plan = meetings.Plan(MeetingKind.ANNUAL, begins, begins + timedelta(hours=1), "Tvättstugan")
    meeting = meetings.call(meetings.planned(scene.group, plan), by=scene.amina)
    db.session.commit()
    return meeting


def papers() -> dict[str, OutboxState]:
    """Return the state of each paper by flat."""
    rows = select(OutboxRow).where(OutboxRow.channel == Channel.PAPER).order_by(OutboxRow.id)
    found = db.session.scalars(rows.execution_options(populate_existing=True))
    return {row.household.flat.number: row.state for row in found if row.household}


def to_do(client: PageClient, scene: Scene, person: Person) -> tuple[str, str]:
    """Return the texts of the person's own page and of the house."""
    house = client.get(f"/groups/{scene.group.id}/house", as_=person)
    return client.get("/me", as_=person).text, house.text


def told(outbox: Outbox) -> list[str]:
    """Return who was mailed about papers."""
    return sorted(at.partition("@")[0] for kind, at in outbox.addressed() if kind == "paper-to-hand-out")


def mail_of_the_day(moment: datetime = NOON) -> None:
    with time_machine.travel(moment, tick=True):
        clock.run_due([job for job in jobs.JOBS if job.name.startswith("papers")])
    db.session.expire_all()


def bounce(notice: Notice, person: Person) -> None:
    """Let a person's mail of the notice be refused for good."""
    row = db.session.scalars(
        select(OutboxRow).where(
            OutboxRow.mailing_id.in_(mailings_of(notice)), OutboxRow.person_id == person.id
        )
    ).one()
    row.state, row.next_at, row.settled_at = OutboxState.BOUNCED, None, utcnow()
    db.session.commit()


@pytest.mark.parametrize("send", [tell, tell_area])
def test_a_notice_is_on_the_list_of_its_coordinators_until_it_is_ticked(
    client: PageClient, scene: Scene, send: object
) -> None:
    assert callable(send)
    notice = send(scene)
    for person in (scene.amina, scene.bengt):
        assert all(NEEDS_IT in text and "Ny lampa" in text for text in to_do(client, scene, person))
    for person in (scene.carin, scene.elsa, scene.gun, scene.ivan):
        assert NEEDS_IT not in client.get("/me", as_=person).text
    page = client.get("/me", as_=scene.bengt).click(f"{NEEDS_IT} Ny lampa")
    assert page.location is None
    assert page.response.request.path == f"/notices/{notice.id}/paper"
    assert "0 av 1 lägenhet har fått sitt papper." in page.text
    flat = flat_of(scene.stairwell_3, "1001")
    done = page.press("Spara", {"done": str(flat.id)}).follow()
    assert done.flashes == [("done", "Sparat.")]
    assert "Lägenheten har fått sitt papper." in done.text
    assert papers() == {"1001": OutboxState.HANDED_OUT}
    for person in (scene.amina, scene.bengt):
        assert all(NEEDS_IT not in text for text in to_do(client, scene, person))


@pytest.mark.parametrize("about", ["notice", "meeting"])
def test_all_pages_say_how_many_are_left(client: PageClient, scene: Scene, about: str) -> None:
    make_member(make_person("Märta"), scene.group, flat_of(scene.stairwell_3, "1003"), channel=Channel.PAPER)
    if about == "notice":
        page, task = f"/notices/{tell(scene).id}", "behöver meddelandet på papper"
    else:
        page, task = f"/meetings/{call(scene).id}", "behöver inbjudan på papper"
    first, *rest = flats_on_page(client, page, scene.bengt)
    for ticked, left in (([], 1 + len(rest)), ([first], len(rest))):
        client.post(f"{page}/paper/ticks", {"done": ticked}, as_=scene.bengt)
        assert f"{left} av dina lägenheter behöver papper" in client.get(page, as_=scene.bengt).text
        assert f"{left} är kvar." in client.get(f"{page}/paper", as_=scene.bengt).text
        words = "lägenhet" if left == 1 else "lägenheter"
        assert all(f"{left} {words} {task}" in each for each in to_do(client, scene, scene.bengt))
    client.post(f"{page}/paper/ticks", {"press": "all"}, as_=scene.bengt)
    for address in (page, f"{page}/paper"):
        text = client.get(address, as_=scene.bengt).text
        assert f"Alla {1 + len(rest)} lägenheter har fått sitt papper" in text
        assert "är kvar" not in text
    assert not any(task in each for each in to_do(client, scene, scene.bengt))


def flats_on_page(client: PageClient, page: str, reader: Person) -> list[str]:
    boxes = client.get(f"{page}/paper", as_=reader).tree.iter("input")
    return [each.get("value") or "" for each in boxes if each.get("name") == "done"]


def test_what_was_counted_and_done_asks_for_no_paper_any_more(client: PageClient, scene: Scene) -> None:
    meeting, task = call(scene), "behöver inbjudan på papper"
    meeting.starts_at, meeting.is_open_ended = utcnow() - timedelta(hours=1), True
    meeting.ends_at = utcnow() + timedelta(hours=1)
    db.session.commit()
    page = f"/meetings/{meeting.id}"
    assert all(task in each for each in to_do(client, scene, scene.bengt))
    client.post(f"{page}/count", {"head_count": "7"}, as_=scene.amina)
    assert not any(task in each for each in to_do(client, scene, scene.bengt))
    shown = client.get(page, as_=scene.bengt).text
    assert ("0 av 1 lägenhet har fått sitt papper" in shown, "behöver papper" in shown) == (True, False)


def test_two_meetings_of_one_day_are_told_apart(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    begins = datetime(2026, 12, 10, 18, tzinfo=STOCKHOLM)
    for which in ([], [scene.stairwell_3]):
        plan = meetings.Plan(MeetingKind.STAIRWELL, begins, begins + timedelta(hours=1), "Trappan")
        meetings.call(meetings.planned(scene.group, plan, which), by=scene.amina)
    db.session.commit()
    when = "Trapphusträff, torsdag 10 december 2026 kl. 18.00–19.00"
    wanted = [f"{when} · Hela gruppen", f"{when} · Våglängdsgatan 3"]
    for text in to_do(client, scene, scene.bengt):
        assert [each in text.replace("\u2060", "") for each in wanted] == [True, True]


@pytest.mark.parametrize("about", ["notice", "meeting"])
def test_that_all_have_mail_is_said_only_where_it_is_so(client: PageClient, scene: Scene, about: str) -> None:
    page = f"/notices/{tell(scene).id}/paper" if about == "notice" else f"/meetings/{call(scene).id}/paper"

    def said(reader: Person) -> list[str]:
        text = client.get(page, as_=reader).text
        told = "Alla nås med mejl.", "Inget papper väntar här.", "Det finns ingen lista:"
        return [each for each in told if each in text]

    assert said(scene.amina) == []  # Elsa is on paper
    db.session.execute(delete(OutboxRow).where(OutboxRow.household_id.is_not(None)))
    db.session.commit()
    assert said(scene.bengt) == ["Inget papper väntar här."]
    scene.elsa.mailbox = scene.carin.mailbox
    db.session.commit()
    assert said(scene.bengt) == ["Alla nås med mejl."]
    db.session.execute(delete(OutboxRow))
    db.session.commit()
    assert said(scene.bengt) == ["Det finns ingen lista:"]


def test_an_officer_is_not_told_that_all_have_mail(client: PageClient, scene: Scene) -> None:
    begins = utcnow() + timedelta(days=10)
    plan = meetings.Plan(MeetingKind.JOINT, begins, begins + timedelta(hours=1), "Gården")
    meeting = meetings.call(meetings.planned_jointly(scene.group.area, plan, [scene.group]), by=scene.gun)
    meetings.take_part(meeting, scene.group, by=scene.amina)
    db.session.commit()
    assert papers() != {}
    text = client.get(f"/meetings/{meeting.id}/paper", as_=scene.gun).text
    assert "Bara kontaktombuden ser vilka lägenheter som behöver papper." in text
    assert "Alla nås med mejl." not in text
    assert "1001" in client.get(f"/meetings/{meeting.id}/paper", as_=scene.amina).text


def test_a_meetings_call_and_its_cancelling_are_tasks_one_after_the_other(
    client: PageClient, scene: Scene
) -> None:
    meeting = call(scene)
    assert all("1 lägenhet behöver inbjudan på papper" in each for each in to_do(client, scene, scene.bengt))
    client.get(f"/meetings/{meeting.id}/paper", as_=scene.bengt).press("Alla är lämnade")
    assert all("behöver" not in each for each in to_do(client, scene, scene.bengt))
    meetings.cancel(meeting, by=scene.amina)
    db.session.commit()
    off = "1 lägenhet behöver besked på papper: träffen är inställd"
    mine, house = to_do(client, scene, scene.bengt)
    assert off in mine
    assert off in house
    assert "inbjudan på papper" not in mine + house
    client.get(f"/meetings/{meeting.id}/paper", as_=scene.bengt).press("Alla är lämnade")
    assert all("behöver" not in each for each in to_do(client, scene, scene.bengt))


def test_a_call_that_was_printed_and_not_handed_out_is_not_asked_for_once_it_is_off(
    client: PageClient, scene: Scene
) -> None:
    meeting = call(scene)
    client.get(f"/meetings/{meeting.id}/paper", as_=scene.bengt).press("Papperen är utskrivna")
    assert papers() == {"1001": OutboxState.PRINTED}
    meetings.cancel(meeting, by=scene.amina)
    db.session.commit()
    states = db.session.scalars(select(OutboxRow.state).where(OutboxRow.channel == Channel.PAPER)).all()
    assert states == [OutboxState.CANCELLED]


def test_ticks_are_taken_back_one_by_one_or_all_together(
    client: PageClient, scene: Scene, nils: Person
) -> None:
    notice = tell(scene)
    address = f"/notices/{notice.id}/paper"
    assert papers() == {"1001": OutboxState.TO_PRINT, "1103": OutboxState.TO_PRINT}
    page = client.get(address, as_=scene.bengt).press("Papperen är utskrivna").follow()
    assert set(papers().values()) == {OutboxState.PRINTED}
    assert "Papperen är utskrivna." in page.text
    for _twice in range(2):
        page = client.get(address, as_=scene.bengt)
        client.post(f"{address}/ticks", {"press": "all"}, as_=scene.bengt)
    assert set(papers().values()) == {OutboxState.HANDED_OUT}
    elsas = flat_of(scene.stairwell_3, "1001").id
    nilss = flat_of(scene.stairwell_3, "1103").id
    client.post(f"{address}/ticks", {"was": [str(elsas), str(nilss)], "done": [str(elsas)]}, as_=scene.bengt)
    assert papers() == {"1001": OutboxState.HANDED_OUT, "1103": OutboxState.TO_PRINT}
    assert NEEDS_IT in client.get("/me", as_=scene.bengt).text
    client.post(f"{address}/ticks", {"press": "all"}, as_=scene.bengt)
    client.get(address, as_=scene.bengt).press("Ångra: ingen är lämnad")
    assert set(papers().values()) == {OutboxState.TO_PRINT}
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.what.startswith("household-")).order_by(AuditEntry.id)
    ).all()
    assert [each.what.removeprefix("household-") for each in entries] == [
        *["got-paper"] * 2, "lacks-paper", "got-paper", *["lacks-paper"] * 2,
    ]  # fmt: skip
    assert {each.by_id for each in entries} == {scene.bengt.id}
    history = client.get(f"/flats/{nilss}", as_=scene.bengt).text
    assert "Fick ett papper" in history
    assert "Papperet togs tillbaka" in history


def test_a_page_opened_before_a_colleague_ticked_takes_nothing_back(
    client: PageClient, scene: Scene, nils: Person
) -> None:
    notice = tell(scene)
    address = f"/notices/{notice.id}/paper"
    old = client.get(address, as_=scene.amina)
    client.post(f"{address}/ticks", {"done": str(flat_of(scene.stairwell_3, "1103").id)}, as_=scene.bengt)
    elsas = str(flat_of(scene.stairwell_3, "1001").id)
    client.post(f"{address}/ticks", {"done": elsas}, as_=scene.amina)
    assert old.form(f"{address}/ticks").get("was") is None
    assert set(papers().values()) == {OutboxState.HANDED_OUT}


def test_only_own_flats_can_be_ticked(client: PageClient, scene: Scene) -> None:
    """A member on paper lives in stairwell 1 too, which is not Bengt's."""
    make_member(make_person("Gro"), scene.group, flat_of(scene.stairwell_1, "1203"), channel=Channel.PAPER)
    notice = tell(scene)
    address, gros = f"/notices/{notice.id}/paper", flat_of(scene.stairwell_1, "1203").id
    assert "2 lägenheter behöver meddelandet på papper" in client.get("/me", as_=scene.amina).text
    assert NEEDS_IT in client.get("/me", as_=scene.bengt).text
    client.post(f"{address}/ticks", {"done": str(gros)}, as_=scene.bengt)
    assert set(papers().values()) == {OutboxState.TO_PRINT}
    client.post(f"{address}/ticks", {"press": "all"}, as_=scene.bengt)
    assert papers() == {"1001": OutboxState.HANDED_OUT, "1203": OutboxState.TO_PRINT}
    for person in (scene.carin, scene.gun, scene.ivan):
        assert client.post(f"{address}/ticks", {"press": "all"}, as_=person).status in {403, 404}
    assert papers()["1203"] is OutboxState.TO_PRINT


def test_a_flat_whose_mail_bounced_is_asked_for_and_ticked_like_the_others(
    client: PageClient, scene: Scene
) -> None:
    notice = tell(scene)
    bounce(notice, scene.carin)
    assert "2 lägenheter behöver meddelandet på papper" in client.get("/me", as_=scene.bengt).text
    address, carins = f"/notices/{notice.id}/paper", str(flat_of(scene.stairwell_3, "1102").id)
    for _twice in range(2):
        client.post(f"{address}/ticks", {"done": carins}, as_=scene.bengt)
    page = client.get(address, as_=scene.bengt)
    assert "1 av 2 lägenheter har fått sitt papper." in page.text
    assert "Mejlet kom inte fram" in page.text
    assert NEEDS_IT in client.get("/me", as_=scene.bengt).text
    client.post(f"{address}/ticks", {"was": carins}, as_=scene.bengt)
    assert "2 lägenheter" in client.get("/me", as_=scene.bengt).text


GONE = {
    "stopped": lambda s, notice: setattr(notice, "stopped_at", utcnow()),
    "no longer valid": lambda s, notice: setattr(notice, "valid_until", utcnow().date() - timedelta(days=2)),
    "moved out": lambda s, notice: households.move_out(flat_of(s.stairwell_3, "1001"), by=s.bengt),
    "left": lambda s, notice: members.leave(membership_of(s.elsa), by=s.elsa),
    "wants nothing": lambda s, notice: choices.choose_notices(
        membership_of(s.elsa), NoticeChoice.NOTHING, by=s.elsa
    ),
}


def membership_of(person: Person) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


@pytest.mark.parametrize("printed", [False, True])
@pytest.mark.parametrize("way", GONE)
def test_what_is_over_drops_from_the_list(scene: Scene, way: str, printed: bool) -> None:
    notice, mine = tell(scene), {scene.group.id: None}
    if printed:
        handouts.note_printed(flats_on_paper(mailings_of(notice), mine))
    assert len(open_handouts(mine, utcnow())) == 1
    GONE[way](scene, notice)
    db.session.commit()
    assert open_handouts(mine, utcnow()) == []


def test_a_meeting_that_is_over_and_an_old_notice_drop_from_the_list(scene: Scene) -> None:
    mine = {scene.group.id: None}
    meeting, notice = call(scene), tell(scene)
    dated = tell(scene, valid_until=date(2099, 1, 1))
    about = [each.about for each in open_handouts(mine, utcnow())]
    assert about == [dated, notice, meeting]
    assert [each.about for each in open_handouts(mine, meeting.ends_at)] == [dated, notice]
    assert [each.about for each in open_handouts(mine, utcnow() + timedelta(days=61))] == [dated]
    meetings.cancel(meeting, by=scene.amina)
    assert [each.about for each in open_handouts(mine, utcnow())] == [dated, notice]  # nobody was told of it


def test_that_a_meeting_is_off_is_a_task_where_its_call_was_handed_out(
    client: PageClient, scene: Scene
) -> None:
    meeting = call(scene)
    client.post(f"/meetings/{meeting.id}/paper/ticks", {"press": "all"}, as_=scene.bengt)
    meetings.cancel(meeting, by=scene.amina)
    db.session.commit()
    mine = {scene.group.id: None}
    assert [(each.about, each.flats) for each in open_handouts(mine, utcnow())] == [(meeting, 1)]
    assert open_handouts(mine, meeting.ends_at) == []


def test_one_mail_a_round_tells_the_coordinators_of_the_stairwell_and_no_others(
    scene: Scene, outbox: Outbox
) -> None:
    tell(scene)
    call(scene)
    mail_of_the_day()
    mail_of_the_day(NOON + timedelta(hours=5))
    assert told(outbox) == ["bengt"]  # whose stairwell it is; the lead's are those without a coordinator
    mail_of_the_day(NOON + DAY)
    assert told(outbox) == ["bengt"]  # nothing new
    with time_machine.travel(NOON + DAY, tick=True):
        tell_area(scene)
    mail_of_the_day(NOON + DAY + timedelta(hours=5))
    assert told(outbox) == ["bengt", "bengt"]
    mail_of_the_day(NOON + 2 * DAY)
    assert told(outbox) == ["bengt", "bengt"]


def test_where_a_stairwell_has_no_coordinator_the_lead_is_told(scene: Scene, outbox: Outbox) -> None:
    bengts = select(Coordinator).where(Coordinator.person_id == scene.bengt.id)
    db.session.scalars(bengts).one().ended_at = utcnow()
    tell_area(scene)
    mail_of_the_day()
    assert told(outbox) == ["amina"]


def test_what_was_ticked_in_time_is_not_mailed_about(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    notice = tell(scene)
    client.post(f"/notices/{notice.id}/paper/ticks", {"press": "all"}, as_=scene.bengt)
    mail_of_the_day()
    assert told(outbox) == []


def test_a_bounce_after_the_mail_is_mailed_about_too(scene: Scene, outbox: Outbox) -> None:
    notice = tell(scene)
    mail_of_the_day()
    assert told(outbox) == ["bengt"]
    with time_machine.travel(NOON + DAY, tick=True):
        bounce(notice, scene.carin)
    mail_of_the_day(NOON + 2 * DAY)
    assert told(outbox) == ["bengt", "bengt"]


@pytest.fixture
def lonely(scene: Scene) -> Group:
    """A group in the same area without a coordinator, with a member on paper."""
    building = make_building(scene.group.area, scene.house.property.landlord, "Distansgatan", (2,))
    group = make_group(building)
    make_member(make_person("Ulla"), group, flat_of(building.stairwells[0], "1001"), channel=Channel.PAPER)
    db.session.commit()
    return group


def area_preview(client: PageClient, scene: Scene) -> Page:
    new = client.get(f"/areas/{scene.group.area.slug}/notices/new", as_=scene.gun)
    said = {"title": "Inbrott", "body": "Lås.", "level": "information", "audience": "area_members"}
    return new.press("Förhandsgranska", said)


def test_the_officer_reads_where_nobody_brings_paper_before_and_after(
    client: PageClient, scene: Scene, lonely: Group, outbox: Outbox
) -> None:
    said = "där ingen kan lämna det, för att kontaktombud saknas: färre än 5."
    preview = area_preview(client, scene)
    assert said in preview.text
    assert f"i: {lonely.name}." in preview.text
    assert scene.group.name not in preview.text
    report = preview.press("Skicka till minst 5 hushåll").follow()
    assert said in report.text
    assert "Har fått det på papper färre än 5 Har inte fått det på papper färre än 5" in report.text
    mail_of_the_day()
    assert told(outbox) == ["bengt"]
    make_coordinator(scene.jenny, lonely, lead=True)
    db.session.commit()
    assert "kontaktombud saknas" not in area_preview(client, scene).text


def test_the_report_says_how_many_got_it_and_how_many_wait(
    client: PageClient, scene: Scene, nils: Person
) -> None:
    notice = tell(scene)
    client.post(
        f"/notices/{notice.id}/paper/ticks",
        {"done": str(flat_of(scene.stairwell_3, "1001").id)},
        as_=scene.bengt,
    )
    report = client.get(f"/notices/{notice.id}/report", as_=scene.amina)
    assert "2 hushåll behöver det på papper." in report.text
    assert "Har fått det på papper 1 Har inte fått det på papper 1" in report.text


def test_the_numbers_stay_after_erasure_and_the_ticks_go_with_the_mail(
    client: PageClient, scene: Scene
) -> None:
    notice = tell(scene)
    client.post(f"/notices/{notice.id}/paper/ticks", {"press": "all"}, as_=scene.bengt)
    for row in db.session.scalars(select(OutboxRow)):
        row.created_at = utcnow() - timedelta(days=366)
    db.session.commit()
    while erase_what_is_over(utcnow()):
        db.session.commit()
    db.session.commit()
    assert papers() == {}
    report = client.get(f"/notices/{notice.id}/report", as_=scene.amina)
    assert "Har fått det på papper 1 Har inte fått det på papper 0" in report.text


def test_a_tick_that_a_restore_loses_is_asked_for_again(client: PageClient, scene: Scene) -> None:
    """A paper twice harms nobody; one that never comes does."""
    notice = tell(scene)
    db.session.execute(delete(AuditEntry))
    client.post(f"/notices/{notice.id}/paper/ticks", {"press": "all"}, as_=scene.bengt)
    for row in db.session.scalars(select(OutboxRow).where(OutboxRow.channel == Channel.PAPER)):
        row.state, row.settled_at = OutboxState.TO_PRINT, None  # as the copy has it
    db.session.commit()
    assert NEEDS_IT in client.get("/me", as_=scene.bengt).text
