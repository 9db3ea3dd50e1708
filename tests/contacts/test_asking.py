"""Once a year contact persons are asked by mail whether what is published of them is right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, select, update

from tests.cast import Scene
from tests.conftest import Dump, Outbox
from tests.factories import make_contact
from tests.mail.letters import button_of, text_of
from tests.page_client import Page, PageClient
from watch import clock
from watch.contacts.queries import year_before
from watch.extensions import db
from watch.jobs import JOBS
from watch.language import local, short_day
from watch.models import (
    Area,
    AuditEntry,
    ContactPerson,
    ContactQuestion,
    ContactRole,
    Language,
    Mailbox,
    Officer,
    OutboxRow,
    Person,
    Suppression,
    utcnow,
)
from watch.retention.service.erasing import erase_what_is_over

RING, ANOTHER = "ring@example.org", "annan@example.org"
A_YEAR_AGO = year_before(local(utcnow()).date()) - timedelta(days=1)


@pytest.fixture
def card(scene: Scene) -> list[ContactPerson]:
    """The same police contact in Hässleholmen and in Boda, unchecked for a year and a day."""
    areas = scene.group.area, scene.other_group.area
    rows = [make_contact(ContactRole.POLICE, "Polisen i Borås", area) for area in areas]
    for contact in rows:
        contact.name, contact.email, contact.hours = "Per Ek", RING, "vardagar 8–16"
        contact.checked_on = A_YEAR_AGO
    db.session.commit()
    return rows


def run_clock(now: datetime | None = None) -> None:
    """Let the clock do its job of the contacts, as on the day of `now`."""
    clock.run_due([job for job in JOBS if job.name == "contacts"], now)


def asked(outbox: Outbox) -> list[OutboxRow]:
    return [row for row in outbox.rows() if row.mailing.kind == "contact-asked"]


def ask(outbox: Outbox) -> str:
    """Ask, and return the link of the mail."""
    run_clock()
    (row,) = asked(outbox)
    return button_of(row)


def fresh(contact: ContactPerson) -> ContactPerson:
    db.session.expire_all()
    return db.session.get(ContactPerson, contact.id) or pytest.fail("it is gone")


def acts() -> list[tuple[str, int | None]]:
    wanted = select(AuditEntry.what, AuditEntry.by_id).where(AuditEntry.what.startswith("contact-"))
    return [(what, by) for what, by in db.session.execute(wanted.order_by(AuditEntry.id))]


def today() -> date:
    return local(utcnow()).date()


def test_the_mail_says_exactly_what_is_published_and_for_whom(
    client: PageClient, scene: Scene, card: list[ContactPerson], outbox: Outbox
) -> None:
    other = make_contact(ContactRole.MUNICIPALITY, "Borås Stad", phone="+46339999999")
    other.email, other.checked_on = ANOTHER, today()
    link = ask(outbox)
    (row,) = asked(outbox)
    assert row.mailbox
    assert (row.mailbox.address, row.language, row.person_id) == (RING, Language.SWEDISH, None)
    told = text_of(row)
    for fact in ("Kommunpolis", "Polisen i Borås", "Per Ek", "033-700 00 00", RING, "vardagar 8–16"):
        assert fact in told, fact
    assert "Gäller för: Hässleholmen, Boda" in told
    assert "Borås Stad" not in told
    page = client.get(link)
    assert page.h1 == "Stämmer dina kontaktuppgifter?"
    assert "033-700 00 00" in page.text
    people = [scene.gun.name, scene.amina.name, "Borås Stad", "033-999 99 99"]
    assert [name for name in people if name in page.text] == [], "nobody else is shown"


def test_the_language_is_the_readers_where_it_is_known(
    scene: Scene, card: list[ContactPerson], outbox: Outbox
) -> None:
    scene.gun.language = Language.SOMALI
    for contact in card:
        contact.email = "gun@example.org"
    db.session.commit()
    assert scene.gun.mailbox
    assert scene.gun.mailbox.address == "gun@example.org"
    run_clock()
    assert [row.language for row in asked(outbox)] == [Language.SOMALI]


def test_the_clock_asks_once_and_once_more_after_30_days_and_then_leaves_it(
    scene: Scene, card: list[ContactPerson], outbox: Outbox
) -> None:
    start = utcnow()
    counts = {}
    for day in (0, 0, 1, 29, 30, 31, 60, 120, 200, 360):
        with time_machine.travel(start + timedelta(days=day)):
            before = {row.id for row in asked(outbox)}
            run_clock()
            run_clock()
            counts[day] = counts.get(day, 0) + len({row.id for row in asked(outbox)} - before)
            if day == 30:
                first, again = asked(outbox)
                assert button_of(first) == button_of(again), "the same link"
            erase_what_is_over(utcnow())
            db.session.commit()
    assert counts == {0: 1, 1: 0, 29: 0, 30: 1, 31: 0, 60: 0, 120: 0, 200: 0, 360: 0}


def test_the_same_day_twice_is_one_mail_though_the_job_itself_runs_again(
    card: list[ContactPerson], outbox: Outbox
) -> None:
    (job,) = (job for job in JOBS if job.name == "contacts")
    for _ in range(3):
        job.work(utcnow())
        db.session.commit()
    assert len(asked(outbox)) == 1


@pytest.mark.parametrize("field", ["checked", "no address", "removed", "resigned", "bounced"])
def test_nobody_is_asked_without_reason(field: str, card: list[ContactPerson], outbox: Outbox) -> None:
    changes: dict[str, dict[str, object]] = {
        "checked": {"checked_on": year_before(today())},
        "no address": {"email": None},
        "removed": {"removed_at": utcnow()},
        "resigned": {"resigned_at": utcnow()},
        "bounced": {},
    }
    db.session.execute(update(ContactPerson).values(changes[field] or {"hours": "vardagar 8–16"}))
    if field == "bounced":
        run_clock()
        box = db.session.scalars(select(Mailbox).where(Mailbox.id.in_(select(ContactQuestion.mailbox_id))))
        mailbox = box.one()
        mailbox.suppression, mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
        db.session.commit()
        with time_machine.travel(utcnow() + timedelta(days=31)):
            run_clock()
        assert len(asked(outbox)) == 1, "the second mail would bounce too: the officers' list has it"
        return
    db.session.commit()
    run_clock()
    assert asked(outbox) == []


def test_one_row_unchecked_asks_about_the_whole_card_and_a_second_card_by_itself(
    client: PageClient, scene: Scene, card: list[ContactPerson], outbox: Outbox
) -> None:
    card[0].checked_on = today()
    second = make_contact(ContactRole.MUNICIPALITY, "Borås Stad")
    second.email, second.checked_on = RING, A_YEAR_AGO
    db.session.commit()
    run_clock()
    told = sorted((text_of(row), button_of(row)) for row in asked(outbox))
    assert len(told) == 2
    (of_police,) = (link for text, link in told if "Gäller för: Hässleholmen, Boda" in text)
    client.get(of_police).press("Ja, det stämmer")
    assert fresh(card[1]).checked_on == today()
    assert fresh(second).checked_on == A_YEAR_AGO, "each link is for its own card"


def test_a_link_that_is_opened_by_a_scanner_changes_nothing_and_pressed_twice_counts_once(
    client: PageClient, card: list[ContactPerson], outbox: Outbox, dump: Dump
) -> None:
    link = ask(outbox)
    before = dump()
    assert {client.get(link).status for _ in range(5)} == {200}
    assert client.get(f"{link}/change").status == 200
    assert dump() == before
    page = client.get(link)
    for _ in range(2):
        answer = page.press("Ja, det stämmer")
        assert (answer.status, answer.follow().flashes) == (
            303, [("done", "Tack! Nu vet grannarna att uppgifterna stämmer.")],
        )  # fmt: skip
    assert [fresh(each).checked_on for each in card] == [today()] * 2
    assert acts() == [("contact-confirmed", None)] * 2, "one for each row, and none for the second press"
    run_clock(utcnow() + timedelta(days=31))
    assert len(asked(outbox)) == 1


def test_a_year_later_they_are_asked_again_by_another_link(
    client: PageClient, card: list[ContactPerson], outbox: Outbox
) -> None:
    link = ask(outbox)
    client.get(link).press("Ja, det stämmer")
    with time_machine.travel(utcnow() + timedelta(days=364)):
        run_clock()
        assert len(asked(outbox)) == 1
    with time_machine.travel(utcnow() + timedelta(days=367)):
        run_clock()
        _first, later = asked(outbox)
        assert client.get(button_of(later)).status == 200
        assert client.get(link).status == 410


def correct(client: PageClient, link: str, **typed: str) -> Page:
    return client.get(link).click("Något har ändrats").press("Spara ändringen", typed)


def test_what_they_correct_is_published_at_once_and_the_officers_are_told(
    client: PageClient, scene: Scene, card: list[ContactPerson], outbox: Outbox
) -> None:
    link = ask(outbox)
    form, typed = client.get(f"{link}/change"), {"phone": "033-700 11 22", "hours": ""}
    assert [form.press("Spara ändringen", typed).status for _ in range(2)] == [303] * 2
    assert [(fresh(each).phone, each.hours, each.email) for each in card] == [
        ("+46337001122", None, RING)
    ] * 2
    assert "033-700 11 22" in client.get("/contacts").text
    overview = client.get("/overview", as_=scene.gun)
    assert "Kontakter som själva har ändrat sina uppgifter" in overview.text
    listed = client.get("/contacts/edit", as_=scene.gun)
    assert "Ändrad av kontakten själv" in listed.text
    listed.press("Uppgifterna stämmer Polisen i Borås")
    assert "Ändrad av kontakten själv" not in client.get("/contacts/edit", as_=scene.gun).text
    assert "själva har ändrat" not in client.get("/overview", as_=scene.gun).text
    assert acts()[:2] == [("contact-corrected", None)] * 2


def told(outbox: Outbox) -> set[str]:
    """Return who is mailed about a correction."""
    rows = [row for row in outbox.rows() if row.mailing.kind == "contact-corrected"]
    return {row.mailbox.address for row in rows if row.mailbox}


def test_each_officer_of_the_cards_areas_is_mailed_what_it_was_and_is(
    client: PageClient, scene: Scene, card: list[ContactPerson], outbox: Outbox
) -> None:
    link = ask(outbox)
    assert correct(client, link, phone="033-700 00 00").status == 303
    assert told(outbox) == set(), "nothing was changed"
    correct(client, link, name="", phone="033-700 11 22")
    assert told(outbox) == addresses_of(*card) == {"gun@example.org", "hodan@example.org"}
    row = next(each for each in outbox.rows() if each.mailing.kind == "contact-corrected")
    for words in (
        "Kommunpolis · Polisen i Borås Gäller för: Hässleholmen, Boda",
        "Förut: Per Ek · 033-700 00 00 · vardagar 8–16 Nu: 033-700 11 22 · vardagar 8–16",
    ):
        assert words in text_of(row)
    assert button_of(row).endswith("/contacts/edit")
    listed = client.get("/contacts/edit", as_=scene.gun)
    assert "Förut: Per Ek · 033-700 00 00 · vardagar 8–16" in listed.text
    listed.press("Uppgifterna stämmer Polisen i Borås")
    assert "Förut" not in client.get("/contacts/edit", as_=scene.gun).text
    assert fresh(card[0]).corrected_from is None


def addresses_of(*contacts: ContactPerson) -> set[str]:
    """Return the addresses of the officers who follow the contacts' areas."""
    areas = {each.area_id for each in contacts}
    here = Officer.is_current if None in areas else Officer.is_current & Officer.area_id.in_(areas)
    people = db.session.scalars(select(Person).join(Officer, Officer.person_id == Person.id).where(here))
    return {each.mailbox.address for each in people if each.mailbox}


def test_of_a_contact_for_all_areas_every_officer_is_told(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    contact = make_contact(ContactRole.MUNICIPALITY, "Borås Stad")
    contact.email, contact.checked_on = RING, A_YEAR_AGO
    db.session.commit()
    correct(client, ask(outbox), phone="033-700 11 22")
    everybody = addresses_of(contact)
    assert len(everybody) > 1
    assert told(outbox) == everybody


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"phone": "ring mig"}, "Telefonnumret stämmer inte."),
        ({"name": "www.example.org"}, "Skriv bara ett namn, utan webbadress och e-postadress."),
        ({"hours": "x" * 121}, "Texten är för lång. Högst 120 tecken."),
        ({"hours": "Bilen ABC 123"}, "Det ser ut som ett registreringsnummer."),
        ({"hours": "850709-9805"}, "Det ser ut som ett personnummer."),
    ],
)
def test_what_they_may_not_write_is_explained_and_kept(
    client: PageClient, card: list[ContactPerson], outbox: Outbox, typed: dict[str, str], said: str
) -> None:
    page = correct(client, ask(outbox), **typed)
    assert page.status == 422
    assert page.errors[0].startswith(said)
    assert (fresh(card[0]).phone, card[0].name) == ("+46337000000", "Per Ek")


ONLY_NAME = (
    "Skriv bara ditt namn, utan roll och nummer. Det går bra utan namn. Ska något annat stå? Säg till den "
    "som följer området."
)
ONLY_HOURS = "Skriv bara när kontakten svarar. Polisen och 112 står redan här."
COSTS = "Det numret kostar extra att ringa. Skriv ett vanligt nummer, till exempel 070-123 45 67."


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "Polisen 112", ONLY_NAME), ("name", "Po lisen", ONLY_NAME),
        ("name", "Hyresvärden", ONLY_NAME), ("hours", "Ring polisen här", ONLY_HOURS),
        ("hours", "Annars 112", ONLY_HOURS), ("phone", "0900-123 456", COSTS),
    ],
)  # fmt: skip
@pytest.mark.parametrize("role", [each for each in ContactRole if each is not ContactRole.POLICE])
def test_no_link_makes_a_contact_the_police_or_a_number_that_costs(
    client: PageClient, scene: Scene, outbox: Outbox, role: ContactRole, field: str, typed: str, said: str
) -> None:
    contact = make_contact(role, "Borås Stad", scene.group.area)
    contact.name, contact.email, contact.checked_on = "Kommunens Åsa Ek", RING, A_YEAR_AGO
    db.session.commit()
    link = ask(outbox)
    page = correct(client, link, **{field: typed})
    assert (page.status, page.errors, page.form()[field]) == (422, [said], typed)
    assert (fresh(contact).name, contact.phone, contact.hours) == ("Kommunens Åsa Ek", "+46337000000", None)
    assert correct(client, link, hours="vardagar 8–16").status == 303, "what stands there may stay"
    assert correct(client, link, name="Nikos Polis").status == 303
    assert (fresh(contact).name, contact.hours) == ("Nikos Polis", "vardagar 8–16")


def test_by_the_link_of_a_groups_own_contact_nobody_is_called_as_an_officer(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    contact = make_contact(ContactRole.GROUP, "Styrelsen", scene.group)
    contact.email, contact.checked_on, scene.gun.name = RING, A_YEAR_AGO, "Gun Sandberg"
    db.session.commit()
    link = ask(outbox)
    assert correct(client, link, name="sandberg gun").errors == [ONLY_NAME]
    assert correct(client, link, name="Eva Ek").status == 303


def test_the_polices_own_contact_says_what_it_is(
    client: PageClient, card: list[ContactPerson], outbox: Outbox
) -> None:
    typed = {"name": "Kommunpolis Per Ek", "hours": "Vid brott som pågår: 112"}
    assert correct(client, ask(outbox), **typed).status == 303
    assert (fresh(card[0]).name, card[0].hours) == (typed["name"], typed["hours"])


def test_address_role_and_whom_it_is_for_cannot_be_sent_along(
    client: PageClient, scene: Scene, card: list[ContactPerson], outbox: Outbox
) -> None:
    more = {"email": ANOTHER, "role": "group", "organisation": "Jag", "whom": "everywhere"}
    assert correct(client, ask(outbox), phone="033-700 11 22", **more).status == 303
    contact = fresh(card[0])
    assert (contact.email, contact.role, contact.organisation, contact.area_id) == (
        RING, ContactRole.POLICE, "Polisen i Borås", scene.group.area_id,
    )  # fmt: skip


def test_who_is_it_no_more_is_first_in_the_officers_list_and_stays_until_they_act(
    client: PageClient, scene: Scene, card: list[ContactPerson], outbox: Outbox
) -> None:
    old = make_contact(ContactRole.FAULT_REPORT, "AAA Jouren", scene.group.area)
    old.checked_on = A_YEAR_AGO
    db.session.commit()
    link = ask(outbox)
    unsure = client.post(f"{link}/resign")
    assert unsure.follow().flashes[0][0] == "warn"
    assert fresh(card[0]).resigned_at is None, "programs press buttons, but tick nothing"
    answer = client.get(link).press("Säg till", {"sure": "y"})
    assert answer.status == 303
    assert "Du har sagt att du inte är kontakt längre." in answer.follow().text
    assert "Polisen i Borås" in client.get("/contacts").text
    text = client.get("/overview", as_=scene.gun).text
    assert text.index("Kontakter som säger att de inte är det längre") < text.index("inte är kontrollerade")
    needs = text[text.index("Behöver dig") :]
    assert needs.count("Polisen i Borås Ta bort eller byt") == 1
    assert "Polisen i Borås Kontrollera" not in needs, "not among the unchecked as well"
    page = client.get("/contacts/edit", as_=scene.gun)
    assert page.text.index("Säger att det inte stämmer") < page.text.index("AAA Jouren")
    run_clock(utcnow() + timedelta(days=31))
    assert len(asked(outbox)) == 1

    client.get(link).press("Ja, det stämmer")  # pressed by mistake
    assert [fresh(each).resigned_at for each in card] == [None, None]
    assert "inte är det längre" not in client.get("/overview", as_=scene.gun).text


def test_an_officer_who_changes_the_card_answers_what_its_person_said(
    client: PageClient, scene: Scene, card: list[ContactPerson], outbox: Outbox
) -> None:
    link = ask(outbox)
    client.get(link).press("Säg till", {"sure": "y"})
    page = client.get("/contacts/edit", as_=scene.gun).click("Ändra Polisen i Borås")
    page.press("Spara ändringen", {"name": "Eva Ek", "email": ANOTHER})
    assert (fresh(card[0]).resigned_at, card[0].email, card[0].checked_on) == (None, ANOTHER, today())
    assert fresh(card[1]).resigned_at is not None, "Boda's officer has not acted"
    assert client.get(link).status == 200
    assert "Hässleholmen" not in client.get(link).text, "that one is somebody else's now"


def test_the_answer_to_a_page_from_before_a_change_counts_for_nothing(
    client: PageClient, scene: Scene, card: list[ContactPerson], outbox: Outbox
) -> None:
    link = ask(outbox)
    page, form = client.get(link), client.get(f"{link}/change")
    for contact in card:
        contact.phone = "+46337009999"
    db.session.commit()
    again = page.press("Ja, det stämmer").follow()
    assert again.flashes == [("warn", "Någon annan ändrade just kontakten. Titta igenom den igen.")]
    assert "033-700 99 99" in again.text
    assert fresh(card[0]).checked_on == A_YEAR_AGO
    told = form.press("Spara ändringen", {"phone": "033-700 11 22"})
    assert (told.status, told.errors) == (
        422, ["Någon annan ändrade just kontakten. Titta igenom den igen."],
    )  # fmt: skip
    assert "033-700 99 99" in told.text
    assert fresh(card[0]).phone == "+46337009999"
    assert told.press("Spara ändringen").status == 303
    assert fresh(card[0]).phone == "+46337001122"


def _removed(card: list[ContactPerson]) -> None:
    for contact in card:
        contact.removed_at = utcnow()


def _other_address(card: list[ContactPerson]) -> None:
    for contact in card:
        contact.email = ANOTHER


def _erased(card: list[ContactPerson]) -> None:
    box = select(Mailbox.id).where(Mailbox.id.in_(select(ContactQuestion.mailbox_id)))
    db.session.execute(delete(OutboxRow))
    db.session.execute(
        delete(Mailbox).where(Mailbox.id.in_(box)).execution_options(synchronize_session=False)
    )


@pytest.mark.parametrize("ends", [_removed, _other_address, _erased])
def test_a_link_ends_with_its_card_its_address_and_its_mailbox(
    ends: Callable[[list[ContactPerson]], None],
    client: PageClient,
    card: list[ContactPerson],
    outbox: Outbox,
) -> None:
    link = ask(outbox)
    page, form = client.get(link), client.get(f"{link}/change")
    ends(card)
    db.session.commit()
    db.session.expire_all()
    dead = client.get(link)
    assert (dead.status, dead.h1) == (410, "Länken till dina kontaktuppgifter gäller inte längre")
    answers = [
        page.press("Ja, det stämmer"),
        form.press("Spara ändringen", {"phone": "033-700 11 22"}),
        page.press("Säg till", {"sure": "y"}),
    ]
    assert [answer.status for answer in answers] == [410] * 3
    assert (fresh(card[0]).checked_on, card[0].phone, card[0].resigned_at) == (
        A_YEAR_AGO,
        "+46337000000",
        None,
    )
    assert acts() == []


def test_an_old_link_is_dead_and_erased_a_month_later_with_the_mailbox(
    client: PageClient, card: list[ContactPerson], outbox: Outbox
) -> None:
    link = ask(outbox)
    with time_machine.travel(utcnow() + timedelta(days=89)):
        assert client.get(link).status == 200
    with time_machine.travel(utcnow() + timedelta(days=91)):
        assert client.get(link).status == 410
        erase_what_is_over(utcnow())
        assert db.session.scalars(select(ContactQuestion)).all() != []
    with time_machine.travel(utcnow() + timedelta(days=121)):
        erase_what_is_over(utcnow())
        db.session.commit()
        assert db.session.scalars(select(ContactQuestion)).all() == []
        assert client.get(link).status == 410
    assert fresh(card[0]).asked_at is not None, "or they would be asked every fourth month"


@pytest.fixture
def three(scene: Scene, card: list[ContactPerson], norrby: Area) -> list[ContactPerson]:
    """The card in a third area as well, which is Gun's too."""
    third = make_contact(ContactRole.POLICE, "Polisen i Borås", norrby)
    third.name, third.email, third.hours, third.checked_on = "Per Ek", RING, "vardagar 8–16", A_YEAR_AGO
    db.session.commit()
    return [*card, third]


def change_phone(contact: ContactPerson, phone: str) -> None:
    """Change one row of a card, as the officer of that area alone."""
    contact.phone = phone
    db.session.commit()


def phones(card: list[ContactPerson]) -> list[str | None]:
    return [fresh(each).phone for each in card]


def test_a_form_that_is_saved_unchanged_writes_nothing_over_what_an_officer_changed_in_one_area(
    client: PageClient, three: list[ContactPerson], outbox: Outbox
) -> None:
    link = ask(outbox)
    before = client.get(link).click("Något har ändrats")
    change_phone(three[1], "+46337009999")
    back = before.press("Spara ändringen").follow()
    assert [each for each in ("033-700 00 00", "033-700 99 99") if each not in back.text] == []
    assert phones(three) == ["+46337000000", "+46337009999", "+46337000000"]
    told = before.press("Spara ändringen", {"hours": "vardagar 9–12"})
    assert (told.status, told.errors) == (
        422, ["Någon annan ändrade just kontakten. Titta igenom den igen."],
    )  # fmt: skip
    assert "033-700 99 99" in told.text, "the card of the other area is shown below"
    assert told.press("Spara ändringen").status == 303, "of the two that are one card still"
    assert [fresh(each).hours for each in three] == ["vardagar 9–12", "vardagar 8–16", "vardagar 9–12"]
    assert phones(three) == ["+46337000000", "+46337009999", "+46337000000"]
    old = client.post(f"{link}/change", {"name": "Per Ek", "phone": "033-700 11 22"})
    assert old.status == 422, "a page from before that names no card"
    assert phones(three) == ["+46337000000", "+46337009999", "+46337000000"]


def test_each_card_that_differs_is_corrected_by_its_own_form(
    client: PageClient, three: list[ContactPerson], outbox: Outbox
) -> None:
    link = ask(outbox)
    change_phone(three[1], "+46337009999")
    page = client.get(link)
    assert "Något har ändrats" not in page.links, "it says of which"
    form = page.click("Något har ändrats Boda")
    assert form.form()["phone"] == "033-700 99 99"
    assert form.press("Spara ändringen").status == 303
    assert phones(three) == ["+46337000000", "+46337009999", "+46337000000"]
    form = client.get(link).click("Något har ändrats Boda")
    other = client.get(link).click("Något har ändrats Hässleholmen, Norrby")
    for _ in range(2):
        assert form.press("Spara ändringen", {"phone": "033-700 11 22"}).status == 303
    assert phones(three) == ["+46337000000", "+46337001122", "+46337000000"]
    assert other.press("Spara ändringen", {"phone": "033-700 33 44"}).status == 303
    assert phones(three) == ["+46337003344", "+46337001122", "+46337003344"]


def test_a_link_corrects_only_its_own_cards_and_says_when_one_is_not_among_them_any_more(
    client: PageClient, three: list[ContactPerson], outbox: Outbox
) -> None:
    other = make_contact(ContactRole.MUNICIPALITY, "Borås Stad")
    db.session.commit()
    link = ask(outbox)
    form = client.get(link).click("Något har ändrats")
    taken = f"{link}/change?card={three[0].id}"
    three[0].email = ANOTHER
    db.session.commit()
    for press in (
        lambda: client.get(taken),
        lambda: form.press("Spara ändringen", {"phone": "033-700 11 22"}),
    ):
        gone = press()
        assert (gone.status, f"{gone.location}") == (303, link[link.index("/c/") :])
        assert gone.follow().flashes == [
            ("warn", "Någon annan ändrade just kontakten. Titta igenom den igen.")
        ]
    for number in (other.id, 10**30, -1):
        assert client.post(f"{link}/change?card={number}", {"phone": "033-700 11 22"}).status == 303
    assert client.get(f"{link}/change?card=x").status == 200
    assert phones([*three, other]) == ["+46337000000"] * 4


def test_after_an_officers_change_the_page_shows_both_and_what_cancel_does(
    client: PageClient, card: list[ContactPerson], outbox: Outbox
) -> None:
    link = ask(outbox)
    form = client.get(link).click("Något har ändrats")
    assert "Det här har någon annan sparat" not in form.text
    for contact in card:
        change_phone(contact, "+46337009999")
    told = form.press("Spara ändringen", {"hours": "vardagar 9–12"})
    for words in (
        "Det här har någon annan sparat", "033-700 99 99", "Tryck på Avbryt om det andra ska gälla.",
    ):  # fmt: skip
        assert words in told.text
    assert (told.form()["phone"], told.form()["hours"]) == ("033-700 00 00", "vardagar 9–12")
    assert told.click("Avbryt").h1 == "Stämmer dina kontaktuppgifter?"
    assert phones(card) == ["+46337009999"] * 2
    assert told.press("Spara ändringen").status == 303
    assert phones(card) == ["+46337000000"] * 2


def _yes(client: PageClient, link: str) -> None:
    client.get(link).press("Ja, det stämmer")


def _correction(client: PageClient, link: str) -> None:
    correct(client, link, phone="033-700 11 22")


@pytest.mark.parametrize("answer", [_yes, _correction])
def test_after_an_answer_the_link_is_good_for_14_more_days(
    answer: Callable[[PageClient, str], None],
    client: PageClient,
    card: list[ContactPerson],
    outbox: Outbox,
) -> None:
    link, start = ask(outbox), utcnow()
    with time_machine.travel(start + timedelta(days=40)):
        answer(client, link)
        until = short_day(utcnow() + timedelta(days=14))
        assert re.search(rf"Länken gäller till \w+ {until}\b", client.get(link).text)
    with time_machine.travel(start + timedelta(days=50)):
        correct(client, link, phone="033-700 33 44")  # a second thought adds no days
        assert phones(card) == ["+46337003344"] * 2
    with time_machine.travel(start + timedelta(days=55)):
        assert client.get(link).status == 410
        assert client.post(f"{link}/change", {"phone": "033-700 55 66"}).status == 410
    assert phones(card) == ["+46337003344"] * 2


def test_an_answer_on_the_last_day_adds_none(
    client: PageClient, card: list[ContactPerson], outbox: Outbox
) -> None:
    link, start = ask(outbox), utcnow()
    with time_machine.travel(start + timedelta(days=89)):
        _yes(client, link)
    with time_machine.travel(start + timedelta(days=91)):
        assert client.get(link).status == 410
