"""Checks changing one's own e-mail address: confirmed from the new one, undone from the old one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from tests.cast import Scene
from tests.conftest import Dump, Outbox
from tests.factories import make_notice, make_person
from tests.mail.relay import Relay
from tests.page_client import Page, PageClient
from watch import tokens
from watch.addresses import service
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.mail import delivery
from watch.mail import outbox as mails
from watch.models import (
    AddressChange,
    AuditEntry,
    Mailbox,
    Person,
    Purpose,
    SignIn,
    Suppression,
    utcnow,
)
from watch.notices.mails import NOTICE

NEW = "carin@home.example"
YES = "Ja, byt till den här adressen"
SENT = "Vi har mejlat en länk till den nya adressen. Inget ändras förrän du trycker på den."


def address_of(person: Person) -> str | None:
    """Return a person's address now."""
    db.session.rollback()
    return person.mailbox.address if person.mailbox else None


def changes(person: Person) -> list[AddressChange]:
    """Return a person's changes of address, the oldest first."""
    db.session.rollback()
    theirs = select(AddressChange).where(AddressChange.person_id == person.id)
    return list(db.session.scalars(theirs.order_by(AddressChange.id)))


def confirm_path(person: Person, number: int = -1) -> str:
    """Return the link that was mailed to the new address."""
    return f"/email/{tokens.make(Purpose.CONFIRM_ADDRESS, changes(person)[number])}"


def undo_path(person: Person, number: int = -1) -> str:
    """Return the link that was mailed to the old address."""
    return f"/email/undo/{tokens.make(Purpose.UNDO_ADDRESS, changes(person)[number])}"


def ask(client: PageClient, person: Person, address: str = NEW) -> Page:
    """Ask for a change on the page that the settings lead to."""
    page = client.get("/me/settings", as_=person).click("Byt e-postadress")
    return page.press("Mejla länken", {"email": address})


def change(client: PageClient, person: Person, address: str = NEW) -> None:
    """Change an address, pressing the link in the browser that asked."""
    ask(client, person, address)
    client.get(confirm_path(person), as_=person).press(YES)
    assert address_of(person) == address


def test_nothing_changes_before_the_link_is_pressed(
    client: PageClient, carin: Person, outbox: Outbox
) -> None:
    settings = ask(client, carin).follow()
    assert SENT in settings.text
    assert "Dina mejl går till carin@example.org." in settings.text
    assert f"Vi har mejlat en länk till {NEW}." in settings.text
    assert (address_of(carin), outbox.addressed()) == ("carin@example.org", [("address-change", NEW)])


def test_the_link_changes_the_address_and_the_old_one_is_told_at_once(
    client: PageClient, carin: Person, outbox: Outbox
) -> None:
    ask(client, carin)
    page = client.get(confirm_path(carin))  # in another browser, where nobody is signed in
    assert "Carin" not in page.whole_text  # the address may be mistyped
    done = page.press(YES).follow()
    assert done.h1 == "Adressen är bytt"
    assert address_of(carin) == NEW
    assert outbox.addressed()[1:] == [("address-changed", "carin@example.org")]
    assert NEW in client.get("/me/settings", as_=carin).text


def test_pressed_twice_is_pressed_once(client: PageClient, carin: Person, outbox: Outbox) -> None:
    for _press in range(2):
        ask(client, carin)
    page = client.get(confirm_path(carin))
    for _press in range(2):
        assert page.press(YES).follow().h1 == "Adressen är bytt"
    assert outbox.names() == ["address-change", "address-changed"]


def test_a_change_can_be_cancelled_and_its_link_is_dead_then(
    client: PageClient, carin: Person, relay: Relay
) -> None:
    ask(client, carin)
    settings = client.get("/me/settings", as_=carin).press("Avbryt bytet").follow()
    assert "En ny adress väntar" not in settings.text
    assert client.get(confirm_path(carin)).status == 410
    assert client.post(confirm_path(carin)).status == 410
    delivery.run()
    assert (address_of(carin), relay.addresses()) == ("carin@example.org", [])


def test_a_newer_address_replaces_the_one_that_waits(client: PageClient, carin: Person) -> None:
    ask(client, carin, "carn@home.example")
    ask(client, carin)
    assert client.get(confirm_path(carin, 0)).status == 410
    client.get(confirm_path(carin)).press(YES)
    assert address_of(carin) == NEW


def test_a_change_expires(client: PageClient, carin: Person) -> None:
    ask(client, carin)
    with time_machine.travel(utcnow() + timedelta(days=3)):
        assert client.get(confirm_path(carin)).status == 410
        assert client.post(confirm_path(carin)).status == 410
        assert "En ny adress väntar" not in client.get("/me/settings", as_=carin).text
        ask(client, carin)  # and can be asked for anew
        client.get(confirm_path(carin)).press(YES)
    assert address_of(carin) == NEW


def test_whether_somebody_has_the_address_already_is_not_told(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    known, new = (ask(client, scene.carin, address) for address in ("dawit@example.org", NEW))
    assert (known.status, known.location) == (new.status, new.location)
    assert outbox.names() == ["address-change"] * 2
    before = client.get("/me/settings", as_=scene.carin).text
    ask(client, scene.carin, "dawit@example.org")
    page = client.get("/me/settings", as_=scene.carin).text
    assert page.replace("dawit@example.org", NEW) == SENT + " " + before or NEW in before


def test_two_people_may_share_the_new_address(client: PageClient, scene: Scene) -> None:
    change(client, scene.carin, "dawit@example.org")
    readers = select(Person.id).where(Person.mailbox_id == scene.dawit.mailbox_id)
    assert set(db.session.scalars(readers)) == {scene.carin.id, scene.dawit.id}


def test_of_two_on_a_shared_address_only_one_changes(
    client: PageClient, scene: Scene, carins_husband: Person
) -> None:
    change(client, scene.carin)
    assert address_of(carins_husband) == "carin@example.org"


def test_what_waits_at_the_old_address_goes_to_the_new_one(
    client: PageClient, scene: Scene, carins_husband: Person, relay: Relay
) -> None:
    notice = make_notice(scene.group, by=scene.amina)
    mails.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    db.session.commit()
    change(client, scene.carin)
    delivery.run()
    delivery.run()
    told = {each.recipients[0] for each in relay.taken if "Ny lampa" in each.text()}
    assert told == {NEW, "carin@example.org", "amina@example.org", "bengt@example.org", "dawit@example.org"}


@pytest.mark.parametrize("wrong", ["carin", "carin@example.org, bo@example.org", "", "a@b"])
def test_what_is_no_address_is_refused_and_kept(client: PageClient, carin: Person, wrong: str) -> None:
    page = client.post("/me/email", {"email": wrong}, as_=carin)
    assert (page.status, page.form("/me/email").get("email", "")) == (422, wrong)


def test_the_address_one_has_is_no_change(client: PageClient, carin: Person, outbox: Outbox) -> None:
    page = client.post("/me/email", {"email": "carin@example.org"}, as_=carin)
    assert (page.status, page.errors) == (422, ["Det är adressen du har i dag. Skriv den nya."])
    assert outbox.names() == []


def test_nobody_mails_strangers_all_day(client: PageClient, scene: Scene) -> None:
    for number in range(service.CHANGES_A_DAY):
        assert ask(client, scene.carin, f"granne{number}@example.org").status == 303
    page = client.post("/me/email", {"email": NEW}, as_=scene.carin)
    assert page.errors == ["Du har skrivit många adresser i dag. Försök igen i morgon."]
    assert page.form("/me/email")["email"] == NEW


def test_one_address_gets_a_few_of_these_mails_a_day_whoever_asks(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    for person in (scene.amina, scene.bengt, scene.carin, scene.farah):
        assert SENT in ask(client, person, NEW).follow().text
        delivery.run()
    assert relay.addresses() == [NEW] * service.MAILS_A_DAY


# Undoing


def test_the_old_address_undoes_the_change_and_ends_the_changers_sign_ins(
    client: PageClient, carin: Person, outbox: Outbox
) -> None:
    """A stranger found Carin's phone unlocked."""
    change(client, carin)
    page = client.get(undo_path(carin))
    assert "Carin Öberg har bytt e-postadress." in page.text
    done = page.press("Ångra bytet").follow()
    assert (done.h1, address_of(carin)) == ("Bytet är ångrat", "carin@example.org")
    assert db.session.scalar(select(func.count()).where(SignIn.ended_at.is_(None))) == 0
    assert outbox.addressed()[-1] == ("address-change-undone", NEW)
    assert client.get(confirm_path(carin)).status == 410


def test_undone_twice_is_undone_once(client: PageClient, carin: Person, outbox: Outbox) -> None:
    change(client, carin)
    page = client.get(undo_path(carin))
    for _press in range(2):
        assert page.press("Ångra bytet").follow().h1 == "Bytet är ångrat"
    assert outbox.names().count("address-change-undone") == 1


def test_undone_also_after_further_changes_which_then_undo_nothing(client: PageClient, carin: Person) -> None:
    change(client, carin, "stranger@example.org")
    change(client, carin, "stranger2@example.org")
    ask(client, carin, "stranger3@example.org")
    client.get(undo_path(carin, 0)).press("Ångra bytet")
    assert address_of(carin) == "carin@example.org"
    assert client.get(undo_path(carin, 1)).status == 410  # the stranger's own mail
    assert client.post(undo_path(carin, 1)).status == 410
    assert client.post(confirm_path(carin, 2)).status == 410
    assert address_of(carin) == "carin@example.org"


def test_after_a_week_it_cannot_be_undone(client: PageClient, carin: Person) -> None:
    change(client, carin)
    with time_machine.travel(utcnow() + timedelta(days=6, hours=23)):
        assert client.get(undo_path(carin)).status == 200
    with time_machine.travel(utcnow() + timedelta(days=7, minutes=1)):
        assert client.get(undo_path(carin)).status == 410
        assert client.post(undo_path(carin)).status == 410
    assert address_of(carin) == NEW


# Roles


def test_a_coordinator_confirms_only_in_the_browser_that_asked(client: PageClient, scene: Scene) -> None:
    ask(client, scene.bengt, "bengt@home.example")
    path = confirm_path(scene.bengt)
    elsewhere = PageClient(client.app).get(path).press(YES)
    assert (elsewhere.status, elsewhere.h1) == (403, "Öppna länken där du bad om den")
    assert address_of(scene.bengt) == "bengt@example.org"
    client.get(path, as_=scene.bengt).press(YES)
    assert address_of(scene.bengt) == "bengt@home.example"


def test_an_officer_changes_as_well(client: PageClient, scene: Scene) -> None:
    change(client, scene.gun, "gun@police.example")


def test_a_coordinator_never_shares_an_address_with_an_officer(client: PageClient, scene: Scene) -> None:
    for person, address in ((scene.bengt, "gun@example.org"), (scene.gun, "bengt@example.org")):
        before = address_of(person)
        ask(client, person, address)
        page = client.get(confirm_path(person), as_=person).press(YES)
        assert "delar aldrig e-postadress med ett kontaktombud" in page.follow().text
        assert address_of(person) == before


# Around it


def test_who_has_a_dead_old_address_changes_it(client: PageClient, nils: Person) -> None:
    assert "De senaste mejlen kom inte fram dit." in client.get("/me/settings", as_=nils).text
    change(client, nils, "nils@home.example")
    assert nils.mailbox
    assert nils.mailbox.suppression is None
    old = db.session.scalars(select(Mailbox).where(Mailbox.suppression == Suppression.BOUNCED)).one()
    assert old.address == "nils@example.org"  # what bounced there stays known


def test_settings_lead_to_the_choice_of_mails_and_to_leaving(client: PageClient, scene: Scene) -> None:
    page = client.get("/me/settings", as_=scene.carin)
    assert page.click(f"Välj mejl {scene.group.name}").h1 == "Mejl från gruppen"
    assert page.click(f"Lämna gruppen {scene.group.name}").status == 200
    assert "Lämna gruppen" not in client.get("/me/settings", as_=scene.gun).text


def test_each_step_is_in_the_audit_trail_and_in_the_flats_history(client: PageClient, scene: Scene) -> None:
    ask(client, scene.carin, "fel@example.org")
    change(client, scene.carin)
    client.get(undo_path(scene.carin)).press("Ångra bytet")
    steps = select(AuditEntry.what).where(AuditEntry.what.contains("address")).order_by(AuditEntry.id)
    assert list(db.session.scalars(steps)) == [
        "address-change-asked", "address-change-cancelled", "address-change-asked", "address-changed",
        "household-address-changed", "address-changed", "household-address-changed", "address-change-undone",
    ]  # fmt: skip
    flat = scene.stairwell_3.flats[4]
    page = client.get(f"/flats/{flat.id}", as_=scene.bengt)
    assert (flat.number, page.text.count("Någon bytte e-postadress")) == ("1102", 2)


def test_the_links_say_whose_they_are_where_somebody_else_is_signed_in(
    client: PageClient, scene: Scene
) -> None:
    warning = "Länken kom i ett mejl till någon annan än dig"
    ask(client, scene.carin)
    for person in (scene.bengt, scene.gun, scene.carin):
        page = client.get(confirm_path(scene.carin), as_=person)
        assert (page.status, warning in page.text) == (200, person is not scene.carin)
    client.post(confirm_path(scene.carin), as_=scene.carin)
    for person in (scene.bengt, scene.gun, scene.carin):
        page = client.get(undo_path(scene.carin), as_=person)
        assert (page.status, warning in page.text) == (200, person is not scene.carin)


def test_opening_the_links_changes_nothing(client: PageClient, carin: Person, dump: Dump) -> None:
    change(client, carin)
    ask(client, carin, "ny@example.org")
    paths, before = (confirm_path(carin), undo_path(carin, 0)), dump()
    for path in paths:
        assert PageClient(client.app).get(path).status == 200
    assert dump() == before


def test_an_erased_person_leaves_no_address_behind(client: PageClient, scene: Scene) -> None:
    olga = make_person("Olga", "olga@example.org")
    db.session.commit()
    change(client, olga, "olga@home.example")
    path = undo_path(olga)
    for row in (*db.session.scalars(select(SignIn).where(SignIn.person_id == olga.id)), olga):
        db.session.delete(row)
    db.session.commit()
    assert db.session.scalars(select(AddressChange)).all() == []
    assert client.get(path).status == 410
