"""What a group that takes part in another's gathering sees and does there, and what it counts as."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_answer, make_member, make_person
from tests.meetings.joint import Solvarv, arrive, call, make_solvarv, say, state_of
from tests.meetings.test_numbers import downloaded
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.meetings import service
from watch.meetings.queries.checkin import heads_at
from watch.models import (
    Area,
    AuditEntry,
    Household,
    Meeting,
    MeetingKind,
    NoticeChoice,
    OutboxRow,
    PartState,
    Person,
    Purpose,
    utcnow,
)

BEGUN = datetime(2026, 3, 20, 17, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_march() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def solvarv(scene: Scene) -> Solvarv:
    return make_solvarv(scene)


@pytest.fixture
def meeting(client: PageClient, scene: Scene, solvarv: Solvarv) -> Meeting:
    """Amina's gathering, in which Solvarvsgatan takes part; everybody has got the mail."""
    meeting = call(client, scene, solvarv.group)
    say(client, meeting, solvarv.sara, "Vi är med")
    arrive()
    return meeting


def test_each_coordinator_reads_the_answers_of_the_own_group_and_the_others_rounded(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting
) -> None:
    make_answer(meeting, scene.carin, people=3)
    make_answer(meeting, solvarv.tove, people=2)
    db.session.commit()
    page = f"/meetings/{meeting.id}"
    for reader in (scene.amina, solvarv.sara):
        said = client.get(page, as_=reader).text
        assert "Så många kommer, med sällskap" not in said  # three and two are below five each
        assert "5 personer" not in said  # from which two for the others would follow
        first, second = said.split("Våglängdsgatan 1–3 Jag kommer")[1].split("Solvarvsgatan 2–4 Jag kommer")
        is_hers = reader is scene.amina
        assert first.strip().startswith("1 " if is_hers else "färre än 5")
        assert second.strip().startswith("färre än 5" if is_hers else "1 ")
    seen = client.get(page, as_=scene.carin).text
    assert ("Jag kommer färre än 5" in seen, "Hittills kommer" in seen) == (False, False)


def test_nobody_measures_how_many_of_another_house_come_by_their_own_answer(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting
) -> None:
    make_answer(meeting, solvarv.tove, people=2)
    page = f"/meetings/{meeting.id}"
    told = {1: "", 2: "", 3: "", 4: "", 5: "minst 5.", 9: "minst 5.", 10: "minst 10.", 12: "minst 10."}
    for own, said in told.items():  # the same as if nobody of the other house came
        client.get(page, as_=scene.carin).press("Jag kommer", {"people": str(own)})
        seen = client.get(page, as_=scene.carin).text
        assert f"Hittills kommer {said}" in seen if said else "Hittills kommer" not in seen
    make_answer(meeting, solvarv.sara, people=4)
    db.session.commit()
    assert "Hittills kommer minst 15." in client.get(page, as_=scene.carin).text
    assert "Så många kommer, med sällskap minst 15" in client.get(page, as_=scene.amina).text


def test_of_a_house_of_five_the_others_are_not_told_whether_all_come(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting
) -> None:
    """Nor of larger ones of which nearly all were asked: "minst 10" of ten would be everybody."""
    make_answer(meeting, solvarv.tove, people=2)
    (house,) = solvarv.group.buildings
    lived_in = set(db.session.scalars(select(Household.flat_id).where(Household.is_current)))
    flats = [flat for stairwell in house.stairwells for flat in stairwell.flats]
    for flat in sorted(flats, key=lambda each: each.id not in lived_in)[5:]:
        flat.gone_at = utcnow()
    db.session.commit()
    said = client.get(f"/meetings/{meeting.id}", as_=scene.amina).text
    assert "Solvarvsgatan 2–4 Jag kommer – Kanske – Jag kan inte – Ett streck betyder" in said
    assert "Jag kommer 1" in client.get(f"/meetings/{meeting.id}", as_=solvarv.sara).text


def test_a_guest_hands_out_paper_and_counts_and_neither_changes_nor_ends_it(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting
) -> None:
    page = f"/meetings/{meeting.id}"
    shown = client.get(page, as_=solvarv.sara)
    assert "1 av dina lägenheter behöver papper" in shown.text
    assert {"Ändra träffen", "Ställ in träffen", "Ändra påminnelserna"} & set(shown.links) == set()
    for below in ("edit", "cancel", "reminders", "count", "notes"):
        assert client.get(f"{page}/{below}", as_=solvarv.sara).status == 403
    with time_machine.travel(BEGUN, tick=True):
        aminas, saras = (client.get(f"{page}/checkin", as_=each) for each in (scene.amina, solvarv.sara))
        assert ("Solvarvsgatan" in aminas.text, "Våglängdsgatan 1 " in saras.text) == (False, False)
        assert "Klart" not in saras.text
        flat = flat_of(solvarv.group.buildings[0].stairwells[0], "1002")
        theirs = scene.stairwell_1.flats[0]
        keys = [f"0123456789ab{number}.flat-{each.id}+" for number, each in enumerate((flat, theirs))]
        for key, reader in zip(keys, (solvarv.sara, scene.amina), strict=True):
            client.post(f"{page}/checkin", {"press": key}, as_=reader)
        assert heads_at(meeting) == 2
        assert client.post(f"{page}/checkin/close", {}, as_=solvarv.sara).status == 403


def test_whoever_changes_or_cancels_it_reads_how_many_of_the_own_group_are_told_and_others_in_bands(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting, nils: Person
) -> None:
    make_member(solvarv.tove, scene.group, flat_of(scene.stairwell_1, "1201"))  # in both; counts here
    membership = active_membership(scene.dawit, scene.group)
    assert membership
    membership.notices = NoticeChoice.NOTHING
    db.session.commit()
    pages = [
        client.get(f"/meetings/{meeting.id}/edit", as_=scene.amina).press(
            "Granska ändringen", {"place": "Biblioteket"}
        ),
        client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina),
    ]
    others = "De andra gruppernas medlemmar får också besked: Solvarvsgatan 2–4: färre än 5 av 18 hushåll"
    for page in pages:
        told = page.text
        assert "I din grupp: 4 grannar får ett mejl." in told
        assert "1 granne har valt bort sådana mejl" in told
        assert others in told
    assert "Ändra och meddela grannarna" in pages[0].buttons
    for reader in (scene.bengt, scene.gun):
        db.session.expire_all()
        page = client.get(f"/meetings/{meeting.id}/cancel", as_=reader)
        assert "I din grupp" not in page.text


def test_members_of_an_area_that_meets_count_nobody_at_the_door(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting
) -> None:
    readers = solvarv.tove, scene.carin, scene.gun, scene.ivan
    statuses = [client.get(f"/meetings/{meeting.id}/checkin", as_=each).status for each in readers]
    assert statuses == [403, 403, 403, 404]


def test_who_joins_a_guest_group_later_is_called_and_who_joins_after_it_left_is_not(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting, outbox: Outbox
) -> None:
    stairwell = solvarv.group.buildings[0].stairwells[0]
    nils = make_person("Nils", "nils@example.org")
    make_member(nils, solvarv.group, flat_of(stairwell, "1101"))
    service.call_latecomers(utcnow())
    db.session.commit()
    assert ("meeting-called", "nils@example.org") in outbox.addressed()
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    olga = make_person("Olga", "olga@example.org")
    make_member(olga, solvarv.group, flat_of(stairwell, "1102"))
    before = len(outbox.rows())
    service.call_latecomers(utcnow())
    db.session.commit()
    assert len(outbox.rows()) == before


def test_who_was_told_that_their_group_is_out_and_joins_the_other_one_is_called_again(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting, outbox: Outbox
) -> None:
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    arrive()
    make_member(solvarv.tove, scene.group, flat_of(scene.stairwell_1, "1201"))
    service.call_latecomers(utcnow())
    service.call_latecomers(utcnow())
    db.session.commit()
    assert outbox.addressed().count(("meeting-called", "tove@example.org")) == 2


def test_who_wants_no_mails_of_meetings_gets_none_of_a_guest_group_unless_they_come(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting, outbox: Outbox
) -> None:
    for person in (solvarv.sara, solvarv.tove):
        membership = active_membership(person, solvarv.group)
        assert membership
        membership.notices = NoticeChoice.NOTICES
    make_answer(meeting, solvarv.tove)
    db.session.commit()
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    assert [to for kind, to in outbox.addressed() if kind == "meeting-left"] == ["tove@example.org"]


def test_the_link_in_the_word_of_leaving_ends_mails_of_meetings_in_that_group(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting
) -> None:
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    rows = select(OutboxRow).where(OutboxRow.person_id == solvarv.tove.id)
    for row in db.session.scalars(rows).all():
        link = f"/u/{tokens.make(Purpose.UNSUBSCRIBE, row)}"
        assert client.post(link, {"List-Unsubscribe": "One-Click"}).status == 200
    membership = active_membership(solvarv.tove, solvarv.group)
    assert membership
    db.session.refresh(membership)
    assert membership.notices is NoticeChoice.NOTICES


def test_it_counts_once_for_each_group_and_once_in_the_area(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting
) -> None:
    with time_machine.travel(datetime(2026, 3, 21, 12, 0, tzinfo=UTC), tick=True):
        service.write_count(meeting, 17, by=scene.amina)
        db.session.commit()
        pages = [
            (f"/groups/{scene.group.id}/meetings/numbers", scene.amina),
            (f"/groups/{solvarv.group.id}/meetings/numbers", solvarv.sara),
            (f"/areas/{scene.group.area.slug}/meetings/numbers", scene.gun),
        ]
        for page, reader in pages:
            assert "Gemensam träff 1 1 17" in client.get(page, as_=reader).text, page
            rows = downloaded(client, f"{page}.csv", reader)
            assert len([row for row in rows if "2026-03-20" in row[0]]) == 1, page


def test_an_officer_asks_groups_that_are_called_once_they_say_yes(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    area: Area = scene.group.area
    begins = utcnow() + timedelta(days=9)
    plan = service.Plan(MeetingKind.JOINT, begins, begins + timedelta(hours=1), "Hässlehuset")
    planned = service.planned_jointly(area, plan, [scene.group, solvarv.group])
    meeting = service.call(planned, by=scene.gun)
    db.session.commit()
    assert outbox.addressed() == [("joint-invited", f"{name}@example.org") for name in ("amina", "sara")]
    page = client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara)
    assert "Polisen i Hässleholmen bjuder in er grupp till en gemensam träff." in page.text
    say(client, meeting, solvarv.sara, "Vi är med")
    called = [to for kind, to in outbox.addressed() if kind == "meeting-called"]
    assert called == ["sara@example.org", "tove@example.org"]
    shown = client.get(f"/meetings/{meeting.id}", as_=scene.gun)
    assert "Har inte svarat än Våglängdsgatan 1–3" in shown.text
    assert "Har inte svarat 2" not in shown.text
    asked = client.get(f"/meetings/{meeting.id}/cancel", as_=scene.gun)
    assert "De som är kallade får besked, med mejl eller på papper." in asked.text
    assert client.get(f"/meetings/{meeting.id}/edit", as_=scene.amina).status == 403


def test_an_answer_is_in_the_audit_trail_of_the_group_that_gave_it(
    client: PageClient, scene: Scene, solvarv: Solvarv, meeting: Meeting
) -> None:
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    entries = select(AuditEntry.what).where(
        AuditEntry.group_id == solvarv.group.id, AuditEntry.what.startswith("joint-")
    )
    assert db.session.scalars(entries.order_by(AuditEntry.id)).all() == ["joint-accepted", "joint-declined"]
    assert state_of(meeting, solvarv.group) is PartState.DECLINED
