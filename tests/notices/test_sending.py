"""Checks a coordinator's notice: exactly those counted before sending get it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.factories import flat_of, make_building, make_group, make_member, make_person, stairwell_of
from tests.page_client import BASE, Page, PageClient
from watch.extensions import db
from watch.groups.service import members as service_of_members
from watch.models import (
    Audience,
    AuditEntry,
    Channel,
    Language,
    Level,
    Membership,
    Notice,
    NoticeText,
    OutboxState,
    Person,
    utcnow,
)

TRY = "Skicka ett provmejl till mig"
TEXT = {"title": "Ny lampa i cykelrummet", "body": "Den är på plats.\n\nHälsningar"}


def preview(client: PageClient, scene: Scene, by: Person, **typed: str) -> Page:
    page = client.get(f"/groups/{scene.group.id}/notices/new", as_=by)
    return page.press("Förhandsgranska", TEXT | typed)


def rows(outbox: Outbox) -> tuple[list[str], list[str]]:
    """Return addresses by mail and flats on paper."""
    mails = [row.mailbox.address.partition("@")[0] for row in outbox.rows() if row.mailbox]
    flats = [row.household.flat.number for row in outbox.rows() if row.household]
    return sorted(mails), sorted(flats)


def test_the_group_gets_what_the_preview_counted(
    client: PageClient, scene: Scene, nils: Person, olga: Person, outbox: Outbox
) -> None:
    page = preview(client, scene, scene.amina, audience="group", level="important", source="Polisen")

    assert "4 personer får ett mejl." in page.text
    assert "1 hushåll behöver det på papper: någon där har inte lämnat någon e-postadress." in page.text
    assert "1 hushåll behöver det på papper: en e-postadress där fungerar inte längre." in page.text
    assert "Källa: Polisen" in page.text
    assert page.html.count("tel:112") == 1  # at the foot of the page
    assert (page.buttons, outbox.rows()) == (["Skicka till 4 grannar", "Ändra", TRY], [])

    sent = page.press("Skicka till 4 grannar")

    notice = db.session.scalars(select(Notice)).one()
    assert (sent.status, sent.location) == (303, f"/notices/{notice.id}/report")
    assert (notice.audience, notice.level, notice.source) == (Audience.GROUP, Level.IMPORTANT, "Polisen")
    assert notice.by == scene.amina
    assert [(text.language, text.title, text.body) for text in notice.texts] == [
        (Language.SWEDISH, "Ny lampa i cykelrummet", "Den är på plats.\n\nHälsningar")
    ]
    assert rows(outbox) == (["amina", "bengt", "carin", "dawit"], ["1001", "1103"])
    assert {row.state for row in outbox.rows()} == {OutboxState.QUEUED, OutboxState.TO_PRINT}
    assert {row.language for row in outbox.rows() if row.person_id == scene.dawit.id} == {Language.ARABIC}
    assert [entry.what for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))] == [
        "notice-sent"
    ]


def test_one_stairwell_gets_it_alone(
    client: PageClient, scene: Scene, nils: Person, olga: Person, outbox: Outbox
) -> None:
    page = preview(client, scene, scene.amina, audience=f"stairwell-{scene.stairwell_3.id}")
    page.press("Skicka till 2 grannar")
    assert rows(outbox) == (["bengt", "carin"], ["1001", "1103"])


def test_two_on_one_mailbox_have_a_row_each(
    client: PageClient, scene: Scene, carins_husband: Person, outbox: Outbox
) -> None:
    """The claim makes one mail of them, but two people are told."""
    preview(client, scene, scene.amina, audience="group").press("Skicka till 5 grannar")
    assert rows(outbox)[0] == ["amina", "bengt", "carin", "carin", "dawit"]


def test_a_household_where_somebody_has_no_mail_gets_paper_and_the_same_number_stands_everywhere(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """Carin's mother lives with her and has no address."""
    mother = make_person("Märta Öberg")
    membership = make_member(mother, scene.group, flat_of(scene.stairwell_3, "1203"))
    membership.household = next(
        row.household for row in db.session.scalars(select(type(membership))) if row.person == scene.carin
    )
    page = preview(client, scene, scene.amina, audience="group")
    assert "2 hushåll behöver det på papper" in page.text
    report = page.press("Skicka till 4 grannar").follow()
    carins = membership.household.flat.number if membership.household else ""
    assert rows(outbox)[1] == ["1001", carins]
    assert "2 hushåll behöver det på papper." in report.text
    assert "0 av 2 lägenheter har fått sitt papper." in report.click("Visa dina 2 lägenheter").text
    for address in ("/me", f"/groups/{scene.group.id}/house"):
        assert "2 lägenheter behöver meddelandet på papper" in client.get(address, as_=scene.amina).text
    house = client.get(f"/groups/{scene.group.id}/house", as_=scene.amina)
    assert "Deltar, nås på papper 2" in house.text


def test_when_the_one_without_mail_leaves_the_flat_needs_no_paper(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    mother, rolf = make_person("Märta Öberg"), make_person("Rolf")
    carins = next(row for row in db.session.scalars(select(Membership)) if row.person == scene.carin)
    assert carins.household
    here = [make_member(each, scene.group, carins.household.flat) for each in (mother, rolf)]
    preview(client, scene, scene.amina, audience="group").press("Skicka till 4 grannar")
    assert rows(outbox)[1] == ["1001", carins.household.flat.number]
    service_of_members.leave(here[0], by=scene.amina)
    db.session.commit()
    assert "2 lägenheter behöver" in client.get("/me", as_=scene.amina).text  # Rolf still needs it
    service_of_members.leave(here[1], by=scene.amina)
    db.session.commit()
    assert "1 lägenhet behöver" in client.get("/me", as_=scene.amina).text


def test_who_can_be_reached_in_no_way_is_said(client: PageClient, scene: Scene) -> None:
    hidden = make_person("Granne")
    membership = make_member(hidden, scene.group, flat_of(scene.stairwell_3, "1203"))
    membership.household, membership.stairwell = None, None
    page = preview(client, scene, scene.amina, audience="group")
    assert "1 person nås inte: varken adress eller lägenhet är känd." in page.text


def test_a_stairwells_coordinator_writes_to_own_stairwells_or_the_group(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.bengt)
    assert "Våglängdsgatan 1" not in page.text.replace("Våglängdsgatan 1–3", "")
    assert page.form()["audience"] == f"stairwell-{scene.stairwell_3.id}"

    refused = preview(client, scene, scene.bengt, audience=f"stairwell-{scene.stairwell_1.id}")
    forged = client.post(
        f"/groups/{scene.group.id}/notices",
        TEXT | {"audience": f"stairwell-{scene.stairwell_1.id}", "level": "information"},
        as_=scene.bengt,
    )
    assert (refused.status, forged.status, outbox.rows()) == (422, 422, [])

    preview(client, scene, scene.bengt, audience="group").press("Skicka meddelandet")
    assert len(outbox.rows()) == 5


def test_pressed_twice_it_is_one_notice(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = preview(client, scene, scene.amina, audience="group")
    first, second = page.press("Skicka till 4 grannar"), page.press("Skicka till 4 grannar")
    assert second.location == first.location
    assert (len(db.session.scalars(select(Notice)).all()), len(outbox.rows())) == (1, 5)


@pytest.mark.parametrize(
    "changed",
    [
        {"body": "Den lyser nu."},
        {"title": "Ny lampa"},
        {"title_en": "New lamp", "body_en": "It is there."},
        {"source": "Polisen"},
        {"level": "urgent"},
        {"valid_until": "2099-04-01"},
    ],
)
def test_what_was_changed_by_back_after_sending_is_a_new_notice(
    changed: dict[str, str], client: PageClient, scene: Scene
) -> None:
    written = client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.amina)
    written.press("Förhandsgranska", TEXT | {"audience": "group"}).press("Skicka till 4 grannar")
    first = db.session.scalars(select(Notice)).one()

    again = written.press("Förhandsgranska", TEXT | {"audience": "group"})  # by Back, and nothing changed
    assert again.location == f"/notices/{first.id}/report"
    assert again.follow().flashes[-1] == ("info", "Meddelandet är redan skickat.")

    page = written.press("Förhandsgranska", TEXT | {"audience": "group"} | changed)
    assert "Det du skrev först är redan skickat" in page.text
    assert "Inget har skickats ännu." not in page.text
    assert page.links["Visa det som är skickat"] == f"/notices/{first.id}/report"
    sent = page.press("Skicka till 4 grannar")
    assert sent.status == 303
    assert sent.follow().flashes[-1] == ("done", "Meddelandet är på väg.")
    assert page.press("Skicka till 4 grannar").location == sent.location  # pressed twice
    assert len(db.session.scalars(select(Notice)).all()) == 2


def test_another_text_under_a_key_that_was_sent_is_shown_and_not_sent(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """Two previews of one form stand open in two windows, and both are sent."""
    written = client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.amina)
    stairwell = f"stairwell-{scene.stairwell_3.id}"
    first, text, whom = (
        written.press("Förhandsgranska", TEXT | {"audience": "group"} | more)
        for more in ({}, {"body": "Den lyser nu."}, {"audience": stairwell})
    )
    first.press("Skicka till 4 grannar")
    refused = text.press("Skicka till 4 grannar")
    assert (refused.status, len(outbox.rows())) == (409, 5)
    assert "Den lyser nu." in refused.text
    assert refused.press("Ändra").form()["body"] == "Den lyser nu."
    assert refused.press("Skicka till 4 grannar").status == 303
    assert whom.press("Skicka till 2 grannar").status == 409


def test_who_joins_after_the_preview_makes_it_be_shown_again(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = preview(client, scene, scene.amina, audience="group")
    make_member(scene.jenny, scene.group, flat_of(scene.stairwell_3, "1203"))

    again = page.press("Skicka till 4 grannar")
    assert (again.status, outbox.rows()) == (409, [])
    assert again.flashes == [("warn", "Antalet har ändrats sedan du tittade. Granska igen innan du skickar.")]
    again.press("Skicka till 5 grannar")
    assert len(outbox.rows()) == 6


def test_back_keeps_what_was_typed(client: PageClient, scene: Scene) -> None:
    typed = {
        "audience": "group", "level": "urgent", "source": "Polisen", "valid_until": "2999-01-01",
        "title_en": "New lamp", "body_en": "It is there.", "title_ar": "مصباح جديد", "body_ar": "تم",
    }  # fmt: skip
    page = preview(client, scene, scene.amina, **typed)
    assert "New lamp" in page.text
    back = page.press("Ändra")
    kept = back.form()
    assert (back.status, back.h1) == (200, "Skriv ett meddelande")
    assert {name: kept[name] for name in TEXT | typed} == TEXT | typed


def test_other_languages_are_kept_and_each_reads_their_own(client: PageClient, scene: Scene) -> None:
    preview(
        client, scene, scene.amina, audience="group", title_ar="مصباح جديد", body_ar="تم تركيبه"
    ).press("Skicka till 4 grannar")  # fmt: skip
    notice = db.session.scalars(select(Notice)).one()

    assert client.get(f"/notices/{notice.id}", as_=scene.dawit).h1 == "مصباح جديد"
    assert client.get(f"/notices/{notice.id}", as_=scene.carin).h1 == "Ny lampa i cykelrummet"
    assert client.get(f"/notices/{notice.id}", as_=scene.carin).html.count("tel:112") == 1


def test_a_notice_that_reaches_nobody_is_refused(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    empty = next(each for each in scene.other_group.buildings[0].stairwells if each.number == "12")
    address = f"/groups/{scene.other_group.id}/notices"
    page = client.post(
        f"{address}/preview",
        TEXT | {"audience": f"stairwell-{empty.id}", "level": "information"},
        as_=scene.ivan,
    )
    sent = client.post(
        address, TEXT | {"audience": f"stairwell-{empty.id}", "level": "information"}, as_=scene.ivan
    )
    said = ["Ingen skulle få meddelandet: ingen är med här än. Välj några andra."]
    assert [(each.status, each.errors) for each in (page, sent)] == [(422, said)] * 2
    assert page.form()["title"] == TEXT["title"]
    assert (outbox.rows(), db.session.scalars(select(NoticeText)).all()) == ([], [])


NO_PERSONNUMMER = (
    "Det ser ut som ett personnummer. Skriv aldrig personnummer här. Är det ett annat "
    "nummer, skriv vilket före och siffrorna i ett: OCR, bankgiro, plusgiro, kundnummer "
    "eller ärendenummer 1234567890."
)
NO_PLATE = (
    "Det ser ut som ett registreringsnummer. Ring 112 om brottet pågår, annars tipsa polisen på 114 14. "
    "Ta bort numret här."
)
NO_SUSPECT = (
    "Det ser ut som att du pekar ut en person. Ring 112 om brottet pågår, annars tipsa polisen på 114 14. "
    "Ta bort namnet här."
)
HIDDEN = "Här finns osynliga tecken. Det första står efter ”a”: skriv om det stället."


@on_one_database
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": ""}, "Skriv en rubrik."),
        ({"body": ""}, "Skriv ett meddelande."),
        ({"body": "å" * 10_001}, "Texten är för lång. Högst 10000 tecken."),
        ({"title": "å" * 121}, "Texten är för lång. Högst 120 tecken."),
        ({"body": "Ring 19800101-1234"}, NO_PERSONNUMMER),
        ({"body": "En vit bil, ABC 123, stod här"}, NO_PLATE),
        ({"title": "abc12d igen"}, NO_PLATE),
        ({"body": "En bil, abc-123, stod här"}, NO_PLATE),
        ({"body": "Ring 850709–9805"}, NO_PERSONNUMMER),
        ({"source": "Kalle Karlsson, misstänkt"}, NO_SUSPECT),
        ({"body": "Kalle Karlsson är misstänkt för inbrottet"}, NO_SUSPECT),
        ({"body": "Polisen har gripit en misstänkt. Den misstänkte heter Kalle."}, NO_SUSPECT),
        ({"title_en": "ABC 123", "body_en": "x"}, NO_PLATE),
        ({"title": "a\u202eb"}, HIDDEN),
        ({"body": "a\u202eb"}, HIDDEN),
        ({"title": "=?UTF-8?Q?=0A?=Bcc: x@y"}, "Teckenföljden =? … ?= kan inte skickas. Ta bort den."),
        (
            {"body": "Läs javascript:alert(1)"},
            "Länken går inte att skicka. Använd en adress som börjar med https://.",
        ),
        ({"title_so": "Laambad"}, "Skriv både rubrik och text på språket, eller inget."),
        ({"body_ar": "تم"}, "Skriv både rubrik och text på språket, eller inget."),
        (
            {"valid_until": "2020-01-01"},
            "Den dagen har redan varit. Välj en dag som kommer, eller ingen alls.",
        ),
        ({"valid_until": "2026-02-31"}, "Det datumet finns inte. Skriv till exempel 2026-09-23."),
    ],
)
def test_what_cannot_be_said_is_refused_by_name_and_kept(
    typed: dict[str, str], said: str, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    sent = TEXT | {"audience": "group", "level": "important", "source": "Polisen"} | typed
    address = f"/groups/{scene.group.id}/notices"
    for page in (
        client.post(f"{address}/preview", sent, as_=scene.amina),
        client.post(address, sent, as_=scene.amina),
    ):
        assert (page.status, page.errors) == (422, [said])
        kept = page.form()
        assert {name: kept[name] for name in sent} == sent
    assert (outbox.rows(), db.session.scalars(select(Notice)).all()) == ([], [])


@pytest.mark.parametrize(
    "body",
    [
        "Polisen misstänker att inbrottet på Våglängdsgatan skedde i natt.",
        "Misstänkt inbrott i Hässleholmen. Ring Amina om ni har frågor.",
        "Kostar 300 kr och 200 kronor i pant, port 123. Ring 114 14.",
        "Fler anmälda inbrott i september 2026, källa Polisen.",
    ],
)
def test_what_only_looks_like_it_is_sent(body: str, client: PageClient, scene: Scene) -> None:
    assert preview(client, scene, scene.amina, audience="group", body=body).status == 200


@pytest.mark.parametrize("key", ["", "x" * 41, "é", "a b", "'"])
def test_a_form_key_that_is_none_of_ours_harms_nothing(
    key: str, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    sent = TEXT | {"audience": "group", "level": "information", "form_key": key}
    pages = [client.post(f"/groups/{scene.group.id}/notices", sent, as_=scene.amina) for _time in range(2)]
    assert [page.status for page in pages] == [303, 303]


def test_text_is_shown_as_text(client: PageClient, scene: Scene) -> None:
    body = "<script>alert(1)</script>\n{{ 7*7 }} & <b>fet</b>"
    page = preview(client, scene, scene.amina, audience="group", body=body, title="<i>Rubrik</i>")
    page.press("Skicka till 4 grannar")
    notice = db.session.scalars(select(Notice)).one()
    shown = client.get(f"/notices/{notice.id}", as_=scene.carin)
    assert shown.h1 == "<i>Rubrik</i>"
    assert "<script>alert(1)</script>{{ 7*7 }} & <b>fet</b>" in shown.text


def test_who_moved_in_elsewhere_too_is_told_once(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    """Carin belongs to two groups of the area, and gets its notice once."""
    house = make_building(scene.group.area, scene.house.property.landlord, "Kapplandsgatan", (2,))
    second = make_group(house)
    make_member(scene.carin, second, flat_of(stairwell_of(house, 2), "1001"))
    page = client.post(
        f"/areas/{scene.group.area.slug}/notices",
        TEXT | {"audience": "area_members", "areas": scene.group.area_id, "level": "information"},
        as_=scene.gun,
    )
    assert page.status == 303
    assert rows(outbox)[0] == ["amina", "bengt", "carin", "dawit"]


def test_the_rows_are_dated_and_due_now(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    preview(client, scene, scene.amina, audience="group").press("Skicka till 4 grannar")
    due = [row for row in outbox.rows() if row.channel is Channel.MAIL and row.next_at <= utcnow()]
    assert len(due) == 4


def test_pressed_in_two_windows_at_once_it_is_one_notice(
    app: Flask, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    typed = preview(client, scene, scene.amina, audience="group").form()
    cookie = client.browser(scene.amina).get_cookie("session", domain="127.0.0.1")
    assert cookie
    db.session.commit()

    def press(_window: int) -> str:
        browser = app.test_client()
        browser.set_cookie("session", cookie.value, domain="127.0.0.1")
        return browser.post(f"/groups/{group}/notices", data=typed, base_url=BASE).headers["Location"]

    group = scene.group.id
    db.session.commit()
    with ThreadPoolExecutor(4) as windows:
        led_to = set(windows.map(press, range(4)))
    assert len(led_to) == 1
    assert (len(db.session.scalars(select(Notice)).all()), len(outbox.rows())) == (1, 5)


def test_the_form_says_how_many_each_audience_has_and_the_group_page_to_whom_it_went(
    client: PageClient, scene: Scene
) -> None:
    new = client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.amina)
    assert "Hela gruppen (4 med mejl, 1 på papper)" in new.text
    bengts = preview(client, scene, scene.bengt, audience=f"stairwell-{scene.stairwell_3.id}")
    bengts.press("Skicka till 2 grannar")
    for page in (f"/groups/{scene.group.id}", "/me"):
        assert "till Våglängdsgatan 3 ·" in client.get(page, as_=scene.bengt).text
