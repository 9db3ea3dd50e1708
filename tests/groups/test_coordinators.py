"""Checks appointing, accepting and ending, and that a group never loses its last coordinator."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_building,
    make_coordinator,
    make_group,
    make_interest,
    make_officer,
    make_person,
    make_request,
)
from tests.page_client import Page, PageClient
from watch import tokens
from watch.accounts.service.officers import appoint_officer
from watch.errors import LinkExpired
from watch.extensions import db
from watch.groups.errors import LastCoordinator
from watch.groups.queries import members
from watch.groups.service import coordinators
from watch.groups.service import members as members_service
from watch.joining.service.asking import Submission, ask_to_join
from watch.models import (
    AuditEntry,
    Coordinator,
    Flat,
    Group,
    Landlord,
    Language,
    Mailbox,
    Organisation,
    OutboxState,
    Person,
    Purpose,
    Stairwell,
    utcnow,
)


def link_of(coordinator: Coordinator) -> str:
    return f"/appointment/{tokens.make(Purpose.APPOINTMENT, coordinator)}"


def latest() -> Coordinator:
    return db.session.scalars(select(Coordinator).order_by(Coordinator.id.desc()).limit(1)).one()


def appointed(client: PageClient, lead: Person, group: Group, *stairwells: Stairwell) -> Coordinator:
    page = client.get(f"/groups/{group.id}/coordinators", as_=lead)
    asked(page, "nina@example.org", *stairwells)
    return latest()


def asked(page: Page, address: str, *stairwells: Stairwell) -> Page:
    """Ask an address for these stairwells, or without any for the whole house, and confirm it."""
    chosen = [str(each.id) for each in stairwells]
    sent = {"address": address, "scope": "stairwells" if chosen else "house", "stairwells": chosen}
    return page.press("Gå vidare", sent).press("Skicka frågan")


def at_once(address: str) -> dict[str, str]:
    """Return what the page that confirms an appointment for the whole house sends."""
    return {"address": address, "scope": "house", "confirmed": "yes"}


def test_the_lead_asks_somebody_new_who_accepts_and_sees_only_their_stairwell(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    coordinator = appointed(client, scene.amina, scene.group, scene.stairwell_3)
    assert outbox.addressed() == [("coordinator-appointed", "nina@example.org")]
    page = client.get(link_of(coordinator))
    assert page.h1 == "Bli kontaktombud"
    assert coordinator.accepted_at is None
    nameless = page.press("Jag åtar mig uppdraget", {"language": "en"})
    assert (nameless.status, nameless.errors) == (422, ["Skriv ditt namn. Förnamn räcker."])
    done = page.press(
        "Jag åtar mig uppdraget",
        {"name": "Nina", "language": "en", "stairwell": str(scene.stairwell_3.id), "flat": "1202"},
    )
    assert done.location == "/login"
    db.session.refresh(coordinator)
    nina = coordinator.person
    assert (nina.name, nina.language, coordinator.duty_version) == ("Nina", "en", "2026-2")
    assert nina.address_confirmed_at is not None
    membership = members.active_membership(nina, scene.group)
    assert membership
    assert membership.household
    assert membership.household.flat == flat_of(scene.stairwell_3, "1202")
    assert client.get(f"/stairwells/{scene.stairwell_3.id}/house", as_=nina).status == 200
    assert client.get(f"/stairwells/{scene.stairwell_1.id}/house", as_=nina).status == 403


def test_a_browser_that_was_signed_in_as_a_member_does_not_become_a_coordinators(
    client: PageClient, scene: Scene
) -> None:
    """A member's sign-in link opens in any browser, so its sign-in says less than a coordinator's."""
    house = f"/groups/{scene.group.id}/members"
    assert client.get(house, as_=scene.carin).status == 403
    coordinator = make_coordinator(scene.carin, scene.group, accepted=False)
    accepted = PageClient(client.app).get(link_of(coordinator)).press("Jag åtar mig uppdraget")
    assert accepted.location == "/login"
    refused = client.get(house, as_=scene.carin)
    assert (refused.status, refused.location) == (302, f"/login?next={house}")
    assert PageClient(client.app).get(house, as_=scene.carin).status == 200


def test_a_browser_that_was_signed_in_before_does_not_become_an_officers(
    client: PageClient, scene: Scene
) -> None:
    assert client.get("/me", as_=scene.farah).status == 200
    appoint_officer(scene.group.area, scene.farah, Organisation.POLICE)
    assert client.get("/me", as_=scene.farah).location == "/login?next=/me"


def test_the_other_coordinators_and_who_asked_are_told_of_each_new_one(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    whole = appointed(client, scene.amina, scene.group)
    assert outbox.names() == ["coordinator-appointed"]
    client.get(link_of(whole)).press("Jag åtar mig uppdraget", {"name": "Nina"})
    new = ("coordinator-accepted", "amina@example.org"), ("coordinator-accepted", "bengt@example.org")
    assert outbox.addressed()[1:] == list(new)
    client.post(link_of(whole))  # pressed again
    assert len(outbox.rows()) == 3


def test_who_has_accepted_and_is_signed_in_is_led_to_their_own_page(client: PageClient, scene: Scene) -> None:
    link = link_of(coordinators.appoint(scene.group, scene.carin, lead=False, by=scene.amina))
    client.get(link, as_=scene.carin).press("Jag åtar mig uppdraget", {"language": "sv"})
    browser = PageClient(client.app)
    assert browser.get("/me", as_=scene.carin).status == 200
    again = browser.get(link, as_=scene.carin)
    assert again.location == "/me"
    assert again.follow().flashes == [("info", "Du har redan tackat ja.")]


def test_whoever_accepts_reads_on_in_the_language_chosen(client: PageClient, scene: Scene) -> None:
    link = link_of(appointed(client, scene.amina, scene.group))
    page = client.get(link).press("Jag åtar mig uppdraget", {"name": "Nina", "language": "en"}).follow()
    ((_kind, thanks),) = page.flashes
    assert thanks.startswith("Thank you! You are now a contact person. Log in")


def test_who_accepts_in_anothers_browser_is_sent_to_sign_in(client: PageClient, scene: Scene) -> None:
    link = link_of(coordinators.appoint(scene.group, scene.carin, lead=False, by=scene.amina))
    done = client.post(link, {"language": "sv"}, as_=scene.farah)
    assert done.location == "/login?other=yes"
    assert client.get(link, as_=scene.farah).location == "/login?other=yes"


def test_a_flat_that_is_not_behind_the_stairwell_is_refused(client: PageClient, scene: Scene) -> None:
    page = client.get(link_of(appointed(client, scene.amina, scene.group)))
    answers = {"name": "Nina", "stairwell": str(scene.stairwell_3.id), "flat": "1399"}
    refused = page.press("Jag åtar mig uppdraget", answers)
    assert refused.errors == [
        "Den lägenheten finns inte i porten. Siffrorna står vid dörren, till exempel 1203."
    ]
    assert 'value="1399"' in refused.html
    assert latest().accepted_at is None


def test_a_link_is_dead_once_it_is_answered_ended_or_altered(client: PageClient, scene: Scene) -> None:
    coordinator = appointed(client, scene.amina, scene.group)
    link = link_of(coordinator)
    client.get(link).press("Jag åtar mig uppdraget", {"name": "Nina"})
    client.get("/login")  # where the flash is said
    again = client.get(link)
    assert again.location == "/login"
    assert again.follow().flashes == [("info", "Du har redan tackat ja. Logga in.")]
    assert client.post(link, {"name": "Nina"}).location == "/login"
    with pytest.raises(LinkExpired):
        coordinators.accept_appointment(coordinator)
    client.get("/login")
    coordinator.ended_at = utcnow()
    ended = client.get(link)
    altered = client.get(link[:-1] + ("A" if link[-1] != "A" else "B"))
    assert (ended.status, altered.status) == (410, 410)
    assert ended.text == altered.text


def test_who_is_asked_reads_who_asks_and_who_will_see_the_name(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    by_lead = client.get(link_of(appointed(client, scene.amina, scene.group, scene.stairwell_3))).text
    assert "Huvudkontaktombudet frågar om du vill vara kontaktombud för Våglängdsgatan 3." in by_lead
    client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.gun).press(
        "Skicka frågan", {"lead-address": "olle@example.org"}
    )
    by_officer = client.get(link_of(latest())).text
    asks = "Kommunpolisen frågar om du vill vara huvudkontaktombud för Våglängdsgatan 1–3."
    assert asks in by_officer
    told = "De andra kontaktombuden och kommunpolisen ser ditt namn. Grannarna ser det bara om du"
    for text in (by_lead, by_officer):
        assert text.index(told) < text.index("Jag åtar mig uppdraget")


def test_who_is_asked_can_say_no_and_only_who_asked_reads_it(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    coordinator = appointed(client, scene.amina, scene.group)
    link = link_of(coordinator)
    thanks = client.get(link).press("Nej tack", {"sure": "y"})
    assert thanks.location == "/"
    assert thanks.follow().flashes == [
        ("done", "Tack för ditt svar. Den som frågade ser att svaret blev nej.")
    ]
    db.session.refresh(coordinator)
    assert (coordinator.accepted_at, coordinator.ended_at is None) == (None, False)
    assert outbox.names() == ["coordinator-appointed"]  # nobody is told by mail
    assert client.get(link).status == 410
    assert client.post(f"{link}/decline", {"sure": "y"}).location == "/"  # pressed again
    address = f"/groups/{scene.group.id}/coordinators"
    seen = {each.name: client.get(address, as_=each).text for each in (scene.amina, scene.gun)}
    assert {name: "En fråga fick svaret nej" in text for name, text in seen.items()} == {
        "Amina Yusuf": True, scene.gun.name: False,
    }  # fmt: skip
    assert not [text for text in seen.values() if "Någon som har fått frågan" in text]


def test_the_officer_asks_one_of_the_interested_who_told_their_name(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    olle = make_person("Olle Väst", "olle@example.org")
    make_interest(olle, scene.house, named=True)
    make_interest(make_person("Ulla Norr", "ulla@example.org"), scene.house)
    address = f"/groups/{scene.group.id}/coordinators"
    page = client.get(address, as_=scene.gun)
    assert "Ulla" not in page.html
    nobody = page.press("Skicka frågan", {"lead-whom": "mail", "lead-address": ""})
    assert (nobody.status, nobody.errors) == (422, ["Skriv en e-postadress."])
    assert page.press("Skicka frågan", {"lead-whom": str(olle.id)}).location == address
    assert outbox.addressed() == [
        ("coordinator-appointed", "olle@example.org"),
        ("lead-asked", "amina@example.org"),
        ("lead-asked", "bengt@example.org"),
    ]
    again = client.get(address, as_=scene.gun)
    assert not again.form(f"{address}/lead").get("lead-whom")  # asked already
    assert "Olle" not in client.get(address, as_=scene.amina).html


def test_a_question_taken_back_is_dead(client: PageClient, scene: Scene) -> None:
    coordinator = appointed(client, scene.amina, scene.group)
    client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.amina)
    client.post(f"/coordinators/{coordinator.id}/end", as_=scene.amina)
    assert client.get(link_of(coordinator)).status == 410


def test_nobody_asks_more_than_thirty_a_day(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    """Each appointment of a lead also mails the coordinators and the area's officers."""
    address = f"/groups/{scene.group.id}/coordinators"
    for number in range(31):
        page = client.post(address, at_once(f"n{number}@example.org"), as_=scene.amina).follow()
    assert page.flashes[-1:] == [("warn", "Du har frågat många i dag. Fråga igen i morgon.")]
    assert outbox.names() == ["coordinator-appointed"] * 30
    with time_machine.travel(utcnow() + timedelta(hours=25)):
        client.post(address, at_once("n31@example.org"), as_=scene.amina)
    assert outbox.names() == ["coordinator-appointed"] * 31


def test_asked_taken_back_and_asked_again_an_address_is_mailed_three_times_a_day(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    for _ in range(3):
        coordinator = appointed(client, scene.amina, scene.group)
        outbox.rows()[-1].state = OutboxState.SENT
        client.post(f"/coordinators/{coordinator.id}/end", as_=scene.amina)
    again = at_once("Nina@example.org")
    page = client.post(f"/groups/{scene.group.id}/coordinators", again, as_=scene.amina).follow()
    assert page.flashes[-1:] == [
        ("warn", "Den adressen har fått frågan flera gånger i dag. Fråga igen i morgon.")
    ]
    assert outbox.names() == ["coordinator-appointed"] * 3
    olle = at_once("olle@example.org")
    client.post(f"/groups/{scene.group.id}/coordinators", olle, as_=scene.amina)
    assert outbox.addressed()[3:] == [("coordinator-appointed", "olle@example.org")]
    with time_machine.travel(utcnow() + timedelta(hours=25)):
        client.post(f"/groups/{scene.group.id}/coordinators", again, as_=scene.amina)
    assert outbox.addressed()[4:] == [("coordinator-appointed", "nina@example.org")]


def test_a_question_is_open_for_thirty_days_and_can_then_be_asked_again(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    coordinator = appointed(client, scene.amina, scene.group)
    coordinator.appointed_at -= timedelta(days=29)
    assert client.get(link_of(coordinator)).status == 200
    assert appointed(client, scene.amina, scene.group) == coordinator  # still open: nobody is asked twice
    coordinator.appointed_at -= timedelta(days=2)
    assert client.get(link_of(coordinator)).status == 410
    again = appointed(client, scene.amina, scene.group)
    assert again != coordinator
    assert client.get(link_of(again)).status == 200
    assert outbox.names() == ["coordinator-appointed", "coordinator-appointed"]


def test_whoever_is_member_already_keeps_name_and_flat(client: PageClient, scene: Scene) -> None:
    coordinators.appoint(scene.group, scene.dawit, lead=False, stairwells=[scene.stairwell_1], by=scene.amina)
    client.post("/language", {"language": "sv"})  # he reads Arabic, and so does his mail
    page = client.get(link_of(latest()))
    assert "Ditt namn" not in page.text
    assert "Var bor du?" not in page.text
    assert page.press("Jag åtar mig uppdraget", {}).location == "/login"
    assert latest().person.name == "Dawit Tesfaye"
    assert latest().accepted_at is not None


def test_on_a_shared_mailbox_the_name_says_who_it_is(scene: Scene) -> None:
    mailbox = db.session.scalars(select(Mailbox).where(Mailbox.id == scene.carin.mailbox_id)).one()
    make_person("Cesar Öberg", "carin@example.org")
    coordinator = coordinators.appoint(scene.group, mailbox, lead=False, by=scene.amina)
    assert coordinator.person.name == ""
    coordinators.accept_appointment(coordinator, "carin öberg")
    assert coordinator.person == scene.carin


def test_a_name_that_a_stranger_wrote_beside_an_address_is_not_taken_over(
    client: PageClient, scene: Scene
) -> None:
    sent = Submission(scene.stairwell_1)
    ask_to_join(sent, name="Hittepå", address="nina@example.org", language=Language.SWEDISH)
    coordinator = appointed(client, scene.amina, scene.group)
    done = client.get(link_of(coordinator)).press("Jag åtar mig uppdraget", {"name": "Nina"})
    assert done.status == 303
    db.session.refresh(coordinator)
    assert coordinator.person.name == "Nina"


def test_nobody_is_asked_twice(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.amina)
    for _time in range(2):
        answer = asked(page, "nina@example.org")
    assert answer.follow().flashes[-1] == (
        "info", "Den personen är redan kontaktombud, eller har redan fått frågan."
    )  # fmt: skip
    assert outbox.names() == ["coordinator-appointed"]


def test_the_officer_makes_a_coordinator_lead(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.gun)
    page.press("Skicka frågan", {"lead-address": "bengt@example.org"})
    (bengts,) = [each for each in members.coordinators_of(scene.group) if each.person == scene.bengt]
    assert (bengts.is_lead, bengts.stairwells) == (True, [])
    assert outbox.addressed() == [("lead-asked", "amina@example.org")]
    assert "utsedd av Gun Sjöström" in client.get(page.path, as_=scene.amina).text


def test_an_ended_appointment_counts_on_the_next_request(client: PageClient, scene: Scene) -> None:
    assert client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt).status == 200
    (bengts,) = [each for each in members.coordinators_of(scene.group) if each.person == scene.bengt]
    client.post(f"/coordinators/{bengts.id}/end", as_=scene.amina)
    assert client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt).status == 403
    assert client.get(f"/groups/{scene.group.id}", as_=scene.bengt).status == 200


def test_the_last_coordinator_cannot_be_ended(client: PageClient, amina: Person, group: Group) -> None:
    make_coordinator(make_person("Väntande", "v@example.org"), group, accepted=False)
    (aminas,) = [each for each in members.coordinators_of(group) if each.person == amina]
    aminas.accepted_at = utcnow() - timedelta(days=8)
    answer = client.post(f"/coordinators/{aminas.id}/end", as_=amina).follow()
    assert answer.flashes == [("warn", "Gruppen behöver minst ett kontaktombud. Utse en ersättare först.")]
    with pytest.raises(LastCoordinator):
        coordinators.end_appointment(aminas, by=amina)
    assert aminas.ended_at is None


ENDED = ("done", "Uppdraget är avslutat. Det gäller från och med nu.")
WITHOUT = ("warn", "Gruppen är nu utan kontaktombud. Kommunpolisen utser ett nytt.")


def test_an_officer_stops_a_wrong_lead_at_once(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    group = make_group(scene.langgatan)
    wrong = make_coordinator(make_person("Fel Person", "fel@example.org"), group, lead=True)
    wrong.accepted_at = utcnow() - timedelta(days=100)
    colleague = make_person("Kerstin", "kerstin@example.org")
    make_officer(colleague, group.area)
    page = client.get(f"/groups/{group.id}/coordinators", as_=colleague)
    assert "Det gäller genast. Personen är kvar som medlem. Gruppen blir utan kontaktombud." in page.text
    ended = page.press("Avsluta uppdraget bekräfta Fel Person").follow()
    assert ended.flashes == [ENDED, WITHOUT]
    assert "Inget kontaktombud än" in ended.text
    assert client.get(f"/groups/{group.id}/house", as_=wrong.person).status == 404
    assert (group.name in client.get("/overview", as_=colleague).text, outbox.names()) == (
        True,
        ["coordinator-ended"],
    )


def test_a_municipal_officer_of_another_area_ends_nothing(client: PageClient, scene: Scene) -> None:
    (aminas,) = [each for each in members.coordinators_of(scene.group) if each.is_lead]
    assert client.post(f"/coordinators/{aminas.id}/end", as_=scene.hodan).status == 404
    assert aminas.ended_at is None


def test_whoever_accepted_a_few_days_ago_may_change_their_mind(
    client: PageClient, amina: Person, group: Group
) -> None:
    (aminas,) = [each for each in members.coordinators_of(group) if each.person == amina]
    aminas.accepted_at = utcnow() - timedelta(days=6)
    answer = client.post(f"/coordinators/{aminas.id}/end", as_=amina).follow()
    assert answer.flashes == [ENDED, WITHOUT]


def test_a_question_that_is_taken_back_says_so(client: PageClient, scene: Scene) -> None:
    group = make_group(scene.langgatan)
    asked = make_coordinator(scene.jenny, group, lead=True, accepted=False)
    answer = client.post(f"/coordinators/{asked.id}/end", as_=scene.gun).follow()
    assert answer.flashes == [("done", "Frågan är tillbakadragen.")]


def test_the_questions_before_an_end_do_not_vie_with_the_main_button(
    client: PageClient, scene: Scene
) -> None:
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.amina)
    assert page.buttons.count("Gå vidare") == 1
    assert "Avsluta uppdraget bekräfta Bengt Åkesson" in page.buttons
    assert page.main_actions == ["Gå vidare"]


def names_on(page: Page, scene: Scene) -> set[str]:
    cast = (scene.amina, scene.bengt, scene.carin, scene.dawit)
    return {person.name for person in cast if person.name in page.html}


def test_members_see_the_names_that_are_shown_others_all(client: PageClient, scene: Scene) -> None:
    make_coordinator(scene.carin, scene.group, stairwells=[scene.stairwell_3])
    make_coordinator(scene.dawit, scene.group, accepted=False)
    address = f"/groups/{scene.group.id}/coordinators"
    elsa_like = make_person("Lova", "lova@example.org")
    members_service.admit(elsa_like, scene.group, stairwell=scene.stairwell_1)
    assert names_on(client.get(address, as_=elsa_like), scene) == {"Carin Öberg"}
    accepted = {"Amina Yusuf", "Bengt Åkesson", "Carin Öberg"}
    assert names_on(client.get(address, as_=scene.bengt), scene) == accepted
    assert names_on(client.get(address, as_=scene.gun), scene) == accepted
    assert names_on(client.get(address, as_=scene.amina), scene) == accepted | {"Dawit Tesfaye"}
    assert "Lova" in client.get(address, as_=scene.amina).html  # the lead may ask any member
    assert "Lova" not in client.get(address, as_=scene.bengt).html + client.get(address, as_=scene.gun).html


def test_the_whole_house_is_never_the_default_and_each_refusal_names_the_cure(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.amina)
    assert page.form(page.path).get("scope") is None
    ticks = [str(scene.stairwell_3.id)]
    for sent, error in (
        ({}, "Välj om uppdraget gäller hela huset eller vissa portar."),
        ({"stairwells": ticks}, "Välj om uppdraget gäller hela huset eller vissa portar."),
        ({"scope": "stairwells"}, "Kryssa för minst en port, eller välj Hela huset."),
        (
            {"scope": "house", "stairwells": ticks},
            "Du har kryssat för portar men valt Hela huset. Ta bort kryssen, eller välj Vissa portar.",
        ),
    ):
        answer = page.press("Gå vidare", {"address": "nina@example.org", **sent})
        assert (answer.status, answer.errors) == (422, [error])
        assert 'value="nina@example.org"' in answer.html
    both = page.press(
        "Gå vidare", {"address": "n@example.org", "member": str(scene.carin.id), "scope": "house"}
    )
    none = page.press("Gå vidare", {"scope": "house"})
    stranger = page.press("Gå vidare", {"scope": "house", "member": str(scene.jenny.id)})
    assert both.errors == ["Välj antingen en medlem eller skriv en e-postadress, inte båda."]
    assert none.errors == ["Välj en medlem, eller skriv en e-postadress."]
    assert stranger.errors == ["Den medlemmen går inte att fråga. Välj en annan i listan."]
    assert outbox.names() == []


def test_a_member_is_chosen_by_name_and_the_lead_reads_what_they_will_see(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.amina)
    offered = page.html.split('name="member"')[1].split("</select>")[0]
    assert "Carin Öberg, Våglängdsgatan 3" in offered
    assert not [name for name in ("Bengt", "Elsa", "Farah", "Jenny") if name in offered]
    sent = {"member": str(scene.carin.id), "scope": "stairwells", "stairwells": [str(scene.stairwell_3.id)]}
    confirm = page.press("Gå vidare", sent)
    assert confirm.h1 == "Fråga Carin Öberg?"
    assert "Uppdraget gäller port 3. Namn och lägenhet på 3 personer som är med." in confirm.text
    assert outbox.names() == []
    confirm.press("Skicka frågan")
    assert outbox.addressed() == [("coordinator-appointed", "carin@example.org")]
    assert (latest().person, latest().stairwells) == (scene.carin, [scene.stairwell_3])


def test_an_address_does_not_tell_the_lead_whose_it_is(client: PageClient, scene: Scene) -> None:
    address = f"/groups/{scene.group.id}/coordinators"
    for known in (scene.ivan, scene.jenny):
        asked(client.get(address, as_=scene.amina), known.mailbox.address)
        assert known.name not in client.get(address, as_=scene.amina).html


def test_whoever_wrote_an_address_sees_it_until_it_is_answered(client: PageClient, scene: Scene) -> None:
    address = f"/groups/{scene.group.id}/coordinators"
    for typed in ("nima@example.org", "olle@example.org"):  # the first is a slip
        client.get(address, as_=scene.gun).press("Skicka frågan", {"lead-address": typed})
    page = client.get(address, as_=scene.gun)
    assert "nima@example.org Väntar på svar" in page.text
    for reader in (scene.amina, scene.bengt, scene.carin):
        assert "nima@" not in client.get(address, as_=reader).html
    page.press("Ta tillbaka frågan nima@example.org")
    assert "nima@" not in client.get(address, as_=scene.gun).html
    coordinators.accept_appointment(latest(), "Olle")
    answered = client.get(address, as_=scene.gun)
    assert "Olle Uppdraget gäller" in answered.text
    assert "olle@" not in answered.html


def test_the_only_lead_reads_what_ending_means_and_the_officer_sees_it(
    client: PageClient, scene: Scene
) -> None:
    address, warning = f"/groups/{scene.group.id}/coordinators", "Ingen annan är huvudkontaktombud"
    asked = appointed(client, scene.amina, scene.group)
    page = client.get(address, as_=scene.amina)
    assert page.html.count(warning) == 1  # on the lead's own button, not on the others'
    assert "nina@example.org" in page.text
    assert "Inget behöver dig just nu" in client.get("/overview", as_=scene.gun).text
    page.press(f"Avsluta uppdraget bekräfta {scene.amina.name}")
    after = client.get("/overview", as_=scene.gun)
    assert "Grupper utan huvudkontaktombud Våglängdsgatan 1–3 Utse" in after.text
    assert after.links["Utse Våglängdsgatan 1–3"] == address
    db.session.expire_all()
    assert asked.accepted_at is None
    assert "nina@example.org" not in client.get(address, as_=scene.amina).html  # leads no more


def test_an_address_stays_as_it_was_written_when_its_owner_moves_to_another(
    client: PageClient, scene: Scene
) -> None:
    address = f"/groups/{scene.group.id}/coordinators"
    client.get(address, as_=scene.gun).press("Skicka frågan", {"lead-address": "jenny@example.org"})
    scene.jenny.mailbox = make_person("Ny", "hemlig@example.org").mailbox
    db.session.commit()
    text = client.get(address, as_=scene.gun).html
    assert ("jenny@example.org" in text, "hemlig@" in text, scene.jenny.name in text) == (True, False, False)


def test_one_who_told_their_name_is_shown_by_it_and_never_with_the_address(
    client: PageClient, scene: Scene
) -> None:
    olle = make_person("Olle Väst", "olle@example.org")
    make_interest(olle, scene.house, named=True)
    address = f"/groups/{scene.group.id}/coordinators"
    client.get(address, as_=scene.gun).press("Skicka frågan", {"lead-whom": str(olle.id)})
    page = client.get(address, as_=scene.gun)
    assert "Olle Väst Väntar på svar" in page.text
    assert "olle@" not in page.html
    assert "Olle" not in client.get(address, as_=scene.amina).html


def test_the_officer_reads_why_a_group_needs_somebody_and_what_to_do(
    client: PageClient, scene: Scene
) -> None:
    address = f"/groups/{scene.group.id}/coordinators"
    waiting = make_request(make_person("Väntar Länge"), scene.group, scene.stairwell_1)
    said = "Här väntar någon på svar sedan mer än sju dagar"
    assert said not in client.get(address, as_=scene.gun).text
    waiting.confirmed_at = utcnow() - timedelta(days=8)
    db.session.commit()
    page = client.get(address, as_=scene.gun)
    assert said in page.text
    assert page.links["Skriv ut brev"] == f"/groups/{scene.group.id}/letters"
    assert page.press(f"Visa e-postadress och telefon {scene.bengt.name}").status == 200
    assert page.click("Skriv ut brev").status == 200
    for reader in (scene.amina, scene.bengt, scene.carin):
        assert said not in client.get(address, as_=reader).text


def test_a_group_without_coordinators_says_to_each_whose_task_it_is(
    client: PageClient, scene: Scene, landlord: Landlord
) -> None:
    empty = make_group(make_building(scene.group.area, landlord, "Ågatan", (1,)))
    page = client.get(f"/groups/{empty.id}/coordinators", as_=scene.gun)
    assert "det första kontaktombudet utser du" in page.text
    assert "utses av kommunpolisen" not in page.text


def test_every_change_of_a_role_is_written_down(client: PageClient, scene: Scene) -> None:
    coordinator = appointed(client, scene.amina, scene.group)
    client.get(link_of(coordinator)).press("Jag åtar mig uppdraget", {"name": "Nina"})
    client.post(f"/coordinators/{coordinator.id}/end", as_=scene.amina)
    traces = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.about_kind == "coordinator", AuditEntry.about_id == coordinator.id)
        .order_by(AuditEntry.id)
    ).all()
    assert [(each.what, each.by_id) for each in traces] == [
        ("coordinator-appointed", scene.amina.id),
        ("coordinator-accepted", coordinator.person_id),
        ("coordinator-ended", scene.amina.id),
    ]


def the_household_moves(client: PageClient, flat: Flat, by: Person) -> list[tuple[str, str]]:
    return (
        client.get(f"/flats/{flat.id}/moved-out", as_=by).press("Ja, hushållet har flyttat").follow().flashes
    )


LIVES_THERE = (
    "warn",
    "Här bor ett kontaktombud. Be ombudet självt eller ett huvudkontaktombud att avsluta uppdraget först. "
    "Ett huvudkontaktombuds uppdrag kan också kommunpolisen avsluta.",
)
HAS_MOVED = (
    "done",
    "Lägenheten är ej kontaktad. De som flyttade är inte med längre. Du kan ångra det i 7 dagar.",
)


@pytest.mark.parametrize("whole_house", [False, True])
def test_no_other_coordinator_ends_an_appointment_by_a_move(
    client: PageClient, scene: Scene, outbox: Outbox, whole_house: bool
) -> None:
    scene.dawit.language = Language.SWEDISH
    make_coordinator(scene.dawit, scene.group, stairwells=[] if whole_house else [scene.stairwell_1])
    aminas = flat_of(scene.stairwell_1, "1001")
    assert the_household_moves(client, aminas, scene.dawit) == [LIVES_THERE]
    assert "Amina Yusuf" in client.get(f"/flats/{aminas.id}", as_=scene.dawit).text
    assert client.get(f"/groups/{scene.group.id}/house", as_=scene.amina).status == 200
    assert outbox.rows() == []


def test_nor_of_one_who_lives_with_them(client: PageClient, scene: Scene) -> None:
    """Moving out oneself does not end other people's appointments."""
    flat = flat_of(scene.stairwell_1, "1001")
    members_service.admit(scene.farah, scene.group, stairwell=None, flat=flat)
    make_coordinator(scene.farah, scene.group)
    assert the_household_moves(client, flat, scene.farah) == [LIVES_THERE]


def test_a_coordinator_writes_their_own_move_and_gets_no_mail(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    flat = flat_of(scene.stairwell_3, "1002")
    client.post(f"/flats/{flat.id}/moved-out", as_=scene.bengt)
    assert [each.person for each in members.coordinators_of(scene.group)] == [scene.amina]
    assert outbox.rows() == []


def test_the_lead_writes_that_a_coordinator_moved_who_is_told(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    make_coordinator(scene.carin, scene.group, accepted=False)  # was asked only: nothing is lost
    members_service.admit(scene.farah, scene.group, stairwell=None, flat=flat_of(scene.stairwell_3, "1002"))
    assert the_household_moves(client, flat_of(scene.stairwell_3, "1002"), scene.amina) == [HAS_MOVED]
    assert the_household_moves(client, flat_of(scene.stairwell_3, "1102"), scene.amina) == [HAS_MOVED]
    assert outbox.addressed() == [
        ("coordinator-ended", "bengt@example.org"),
        ("membership-ended", "bengt@example.org"),
        ("membership-ended", "farah@example.org"),
        ("membership-ended", "carin@example.org"),
    ]


def test_a_household_without_coordinators_moves_as_before(client: PageClient, scene: Scene) -> None:
    scene.dawit.language = Language.SWEDISH
    make_coordinator(scene.dawit, scene.group, stairwells=[scene.stairwell_3])
    former = make_coordinator(scene.carin, scene.group)
    former.ended_at = utcnow()
    make_coordinator(scene.carin, scene.other_group)  # of another group: not theirs to end, and not ended
    assert the_household_moves(client, flat_of(scene.stairwell_3, "1102"), scene.dawit) == [HAS_MOVED]
    assert scene.carin in [each.person for each in members.coordinators_of(scene.other_group)]


def test_who_loses_an_appointment_is_told_and_who_gives_it_back_is_not(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    dawits = make_coordinator(scene.dawit, scene.group)
    question = make_coordinator(scene.carin, scene.group, accepted=False)
    (bengts,) = [each for each in members.coordinators_of(scene.group) if each.person == scene.bengt]
    for coordinator, by in ((dawits, scene.dawit), (question, scene.amina), (bengts, scene.amina)):
        client.post(f"/coordinators/{coordinator.id}/end", as_=by)
    assert outbox.addressed() == [("coordinator-ended", "bengt@example.org")]
