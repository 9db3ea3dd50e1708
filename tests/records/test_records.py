"""Checks that coordinators put members' records right: name, flat, address, one of two, and doubles."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests.addresses.test_changing import address_of
from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_answer,
    make_coordinator,
    make_invitation,
    make_meeting,
    make_member,
    make_notice,
    make_person,
)
from tests.groups.test_members import state_of
from tests.newcomers import floor_link, link_of
from tests.page_client import Page, PageClient
from watch import language
from watch.extensions import db
from watch.groups.queries.choices import WANTS_NOTICES
from watch.groups.queries.households import FlatState, paper_households
from watch.mail import outbox as mails
from watch.mail.compose import _context_of, render
from watch.models import (
    AddressVerification,
    Answer,
    AuditEntry,
    Channel,
    Coordinator,
    Language,
    MeetingAnswer,
    Membership,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    Suppression,
    utcnow,
)
from watch.notices.mails import NOTICE
from watch.records.service import correcting


def membership_of(person: Person) -> Membership:
    """Return a person's newest membership."""
    db.session.rollback()
    theirs = select(Membership).where(Membership.person_id == person.id).order_by(Membership.id.desc())
    return db.session.scalars(theirs.limit(1)).one()


def record(client: PageClient, person: Person, by: Person) -> Page:
    """Open the page where a member's record is corrected, from the flat's page."""
    flat = membership_of(person).household
    assert flat
    page = client.get(f"/flats/{flat.flat_id}", as_=by)
    return page.click(f"Rätta uppgifter {person.name}")


def in_the_group(scene: Scene) -> list[str]:
    """Return the names of the current members, sorted."""
    db.session.rollback()
    current = select(Membership).where(Membership.group_id == scene.group.id, Membership.is_current)
    return sorted(each.person.name for each in db.session.scalars(current))


def question() -> AddressVerification:
    """Return the newest question about a recorded address."""
    db.session.rollback()
    newest = select(AddressVerification).order_by(AddressVerification.id.desc())
    return db.session.scalars(newest.limit(1)).one()


def events(flat: int, client: PageClient, by: Person) -> str:
    """Return the text of a flat's page, with its history."""
    return client.get(f"/flats/{flat}", as_=by).text


# Name and details


def test_a_paper_member_is_corrected(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = record(client, scene.elsa, scene.bengt)
    page.press("Spara", {"name": "Elsa Björkegård", "language": "so", "phone": "070-174 06 99"})
    db.session.refresh(scene.elsa)
    assert (scene.elsa.name, scene.elsa.language, scene.elsa.phone) == (
        "Elsa Björkegård", Language.SOMALI, "+46701740699",
    )  # fmt: skip
    assert outbox.names() == []
    assert "Uppgifterna rättades" in events(flat_of(scene.stairwell_3, "1001").id, client, scene.bengt)


def test_the_name_of_a_member_with_mail_is_corrected_and_they_are_told(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = record(client, scene.carin, scene.bengt)
    assert "phone" not in page.form()  # theirs to choose
    for name in ("Karin Öberg", "Karin Åberg"):
        page.press("Spara", {"name": name})
    db.session.refresh(scene.carin)
    assert (scene.carin.name, scene.carin.phone) == ("Karin Åberg", "+46701740607")
    last = [row for row in outbox.rows() if row.state is OutboxState.QUEUED]
    assert [(row.mailing.kind, row.mailbox_id) for row in last] == [
        ("record-corrected", scene.carin.mailbox_id)
    ]


def test_a_wrong_name_is_kept_for_mending_and_not_saved(client: PageClient, scene: Scene) -> None:
    page = record(client, scene.elsa, scene.bengt).press("Spara", {"name": "", "phone": "ring"})
    assert (page.status, page.form()["phone"]) == (422, "ring")
    db.session.refresh(scene.elsa)
    assert scene.elsa.name == "Elsa Björkgård"


# Flat


def test_a_wrong_flat_is_corrected(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    wrong, right = flat_of(scene.stairwell_3, "1102"), flat_of(scene.stairwell_3, "1202")
    page = record(client, scene.carin, scene.bengt).click("Rätta lägenheten")
    page.press("Spara lägenheten", {"flat": str(right.id)})
    assert (state_of(wrong), state_of(right)) == (FlatState.NOT_CONTACTED, FlatState.TAKES_PART)
    assert outbox.names() == ["record-corrected"]
    assert "Uppgifterna rättades" in events(wrong.id, client, scene.bengt)
    assert "Uppgifterna rättades" in events(right.id, client, scene.bengt)


def test_those_of_the_flat_that_a_member_is_moved_to_are_told(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    dawits = flat_of(scene.stairwell_1, membership_of(scene.dawit).household.flat.number)
    page = record(client, scene.carin, scene.amina).click("Rätta lägenheten")
    page.press("Spara lägenheten", {"flat": str(dawits.id)})
    told = ("record-corrected", "carin@example.org"), ("flatmate-joined", "dawit@example.org")
    assert outbox.addressed() == list(told)
    same_mailbox = make_person("Dan Tesfaye", "dawit@example.org")
    correcting.correct_flat(make_member(same_mailbox, scene.group, None), dawits, by=scene.amina)
    assert outbox.addressed()[2:] == [
        ("record-corrected", "dawit@example.org"), ("flatmate-joined", "carin@example.org"),
    ]  # fmt: skip


def test_one_of_two_or_everybody_of_a_flat(client: PageClient, scene: Scene) -> None:
    wrong, right = flat_of(scene.stairwell_3, "1102"), flat_of(scene.stairwell_3, "1202")
    make_member(make_person("Pär Öberg"), scene.group, wrong)
    db.session.commit()
    page = record(client, scene.carin, scene.bengt).click("Rätta lägenheten")
    page.press("Spara lägenheten", {"flat": str(right.id)})
    assert (state_of(wrong), state_of(right)) == (FlatState.ON_PAPER, FlatState.TAKES_PART)
    page.press("Spara lägenheten", {"flat": str(wrong.id), "everybody": "y"})
    page.press("Spara lägenheten", {"flat": str(right.id), "everybody": "y"})
    assert (state_of(wrong), state_of(right)) == (FlatState.NOT_CONTACTED, FlatState.ON_PAPER)


def test_a_flat_outside_ones_stairwells_cannot_be_chosen(client: PageClient, scene: Scene) -> None:
    elsewhere = flat_of(scene.stairwell_1, "1202")
    page = record(client, scene.carin, scene.bengt).click("Rätta lägenheten")
    assert page.press("Spara lägenheten", {"flat": str(elsewhere.id)}).status == 422
    lead = record(client, scene.carin, scene.amina).click("Rätta lägenheten")
    assert lead.press("Spara lägenheten", {"flat": str(elsewhere.id)}).status == 303
    assert membership_of(scene.carin).stairwell_id == scene.stairwell_1.id


def test_paper_that_waits_goes_to_the_right_flat(client: PageClient, scene: Scene) -> None:
    notice = make_notice(scene.group, by=scene.amina)
    mailing = mails.queue_many(NOTICE, people=select(Person.id).where(False), about=notice)
    mails.queue_paper(mailing, paper_households(scene.group, wanting=WANTS_NOTICES))
    db.session.commit()
    right = flat_of(scene.stairwell_3, "1202")
    page = record(client, scene.elsa, scene.bengt).click("Rätta lägenheten")
    page.press("Spara lägenheten", {"flat": str(right.id)})
    db.session.rollback()
    waiting = OutboxRow.channel == Channel.PAPER, OutboxRow.state != OutboxState.CANCELLED
    rows = db.session.scalars(select(OutboxRow).where(*waiting)).all()
    assert [(row.state, row.household and row.household.flat_id) for row in rows] == [
        (OutboxState.TO_PRINT, right.id)
    ]


# Address


def ask_address(client: PageClient, person: Person, by: Person, address: str) -> Page:
    return record(client, person, by).press("Mejla och fråga", {"address": address})


def answer(client: PageClient, floor: str) -> Page:
    """Answer the mail that asks about the address, as its reader."""
    page = PageClient(client.app).get(floor_link(question()), headers={"Accept-Language": "sv"})
    return page.press("Ja, det är min adress", {"floor": floor})


def test_a_paper_member_gets_an_address_without_becoming_two(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    before, people = membership_of(scene.elsa).id, in_the_group(scene)
    make_answer(make_meeting(scene.group, by=scene.amina), scene.elsa)
    db.session.commit()
    page = ask_address(client, scene.elsa, scene.bengt, "elsa@example.org").follow()
    assert "Den väntar på att grannen bekräftar i mejlet." in page.text
    ask_address(client, scene.elsa, scene.bengt, "elsa@example.org")  # twice is once
    assert outbox.addressed() == [("address-recorded", "elsa@example.org")]
    assert (membership_of(scene.elsa).channel, scene.elsa.mailbox_id) == (Channel.PAPER, None)
    assert answer(client, "0").status == 303
    now = membership_of(scene.elsa)
    assert now.person.mailbox is not None
    assert (now.id, now.channel, now.person.mailbox.address) == (before, Channel.MAIL, "elsa@example.org")
    assert in_the_group(scene) == people
    readers = select(Person.id).where(Person.mailbox_id == now.person.mailbox_id)
    assert list(db.session.scalars(readers)) == [scene.elsa.id]
    assert [each.by_id for each in db.session.scalars(select(MeetingAnswer))] == [scene.elsa.id]
    assert "Någon bytte e-postadress" in events(flat_of(scene.stairwell_3, "1001").id, client, scene.bengt)


def test_a_mistyped_address_is_written_anew_and_the_first_link_is_dead(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    ask_address(client, scene.elsa, scene.bengt, "esla@example.org")
    first = floor_link(question())
    ask_address(client, scene.elsa, scene.bengt, "elsa@example.org")
    assert client.get(first).status == 410
    assert answer(client, "0").status == 303
    assert membership_of(scene.elsa).person.mailbox_id is not None


def test_an_address_that_waits_can_be_dropped(client: PageClient, scene: Scene) -> None:
    page = ask_address(client, scene.elsa, scene.bengt, "elsa@example.org").follow()
    assert "Stryk adressen" not in page.press("Stryk adressen").follow().text
    assert client.get(floor_link(question())).status == 410


def test_a_new_address_for_a_member_with_mail_can_be_undone_from_the_old_one(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    ask_address(client, scene.carin, scene.bengt, "carin@home.example")
    assert address_of(scene.carin) == "carin@example.org"
    answer(client, "1")
    assert address_of(scene.carin) == "carin@home.example"
    assert outbox.addressed()[-1] == ("address-changed", "carin@example.org")


def test_whoever_has_a_role_changes_the_address_themselves(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = ask_address(client, scene.bengt, scene.amina, "bengt@home.example").follow()
    assert "Den som har ett uppdrag byter själv sin adress" in page.text
    assert outbox.names() == []


def test_the_address_one_has_is_not_asked_about(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = ask_address(client, scene.carin, scene.bengt, "carin@example.org")
    assert (page.status, page.errors) == (422, ["Det är adressen som grannen redan har."])
    assert outbox.names() == []


def test_the_coordinator_says_that_a_dead_address_works_again(
    client: PageClient, scene: Scene, nils: Person
) -> None:
    flat = flat_of(scene.stairwell_3, "1103")
    page = client.get(f"/flats/{flat.id}", as_=scene.bengt).press("Adressen fungerar igen Nils Ek").follow()
    assert "Nästa mejl går till adressen igen." in page.text
    assert "Någons e-postadress fungerar igen" in page.text
    mailbox = membership_of(nils).person.mailbox
    assert mailbox
    assert mailbox.suppression is None


# Invitation to a flat on paper


def accept(client: PageClient, scene: Scene, **more: str) -> Page:
    invitation = make_invitation(
        scene.group, "elsa@example.org", flat=flat_of(scene.stairwell_3, "1001"), by=scene.bengt
    )
    db.session.commit()
    page = PageClient(client.app).get(link_of(invitation), headers={"Accept-Language": "sv"})
    return page.press("Ja, jag vill vara med", {"consent": "y", **more})


def test_an_invitation_to_the_flat_joins_the_records_when_the_person_says_so(
    client: PageClient, scene: Scene
) -> None:
    before, people = membership_of(scene.elsa).id, in_the_group(scene)
    assert accept(client, scene, name="Elsa B", was_on_paper="y").status == 303
    now = membership_of(scene.elsa)
    assert (now.id, now.channel, now.person.name) == (before, Channel.MAIL, "Elsa B")
    assert len(in_the_group(scene)) == len(people)


def test_the_same_name_in_the_flat_is_the_same_person(client: PageClient, scene: Scene) -> None:
    people = in_the_group(scene)
    accept(client, scene, name="elsa  björkgård")
    assert len(in_the_group(scene)) == len(people)


def test_another_name_without_the_tick_is_another_person(client: PageClient, scene: Scene) -> None:
    people = in_the_group(scene)
    accept(client, scene, name="Kurt")
    assert in_the_group(scene) == sorted([*people, "Kurt"])


# One of two


def test_one_of_two_ends_and_is_given_back(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    flat = flat_of(scene.stairwell_3, "1102")
    make_member(make_person("Pär Öberg"), scene.group, flat)
    db.session.commit()
    asked = record(client, scene.carin, scene.bengt).click("Carin Öberg är inte med längre")
    assert "1 person till på lägenheten är med som förut: Pär Öberg." in asked.text
    page = asked.press("Ja, ta bort ur gruppen").follow()
    assert asked.press("Ja, ta bort ur gruppen").location == page.path  # twice is once
    assert ("Carin Öberg" in in_the_group(scene), "Pär Öberg" in in_the_group(scene)) == (False, True)
    assert (state_of(flat), outbox.names()) == (FlatState.ON_PAPER, ["membership-ended"])
    assert "En person är inte med längre" in page.text
    back = page.press("Ångra Carin Öberg").follow()
    assert page.press("Ångra Carin Öberg").location == page.path
    assert "Carin Öberg är med igen." in back.text
    assert (state_of(flat), "Carin Öberg" in in_the_group(scene)) == (FlatState.ON_PAPER, True)
    waiting = [row.mailing.kind for row in outbox.rows() if row.state is OutboxState.QUEUED]
    assert waiting == ["record-corrected"]


def test_after_a_week_nobody_is_given_back(client: PageClient, scene: Scene) -> None:
    record(client, scene.carin, scene.bengt).click("Carin Öberg är inte med längre").press(
        "Ja, ta bort ur gruppen"
    )
    path = f"/groups/{scene.group.id}/records/{membership_of(scene.carin).id}/back"
    assert client.post(path, as_=scene.dawit).status == 403
    ended = membership_of(scene.carin)
    ended.left_at = utcnow() - timedelta(days=7, minutes=1)
    db.session.commit()
    assert client.post(path, as_=scene.bengt).status == 404
    ended.left_at = utcnow() - timedelta(days=6, hours=23)
    db.session.commit()
    assert client.post(path, as_=scene.bengt).status == 303
    assert "Carin Öberg" in in_the_group(scene)


def test_who_left_by_themselves_is_not_given_back_by_others(
    client: PageClient, scene: Scene, olga: Person
) -> None:
    path = f"/groups/{scene.group.id}/records/{membership_of(olga).id}/back"
    assert client.post(path, as_=scene.bengt).status == 404


def test_a_coordinators_membership_is_not_ended_by_a_colleague(client: PageClient, scene: Scene) -> None:
    make_coordinator(scene.carin, scene.group, stairwells=[scene.stairwell_3])
    db.session.commit()
    page = record(client, scene.carin, scene.bengt).click("Carin Öberg är inte med längre")
    assert "Här bor ett kontaktombud." in page.press("Ja, ta bort ur gruppen").follow().text
    assert "Carin Öberg" in in_the_group(scene)


# Doubles


def merge_page(client: PageClient, one: Person, other: Person, by: Person) -> Page:
    page = record(client, one, by).click("Samma person står två gånger")
    return page.press("Visa vad som händer", {"other": str(membership_of(other).id)})


def test_a_double_on_paper_becomes_one_with_answers_and_consent(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    flat = flat_of(scene.stairwell_3, "1202")
    double = make_member(make_person("Carin på papper", phone="+46701740699"), scene.group, flat)
    double.joined_at = double.consent_at = utcnow() - timedelta(days=30)
    double.notices = NoticeChoice.MEETINGS
    first, second = (make_meeting(scene.group, by=scene.amina) for _each in range(2))
    make_answer(first, double.person, people=2)
    make_answer(second, double.person, Answer.NO, 0).answered_at = utcnow() - timedelta(days=1)
    make_answer(second, scene.carin)
    since, consent = membership_of_before(double)
    db.session.commit()
    page = merge_page(client, double.person, scene.carin, scene.bengt)
    assert "Det går inte att ångra." in page.text
    done = page.press("Slå ihop", {"name": "Carin Öberg", "flat": str(flat.id)}).follow()
    assert page.press("Slå ihop", {"name": "Carin Öberg", "flat": str(flat.id)}).location == done.path
    assert "Nu står Carin Öberg en gång i listan." in done.text
    kept = membership_of(scene.carin)
    assert [each for each in in_the_group(scene) if "Carin" in each] == ["Carin Öberg"]
    assert kept.household
    assert kept.household.flat_id == flat.id
    assert (kept.joined_at, kept.consent_at, kept.notices) == (since, consent, NoticeChoice.MEETINGS)
    assert kept.person.phone == "+46701740607"  # her own
    answers = select(MeetingAnswer).order_by(MeetingAnswer.meeting_id)
    home = kept.household_id
    given = [(each.household_id, each.by_id, each.people) for each in db.session.scalars(answers)]
    assert given == [(home, scene.carin.id, 2), (home, scene.carin.id, 1)]
    assert state_of(flat_of(scene.stairwell_3, "1102")) is FlatState.NOT_CONTACTED
    assert outbox.addressed()[-1] == ("record-corrected", "carin@example.org")
    assert "Två uppgifter om samma person slogs ihop" in done.text


def membership_of_before(membership: Membership) -> tuple[object, object]:
    return membership.joined_at, membership.consent_at


def test_roles_of_a_double_on_the_same_address_are_kept(client: PageClient, scene: Scene) -> None:
    double = make_person("Bengt Å", "bengt@example.org")
    make_member(double, scene.group, flat_of(scene.stairwell_3, "1002"))
    db.session.commit()
    page = merge_page(client, double, scene.bengt, scene.amina)
    page.press("Slå ihop", {"name": "Bengt Åkesson"})
    theirs = select(Coordinator).where(Coordinator.person_id == scene.bengt.id, Coordinator.is_current)
    assert db.session.scalars(theirs).one().stairwells == [scene.stairwell_3]
    db.session.refresh(double)
    assert double.mailbox_id is None  # so that signing in does not ask who one is


def test_two_whom_mail_reaches_are_not_joined_by_one_of_them(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    neighbour = make_person("Sune", "sune@example.org")
    make_member(neighbour, scene.group, flat_of(scene.stairwell_3, "1202"))
    db.session.commit()
    page = merge_page(client, scene.carin, neighbour, scene.bengt)
    assert "Mejl kommer fram till båda adresserna" in page.text
    assert "Mejla och fråga" not in page.buttons
    one, two = membership_of(scene.carin).id, membership_of(neighbour).id
    forced = f"/memberships/{one}/record/merge/ask?other={two}"
    client.post(forced, {"kept": str(two)}, as_=scene.bengt)
    assert outbox.addressed() == []
    assert {"Sune", "Carin Öberg"} <= set(in_the_group(scene))


def test_an_address_that_reaches_the_other_by_now_joins_nobody(client: PageClient, scene: Scene) -> None:
    """Asked while mail did not reach Carin, answered when it does: she may be somebody else."""
    double = make_person("Carin", "carin@home.example")
    make_member(double, scene.group, flat_of(scene.stairwell_3, "1202"))
    bounce(scene.carin)
    page = merge_page(client, scene.carin, double, scene.bengt)
    page.press("Mejla och fråga", {"kept": str(membership_of(double).id)})
    assert scene.carin.mailbox
    scene.carin.mailbox.suppression = scene.carin.mailbox.suppressed_at = None
    db.session.commit()
    answer(client, "1")
    assert {"Carin", "Carin Öberg"} <= set(in_the_group(scene))


def bounce(person: Person) -> None:
    assert person.mailbox
    person.mailbox.suppression, person.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    db.session.commit()


def test_a_dead_address_is_joined_to_another_when_its_reader_says_so(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    double = make_person("Carin", "carin@home.example")
    make_member(double, scene.group, flat_of(scene.stairwell_3, "1202"))
    bounce(scene.carin)
    page = merge_page(client, scene.carin, double, scene.bengt)
    assert "De har olika e-postadresser" in page.text
    one, two = membership_of(scene.carin).id, membership_of(double).id
    forced = f"/groups/{scene.group.id}/records/{one}/merge?other={two}"
    client.post(
        forced, {"name": "Carin", "flat": str(flat_of(scene.stairwell_3, "1202").id)}, as_=scene.bengt
    )
    assert {"Carin", "Carin Öberg"} <= set(in_the_group(scene))
    page.press("Mejla och fråga", {"kept": str(membership_of(double).id)})
    assert outbox.addressed() == [("address-recorded", "carin@home.example")]
    with language.speaking(Language.SWEDISH):
        mail = render(
            "address-recorded", _context_of(outbox.rows()[0].mailing, Language.SWEDISH, greets=False)
        )
    assert "Du står två gånger i listan" in mail["text"]
    assert "Namnet Carin och den här adressen är kvar" in mail["text"]
    assert "har lagt till dig" not in mail["text"]
    assert {"Carin", "Carin Öberg"} <= set(in_the_group(scene))
    answer(client, "1")
    assert [each for each in in_the_group(scene) if "Carin" in each] == ["Carin"]


def test_a_wrong_floor_never_says_paper_to_whom_mail_reaches(client: PageClient, scene: Scene) -> None:
    ask_address(client, scene.carin, scene.bengt, "carin@new.example")
    for tries, words in ((1, ""), (2, ""), (3, "Säg till ditt kontaktombud")):
        said = answer(client, "7").follow().text
        assert "Våningen stämmer inte. Dina mejl går till samma adress som förut." in said, tries
        assert words in said
        assert "på papper så länge" not in said


def test_a_member_of_another_stairwell_cannot_be_joined(client: PageClient, scene: Scene) -> None:
    page = merge_page(client, scene.carin, scene.dawit, scene.bengt)
    assert (page.status, page.errors) == (422, ["Välj en granne i listan."])


def test_every_step_is_in_the_audit_trail(client: PageClient, scene: Scene) -> None:
    record(client, scene.carin, scene.bengt).press("Spara", {"name": "Karin"})
    ask_address(client, scene.elsa, scene.bengt, "elsa@example.org").follow().press("Stryk adressen")
    done = set(db.session.scalars(select(AuditEntry.what).where(AuditEntry.by_id == scene.bengt.id)))
    assert {
        "member-name-corrected", "household-corrected", "member-address-asked", "household-address-asked",
        "member-address-dropped", "household-address-dropped",
    } <= done  # fmt: skip
