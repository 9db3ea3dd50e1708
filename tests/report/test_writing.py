"""Checks how officers write a report: begun, changed by two, published, withdrawn, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import make_officer, make_outreach, make_person, make_report
from tests.page_client import Page, PageClient
from watch.bands import FEW
from watch.extensions import db
from watch.groups.queries.areas import number_of_flats
from watch.models import (
    AuditEntry,
    Group,
    Officer,
    Person,
    Report,
    ReportIndicator,
    ReportText,
    Theme,
    utcnow,
)
from watch.report.period import Period
from watch.report.queries.figures import groups_of

YEAR = {"title": "Så blev det 2025", "areas": ["hassleholmen"], "since": "2025-01-01", "until": "2025-12-31"}


@pytest.fixture
def colleague(scene: Scene) -> Person:
    """Sara, who follows Hässleholmen with Gun."""
    sara = make_person("Sara Lindh", "sara.lindh@example.org")
    make_officer(sara, scene.group.area)
    db.session.commit()
    return sara


def begin(client: PageClient, scene: Scene, **typed: Any) -> Page:
    return client.get("/report/new", as_=scene.gun).press("Börja", YEAR | typed)


def reports() -> list[Report]:
    db.session.expire_all()
    return list(db.session.scalars(select(Report).order_by(Report.id)))


def deeds() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)))


def publish(client: PageClient, report: Report, by: Person) -> Page:
    page = client.get(f"/report/{report.id}/publish", as_=by)
    return page.press("Publicera", {"read": ["nobody"]})


def test_a_report_is_begun_written_reviewed_and_read_by_everybody(client: PageClient, scene: Scene) -> None:
    assert "Ingen rapport ännu" in client.get("/report", as_=scene.gun).text
    draft = begin(client, scene, contact_name="Kommunpolisen", contact_phone="114 14").follow()
    assert draft.flashes == [("done", "Rapporten är påbörjad. Siffrorna är redan ifyllda.")]
    assert client.get("/promises/sa-blev-det-2025").status == 404

    text = draft.click("Skriv en text, Kort sagt")
    draft = text.press("Spara", {"text": "Vi höll löftet.\n\nFler kommer nu."}).follow()
    indicator = draft.click("Lägg till ett mått")
    known = {"what": "Trygga på kvällen", "before": "62 %", "after": "68 %", "source": "NTU 2025"}
    draft = indicator.press("Lägg till", known).follow()

    review = draft.click("Läs igenom och publicera")
    assert review.press("Publicera").errors == [
        "Läs igenom rapporten och kryssa i rutan. Sedan kan alla läsa den."
    ]
    done = review.press("Publicera", {"read": ["nobody"]}).follow()
    assert done.flashes == [("done", "Publicerat. Nu kan alla läsa rapporten.")]
    page = client.get("/promises/sa-blev-det-2025")
    for said in ("Vi höll löftet.", "Trygga på kvällen 62 % 68 % NTU 2025", "Kommunpolisen 114 14"):
        assert said in page.text
    assert deeds() == ["report-begun", "report-changed", "report-changed", "report-published"]
    assert "Så blev det 2025" in client.get("/report?q=hassleholm", as_=scene.gun).links
    assert "Inget passar" in client.get("/report?q=2019", as_=scene.gun).text


def test_a_measure_is_corrected_and_the_second_of_two_is_shown_both(
    client: PageClient, scene: Scene, colleague: Person
) -> None:
    report = make_report(scene.group.area, by=scene.gun)
    measured = {"name": "Trygga på kvällen", "before": "62 %", "after": "68 %", "source": "NTU 2025"}
    report.indicators = [ReportIndicator(**measured)]
    db.session.commit()
    here = client.get(f"/report/{report.id}", as_=scene.gun).click("Ändra, Trygga på kvällen")
    hers = client.get(here.path, as_=colleague)
    for value, error in (("", "Skriv värdet efter."), ("x" * 61, "Texten är för lång. Högst 60 tecken.")):
        assert here.press("Spara", {"after": value}).errors == [error]
    done = here.press("Spara", {"after": "69 %"}).follow()
    assert done.flashes == [("done", "Ändringen är sparad.")]
    assert "Trygga på kvällen 62 % 69 % NTU 2025" in done.text

    refused = hers.press("Spara", {"source": "NTU 2026"})
    assert (refused.status, refused.errors) == (
        422, ["Någon annan ändrade samtidigt. Jämför, och spara det som stämmer."]
    )  # fmt: skip
    assert "69 %" in refused.text
    assert refused.form()["after"] == "68 %", "what she saw and typed is kept"
    assert refused.press("Spara", {"after": "69 %"}).status == 303
    db.session.expire_all()
    (kept,) = reports()[0].indicators
    assert (kept.after, kept.source) == ("69 %", "NTU 2026")
    assert deeds() == ["report-begun", "report-changed", "report-changed"]

    client.post(f"/report/{report.id}/indicators/{kept.id}/remove", as_=scene.gun)
    assert client.get(hers.path, as_=colleague).follow().flashes[-1] == ("info", "Måttet är borttaget.")
    gone = hers.press("Spara", {"after": "70 %"})
    assert (gone.status, gone.errors) == (
        422, ["Någon annan har tagit bort måttet. Sparar du, läggs det till igen."]
    )  # fmt: skip
    assert gone.press("Lägg till").status == 303
    assert [each.after for each in reports()[0].indicators] == ["70 %"]


REFUSED = [
    ({"title": ""}, "Skriv en rubrik."),
    ({"title": "x" * 121}, "Texten är för lång. Högst 120 tecken."),
    ({"title": "Bilen ABC 123"}, "Det ser ut som ett registreringsnummer."),
    ({"areas": []}, "Kryssa för minst ett område."),
    ({"areas": ["boda"]}, "Välj ett av alternativen i listan."),
    ({"since": ""}, "Välj vilken dag perioden börjar."),
    ({"until": "några"}, "Det datumet finns inte. Skriv till exempel 2026-09-23."),
    ({"until": "2025-02-31"}, "Det datumet finns inte. Skriv till exempel 2026-09-23."),
    ({"until": "2024-12-31"}, "Perioden slutar innan den börjar. Byt plats på dagarna."),
    ({"until": "2036-01-01"}, "Perioden är för lång. Välj högst tio år."),
    ({"since": "0001-01-01"}, "Titta på årtalet. Skriv till exempel 2026-09-23."),
    ({"until": "9999-12-31"}, "Titta på årtalet. Skriv till exempel 2026-09-23."),
    ({"language": "tlh"}, "Välj ett av alternativen i listan."),
    ({"contact_phone": "-1"}, "Telefonnumret stämmer inte. Skriv till exempel 070-123 45 67."),
    ({"contact_email": "gun@"}, "Det saknas något efter"),
]


@on_one_database
@pytest.mark.parametrize(("typed", "message"), REFUSED)
def test_what_cannot_be_is_refused_and_kept(
    typed: dict[str, Any], message: str, client: PageClient, scene: Scene
) -> None:
    refused = begin(client, scene, **typed)
    assert (refused.status, [each[: len(message)] for each in refused.errors][:1]) == (422, [message])
    kept = refused.form("/report/new")
    for name, value in typed.items():
        if name in {"title", "contact_phone", "contact_email"}:
            assert kept[name] == value[:241]
    assert reports() == []


def test_two_officers_write_one_text_and_the_second_is_shown_both(
    client: PageClient, scene: Scene, colleague: Person
) -> None:
    report = make_report(scene.group.area, by=scene.gun)
    for before in ("", "Först."):
        guns, saras = (
            client.get(f"/report/{report.id}/texts/est", as_=who) for who in (scene.gun, colleague)
        )
        assert guns.press("Spara", {"text": f"{before}Guns text."}).status == 303
        both = saras.press("Spara", {"text": f"{before}Saras text."})
        assert both.errors == ["Någon annan ändrade samtidigt. Jämför, och spara det som stämmer."]
        assert (f"{before}Guns text." in both.text, both.form()["text"]) == (True, f"{before}Saras text.")
        assert [each.text for each in reports()[0].texts] == [f"{before}Guns text."]
        assert both.press("Spara").status == 303
        assert [each.text for each in reports()[0].texts] == [f"{before}Saras text."]


def test_two_officers_change_one_report_and_the_second_is_shown_both(
    client: PageClient, scene: Scene, colleague: Person
) -> None:
    report = make_report(scene.group.area, by=scene.gun)
    guns, saras = (client.get(f"/report/{report.id}/edit", as_=who) for who in (scene.gun, colleague))
    assert guns.press("Spara", {"title": "Guns rubrik"}).status == 303
    both = saras.press("Spara", {"title": "Saras rubrik"})
    assert (both.status, "Guns rubrik" in both.text, both.form()["title"]) == (422, True, "Saras rubrik")
    assert both.press("Spara").status == 303
    assert [each.title for each in reports()] == ["Saras rubrik"]


CHANGES = {
    "a text that was changed": lambda report, _scene: setattr(report.texts[0], "text", "Saras text."),
    "a text that was added": lambda report, _scene: report.texts.append(
        ReportText(theme=Theme.AHEAD, text="Saras text.")
    ),
    "a measure that was taken out": lambda report, _scene: report.indicators.clear(),
    "another title": lambda report, _scene: setattr(report, "title", "Saras rubrik"),
    "another contact person": lambda report, _scene: setattr(report, "contact_name", "Sara Lindh"),
    "a figure": lambda _report, scene: make_outreach(scene.group.area, scene.house, day=date(2025, 5, 1)),
}


@on_one_database
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nobody_publishes_what_they_have_not_read(
    change: Callable[[Report, Scene], object], client: PageClient, scene: Scene
) -> None:
    report = make_report(scene.group.area, by=scene.gun)
    report.texts = [ReportText(theme=Theme.SUMMARY, text="Guns text.")]
    measured = {"name": "Trygga på kvällen", "before": "62 %", "after": "68 %", "source": "NTU 2025"}
    report.indicators = [ReportIndicator(**measured)]
    db.session.commit()
    page = client.get(f"/report/{report.id}/publish", as_=scene.gun)
    change(report, scene)
    db.session.commit()
    again = page.press("Publicera", {"read": ["nobody"]})
    assert (again.status, again.errors) == (
        422, ["Något i rapporten har ändrats sedan du öppnade sidan. Läs igenom den en gång till."]
    )  # fmt: skip
    assert reports()[0].editions == []
    assert again.press("Publicera").errors == [
        "Läs igenom rapporten och kryssa i rutan. Sedan kan alla läsa den."
    ]
    assert again.press("Publicera", {"read": ["nobody"]}).status == 303
    assert [each.number for each in reports()[0].editions] == [1]


def test_who_has_lost_one_of_the_areas_reaches_the_report_no_more_and_it_stays_published(
    client: PageClient, scene: Scene
) -> None:
    make_officer(scene.gun, scene.other_group.area)
    both = make_report(scene.group.area, scene.other_group.area, published=True, by=scene.gun)
    page = client.get(f"/report/{both.id}/texts/est", as_=scene.gun)
    left = db.session.scalars(select(Officer).where(Officer.area == scene.other_group.area))
    for office in left.all():
        office.ended_at = utcnow()
    db.session.commit()
    assert page.press("Spara", {"text": "Efteråt."}).status == 403
    assert "Så blev det 2025" not in client.get("/report", as_=scene.gun).text
    assert client.get("/promises/sa-blev-det-2025").status == 200
    assert client.get(f"/report/{both.id}", as_=scene.hodan).status == 404


def test_an_edition_is_withdrawn_and_shown_again_and_the_contact_person_goes_from_all(
    client: PageClient, scene: Scene
) -> None:
    report = make_report(scene.group.area, published=True, by=scene.gun)
    report.title = "Rättad"
    db.session.commit()
    publish(client, report, scene.gun)
    page = client.get(f"/report/{report.id}", as_=scene.gun)
    page = page.press("Dra tillbaka bekräfta Utgåva 2").follow()
    assert "Utgåva 1" in client.get("/promises/sa-blev-det-2025").text
    assert client.get("/promises/sa-blev-det-2025/2.csv").status == 404
    page = page.press("Ångra Utgåva 2").follow()
    assert "Utgåva 2" in client.get("/promises/sa-blev-det-2025").text

    page = page.press("Ta bort kontaktpersonen bekräfta").follow()
    for number in (1, 2):
        assert "Gun Sandberg" not in client.get(f"/promises/sa-blev-det-2025/{number}").text
        assert "gun@example.org" not in client.get(f"/promises/sa-blev-det-2025/{number}.json").response.text
    page = page.press("Ta bort rapporten bekräfta").follow()
    assert client.get("/promises/sa-blev-det-2025").status == 404
    page.press("Ångra").follow()
    assert client.get("/promises/sa-blev-det-2025").status == 200
    assert "Borttaget" not in client.get("/report", as_=scene.gun).text
    client.get(f"/report/{report.id}", as_=scene.gun).press("Ta bort rapporten bekräfta")
    for elsewhere in ((scene.other_group.area,), (scene.group.area, scene.other_group.area)):
        make_report(*elsewhere, title="I Boda", by=scene.gun).removed_at = utcnow()
    db.session.commit()
    listed = client.get("/report", as_=scene.gun)
    assert "Borttaget (1)" in listed.text
    listed.press("Ångra Rättad")
    assert client.get("/promises/sa-blev-det-2025").status == 200


def test_a_title_that_a_spreadsheet_would_calculate_is_text_and_two_reports_have_two_addresses(
    client: PageClient, scene: Scene
) -> None:
    for _time in range(2):
        make_report(scene.group.area, title="=1+1", published=True, by=scene.gun)
    assert client.get("/promises/1-1.csv").response.text.startswith("\ufeff'=1+1\r\n")
    assert client.get("/promises/1-1-2").status == 200


@on_one_database
def test_no_two_reports_tell_by_their_difference_of_fewer_than_five_households(scene: Scene) -> None:
    """Each count of a small group is taken, over its area alone and with another, night after night."""
    area, boda = scene.group.area, scene.other_group.area
    reports = [make_report(*areas, by=scene.gun) for areas in ([area], [boda], [area, boda])]
    flats = db.session.scalar(select(number_of_flats()).where(Group.id == scene.group.id)) or 0
    told = set()
    for count in range(flats + 1):
        scene.group.counted_taking_part = count
        db.session.commit()
        alone, other, both = map(_households, reports)
        assert both == alone + other
        told.add(alone)
    assert {each for each in told if 0 < each < FEW} == set()
    assert len({each for each in told if flats - FEW < each}) == 1


def _households(report: Report) -> int:
    year = utcnow().year
    counted = groups_of(report.areas, Period(date(year, 1, 1), date(year + 1, 12, 31)), utcnow())
    return sum(each["households_at_least"]["now"] for each in counted)
