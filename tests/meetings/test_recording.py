"""Checks correcting and removing a meeting that was recorded after it was held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_finding, make_meeting, make_open_meeting
from tests.page_client import Page, PageClient
from tests.page_contract import text_of
from watch.extensions import db
from watch.meetings.queries.attendance import held_meetings
from watch.models import AuditEntry, Meeting, MeetingKind, NotesDraft, Person, PublishedNotes, utcnow

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HELD = {
    "kind": "stairwell", "day": "2026-02-12", "starts": "18.00", "ends": "19.30",
    "place": "Tvättstugan", "scope": "group", "held": "yes",
}  # fmt: skip


@time_machine.travel(NOW)
def test_a_wrong_day_is_corrected_and_the_count_stays(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    meeting = record(client, scene)
    client.post(f"/meetings/{meeting.id}/count", {"head_count": "14"}, as_=scene.amina)
    form = client.get(f"/meetings/{meeting.id}", as_=scene.amina).click("Rätta träffen")
    assert "Länk" not in form.text
    saved = form.press("Spara rättelsen", {"day": "2026-02-10", "starts": "17.00", "kind": "annual"})
    shown = saved.follow()
    assert shown.flashes == [("done", "Träffen är rättad. Ingen har fått mejl.")]
    assert "tisdag 10 februari 2026 kl. 17.00–19.30" in " ".join(shown.text.replace("\u2060", "").split())
    assert "14 personer kom" in shown.text
    (held,) = held_meetings(scene.group, utcnow())
    assert (held.id, held.kind, held.head_count) == (meeting.id, MeetingKind.ANNUAL, 14)
    assert held.starts_at == datetime(2026, 2, 10, 16, 0, tzinfo=UTC)
    assert outbox.mailings() == []
    assert traces("meeting-corrected", "meeting-removed") == ["meeting-corrected"]
    again = client.post(saved.path, HELD | {"day": "2026-02-10", "seen": "1"}, as_=scene.amina)
    assert again.status == 409  # another tab, with the form as it was


@time_machine.travel(NOW)
def test_whom_it_was_for_is_corrected(client: PageClient, scene: Scene) -> None:
    meeting = record(client, scene)
    form = client.get(f"/meetings/{meeting.id}/correct", as_=scene.amina)
    form.press("Spara rättelsen", {"scope": "stairwells", "stairwells": str(scene.stairwell_3.id)})
    db.session.refresh(meeting)
    assert meeting.stairwells == [scene.stairwell_3]
    form = client.get(f"/meetings/{meeting.id}/correct", as_=scene.bengt)
    assert form.press("Spara rättelsen", {"place": "Gården"}).status == 303
    db.session.refresh(meeting)
    assert (meeting.place, meeting.stairwells) == ("Gården", [scene.stairwell_3])


@time_machine.travel(NOW)
def test_it_may_have_been_later_than_when_it_was_recorded(client: PageClient, scene: Scene) -> None:
    with time_machine.travel(NOW - timedelta(days=10)):
        meeting = record(client, scene)
    client.get(f"/meetings/{meeting.id}/correct", as_=scene.amina).press(
        "Spara rättelsen", {"day": "2026-03-01"}
    )
    assert "Rätta träffen" in client.get(f"/meetings/{meeting.id}", as_=scene.amina).links


@time_machine.travel(NOW)
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day": "2026-03-12"}, "Den dagen har inte varit än. Välj en dag som har varit."),
        ({"ends": "17.00"}, "Träffen slutar innan den börjar. Skriv en senare sluttid."),
        ({"place": ""}, "Skriv var ni ses, till exempel i trappuppgången."),
    ],
)
def test_what_is_wrong_is_said_and_kept(
    typed: dict[str, str], said: str, client: PageClient, scene: Scene
) -> None:
    meeting = record(client, scene)
    page = client.get(f"/meetings/{meeting.id}/correct", as_=scene.amina).press("Spara rättelsen", typed)
    assert (page.status, page.errors, page.h1) == (422, [said], "Rätta träffen")


@time_machine.travel(NOW)
def test_it_does_not_become_one_that_is_there(client: PageClient, scene: Scene) -> None:
    first, second = record(client, scene), record(client, scene, day="2026-02-19")
    form = client.get(f"/meetings/{second.id}/correct", as_=scene.amina)
    page = form.press("Spara rättelsen", {"day": "2026-02-12", "place": "Gården"})
    assert (page.status, page.links["Visa träffen som finns"]) == (409, f"/meetings/{first.id}")
    assert page.form()["place"] == "Gården"


@time_machine.travel(NOW)
def test_what_a_colleague_has_corrected_meanwhile_is_shown_beside_it(
    client: PageClient, scene: Scene
) -> None:
    meeting = record(client, scene)
    mine, theirs = (client.get(f"/meetings/{meeting.id}/correct", as_=scene.amina) for _tab in range(2))
    theirs.press("Spara rättelsen", {"day": "2026-02-11", "kind": "annual"})
    refused = mine.press("Spara rättelsen", {"place": "Gården"})
    assert (refused.status, refused.form()["place"]) == (409, "Gården")
    assert "onsdag 11 februari" in refused.text
    said = text_of(refused.tree.find(".//*[@id='theirs']"))
    assert "Vad är det för träff? Årlig träff" in said
    assert ("Länk" in said, "Första påminnelsen" in said) == (False, False)
    assert refused.press("Spara rättelsen").status == 303
    db.session.refresh(meeting)
    assert meeting.place == "Gården"


@time_machine.travel(NOW)
def test_one_that_was_never_held_is_removed_everywhere(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    meeting, other = record(client, scene), record(client, scene, day="2026-01-15")
    client.post(f"/meetings/{meeting.id}/count", {"head_count": "14"}, as_=scene.amina)
    db.session.add(NotesDraft(meeting_id=meeting.id, text="Om gården"))
    db.session.commit()
    page, left = f"/meetings/{meeting.id}", other.id
    asked = client.get(page, as_=scene.amina).click("Ta bort träffen")
    assert "antalet: 14 personer kom" in asked.text
    assert "utkastet till anteckningar" in asked.text
    pressed = [asked.press("Ta bort träffen") for _twice in range(2)]
    assert [each.location for each in pressed] == [f"/groups/{scene.group.id}/meetings"] * 2
    assert pressed[1].follow().flashes[-1] == ("info", "Träffen är borttagen.")
    assert [each.id for each in held_meetings(scene.group, utcnow())] == [left]
    assert db.session.scalar(select(func.count(NotesDraft.id))) == 0
    assert client.get(page, as_=scene.amina).status == 404
    assert outbox.mailings() == []
    assert traces("meeting-removed") == ["meeting-removed"]


@time_machine.travel(NOW)
@pytest.mark.parametrize("kept", ["notes", "finding"])
def test_one_with_published_notes_or_a_finding_is_only_corrected(
    kept: str, client: PageClient, scene: Scene
) -> None:
    meeting = record(client, scene)
    asked = client.get(f"/meetings/{meeting.id}/remove", as_=scene.amina)
    if kept == "notes":
        db.session.add(PublishedNotes(meeting_id=meeting.id, text="Om gården"))
    else:
        make_finding(scene.group).meeting_id = meeting.id
    db.session.commit()
    refused = asked.press("Ta bort träffen").follow()
    assert [kind for kind, _said in refused.flashes] == ["warn"]
    assert ("Rätta träffen" in refused.links, "Ta bort träffen" in refused.links) == (True, False)
    assert client.get(f"/meetings/{meeting.id}/remove", as_=scene.amina).status == 303
    correct = client.get(f"/meetings/{meeting.id}/correct", as_=scene.amina)
    assert correct.press("Spara rättelsen", {"place": "Gården"}).status == 303


@time_machine.travel(NOW)
def test_a_finding_that_was_taken_back_keeps_no_meeting(client: PageClient, scene: Scene) -> None:
    meeting = record(client, scene)
    finding = make_finding(scene.group)
    finding.meeting_id, finding.removed_at = meeting.id, utcnow()
    db.session.commit()
    client.get(f"/meetings/{meeting.id}/remove", as_=scene.amina).press("Ta bort träffen")
    assert db.session.scalar(select(func.count(Meeting.id))) == 0


@time_machine.travel(NOW)
def test_one_that_was_called_stays_as_it_was_held(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page.press("Förhandsgranska", HELD | {"day": "2026-03-12", "held": ""}).press("Kalla 4 grannar")
    meeting = db.session.scalars(select(Meeting)).one()
    with time_machine.travel(NOW + timedelta(days=20)):
        shown = client.get(f"/meetings/{meeting.id}", as_=scene.amina)
        assert ("Rätta träffen" in shown.links, "Ta bort träffen" in shown.links) == (False, False)
        assert client.get(f"/meetings/{meeting.id}/correct", as_=scene.amina).status == 303
        correct = client.post(f"/meetings/{meeting.id}/correct", HELD | {"seen": "1"}, as_=scene.amina)
        remove = client.post(f"/groups/{scene.group.id}/meetings/{meeting.id}/remove", as_=scene.amina)
        assert [each.location for each in (correct, remove)] == [f"/meetings/{meeting.id}"] * 2
    db.session.refresh(meeting)
    assert meeting.starts_at == datetime(2026, 3, 12, 17, 0, tzinfo=UTC)


def test_of_other_stairwells_and_groups_nothing_is_removed(client: PageClient, scene: Scene) -> None:
    begun = utcnow() - timedelta(days=1)
    theirs = make_meeting(scene.other_group, starts_at=begun, by=scene.ivan)
    amina_only = make_meeting(scene.group, stairwell=scene.stairwell_1, starts_at=begun, by=scene.amina)
    address = f"/groups/{scene.group.id}/meetings"
    assert press_remove(client, f"{address}/{theirs.id}", scene.amina).status == 404
    assert press_remove(client, f"{address}/{amina_only.id}", scene.bengt).status == 403
    assert db.session.scalar(select(func.count(Meeting.id))) == 2


def press_remove(client: PageClient, address: str, reader: Person) -> Page:
    return client.post(f"{address}/remove", as_=reader)


def record(client: PageClient, scene: Scene, **other: str) -> Meeting:
    """Let Amina record a meeting that was held."""
    client.post(f"/groups/{scene.group.id}/meetings", HELD | other, as_=scene.amina)
    return db.session.scalars(select(Meeting).order_by(Meeting.id.desc()).limit(1)).one()


def traces(*what: str) -> list[str]:
    return list(db.session.scalars(select(AuditEntry.what).where(AuditEntry.what.in_(what))))


def test_a_meeting_of_an_area_offers_only_what_can_be_done(client: PageClient, scene: Scene) -> None:
    held = make_open_meeting(scene.group.area, starts_at=utcnow() - timedelta(days=3), by=scene.gun)
    db.session.commit()
    shown = client.get(f"/meetings/{held.id}", as_=scene.gun)
    assert "Rätta träffen" not in shown.links
    told = client.get(f"/meetings/{held.id}/correct", as_=scene.gun).follow()
    assert told.flashes == [
        ("info", "Den här sortens träff går inte att rätta. Ta bort den, och lägg till den igen.")
    ]
    asked = shown.click("Ta bort träffen")
    assert "Rätta träffen" not in asked.links
    done = asked.press("Ta bort träffen").follow()
    assert done.flashes == [("done", "Träffen är borttagen. Ingen har fått mejl.")]
    assert db.session.scalars(select(Meeting)).all() == []
