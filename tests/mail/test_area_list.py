"""Checks that mail to an area is a list of its own: leaving it does not stop the group's mail."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_building,
    make_coordinator,
    make_group,
    make_meeting,
    make_member,
    make_person,
)
from tests.groups.test_races import at_once
from tests.mail.relay import Relay, Taken
from tests.page_client import Page, PageClient
from tests.retention.nights import erase_all
from watch.accounts.service.people import mailbox_at
from watch.extensions import db
from watch.groups.queries import choices, members
from watch.groups.service import choices as choices_service
from watch.groups.service import members as members_service
from watch.mail import delivery
from watch.mail import outbox as queue
from watch.meetings.mails import MEETING_CALLED
from watch.models import (
    Area,
    AreaOptOut,
    Audience,
    AuditEntry,
    Channel,
    Group,
    Language,
    Membership,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    utcnow,
)
from watch.notices.queries import Target
from watch.notices.service import Draft, send

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def tell_area(scene: Scene, audience: Audience = Audience.AREA_MEMBERS, area: Area | None = None) -> None:
    """Let Gun write to the whole area, the day after all joined: by a notice she must not see who joins."""
    yesterday = utcnow() - timedelta(days=1)
    joined = update(Membership).where(Membership.joined_at > yesterday)
    db.session.execute(joined.values(joined_at=yesterday, consent_at=yesterday))
    draft = Draft({Language.SWEDISH: ("Fler inbrott", "Lås förråden.")}, "police")
    send(Target(audience, area=area or scene.group.area), draft, by=scene.gun)
    db.session.commit()


def tell_group(scene: Scene, group: Group | None = None) -> None:
    """Let Amina write to the group and call a gathering."""
    draft = Draft({Language.SWEDISH: ("Ny lampa", "På plats.")}, "x")
    send(Target(Audience.GROUP, group or scene.group), draft, by=scene.amina)
    begins = utcnow() + timedelta(days=9)
    meeting = make_meeting(group or scene.group, starts_at=begins, by=scene.amina)
    people = members.active_member_ids(meeting.group).where(choices.WANTS_MEETINGS)
    queue.queue_many(MEETING_CALLED, people=people, about=meeting)
    db.session.commit()


def letters_to(relay: Relay, person: str) -> list[Taken]:
    """Return the mails of lists to somebody, the area's before the group's."""
    theirs = [each for each in relay.taken if each.recipients == [f"{person}@example.org"]]
    return [each for each in theirs if each.mail["List-Id"]]


def subjects(letters: list[Taken]) -> list[str]:
    return sorted(str(letter.mail["Subject"]).split()[0] for letter in letters)


def way_out(letter: Taken) -> str:
    """Return the address that a mail program requests to unsubscribe."""
    return urlsplit(str(letter.mail["List-Unsubscribe"]).strip("<>")).path


def deliver(relay: Relay) -> None:
    """Send what is due, and forget earlier mails."""
    relay.taken.clear()
    db.session.commit()
    delivery.run()
    db.session.expire_all()


def opted_out() -> list[tuple[int, int]]:
    found = db.session.execute(select(AreaOptOut.person_id, AreaOptOut.area_id).order_by(AreaOptOut.id))
    return [(person, area) for person, area in found]


def memberships_of(person: Person) -> list[Membership]:
    wanted = select(Membership).where(Membership.person_id == person.id).order_by(Membership.id)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


@pytest.fixture
def near(scene: Scene) -> Group:
    """A second group in the same area, of which Carin is a member too."""
    building = make_building(scene.group.area, scene.house.property.landlord, "Kapplandsgatan", (4,))
    near = make_group(building)
    make_member(scene.carin, near, flat_of(building.stairwells[0], "1101"))
    db.session.commit()
    return near


def test_one_click_on_an_areas_notice_stops_the_areas_notices_and_nothing_else(
    client: PageClient, scene: Scene, near: Group, relay: Relay
) -> None:
    tell_area(scene)
    deliver(relay)
    (letter,) = letters_to(relay, "carin")
    assert letter.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for _twice in range(2):
        answer = client.post(way_out(letter), ONE_CLICK, csrf=False)
        assert (answer.status, answer.location, answer.response.mimetype) == (200, None, "text/plain")
        assert answer.html.startswith("Klart. Inga fler meddelanden till hela Hässleholmen kommer.")
    assert opted_out() == [(scene.carin.id, scene.group.area_id)]
    assert {each.notices for each in memberships_of(scene.carin)} == {NoticeChoice.EVERYTHING}
    tell_area(scene)
    tell_group(scene)
    tell_group(scene, near)
    deliver(relay)
    assert subjects(letters_to(relay, "carin")) == ["Nytt", "Nytt", "Välkommen", "Välkommen"]
    assert len({letter.mail["List-Id"] for letter in letters_to(relay, "carin")}) == 4  # two of each house
    assert subjects(letters_to(relay, "bengt")) == ["Nytt", "Nytt", "Välkommen"]


def test_what_waits_of_the_list_is_stopped_at_once_and_nothing_of_the_others(
    client: PageClient, scene: Scene, near: Group, relay: Relay, outbox: Outbox
) -> None:
    tell_area(scene)
    deliver(relay)
    (letter,) = letters_to(relay, "carin")
    tell_area(scene)
    tell_group(scene)
    client.post(way_out(letter), ONE_CLICK, csrf=False)
    cancelled = [row for row in outbox.rows() if row.state is OutboxState.CANCELLED]
    assert [(row.person, row.mailing.notice.area) for row in cancelled if row.mailing.notice] == [
        (scene.carin, scene.group.area)
    ]


def test_one_click_on_the_houses_mail_leaves_the_areas_list_alone(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    tell_group(scene)
    deliver(relay)
    client.post(way_out(letters_to(relay, "carin")[0]), ONE_CLICK, csrf=False)
    tell_group(scene)
    tell_area(scene)
    deliver(relay)
    meeting, letter = letters_to(relay, "carin")
    assert meeting.mail["Subject"].startswith("Välkommen på träff")
    assert "Du får mejlet för att du är med i grannsamverkan i Hässleholmen." in letter.text()
    assert opted_out() == []


def test_another_areas_list_goes_on(client: PageClient, scene: Scene, relay: Relay) -> None:
    make_member(scene.carin, scene.other_group, flat_of(scene.other_group.buildings[0].stairwells[0], "1101"))
    boda = scene.other_group.area
    tell_area(scene)
    deliver(relay)
    client.post(way_out(letters_to(relay, "carin")[0]), ONE_CLICK, csrf=False)
    tell_area(scene)
    tell_area(scene, area=boda)
    deliver(relay)
    (letter,) = letters_to(relay, "carin")
    assert "i grannsamverkan i Boda" in letter.text()


def test_it_is_taken_back_on_the_page_behind_the_same_link(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    tell_area(scene)
    deliver(relay)
    address = way_out(letters_to(relay, "carin")[0])
    client.post(address, ONE_CLICK, csrf=False)
    page = client.get(address)
    field = f"a{scene.group.area_id}-{scene.carin.id}-wanted"
    assert "Meddelanden till hela Hässleholmen" in page.text
    assert page.form(f"{address}/choose")[field] == "no"
    done = page.press("Spara", {field: "yes"}).follow()
    assert done.flashes == [("done", "Ditt val är sparat. Det gäller från och med nu.")]
    assert opted_out() == []
    tell_area(scene)
    deliver(relay)
    assert len(letters_to(relay, "carin")) == 1


def test_a_mail_of_the_house_opens_the_same_choice_after_its_own(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    tell_area(scene)
    tell_group(scene)
    deliver(relay)
    areas, houses = (client.get(way_out(letter)).text for letter in letters_to(relay, "carin")[:2])
    legend, meaning = "Meddelanden till hela Hässleholmen", "Bara träffar:"
    assert areas.index(legend) < areas.index(meaning)
    assert houses.index(meaning) < houses.index(legend)


def test_two_on_one_mailbox_choose_each_for_themselves_and_one_click_is_for_both(
    client: PageClient, scene: Scene, carins_husband: Person, relay: Relay
) -> None:
    tell_area(scene)
    deliver(relay)
    (letter,) = letters_to(relay, "carin")
    address, area = way_out(letter), scene.group.area_id
    page = client.get(address)
    assert "Pär Öberg, meddelanden till hela Hässleholmen" in page.text
    page.press("Spara", {f"a{area}-{carins_husband.id}-wanted": "no"})
    assert opted_out() == [(carins_husband.id, area)]
    tell_area(scene)
    deliver(relay)
    assert "Hej Carin Öberg!" in letters_to(relay, "carin")[0].text()
    client.post(address, ONE_CLICK, csrf=False)
    assert sorted(opted_out()) == sorted([(carins_husband.id, area), (scene.carin.id, area)])


def test_a_coordinator_leaves_the_list_of_the_areas_coordinators(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    tell_area(scene, Audience.AREA_COORDINATORS)
    deliver(relay)
    (letter,) = letters_to(relay, "bengt")
    assert "Du får mejlet för att du är kontaktombud i Hässleholmen." in letter.text()
    client.post(way_out(letter), ONE_CLICK, csrf=False)
    new = client.get(f"/areas/{scene.group.area.slug}/notices/new", as_=scene.gun)
    said = {"title": "Möte", "body": "På torsdag.", "level": "information", "audience": "area_coordinators"}
    preview = new.press("Förhandsgranska", said)
    assert "1 person får ett mejl." in preview.text
    assert "1 person har valt bort sådana mejl och får inget, inte heller på papper." in preview.text
    preview.press("Skicka till 1 kontaktombud")
    deliver(relay)
    assert (len(letters_to(relay, "amina")), len(letters_to(relay, "bengt"))) == (1, 0)


def test_a_coordinator_who_is_no_member_leaves_the_list_too(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    make_coordinator(scene.jenny, scene.group)
    scene.jenny.language = Language.SWEDISH
    tell_area(scene, Audience.AREA_COORDINATORS)
    deliver(relay)
    client.post(way_out(letters_to(relay, "jenny")[0]), ONE_CLICK, csrf=False)
    tell_area(scene, Audience.AREA_COORDINATORS)
    deliver(relay)
    assert letters_to(relay, "jenny") == []


def test_the_claim_asks_again(scene: Scene, relay: Relay) -> None:
    for audience in (Audience.AREA_MEMBERS, Audience.AREA_COORDINATORS):
        tell_area(scene, audience)
    db.session.add(AreaOptOut(person_id=scene.bengt.id, area_id=scene.group.area_id))
    db.session.add(AreaOptOut(person_id=scene.amina.id, area_id=scene.other_group.area_id))  # another's
    deliver(relay)
    assert letters_to(relay, "bengt") == []
    assert len(letters_to(relay, "amina")) == 2


def test_paper_comes_for_those_of_a_household_who_have_not_opted_out(scene: Scene, outbox: Outbox) -> None:
    """Elsa, on paper, lives alone. Carin lives with Märta, who has no e-mail."""
    marta = make_member(make_person("Märta Öberg"), scene.group, flat_of(scene.stairwell_3, "1203"))
    carin = memberships_of(scene.carin)[0]
    marta.household = carin.household

    def on_paper() -> list[str]:
        db.session.execute(delete(OutboxRow))
        tell_area(scene)
        papers = [row.household for row in outbox.rows() if row.channel is Channel.PAPER]
        return sorted(each.flat.number for each in papers if each)

    assert on_paper() == ["1001", "1102"]
    for person, now in ((scene.carin, ["1001", "1102"]), (scene.elsa, ["1102"]), (marta.person, [])):
        choices_service.choose_area_notices(person, scene.group.area, is_wanted=False, by=person)
        assert on_paper() == now


def test_paper_that_waits_is_not_printed_once_nobody_there_wants_it(scene: Scene, outbox: Outbox) -> None:
    tell_area(scene)
    tell_group(scene)
    choices_service.choose_area_notices(scene.elsa, scene.group.area, is_wanted=False, by=scene.elsa)
    papers = {
        row.mailing.notice.area_id: row.state for row in outbox.rows() if row.household and row.mailing.notice
    }
    assert papers == {scene.group.area_id: OutboxState.CANCELLED, None: OutboxState.TO_PRINT}


def test_who_joins_a_second_group_of_the_area_stays_out_of_its_list(scene: Scene, relay: Relay) -> None:
    choices_service.choose_area_notices(scene.carin, scene.group.area, is_wanted=False, by=scene.carin)
    building = make_building(scene.group.area, scene.house.property.landlord, "Distansgatan", (2,))
    near = make_group(building)
    members_service.admit(scene.carin, near, stairwell=building.stairwells[0])
    tell_area(scene)
    deliver(relay)
    assert letters_to(relay, "carin") == []


def test_no_trace_tells_the_areas_officers_who_takes_part(scene: Scene) -> None:
    choices_service.choose_area_notices(scene.carin, scene.group.area, is_wanted=False, by=scene.carin)
    choices_service.choose_area_notices(scene.carin, scene.group.area, is_wanted=False, by=scene.carin)
    (trace,) = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert (trace.what, trace.by_id, trace.group_id, trace.area_id) == (
        "area-notices-chosen", scene.carin.id, None, None,
    )  # fmt: skip


def test_pressed_twice_at_the_same_moment_it_is_once(app: Flask, scene: Scene) -> None:
    person, area = scene.carin.id, scene.group.area_id

    def press() -> None:
        who, where = db.session.get_one(Person, person), db.session.get_one(Area, area)
        choices_service.choose_area_notices(who, where, is_wanted=False, by=who)

    assert at_once(app, press) == ["done", "done"]
    assert opted_out() == [(person, area)]


def test_the_choice_is_kept_as_long_as_one_is_in_a_group_of_the_area(scene: Scene) -> None:
    boda, marked = scene.other_group.area, [scene.carin, scene.dawit, scene.bengt]
    make_member(scene.dawit, scene.other_group, flat_of(scene.other_group.buildings[0].stairwells[0], "1101"))
    for person in marked:
        choices_service.choose_area_notices(person, scene.group.area, is_wanted=False, by=person)
    choices_service.choose_area_notices(scene.dawit, boda, is_wanted=False, by=scene.dawit)
    members_service.leave(memberships_of(scene.carin)[0], by=scene.carin)
    members_service.leave(memberships_of(scene.dawit)[0], by=scene.dawit)
    db.session.commit()
    erase_all()
    assert len(opted_out()) == 4  # both may still come back
    for person in (scene.carin, scene.dawit):
        memberships_of(person)[0].left_at = utcnow() - timedelta(days=31)
    db.session.commit()
    erase_all()
    assert sorted(opted_out()) == sorted([(scene.dawit.id, boda.id), (scene.bengt.id, scene.group.area_id)])


@pytest.mark.parametrize("is_of_area", [True, False])
def test_a_link_whose_mailbox_its_person_has_left_chooses_for_nobody(
    client: PageClient, scene: Scene, carins_husband: Person, relay: Relay, is_of_area: bool
) -> None:
    """Carin has a new address, and Pär reads her old mails. Then he leaves the mailbox too."""
    tell_area(scene) if is_of_area else tell_group(scene)
    deliver(relay)
    address = way_out(letters_to(relay, "carin")[0])
    before = memberships_of(scene.carin)[0]
    scene.carin.mailbox = mailbox_at("carin.ny@example.org")
    db.session.commit()

    page = client.get(address)
    assert "Carin" not in page.text
    for way in ("leave", "moved", "back"):
        assert client.post(f"{address}/{before.id}/{way}").status == 404
    client.post(address, ONE_CLICK, csrf=False)
    assert not untouched(carins_husband)
    hers = f"m{before.id}-notices", f"a{scene.group.area_id}-{scene.carin.id}-wanted"
    client.post(f"{address}/choose", chosen(page, address) | {hers[0]: "nothing", hers[1]: "no"})
    assert untouched(scene.carin)

    carins_husband.mailbox = mailbox_at("par@example.org")
    for choice in memberships_of(carins_husband):
        choice.notices = NoticeChoice.EVERYTHING
    db.session.execute(delete(AreaOptOut))
    db.session.commit()
    assert client.get(address).status == 410
    assert client.post(f"{address}/choose", {hers[0]: "nothing", hers[1]: "no"}).status == 410
    assert client.post(f"{address}/{before.id}/leave").status == 410
    client.post(address, ONE_CLICK, csrf=False)
    assert untouched(scene.carin)
    assert untouched(carins_husband)


def chosen(page: Page, address: str) -> dict[str, str]:
    """Return what the page's form would send."""
    return {name: value for name, value in page.form(f"{address}/choose").items() if name != "csrf_token"}


def untouched(person: Person) -> bool:
    """Check that they are still a member who gets everything."""
    (membership,) = memberships_of(person)
    out = select(AreaOptOut.id).where(AreaOptOut.person_id == person.id)
    is_there = membership.left_at is None and membership.notices is NoticeChoice.EVERYTHING
    return is_there and db.session.scalar(out) is None


@pytest.mark.parametrize("language", Language)
def test_every_language_says_for_which_area_one_gets_it(
    scene: Scene, relay: Relay, language: Language
) -> None:
    scene.carin.language = language
    tell_area(scene)
    deliver(relay)
    (letter,) = letters_to(relay, "carin")
    for form in (letter.text(), letter.text("html")):
        assert "Hässleholmen" in form
        assert "Hässleholmen" not in str(letter.mail["Subject"])
