"""Officers' drafts of the meetings of an area: they tell nobody, and only the area's officers see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_group, make_officer, make_person
from tests.meetings.joint import Solvarv, make_solvarv
from tests.page_client import Page, PageClient
from tests.page_contract import text_of
from watch import tokens
from watch.accounts.service.officers import end_office
from watch.extensions import db
from watch.meetings import service
from watch.meetings.queries.drafts import drafts_of
from watch.meetings.queries.feeds import feed_of
from watch.models import (
    Area,
    AuditEntry,
    GroupState,
    Language,
    Meeting,
    MeetingAudience,
    MeetingKind,
    Organisation,
    PartState,
    Person,
    Purpose,
    utcnow,
)
from watch.retention.service import groups as retention

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLACE = "Magasinet"
PLAN: dict[str, Any] = {
    "day": "2026-03-12", "starts": "18.00", "ends": "19.30", "place": PLACE, "about": "Lampan",
    "remind_early": "3", "reminder_text": "Ta med en stol.",
}  # fmt: skip
OPEN = {"whom": "everybody", "kind": "safety_walk", "languages": ["sv", "so"]}
COORDINATORS = {"whom": "coordinators"}
SAVE, PREVIEW, THROW = "Spara utkast", "Förhandsgranska", "Släng utkastet bekräfta 12 mars"
SAVED = [("done", "Utkastet är sparat. Ingen har fått veta något.")]
GONE = "Utkastet finns inte längre. Någon har kallat till träffen eller slängt utkastet."
LIST = "/areas/hassleholmen/meetings"


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def solvarv(scene: Scene) -> Solvarv:
    return make_solvarv(scene)


@pytest.fixture
def roy(scene: Scene) -> Person:
    """The municipality's officer of Hässleholmen."""
    person = make_person("Roy", "roy@example.org")
    make_officer(person, scene.group.area, organisation=Organisation.MUNICIPALITY)
    db.session.commit()
    return person


def area_of(scene: Scene) -> Area:
    return scene.group.area


def save(client: PageClient, scene: Scene, **whom: Any) -> Meeting:
    """Save a draft as Gun and return it."""
    saved = client.get(f"{LIST}/new", as_=scene.gun).press(SAVE, PLAN | whom)
    assert (saved.location, saved.follow().flashes) == (LIST, SAVED)
    return drafts_of(area_of(scene))[-1]


def save_start(client: PageClient, scene: Scene) -> Meeting:
    """Save a draft of the start meeting of Norrby Långgata as Gun and return it."""
    address = f"/buildings/{scene.langgatan.id}/meetings/new"
    saved = client.get(address, as_=scene.gun).press(SAVE, PLAN)
    assert (saved.location, saved.follow().flashes) == ("/areas/norrby/meetings", SAVED)
    return drafts_of(scene.langgatan)[-1]


def opened(client: PageClient, draft: Meeting, by: Person) -> Page:
    """Return the form of a draft, opened from the list of the area's meetings."""
    assert draft.area
    page = client.get(f"/areas/{draft.area.slug}/meetings", as_=by)
    return page.click(next(words for words in page.links if words.endswith(" 12 mars")))


def calendar_of(person: Person) -> str:
    """Return the token of the person's own calendar."""
    service.make_feed(person)
    feed = feed_of(person)
    assert feed
    db.session.commit()
    return tokens.make(Purpose.CALENDAR, feed)


def number_of_meetings() -> int:
    return db.session.scalar(select(func.count(Meeting.id))) or 0


@pytest.mark.parametrize("whom", [OPEN, COORDINATORS, {"whom": "parts"}])
def test_a_draft_tells_nobody(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox, whom: dict[str, Any]
) -> None:
    groups = {"groups": [scene.group.id, solvarv.group.id]} if whom["whom"] == "parts" else {}
    draft = save(client, scene, **whom, **groups)
    assert (draft.is_draft, draft.called_by) == (True, scene.gun)
    group = f"/groups/{scene.group.id}"
    pages: list[tuple[str, Person | None]] = [
        ("/", None), ("/m/" + (draft.code or "X"), None), ("/areas/hassleholmen/calendar.ics", None),
        (f"/buildings/{scene.house.id}", None), ("/overview", scene.gun), ("/areas/hassleholmen", scene.gun),
        (f"{LIST}/numbers", scene.gun), (f"{LIST}/new", scene.gun),
    ]  # fmt: skip
    for reader in (scene.amina, scene.carin, solvarv.sara, scene.gun):
        pages += [("/me", reader), (f"/calendar/{calendar_of(reader)}.ics", None)]
    for reader in (scene.amina, scene.carin, scene.gun):
        pages += [(f"{group}{each}", reader) for each in ("", "/meetings", "/meetings/numbers")]
    read = [client.get(path, as_=reader) for path, reader in pages]
    read.append(client.get(f"{LIST}/numbers.csv", as_=scene.gun).press("Ladda ner", {"why": "follow_up"}))
    assert [each.path for each in read if each.status != 200] == ["/m/" + (draft.code or "X")]
    assert [each.path for each in read if PLACE in each.html or "12 mars" in each.text] == []
    below = ("", "/joint", "/edit", "/cancel", "/calendar.ics", "/sheet.pdf", "/checkin", "/notes")
    for who in (scene.gun, scene.amina, scene.carin, scene.hodan, scene.jenny, solvarv.sara):
        assert {client.get(f"/meetings/{draft.id}{each}", as_=who).status for each in below} == {404}


@pytest.mark.parametrize("whom", [OPEN, COORDINATORS])
def test_the_clock_passes_a_draft_by_and_its_day_is_free(
    client: PageClient, scene: Scene, outbox: Outbox, whom: dict[str, Any]
) -> None:
    save(client, scene, **whom)
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    day = {name: PLAN[name] for name in ("day", "starts", "ends")}
    preview = page.press(PREVIEW, day | {"scope": "group", "place": "Gården"})
    assert "Samtidigt är det redan:" not in preview.text
    assert "har en träff samtidigt" not in preview.text
    for days in (3, 7, 9, 10, 11, 14, 18, 25):
        with time_machine.travel(NOW + timedelta(days=days)):
            service.remind(utcnow())
            service.call_latecomers(utcnow())
            service.remind_of_notes(utcnow())
            service.tally(utcnow())
            db.session.commit()
    assert outbox.rows() == []
    with time_machine.travel(NOW + timedelta(days=25)):
        client.browsers.clear()  # officers are signed out when they rest
        file = client.get(f"{LIST}/numbers.csv", as_=scene.gun).press("Ladda ner", {"why": "follow_up"})
        of_group = client.get(f"/groups/{scene.group.id}/meetings/numbers.csv", as_=scene.gun)
        assert "2026-03-12" not in file.html + of_group.html
        page = client.get(LIST, as_=scene.gun)
        assert ("Tidigare träffar" in page.text, "Utkast" in page.text) == (False, True)
        refused = page.click(next(each for each in page.links if each.endswith("12 mars"))).press(PREVIEW)
        assert refused.errors == ["Den dagen har redan varit. Välj en dag som kommer."]


def test_the_officers_of_the_area_see_a_draft_and_go_on_with_it(
    client: PageClient, scene: Scene, roy: Person
) -> None:
    draft = save(client, scene, **OPEN)
    assert "Bara ni som ansvarar för området ser utkasten." in client.get(LIST, as_=roy).text
    opened(client, draft, roy).press(SAVE, {"place": "Hässlehuset"})
    (now,) = drafts_of(area_of(scene))
    assert (now.id, now.place, now.called_by) == (draft.id, "Hässlehuset", scene.gun)
    away = f"{LIST}/drafts/{draft.id}/delete"
    for who in (scene.hodan, scene.amina, scene.carin, scene.jenny):
        assert {client.get(path, as_=who).status for path in (LIST, f"{LIST}/new?draft={draft.id}")} == {404}
        assert client.post(away, as_=who).status == 404
    theirs = client.get(f"/areas/boda/meetings/new?draft={draft.id}", as_=scene.hodan)
    assert (theirs.flashes, theirs.form()["place"]) == ([("info", GONE)], "")
    assert client.post(f"/areas/boda/meetings/drafts/{draft.id}/delete", as_=scene.hodan).status == 303
    assert drafts_of(area_of(scene)) == [now]


def test_a_draft_stays_with_the_colleagues_of_an_officer_who_is_none_any_more(
    client: PageClient, scene: Scene, roy: Person
) -> None:
    draft = save(client, scene, **OPEN)
    assert end_office(area_of(scene), scene.gun)
    db.session.commit()
    assert client.get(LIST, as_=scene.gun).status == 404
    assert opened(client, draft, roy).form()["place"] == PLACE
    db.session.delete(scene.gun)
    db.session.commit()
    db.session.expire_all()
    assert drafts_of(area_of(scene))[0].called_by_id is None
    assert opened(client, draft, roy).press(PREVIEW).press("Kalla minst 5 hushåll").status == 303


@pytest.mark.parametrize(
    ("whom", "kept"),
    [
        (OPEN, OPEN),
        ({"whom": "everybody", "kind": "citizens", "languages": []},
         {"whom": "everybody", "kind": "citizens", "languages": None}),
        (COORDINATORS, COORDINATORS | {"kind": "citizens", "languages": "sv"}),
    ],
)  # fmt: skip
def test_a_draft_is_opened_as_it_was_saved(
    client: PageClient, scene: Scene, whom: dict[str, Any], kept: dict[str, Any]
) -> None:
    draft = save(client, scene, **whom)
    form = opened(client, draft, scene.gun).form()
    wanted = PLAN | kept | {"starts": "18:00", "ends": "19:30", "remind_late": "1"}
    assert {name: form.get(name) for name in wanted} == wanted


def test_whom_a_draft_is_for_can_become_anybody_else(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    draft, groups = save(client, scene, **OPEN), [scene.group.id, solvarv.group.id]
    for whom in (COORDINATORS, {"whom": "parts", "groups": groups}, OPEN | {"groups": []}):
        opened(client, draft, scene.gun).press(SAVE, whom)
        (now,) = drafts_of(area_of(scene))
        is_open = now.audience is MeetingAudience.EVERYBODY
        assert (now.id, now.audience, now.code is not None, now.languages) == (
            draft.id, whom["whom"], is_open, "sv so" if is_open else None,
        )  # fmt: skip
        asked = set(groups) if whom["whom"] == "parts" else set()
        assert {(each.group_id, each.state) for each in now.parts} == {
            (each, PartState.INVITED) for each in asked
        }


def test_from_draft_to_call_each_is_told_once(
    client: PageClient, scene: Scene, roy: Person, outbox: Outbox
) -> None:
    draft = save(client, scene, **OPEN | {"place": ""})
    opened(client, draft, roy).press(SAVE, {"about": "Gården"})
    form = opened(client, draft, scene.gun)
    assert form.press(PREVIEW).errors == ["Skriv var ni ses, till exempel i trappuppgången."]
    preview = form.press(PREVIEW, {"place": "Hässlehuset"})
    assert outbox.rows() == []
    called, again = (preview.press("Kalla minst 5 hushåll") for _twice in range(2))
    assert (called.location, again.location) == (f"/meetings/{draft.id}", f"/meetings/{draft.id}")
    meeting = db.session.scalars(select(Meeting)).one()
    assert (meeting.place, meeting.about, meeting.called_by, meeting.sequence) == (
        "Hässlehuset", "Gården", scene.gun, 1,
    )  # fmt: skip
    assert sorted(outbox.addressed()) == [
        ("meeting-called", f"{each}@example.org") for each in ("amina", "bengt", "carin", "dawit")
    ]
    done = select(AuditEntry.what).where(AuditEntry.about_kind == "meeting").order_by(AuditEntry.id)
    assert db.session.scalars(done).all() == ["meeting-drafted", "meeting-called"]
    assert drafts_of(area_of(scene)) == []
    assert client.get(f"/m/{meeting.code}").status == 200


def test_groups_are_asked_when_a_joint_gathering_is_called_and_not_before(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    draft = save(client, scene, whom="parts", groups=[scene.group.id, solvarv.group.id])
    todo = f"/groups/{scene.group.id}/meetings"
    assert "Vill ni vara med?" not in client.get(todo, as_=scene.amina).text
    opened(client, draft, scene.gun).press(PREVIEW).press("Fråga 2 grupper")
    assert sorted(outbox.addressed()) == [
        ("joint-invited", "amina@example.org"), ("joint-invited", "sara@example.org"),
    ]  # fmt: skip
    assert "Vill ni vara med?" in client.get(todo, as_=scene.amina).text


def test_a_group_that_cannot_be_asked_any_more_is_named_and_not_asked(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    draft = save(client, scene, whom="parts", groups=[scene.group.id, solvarv.group.id])
    solvarv.group.state = GroupState.CLOSED
    db.session.commit()
    retention.closed(utcnow())
    db.session.commit()
    form = opened(client, draft, scene.gun)
    lost = f"Går inte att fråga längre: {solvarv.group.name}. Se efter vilka träffen är för."
    assert form.flashes == [("info", lost)]
    assert form.press(PREVIEW).status == 422
    assert form.press(PREVIEW, COORDINATORS).press("Kalla 3 kontaktombud").status == 303
    assert db.session.scalars(select(Meeting.kind)).all() == [MeetingKind.COORDINATORS]


def test_a_draft_of_a_start_meeting_is_opened_in_its_form_and_called(
    client: PageClient, scene: Scene, interested: list[Person], outbox: Outbox
) -> None:
    draft = save_start(client, scene)
    assert "12 mars" not in client.get(f"/buildings/{scene.langgatan.id}").text
    assert "Ett uppstartsmöte är redan kallat" not in opened(client, draft, scene.gun).text
    opened(client, draft, scene.gun).press(SAVE, {"place": "Norrbyhuset"})
    form = opened(client, draft, scene.gun)
    assert (form.path, form.form()["place"]) == (
        f"/buildings/{scene.langgatan.id}/meetings/new", "Norrbyhuset",
    )  # fmt: skip
    assert outbox.rows() == []
    preview = form.press(PREVIEW)
    called, again = (preview.press("Kalla dem som är intresserade") for _twice in range(2))
    assert (called.location, again.location) == (f"/meetings/{draft.id}",) * 2
    assert sorted(outbox.addressed()) == [
        ("meeting-called", "jenny@example.org"), ("meeting-called", "lo@example.org"),
    ]  # fmt: skip
    assert drafts_of(scene.langgatan) == []


def test_a_start_meeting_that_nobody_can_be_called_to_can_be_read_and_thrown_away(
    client: PageClient, scene: Scene, interested: list[Person]
) -> None:
    draft = save_start(client, scene)
    make_group(scene.langgatan, GroupState.ACTIVE)
    db.session.commit()
    form = opened(client, draft, scene.gun)
    assert ("Ingen att kalla just nu" in form.text, form.form()["place"]) == (True, PLACE)
    client.get("/areas/norrby/meetings", as_=scene.gun).press(THROW)
    assert number_of_meetings() == 0


@pytest.mark.parametrize("presses", [2, 3])
def test_a_draft_saved_twice_is_one(
    client: PageClient, scene: Scene, interested: list[Person], presses: int
) -> None:
    form = client.get(f"{LIST}/new", as_=scene.gun)
    start = client.get(f"/buildings/{scene.langgatan.id}/meetings/new", as_=scene.gun)
    for _press in range(presses):
        assert form.press(SAVE, PLAN | OPEN).status == 303
        assert start.press(SAVE, PLAN).status == 303
    assert number_of_meetings() == 2


def test_what_was_saved_before_back_becomes_the_meeting_that_is_called(
    client: PageClient, scene: Scene, interested: list[Person]
) -> None:
    previews = [
        (client.get(f"{LIST}/new", as_=scene.gun).press(PREVIEW, PLAN | OPEN), "Kalla minst 5 hushåll"),
        (
            client.get(f"/buildings/{scene.langgatan.id}/meetings/new", as_=scene.gun).press(PREVIEW, PLAN),
            "Kalla dem som är intresserade",
        ),
    ]
    for preview, call in previews:
        preview.press(SAVE)
        preview.press(call)
    assert (number_of_meetings(), drafts_of(area_of(scene)), drafts_of(scene.langgatan)) == (2, [], [])


def test_the_form_of_a_saved_draft_can_be_sent_again_by_back(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """The open meetings that come of one form have a public page each."""
    form = client.get(f"{LIST}/new", as_=scene.gun)
    form.press(SAVE, PLAN | OPEN)
    form.press(SAVE, PLAN | OPEN | {"about": "Låset"})
    preview = form.press(PREVIEW, PLAN | OPEN | {"about": "Porten"})
    meeting = preview.press("Kalla minst 5 hushåll")
    assert meeting.status == 303
    assert preview.press(SAVE).status == 303
    codes = db.session.scalars(select(Meeting.code)).all()
    assert (len(codes), len(set(codes)), None in codes) == (4, 4, False)


def test_what_is_thrown_away_is_gone_and_cannot_be_called(
    client: PageClient, scene: Scene, roy: Person, outbox: Outbox
) -> None:
    draft = save(client, scene, **OPEN)
    form = opened(client, draft, scene.gun)
    preview = form.press(PREVIEW)
    page = client.get(LIST, as_=roy)
    assert page.press(THROW).follow().flashes == [("done", "Utkastet är slängt.")]
    assert page.press(THROW).follow().flashes == [("info", GONE)]
    for press in (lambda: preview.press("Kalla minst 5 hushåll"), lambda: form.press(SAVE)):
        kept = press()
        assert (kept.status, kept.form()["place"]) == (409, PLACE)
        assert kept.flashes == [("warn", f"{GONE} Det du skrev står kvar här, och är inte sparat.")]
    assert (number_of_meetings(), outbox.rows()) == (0, [])
    traces = select(AuditEntry.what, AuditEntry.by_id, AuditEntry.area_id).order_by(AuditEntry.id)
    done = db.session.execute(traces).all()
    area = scene.group.area_id
    assert [*map(tuple, done)] == [
        ("meeting-drafted", scene.gun.id, area), ("meeting-draft-erased", roy.id, area),
    ]  # fmt: skip


def test_two_who_write_at_once_lose_nothing(
    client: PageClient, scene: Scene, roy: Person, interested: list[Person]
) -> None:
    draft = save(client, scene, **OPEN)
    guns, roys = opened(client, draft, scene.gun), opened(client, draft, roy)
    preview = guns.press(PREVIEW, {"about": "Låset"})
    roys.press(SAVE, {"place": "Gården"})
    for refused in (guns.press(SAVE, {"about": "Låset"}), preview.press("Kalla minst 5 hushåll")):
        assert (refused.status, "Gården" in refused.text) == (409, True)
        assert (refused.form()["about"], refused.form()["place"]) == ("Låset", PLACE)
    assert [each.place for each in drafts_of(area_of(scene))] == ["Gården"]
    refused.press(SAVE)
    assert [(each.about, each.place) for each in drafts_of(area_of(scene))] == [("Låset", PLACE)]


def test_all_that_another_officer_has_changed_is_shown(
    client: PageClient, scene: Scene, roy: Person, solvarv: Solvarv, interested: list[Person]
) -> None:
    draft = save(client, scene, **OPEN)
    mine, theirs = opened(client, draft, scene.gun), opened(client, draft, roy)
    changes = {"remind_early": "14", "reminder_text": "Ta med kaffe", "about": ""}
    theirs.press(SAVE, OPEN | changes | {"kind": "citizens", "languages": ["sv"]})
    said = card_of(mine.press(SAVE, {"place": "Gården"}))
    assert "Vad är det för träff? Medborgarmöte" in said
    assert "Språk Svenska Första påminnelsen Två veckor före" in said
    assert "Egna ord i påminnelsen Ta med kaffe Vad ska ni prata om? –" in said
    groups = [scene.group.id, solvarv.group.id]
    mine, theirs = opened(client, draft, scene.gun), opened(client, draft, roy)
    theirs.press(SAVE, {"whom": "parts", "groups": groups})
    said = card_of(mine.press(SAVE, {"place": "Gården"}))
    assert f"Vilka grupper? {solvarv.group.name}, {scene.group.name}" in said
    start = save_start(client, scene)
    mine, theirs = (opened(client, start, scene.gun) for _tab in range(2))
    theirs.press(SAVE, changes)
    assert "Egna ord i påminnelsen Ta med kaffe" in card_of(mine.press(SAVE, {"place": "Gården"}))


def card_of(page: Page) -> str:
    """Return what is said of the draft as somebody else has changed it."""
    return text_of(page.tree.find(".//*[@id='theirs']"))


def test_one_like_another_is_filled_in_without_its_day(
    client: PageClient, scene: Scene, solvarv: Solvarv, interested: list[Person]
) -> None:
    groups = [scene.group.id, solvarv.group.id]
    like = "Kalla till en likadan 12 mars"
    for whom, kept in (
        (COORDINATORS, COORDINATORS),
        (OPEN, OPEN),
        ({"whom": "parts", "groups": groups}, {"whom": "parts", "groups": str(solvarv.group.id)}),
    ):
        meeting = save(client, scene, **whom)
        meeting.called_at = meeting.cancelled_at = utcnow()
        for part in meeting.parts:
            if part.group_id == scene.group.id:  # which said no, and is not asked again
                part.state, part.decided_at = PartState.DECLINED, utcnow()
        db.session.commit()
        form = client.get(LIST, as_=scene.gun).click(like).form()
        wanted = PLAN | kept | {"day": "", "starts": "18:00", "ends": "19:30", "draft": ""}
        assert {name: form.get(name) for name in wanted} == wanted
        db.session.delete(meeting)
        db.session.commit()
    start = save_start(client, scene)
    start.called_at = start.cancelled_at = utcnow()
    db.session.commit()
    norrby = "/areas/norrby/meetings"
    assert like not in client.get(norrby, as_=scene.gun).links
    for address in (f"{norrby}/new?like={start.id}", f"{LIST}/new?like={start.id}", f"{LIST}/new?like=x"):
        assert client.get(address, as_=scene.gun).form()["place"] == ""


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, ""])
def test_no_number_leads_to_another_draft(client: PageClient, scene: Scene, number: str) -> None:
    save(client, scene, **OPEN)
    page = client.get(f"{LIST}/new?draft={number}", as_=scene.gun)
    assert (page.flashes, page.form()["place"]) == ([("info", GONE)], "")
    sent = client.post(f"{LIST}/drafts", PLAN | COORDINATORS | {"draft": number, "seen": "1"}, as_=scene.gun)
    assert (sent.status, number_of_meetings()) == ((409, 1) if number else (303, 2))


def test_a_month_after_its_day_a_draft_is_erased(
    client: PageClient, scene: Scene, interested: list[Person]
) -> None:
    save(client, scene, **OPEN)
    save_start(client, scene)
    client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina).press(
        SAVE, PLAN | {"scope": "group"}
    )
    client.get(f"{LIST}/new", as_=scene.gun).press(PREVIEW, PLAN | COORDINATORS).press("Kalla 2 kontaktombud")
    held = datetime(2026, 3, 12, 18, 30, tzinfo=UTC)
    assert (retention.drafts(held + timedelta(days=29)), number_of_meetings()) == (0, 4)
    assert (retention.drafts(held + timedelta(days=31)), number_of_meetings()) == (3, 1)
    assert db.session.scalars(select(Meeting)).one().is_on


def test_a_draft_is_kept_in_the_readers_language(client: PageClient, scene: Scene) -> None:
    save(client, scene, **OPEN)
    scene.gun.language = Language.ENGLISH
    db.session.commit()
    assert "Only you who are responsible for the area see the drafts." in client.get(LIST, as_=scene.gun).text


def test_a_draft_that_a_restore_has_cancelled_is_shown_as_cancelled(client: PageClient, scene: Scene) -> None:
    """The journal says that a meeting is off, and not when the draft of it in the copy was called."""
    draft = save(client, scene, **OPEN)
    draft.cancelled_at = utcnow()
    db.session.commit()
    page = client.get(LIST, as_=scene.gun)
    assert ("Utkast" in page.text, "Inställd" in page.text) == (False, True)
    for address in (f"/meetings/{draft.id}", f"/meetings/{draft.id}/calendar.ics", "/me", "/me/calendar"):
        assert client.get(address, as_=scene.gun).status == 200
    assert client.get(f"/m/{draft.code}").status == 200


def test_a_tab_that_is_reopened_where_a_draft_was_refused_shows_the_form(
    client: PageClient, scene: Scene
) -> None:
    addresses = (
        (f"/groups/{scene.group.id}/meetings", scene.amina), (LIST, scene.gun),
        (f"/buildings/{scene.langgatan.id}/meetings", scene.gun),
    )  # fmt: skip
    for address, reader in addresses:
        assert client.post(f"{address}/drafts", {}, as_=reader).status == 422
        assert client.get(f"{address}/drafts", as_=reader).location == f"{address}/new"
