"""Checks choosing mails, moving, leaving and undoing: the person's queued mail stops, others' does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_coordinator,
    make_meeting,
    make_member,
    make_notice,
    make_person,
    make_request,
)
from tests.page_client import Page, PageClient
from watch import tokens
from watch.accounts.service.people import mailbox_at
from watch.extensions import db
from watch.groups.errors import AlreadyMember, FlatTaken, TooLateToUndo
from watch.groups.mails import COORDINATOR_APPOINTED
from watch.groups.queries import choices as choices_queries
from watch.groups.queries import households, members
from watch.groups.queries.households import FlatState, paper_households
from watch.groups.queries.members import active_member_ids
from watch.groups.service import choices as choices_service
from watch.groups.service import households as households_service
from watch.groups.service import members as members_service
from watch.mail import outbox as queue
from watch.meetings.mails import MEETING_CALLED
from watch.models import (
    Area,
    AreaOptOut,
    AuditEntry,
    Channel,
    Group,
    Membership,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    Purpose,
    RequestState,
    utcnow,
)
from watch.notices.mails import NOTICE

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
EVERYTHING, NOTICES, MEETINGS, NOTHING = NoticeChoice


def say(where: Group | Area, scene: Scene) -> None:
    """Queue a notice to a group or to an area's members."""
    area = where.id if isinstance(where, Area) else where.area_id
    in_area = select(Membership.person_id).join(Group).where(Group.area_id == area)
    people = in_area if isinstance(where, Area) else active_member_ids(where)
    mailing = queue.queue_many(NOTICE, people=people, about=make_notice(where, by=scene.amina))
    if isinstance(where, Group):
        queue.queue_paper(mailing, paper_households(where))


def call(scene: Scene) -> None:
    """Queue a meeting of the group."""
    meeting = make_meeting(scene.group, by=scene.amina)
    mailing = queue.queue_many(MEETING_CALLED, people=active_member_ids(scene.group), about=meeting)
    queue.queue_paper(mailing, paper_households(scene.group))


@pytest.fixture
def waiting(scene: Scene) -> None:
    """Queue a notice and a meeting of the group, a notice of its area, and a notice of another group."""
    say(scene.group, scene)
    call(scene)
    say(scene.group.area, scene)
    say(scene.other_group, scene)
    db.session.commit()


def row_of(person: Person, outbox: Outbox, kind: str = "notice") -> OutboxRow:
    return next(row for row in outbox.rows() if row.person_id == person.id and row.mailing.kind == kind)


def link(person: Person, outbox: Outbox, kind: str = "notice") -> str:
    return f"/u/{tokens.make(Purpose.UNSUBSCRIBE, row_of(person, outbox, kind))}"


def membership_of(person: Person) -> Membership:
    wanted = select(Membership).where(Membership.person_id == person.id).order_by(Membership.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()[-1]


def waiting_of(person: Person, outbox: Outbox) -> list[OutboxRow]:
    waits = {OutboxState.QUEUED, OutboxState.UNCERTAIN}
    return [row for row in outbox.rows() if row.person_id == person.id and row.state in waits]


def still_waiting(person: Person, outbox: Outbox) -> list[str]:
    return [row.mailing.kind for row in waiting_of(person, outbox)]


def all_others_wait(person: Person, outbox: Outbox) -> bool:
    """Return True if nobody else's mail was stopped."""
    others = [row for row in outbox.rows() if row.person_id != person.id]
    return bool(others) and {row.state for row in others} == {OutboxState.QUEUED, OutboxState.TO_PRINT}


def choose(page: Page, **choices: NoticeChoice) -> Page:
    return page.press("Spara", {f"{name}-notices": choice.value for name, choice in choices.items()})


@pytest.mark.usefixtures("waiting")
def test_one_click_in_the_mail_program_stops_the_groups_list_without_cookie_or_redirect(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    address = link(scene.carin, outbox)
    for _time in range(2):
        answer = client.post(address, ONE_CLICK, csrf=False)
        assert (answer.status, answer.location, answer.response.mimetype) == (200, None, "text/plain")
        assert "Set-Cookie" not in answer.response.headers
        assert answer.html.startswith("Klart. Inga fler meddelanden från gruppen kommer.")
    assert membership_of(scene.carin).notices is MEETINGS
    assert still_waiting(scene.carin, outbox) == ["meeting-called", "notice", "unsubscribed"]  # of the area
    assert of_area(scene.carin, outbox)
    assert all_others_wait(scene.carin, outbox)
    assert [entry.what for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))] == [
        "notices-chosen"
    ]
    back = client.get(address)
    assert choose(back, **{f"m{membership_of(scene.carin).id}": EVERYTHING}).status == 303
    assert membership_of(scene.carin).notices is EVERYTHING


def of_area(person: Person, outbox: Outbox) -> bool:
    """Return True if the only waiting notice to a person is one to a whole area."""
    (notice,) = [row.mailing.notice for row in waiting_of(person, outbox) if row.mailing.notice]
    return notice.area is not None


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("notice", EVERYTHING, MEETINGS),
        ("notice", NOTICES, NOTHING),
        ("notice", MEETINGS, MEETINGS),
        ("notice", NOTHING, NOTHING),
        ("meeting-called", EVERYTHING, NOTICES),
        ("meeting-called", MEETINGS, NOTHING),
        ("meeting-called", NOTICES, NOTICES),
        ("meeting-called", NOTHING, NOTHING),
    ],
)
def test_one_click_stops_its_own_list_only_and_says_so_by_mail(
    client: PageClient, scene: Scene, outbox: Outbox, kind: str, before: NoticeChoice, after: NoticeChoice
) -> None:
    membership_of(scene.carin).notices = before
    for _time in range(2):
        assert client.post(link(scene.carin, outbox, kind), ONE_CLICK, csrf=False).status == 200
    assert membership_of(scene.carin).notices is after
    assert still_waiting(scene.carin, outbox).count("unsubscribed") == (before is not after)
    assert {membership_of(each).notices for each in (scene.amina, scene.bengt, scene.dawit)} == {EVERYTHING}


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(
    ("kind", "before", "button"),
    [
        ("notice", EVERYTHING, "Få meddelanden från gruppen igen"),
        ("notice", NOTICES, "Få meddelanden från gruppen igen"),
        ("meeting-called", EVERYTHING, "Få inbjudningar till träffar igen"),
        ("meeting-called", MEETINGS, "Få inbjudningar till träffar igen"),
    ],
)
def test_the_mail_about_having_left_a_list_takes_that_back_by_one_press(
    client: PageClient, scene: Scene, outbox: Outbox, kind: str, before: NoticeChoice, button: str
) -> None:
    membership_of(scene.carin).notices = before
    client.post(link(scene.carin, outbox, kind), ONE_CLICK, csrf=False)
    left = membership_of(scene.carin).notices
    for opened in (link(scene.carin, outbox, "unsubscribed"), link(scene.carin, outbox, kind)):
        page = client.get(opened)
        assert membership_of(scene.carin).notices is left  # looking does nothing
        assert button in page.text
    assert page.press(button).follow().flashes == [("done", "Klart. Nu får du sådana mejl igen.")]
    assert membership_of(scene.carin).notices is before
    assert button not in client.get(link(scene.carin, outbox, kind)).text


@pytest.mark.usefixtures("waiting")
def test_leaving_the_areas_list_is_taken_back_by_one_press(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    notices = [row for row in outbox.rows() if row.person == scene.carin and row.mailing.notice]
    of_the_area = next(row for row in notices if row.mailing.notice.area)
    address = f"/u/{tokens.make(Purpose.UNSUBSCRIBE, of_the_area)}"
    client.post(address, ONE_CLICK, csrf=False)
    page = client.get(link(scene.carin, outbox, "unsubscribed"))
    page.press("Få meddelanden till hela området igen")
    assert db.session.scalars(select(AreaOptOut)).all() == []


@pytest.mark.usefixtures("waiting")
def test_who_left_the_meetings_list_is_told_of_the_meetings_they_rely_on(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    told = client.post(link(scene.carin, outbox, "meeting-called"), ONE_CLICK, csrf=False)
    assert "Har du svarat ja eller kanske på en träff" in told.html


@pytest.mark.usefixtures("waiting")
def test_one_click_does_this_one_thing_and_only_when_told_so(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    address, mine = link(scene.carin, outbox), membership_of(scene.carin)
    assert client.post(address, {}, csrf=False).status == 400
    assert client.post(address, {"List-Unsubscribe": "leave"}, csrf=False).status == 400
    for path in ("choose", f"{mine.id}/leave", f"{mine.id}/moved", f"{mine.id}/back"):
        assert client.post(f"{address}/{path}", ONE_CLICK, csrf=False).status == 400
    assert membership_of(scene.carin).notices is EVERYTHING
    assert membership_of(scene.carin).left_at is None


@pytest.mark.usefixtures("waiting")
def test_altered_foreign_and_unknown_links_stop_nothing(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    good, row = link(scene.carin, outbox).removeprefix("/u/"), row_of(scene.carin, outbox)
    asked = queue.queue(COORDINATOR_APPOINTED, to=scene.carin, about=make_coordinator(
        scene.carin, scene.group, accepted=False))  # fmt: skip
    assert asked
    bad = [
        good[:-1] + ("a" if good[-1] != "a" else "b"),
        tokens.make(Purpose.ANSWER, row),
        tokens.token_of(Purpose.UNSUBSCRIBE, row.id + 1000, row.nonce),
        tokens.make(Purpose.UNSUBSCRIBE, asked),
        "x",
    ]
    for token in bad:
        assert client.post(f"/u/{token}", ONE_CLICK, csrf=False).status == 410
        assert client.get(f"/u/{token}").status == 410
    assert membership_of(scene.carin).notices is EVERYTHING


@pytest.mark.usefixtures("waiting")
def test_looking_five_times_changes_nothing(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    address, mine = link(scene.carin, outbox), membership_of(scene.carin).id
    pages = [f"{address}{path}" for path in ("", f"/{mine}/moved", f"/{mine}/leave")]
    assert [client.get(page).status for page in pages for _time in range(5)] == [200] * 15
    assert {row.state for row in outbox.rows()} == {OutboxState.QUEUED, OutboxState.TO_PRINT}
    assert (membership_of(scene.carin).notices, membership_of(scene.carin).left_at) == (EVERYTHING, None)
    assert list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))) == []


def test_two_on_one_mailbox_choose_each_for_themselves(
    client: PageClient, scene: Scene, carins_husband: Person, outbox: Outbox
) -> None:
    say(scene.group, scene)
    call(scene)
    carins, pars = membership_of(scene.carin).id, membership_of(carins_husband).id
    page = client.get(link(scene.carin, outbox))
    assert "Carin Öberg, Våglängdsgatan 1–3" in page.text
    assert "Pär Öberg, Våglängdsgatan 1–3" in page.text
    assert "Bengt" not in page.text
    done = choose(page, **{f"m{carins}": MEETINGS, f"m{pars}": NOTHING}).follow()
    assert done.flashes == [("done", "Ditt val är sparat. Det gäller från och med nu.")]
    assert (membership_of(scene.carin).notices, membership_of(carins_husband).notices) == (MEETINGS, NOTHING)
    assert still_waiting(scene.carin, outbox) == ["meeting-called", "unsubscribed"]
    assert still_waiting(carins_husband, outbox) == ["unsubscribed"]
    client.post(link(scene.carin, outbox, "meeting-called"), ONE_CLICK, csrf=False)
    assert (membership_of(scene.carin).notices, membership_of(carins_husband).notices) == (NOTHING, NOTHING)


@pytest.mark.parametrize("about", ["the group", "its area"])
def test_a_link_opens_nothing_of_somebody_who_reads_another_mailbox_now(
    about: str, client: PageClient, scene: Scene, carins_husband: Person, outbox: Outbox
) -> None:
    say(scene.group if about == "the group" else scene.group.area, scene)
    address, carins = link(scene.carin, outbox), membership_of(scene.carin)
    scene.carin.mailbox = mailbox_at("carin.oberg@example.org")
    page = client.get(address)
    assert ("Pär" in page.html or f"/{membership_of(carins_husband).id}/leave" in page.html) is True
    assert ("Carin" in page.html, f"/{carins.id}/" in page.html) == (False, False)
    for path in ("leave", "moved", "back"):
        assert client.post(f"{address}/{carins.id}/{path}").status == 404
    client.post(address, ONE_CLICK, csrf=False)
    no_area = [each.person_id for each in db.session.scalars(select(AreaOptOut))]
    assert (membership_of(scene.carin).notices, membership_of(scene.carin).left_at) == (EVERYTHING, None)
    assert scene.carin.id not in no_area
    carins_husband.mailbox = mailbox_at("par.oberg@example.org")
    assert client.get(address).status == 410


@pytest.mark.usefixtures("waiting")
def test_a_link_chooses_for_nobody_else(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    address, bengts = link(scene.carin, outbox), membership_of(scene.bengt).id
    for path in ("moved", "leave", "back"):
        assert client.post(f"{address}/{bengts}/{path}").status == 404
    mine = membership_of(scene.carin).id
    area = scene.group.area_id
    forged = {f"m{bengts}-notices": "nothing", f"a{area}-{scene.bengt.id}-wanted": "no"}
    own = {f"m{mine}-notices": "meetings", f"a{area}-{scene.carin.id}-wanted": "yes"}
    client.post(f"{address}/choose", own | forged)
    assert list(db.session.scalars(select(AreaOptOut))) == []
    assert (membership_of(scene.carin).notices, membership_of(scene.bengt).notices) == (MEETINGS, EVERYTHING)
    refused = client.post(f"{address}/choose", own | {f"m{mine}-notices": "louder"})
    assert (refused.status, membership_of(scene.carin).notices) == (422, MEETINGS)
    assert client.post(f"{address}/choose").errors == [
        "Välj vilka mejl du vill ha.", "Välj om du vill ha meddelanden till hela området."
    ]  # fmt: skip


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("about", ["the group", "its area"])
def test_a_link_opens_the_groups_of_its_list_and_no_others(
    about: str, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    here, flat = membership_of(scene.carin), scene.other_group.buildings[0].stairwells[0].flats[0]
    elsewhere = make_member(scene.carin, scene.other_group, flat)
    rows = [row for row in outbox.rows() if row.person_id == scene.carin.id and row.mailing.notice]
    row = next(row for row in rows if (row.mailing.notice.group_id is None) == (about == "its area"))
    address = f"/u/{tokens.make(Purpose.UNSUBSCRIBE, row)}"
    page = client.get(address)
    assert (f"/{here.id}/leave" in page.html, f"/{elsewhere.id}/leave" in page.html) == (True, False)
    assert scene.other_group.name not in page.whole_text
    for path in ("leave", "moved"):
        assert client.get(f"{address}/{elsewhere.id}/{path}").status == 404
        assert client.post(f"{address}/{elsewhere.id}/{path}").status == 404
    client.post(address, ONE_CLICK, csrf=False)
    db.session.expire_all()
    assert (elsewhere.notices, elsewhere.left_at) == (EVERYTHING, None)


def test_who_said_no_gets_neither_mail_nor_paper_and_is_not_counted(
    client: PageClient, scene: Scene, nils: Person, outbox: Outbox
) -> None:
    membership_of(scene.carin).notices = membership_of(nils).notices = NOTHING
    membership_of(scene.dawit).notices = MEETINGS
    said = {"title": "Ny lampa", "body": "Den är på plats.", "audience": "group", "level": "information"}
    new = client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.amina)
    page = new.press("Förhandsgranska", said)
    assert "2 personer får ett mejl." in page.text
    assert "1 hushåll behöver det på papper: någon där har inte lämnat någon e-postadress." in page.text
    assert "e-postadressen där fungerar inte" not in page.text
    assert "3 personer har valt bort sådana mejl och får inget, inte heller på papper." in page.text
    page.press("Skicka till 2 grannar")
    told = [row.person or row.household.flat.number for row in outbox.rows()]
    assert told == [scene.amina, scene.bengt, "1001"]

    reach = households.paper_households(scene.group, wanting=choices_queries.WANTS_MEETINGS)
    assert len(db.session.scalars(reach).all()) == 1
    plan = {"kind": "stairwell", "day": str((utcnow() + timedelta(days=9)).date()), "starts": "18.00",
            "ends": "19.00", "place": "Trappan", "scope": "group"}  # fmt: skip
    called = client.post(f"/groups/{scene.group.id}/meetings/preview", plan, as_=scene.amina)
    assert "3 grannar får ett mejl." in called.text
    assert "2 grannar har valt bort sådana mejl och får inget, inte heller på papper." in called.text
    called.press("Kalla 3 grannar")
    people = [row.person for row in outbox.rows() if row.mailing.kind == "meeting-called" and row.person]
    assert sorted(each.name for each in people) == ["Amina Yusuf", "Bengt Åkesson", "Dawit Tesfaye"]


def test_when_all_said_no_there_is_nobody_to_send_to(client: PageClient, scene: Scene) -> None:
    for membership in members.members_of(scene.group):
        membership.notices = NOTHING
    said = {"title": "Ny lampa", "body": "Den är på plats.", "audience": "group", "level": "information"}
    page = client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.amina)
    assert page.press("Förhandsgranska", said).status == 422


def test_a_household_is_reached_on_paper_where_only_the_one_with_mail_said_no(scene: Scene) -> None:
    mother = make_member(make_person("Märta Öberg"), scene.group, flat_of(scene.stairwell_3, "1203"))
    mother.household = membership_of(scene.carin).household
    wanting = households.paper_households(scene.group, wanting=choices_queries.WANTS_NOTICES)
    assert mother.household_id not in db.session.scalars(wanting).all()
    membership_of(scene.carin).notices = NOTHING
    assert mother.household_id in db.session.scalars(wanting).all()


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("way", ["leave", "moved"])
def test_leaving_and_moving_stop_what_waits_and_can_be_undone_for_a_week(
    way: str, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    address, mine = link(scene.carin, outbox), membership_of(scene.carin).id
    flat = flat_of(scene.stairwell_3, "1102")
    ask = client.get(f"{address}/{mine}/{way}")
    done = ask.press("Lämna gruppen" if way == "leave" else "Ja, jag har flyttat").follow()
    assert [kind for kind, _words in done.flashes] == ["done"]
    assert still_waiting(scene.carin, outbox) == ["membership-left"]
    assert all_others_wait(scene.carin, outbox)
    (now,) = [each for each in households.households_of(scene.stairwell_3) if each.flat_id == flat.id]
    assert (now.state, now.household_id is None) == (FlatState.NOT_CONTACTED, way == "moved")
    assert client.get(f"/groups/{scene.group.id}", as_=scene.carin).status == 404

    with time_machine.travel(utcnow() + timedelta(days=6, hours=23)):
        welcome = client.get(address).press("Ångra Våglängdsgatan 1–3").follow()
    assert welcome.flashes == [("done", "Välkommen tillbaka! Du är med i gruppen igen.")]
    assert membership_of(scene.carin).left_at is None
    (again,) = [each for each in households.households_of(scene.stairwell_3) if each.flat_id == flat.id]
    assert again.state is FlatState.TAKES_PART
    assert still_waiting(scene.carin, outbox) == []


@pytest.mark.usefixtures("waiting")
def test_who_did_not_leave_themselves_takes_it_back_from_the_mail_about_it(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """A forwarded mail is enough for somebody else to press the button."""
    address, mine = link(scene.carin, outbox), membership_of(scene.carin)
    client.post(f"{address}/{mine.id}/leave")
    page = client.get(link(scene.carin, outbox, "membership-left"))
    page.press("Ångra Våglängdsgatan 1–3")
    assert membership_of(scene.carin).left_at is None


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(
    ("before", "after", "told"),
    [(EVERYTHING, NOTHING, 1), (EVERYTHING, MEETINGS, 1), (NOTICES, MEETINGS, 1), (NOTHING, NOTICES, 0),
     (NOTICES, EVERYTHING, 0), (NOTICES, NOTICES, 0)],
)  # fmt: skip
def test_who_gets_less_by_a_mailed_link_is_mailed_so_once(
    before: NoticeChoice, after: NoticeChoice, told: int, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    address, mine = link(scene.carin, outbox), membership_of(scene.carin)
    mine.notices = before
    db.session.commit()
    choose(client.get(address), **{f"m{mine.id}": after})
    assert membership_of(scene.carin).notices is after
    assert [kind for kind in outbox.names() if kind == "unsubscribed"] == ["unsubscribed"] * told


def test_who_takes_leaving_back_asks_for_nothing_any_more(scene: Scene) -> None:
    """A request to join again that waits would make a second record of the same person."""
    flat, mine = flat_of(scene.stairwell_3, "1102"), membership_of(scene.carin)
    members_service.leave(mine, by=scene.carin)
    asked = make_request(scene.carin, scene.group, scene.stairwell_3, flat)
    elsewhere = make_request(scene.carin, scene.other_group, scene.stairwell_1)
    choices_service.take_back(mine, by=scene.carin)
    assert (asked.state, elsewhere.state) == (RequestState.APPROVED, RequestState.WAITING)


@pytest.mark.usefixtures("waiting")
def test_after_a_week_the_link_is_dead(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    address, mine = link(scene.carin, outbox), membership_of(scene.carin)
    client.post(f"{address}/{mine.id}/leave")
    with time_machine.travel(utcnow() + timedelta(days=7, minutes=1)):
        assert client.get(address).status == 410
        assert client.post(f"{address}/{mine.id}/back").status == 410
        with pytest.raises(TooLateToUndo):
            choices_service.take_back(membership_of(scene.carin), by=scene.carin)


@pytest.mark.usefixtures("waiting")
def test_what_a_coordinator_ended_is_not_undone_by_a_link(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    address = link(scene.carin, outbox)
    client.post(f"/flats/{flat_of(scene.stairwell_3, '1102').id}/moved-out", as_=scene.bengt)
    assert client.get(address).status == 410
    assert still_waiting(scene.carin, outbox) == ["membership-ended"]


def test_a_flat_with_another_household_and_a_second_joining_are_not_undone(scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1102")
    first = membership_of(scene.carin)
    choices_service.i_have_moved(first, by=scene.carin)
    newcomer = members_service.admit(make_person("Fia"), scene.group, stairwell=scene.stairwell_3, flat=flat)
    with pytest.raises(FlatTaken):
        choices_service.take_back(first, by=scene.carin)
    members_service.leave(newcomer)
    newcomer.household.ended_at = utcnow()
    members_service.admit(scene.carin, scene.group, stairwell=scene.stairwell_3)
    with pytest.raises(AlreadyMember):
        choices_service.take_back(first, by=scene.carin)
    assert first.left_at is not None


def test_a_flat_that_others_came_to_after_it_was_left_empty_is_not_taken_back(scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1102")
    first = membership_of(scene.carin)
    members_service.leave(first, by=scene.carin)
    members_service.admit(make_person("Fia"), scene.group, stairwell=scene.stairwell_3, flat=flat)
    with pytest.raises(FlatTaken):
        choices_service.take_back(first, by=scene.carin)


def test_one_of_a_family_moves_and_the_household_stays(scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1102")
    son = members_service.admit(make_person("Cesar"), scene.group, stairwell=scene.stairwell_3, flat=flat)
    choices_service.i_have_moved(son, by=son.person)
    (now,) = [each for each in households.households_of(scene.stairwell_3) if each.flat_id == flat.id]
    assert now.state is FlatState.TAKES_PART
    choices_service.take_back(son, by=son.person)
    assert son.left_at is None


@pytest.mark.usefixtures("waiting")
def test_the_last_coordinator_names_a_successor_first(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    bengt = membership_of(scene.bengt)
    members_service.leave(bengt, by=scene.bengt)
    address, mine = link(scene.amina, outbox), membership_of(scene.amina).id
    for way in ("leave", "moved"):
        refused = client.post(f"{address}/{mine}/{way}")
        assert refused.status == 409
        assert "Utse en ersättare först" in refused.text
    assert membership_of(scene.amina).left_at is None
    assert len(still_waiting(scene.amina, outbox)) == 3


@pytest.mark.usefixtures("waiting")
def test_an_appointment_does_not_come_back_and_the_page_says_so(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    address = link(scene.bengt, outbox)
    left = client.post(f"{address}/{membership_of(scene.bengt).id}/leave").follow()
    assert "Uppdraget som kontaktombud kommer inte tillbaka" in left.text
    left.press("Ångra Våglängdsgatan 1–3")
    assert membership_of(scene.bengt).left_at is None
    assert [each.person for each in members.coordinators_of(scene.group)] == [scene.amina]


def test_an_areas_notice_is_still_wanted_by_a_second_membership(scene: Scene, outbox: Outbox) -> None:
    area = scene.group.area
    scene.other_group.area_id = area.id
    make_member(scene.carin, scene.other_group, flat_of(scene.other_group.buildings[0].stairwells[0], "1101"))
    say(area, scene)
    say(scene.group, scene)
    first = members.active_membership(scene.carin, scene.group)
    assert first
    members_service.leave(first, by=scene.carin)
    assert [each.mailing.notice.area for each in waiting_of(scene.carin, outbox) if each.mailing.notice] == [
        area
    ]
    members_service.leave(membership_of(scene.carin), by=scene.carin)
    assert still_waiting(scene.carin, outbox) == ["membership-left", "membership-left"]


def test_paper_that_waits_for_a_household_that_moved_is_not_printed(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    say(scene.group, scene)
    notice = outbox.rows()[0].mailing.notice
    assert notice
    assert "Våglängdsgatan 3" in client.get(f"/notices/{notice.id}/paper", as_=scene.bengt).text
    households_service.move_out(flat_of(scene.stairwell_3, "1001"), by=scene.bengt)
    assert {row.state for row in outbox.rows() if row.channel is Channel.PAPER} == {OutboxState.CANCELLED}
    assert "1001" not in client.get(f"/notices/{notice.id}/paper", as_=scene.bengt).text


@pytest.mark.usefixtures("waiting")
def test_the_bell_rings_on_and_the_page_is_in_the_mails_language(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    before = row_of(scene.dawit, outbox).next_at
    client.post(link(scene.dawit, outbox), ONE_CLICK, csrf=False)
    row = row_of(scene.dawit, outbox)
    assert (row.state, row.next_at, row.settled_at is None) == (OutboxState.CANCELLED, before, False)
    assert 'lang="ar" dir="rtl"' in client.get(link(scene.dawit, outbox)).html


@pytest.mark.usefixtures("waiting")
def test_a_signed_in_member_has_the_same_choice(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = client.get(f"/groups/{scene.group.id}", as_=scene.carin).click("Mejl från gruppen")
    done = choose(page, **{f"m{membership_of(scene.carin).id}": MEETINGS}).follow()
    assert done.flashes == [("done", "Ditt val är sparat. Det gäller från och med nu.")]
    assert membership_of(scene.carin).notices is MEETINGS
    assert still_waiting(scene.carin, outbox) == ["meeting-called", "notice"]  # the latter of the area
    done.press("Spara", {f"a{scene.group.area_id}-{scene.carin.id}-wanted": "no"})
    assert still_waiting(scene.carin, outbox) == ["meeting-called"]
