"""Drafts: they tell nobody, and only those who may call know of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_meeting, make_person
from tests.meetings.joint import make_solvarv
from tests.page_client import PageClient
from tests.page_contract import text_of
from watch.extensions import db
from watch.groups.queries.pages import coming_meetings
from watch.groups.queries.tasks import first_steps_of
from watch.meetings.queries.coming import past_meeting_ids, upcoming_meetings
from watch.meetings.queries.drafts import drafts_of
from watch.models import GroupState, Meeting, MeetingKind, utcnow
from watch.retention.service import groups as retention

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLAN = {
    "scope": "stairwells", "kind": "annual", "day": "2026-03-12", "starts": "18.00", "ends": "",
    "place": "Tvättstugan", "about": "Lampan", "link": "https://meet.example/rum",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def typed(scene: Scene, **other: str) -> dict[str, str]:
    return PLAN | {"stairwells": str(scene.stairwell_3.id)} | other


def draft(client: PageClient, scene: Scene, **other: str) -> Meeting:
    """Save a draft as Amina and return it."""
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    assert page.press("Spara utkast", typed(scene, **other)).status == 303
    return drafts_of(scene.group)[-1]


def test_a_draft_tells_nobody_and_only_those_who_may_call_see_it(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    saved, now = draft(client, scene), utcnow()

    assert (saved.called_at, saved.stairwells, outbox.rows()) == (None, [scene.stairwell_3], [])
    assert upcoming_meetings(scene.group) == past_meeting_ids(scene.group, now) == []
    assert coming_meetings(scene.carin, [scene.group.id], now) == []
    assert first_steps_of(scene.group, set(), scene.amina, utcnow()).gathering is False
    lists = {each: client.get(f"/groups/{scene.group.id}/meetings", as_=each) for each in
             (scene.amina, scene.bengt, scene.carin, scene.gun)}  # fmt: skip
    assert [each for each in lists if "Släng utkastet" in lists[each].text] == [scene.amina, scene.bengt]
    own = f"/meetings/{saved.id}"
    for each in (scene.amina, scene.bengt, scene.carin, scene.gun, scene.jenny):
        assert {
            client.get(f"{own}{page}", as_=each).status for page in ("", "/edit", "/cancel", "/paper")
        } == {404}


def test_a_draft_is_taken_up_edited_and_called_from_its_preview(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    saved = draft(client, scene)
    page = client.get(f"/groups/{scene.group.id}/meetings", as_=scene.bengt).click("Årlig träff 12 mars")
    kept = page.form()
    wanted = typed(scene)
    assert {name: kept[name] for name in wanted} == wanted | {"starts": "18:00"}
    page.press("Spara utkast", {"place": "Gården", "scope": "group", "stairwells": []})
    changed = drafts_of(scene.group)
    assert [(each.id, each.place, each.stairwells) for each in changed] == [(saved.id, "Gården", [])]

    page = client.get(f"/groups/{scene.group.id}/meetings", as_=scene.bengt).click("Årlig träff 12 mars")
    page.press("Förhandsgranska").press("Kalla till träff")
    meeting = db.session.scalars(select(Meeting)).one()
    assert (meeting.id, meeting.place, meeting.called_by, meeting.sequence) == (
        saved.id, "Gården", scene.bengt, 1,
    )  # fmt: skip
    assert drafts_of(scene.group) == []
    assert outbox.names() == ["meeting-called"] * 4
    assert upcoming_meetings(scene.group) == [meeting]


def test_a_draft_keeps_when_to_remind_and_so_does_the_same_meeting_again(
    client: PageClient, scene: Scene
) -> None:
    chosen = {"remind_early": "3", "remind_late": "0", "reminder_text": "Ta med en stol."}
    saved = draft(client, scene, **chosen)
    address = f"/groups/{scene.group.id}/meetings/new?draft={saved.id}"
    page = client.get(address, as_=scene.amina)
    assert {name: page.form()[name] for name in chosen} == chosen
    page.press("Spara utkast", {"remind_late": "2"})
    preview = client.get(address, as_=scene.amina).press("Förhandsgranska")
    preview.press("Kalla 2 grannar")
    called = db.session.scalars(select(Meeting)).one()
    kept = (called.remind_early, called.remind_late, called.reminder_text)
    assert kept == (3, 2, "Ta med en stol.")
    with time_machine.travel(NOW.replace(month=4)):
        like = client.get(f"/groups/{scene.group.id}/meetings/new?like={called.id}", as_=scene.amina)
        assert {name: like.form()[name] for name in chosen} == chosen | {"remind_late": "2"}


def test_a_draft_may_lack_its_place_and_a_call_may_not(client: PageClient, scene: Scene) -> None:
    saved = draft(client, scene, place="")
    page = client.get(f"/groups/{scene.group.id}/meetings/new?draft={saved.id}", as_=scene.amina)
    page = page.press("Förhandsgranska")
    assert (page.status, page.errors) == (422, ["Skriv var ni ses, till exempel i trappuppgången."])


def test_a_draft_saved_twice_is_one(client: PageClient, scene: Scene) -> None:
    address = f"/groups/{scene.group.id}/meetings/drafts"
    for _press in range(2):
        assert client.post(address, typed(scene), as_=scene.amina).status == 303
    assert len(drafts_of(scene.group)) == 1


def test_what_was_saved_before_back_becomes_the_meeting_that_is_called(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    form = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    preview = form.press("Förhandsgranska", typed(scene))
    preview.press("Spara utkast")
    other = draft(client, scene, about="Låset")
    preview.press("Kalla 2 grannar")
    assert drafts_of(scene.group) == [other]  # says something else
    assert len(db.session.scalars(select(Meeting)).all()) == 2
    assert outbox.names() == ["meeting-called"] * 2


def test_a_draft_that_is_thrown_away_is_gone_and_cannot_be_called(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    saved = draft(client, scene)
    form = client.get(f"/groups/{scene.group.id}/meetings/new?draft={saved.id}", as_=scene.amina)
    preview = form.press("Förhandsgranska")
    client.get(f"/groups/{scene.group.id}/meetings", as_=scene.bengt).press("Släng utkastet bekräfta 12 mars")
    assert drafts_of(scene.group) == []
    for press in (lambda: preview.press("Kalla 2 grannar"), lambda: form.press("Spara utkast")):
        kept = press()
        assert (kept.status, kept.form()["draft"], kept.form()["place"]) == (409, "", form.form()["place"])
        assert "Utkastet finns inte längre." in kept.text
    assert (db.session.scalars(select(Meeting)).all(), outbox.rows()) == ([], [])
    kept.press("Spara utkast")
    assert [each.place for each in drafts_of(scene.group)] == [form.form()["place"]]


def test_two_who_write_at_once_lose_nothing(client: PageClient, scene: Scene) -> None:
    saved = draft(client, scene)
    address = f"/groups/{scene.group.id}/meetings/new?draft={saved.id}"
    aminas, bengts = client.get(address, as_=scene.amina), client.get(address, as_=scene.bengt)
    bengts.press("Spara utkast", {"place": "Gården"})
    refused = aminas.press("Spara utkast", {"about": "Låset"})
    assert refused.status == 409
    assert "Gården" in refused.text
    assert refused.form()["about"] == "Låset"
    assert drafts_of(scene.group)[0].place == "Gården"
    refused.press("Spara utkast")
    assert (drafts_of(scene.group)[0].about, drafts_of(scene.group)[0].place) == ("Låset", "Tvättstugan")


def test_all_that_a_colleague_has_changed_is_shown(client: PageClient, scene: Scene) -> None:
    saved, solvarv = draft(client, scene), make_solvarv(scene).group
    address = f"/groups/{scene.group.id}/meetings/new?draft={saved.id}"
    mine, theirs = (client.get(address, as_=each) for each in (scene.amina, scene.bengt))
    changes = {
        "kind": "safety_walk", "remind_early": "14", "remind_late": "2", "reminder_text": "Ta med en stol",
        "link": "", "about": "", "scope": "together", "stairwells": [], "others": str(solvarv.id),
    }  # fmt: skip
    theirs.press("Spara utkast", changes | {"kind": "annual"})
    refused = mine.press("Spara utkast", {"place": "Gården"})
    said = text_of(refused.tree.find(".//*[@id='theirs']"))
    asked = f"Vilka grupper? {solvarv.name}"
    reminders = "Första påminnelsen Två veckor före Sista påminnelsen 2 dagar före"
    words = "Egna ord i påminnelsen Ta med en stol Vad ska ni prata om? –"
    assert f"Länk – För {scene.group.name} {asked} {reminders} {words}" in said
    client.get(address, as_=scene.bengt).press(
        "Spara utkast", changes | {"scope": "group", "others": [], "kind": "safety_walk"}
    )
    refused = refused.press("Spara utkast")
    assert "Vad är det för träff? Trygghetsvandring" in text_of(refused.tree.find(".//*[@id='theirs']"))


def test_the_same_as_last_time_is_filled_in_without_its_day(client: PageClient, scene: Scene) -> None:
    before = make_meeting(
        scene.group, starts_at=NOW.replace(year=2025), stairwell=scene.stairwell_3, kind=MeetingKind.ANNUAL
    )
    before.about = "Kaffe"
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}/meetings", as_=scene.amina).click(
        "Kalla till en likadan 2 mars 2025"
    )
    kept = page.form()
    said = {name: kept.get(name) for name in ("kind", "scope", "stairwells", "day", "starts", "about")}
    assert said == {
        "kind": "annual", "scope": "stairwells", "stairwells": str(scene.stairwell_3.id), "day": "",
        "starts": "13:00", "about": "Kaffe",
    }  # fmt: skip


def test_another_groups_meeting_or_draft_is_not_copied(client: PageClient, scene: Scene) -> None:
    theirs = make_meeting(scene.other_group, starts_at=NOW.replace(year=2025), place="Hos Ivan")
    hidden = make_meeting(scene.other_group, place="Hos Ivan")
    hidden.called_at = None
    db.session.commit()
    for part in (f"like={theirs.id}", f"draft={hidden.id}", "like=0", "draft=x"):
        page = client.get(f"/groups/{scene.group.id}/meetings/new?{part}", as_=scene.amina)
        assert page.form()["place"] == ""
    away = f"/groups/{scene.group.id}/meetings/drafts/{hidden.id}/delete"
    assert client.post(away, as_=scene.amina).status == 303
    assert drafts_of(scene.other_group) == [hidden]


def test_a_closed_group_leaves_no_draft(client: PageClient, scene: Scene) -> None:
    draft(client, scene)
    make_meeting(scene.group)
    scene.group.state = GroupState.CLOSED
    db.session.commit()
    retention.closed(utcnow())
    assert [each.called_at is None for each in db.session.scalars(select(Meeting))] == [False]


def test_who_drafted_is_forgotten_with_them(scene: Scene) -> None:
    lina = make_person("Lina", "lina@example.org")
    hidden = make_meeting(scene.group, by=lina)
    hidden.called_at = None
    db.session.commit()
    db.session.delete(lina)
    db.session.commit()
    db.session.expire_all()
    assert drafts_of(scene.group)[0].called_by_id is None


def test_the_address_of_a_draft_that_is_gone_says_so(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new?draft=999", as_=scene.amina)
    said = "Utkastet finns inte längre. Någon har kallat till träffen eller slängt utkastet."
    assert page.flashes == [("info", said)]
    assert "Ett utkast behöver bara dag, tid och vilka den är för." in page.text
