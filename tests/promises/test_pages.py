"""Checks promises from draft to follow-up: what is refused, who reads them, and two who write at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import make_officer, make_operation, make_person, make_promise
from tests.page_client import Page, PageClient
from tests.retention.nights import erase_all
from watch.extensions import db
from watch.language import local
from watch.models import (
    AuditEntry,
    Operation,
    Person,
    Promise,
    PromiseParty,
    PromiseResult,
    PromiseState,
    utcnow,
)

YEAR = {"begins": "2026-01-01", "ends": "2026-12-31"}
TWO = YEAR | {"areas": ["hassleholmen", "norrby"], "text": "Vi håller träffar i varje hus.", "target": "16",
              "unit": "träffar", "parties": ["police", "municipality"]}  # fmt: skip
EIGHT = YEAR | {"area": "norrby", "number": "8", "text": "Kontroller i trafiken"}


@pytest.fixture
def sara(scene: Scene) -> Person:
    """Sara of the municipality, who follows Hässleholmen with Gun, and not Norrby."""
    sara = make_person("Sara Lindh", "sara.lindh@example.org")
    make_officer(sara, scene.group.area)
    db.session.commit()
    return sara


def write(client: PageClient, by: Person, **typed: Any) -> Page:
    """Fill in the form of a new promise, and send it."""
    return client.get("/promises/new", as_=by).press("Spara utkastet", TWO | typed)


def the_promise() -> Promise:
    db.session.expire_all()
    return db.session.scalars(select(Promise)).one()


def deeds() -> list[tuple[str, str]]:
    areas = dict(db.session.execute(select(AuditEntry.id, AuditEntry.area_id)).all())
    acts = select(AuditEntry.id, AuditEntry.what).where(AuditEntry.about_kind.in_(["promise", "operation"]))
    return [(what, str(areas[number])) for number, what in db.session.execute(acts.order_by(AuditEntry.id))]


def test_a_promise_is_drafted_published_and_followed_up(client: PageClient, scene: Scene) -> None:
    shown = write(client, scene.gun, other_parties="Hyresgästföreningen").follow()
    assert "Utkast" in shown.text
    assert "Ansvarar Polisen, Kommunen, Hyresgästföreningen Mål 16 träffar" in shown.text
    promise = the_promise()
    assert [each.name for each in promise.areas] == ["Hässleholmen", "Norrby"]
    assert promise.parties == [PromiseParty.POLICE, PromiseParty.MUNICIPALITY]
    assert "Inga löften är publicerade än" in client.get("/promises").text

    shown = shown.press("Publicera för alla").follow()
    assert "Löftet ändrades" not in client.get("/promises").text
    assert shown.flashes == [("done", "Publicerat. Nu kan alla läsa löftet.")]
    assert "Vi håller träffar i varje hus." in client.get("/promises").text
    form = shown.click("Följ upp löftet")
    form.press("Spara uppföljningen", {"result": "kept", "outcome_number": "18", "source": "Kommunen"})
    public = client.get("/promises?area=norrby&since=2026-12-01")
    assert "Mål 16 träffar Hölls löftet? Hållet Så många blev det 18 träffar Källa Kommunen" in public.text
    assert the_promise().state is PromiseState.FOLLOWED_UP
    assert "Inget passar" in client.get("/promises?since=2027-01-01").text
    assert "Inget passar" in client.get("/promises?area=boda").text

    back = (
        client.get(f"/promises/{promise.id}", as_=scene.gun)
        .press("Sluta visa det för alla bekräfta")
        .follow()
    )
    assert "Vi håller" not in client.get("/promises").text
    assert (the_promise().state, the_promise().outcome_number) == (PromiseState.DRAFT, 18)
    back.press("Publicera för alla")
    assert the_promise().state is PromiseState.FOLLOWED_UP
    both = [str(each.id) for each in promise.areas]
    assert deeds() == [
        (f"promise-{what}", area)
        for what in ("added", "published", "followed-up", "taken-back", "published")
        for area in sorted(both, key=int)
    ]


@on_one_database
@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"ends": "2025-12-31"}, "Perioden slutar innan den börjar. Byt plats på dagarna."),
        ({"begins": "0026-01-01"}, "Titta på årtalet. Skriv till exempel 2026-09-23."),
        ({"begins": ""}, "Välj vilken dag perioden börjar."),
        ({"ends": "2026-02-30"}, "Det datumet finns inte. Skriv till exempel 2026-09-23."),
        ({"areas": []}, "Kryssa för minst ett område."),
        ({"parties": []}, "Kryssa för minst en som ansvarar, eller skriv vem."),
        ({"text": ""}, "Skriv vad ni lovar."),
        ({"text": "a" * 301}, "Texten är för lång. Högst 300 tecken."),
        ({"unit": ""}, "Skriv vad talet räknar, till exempel träffar."),
        *(
            ({"target": number}, "Skriv ett helt tal från 0 till 1000000, eller lämna rutan tom.")
            for number in ("-1", "1000000000", "några", "1,5")
        ),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_stays(
    client: PageClient, scene: Scene, typed: dict[str, Any], message: str
) -> None:
    page = write(client, scene.gun, **typed)
    assert (page.status, page.errors) == (422, [message])
    kept = page.form("/promises/new")
    assert kept["unit"] == typed.get("unit", "träffar")
    assert [kept.get(name) for name in typed if typed[name]] == [each for each in typed.values() if each]
    assert db.session.scalars(select(Promise)).all() == []


def test_of_two_who_change_a_promise_the_second_is_shown_both(
    client: PageClient, scene: Scene, sara: Person
) -> None:
    promise = make_promise(scene.group.area, published=True)
    form = client.get(f"/promises/{promise.id}/edit", as_=scene.gun)
    slow = client.get(f"/promises/{promise.id}/follow-up", as_=scene.gun)
    hers = client.get(f"/promises/{promise.id}/edit", as_=sara)
    hers.press("Spara", {"text": "Vi håller tre träffar."})
    page = form.press("Spara", {"text": "Vi håller fyra träffar."})
    assert page.status == 422
    assert "Vi håller tre träffar." in page.text
    assert page.form(f"/promises/{promise.id}/edit")["text"] == "Vi håller fyra träffar."
    assert the_promise().text == "Vi håller tre träffar."
    page.press("Spara")
    assert the_promise().text == "Vi håller fyra träffar."
    assert "Löftet ändrades" in client.get("/promises").text
    told = slow.press("Spara uppföljningen", {"result": "partly", "outcome": "Två träffar blev av."})
    assert (told.status, the_promise().result) == (422, None)
    told.press("Spara uppföljningen")
    assert (the_promise().result, the_promise().by_id) == (PromiseResult.PARTLY, scene.gun.id)


def test_a_promise_is_not_followed_up_before_its_period_and_early_with_a_warning(
    client: PageClient, scene: Scene
) -> None:
    promise, today = make_promise(scene.group.area, published=True), local(utcnow()).date()
    said = {"result": "kept", "outcome": "Två träffar blev av."}

    def lasting(first: int, last: int) -> Page:
        promise.begins, promise.ends = (today + timedelta(days=each) for each in (first, last))
        db.session.commit()
        return client.get(f"/promises/{promise.id}/follow-up", as_=scene.gun)

    early = lasting(0, 0)
    assert "Perioden är inte slut än" in early.text
    assert "Perioden är inte slut än" not in lasting(-9, -1).text
    assert lasting(1, 9).status == 303
    shown = client.get(f"/promises/{promise.id}", as_=scene.gun)
    assert "Då går det att följa upp löftet." in shown.text
    assert "Följ upp löftet" not in shown.links
    refused = early.press("Spara uppföljningen", said)
    assert (refused.status, the_promise().result) == (422, None)
    assert refused.form(f"/promises/{promise.id}/follow-up")["outcome"] == said["outcome"]
    lasting(0, 9).press("Spara uppföljningen", said)
    assert the_promise().result is PromiseResult.KEPT

    form = client.get(f"/promises/{promise.id}/edit", as_=scene.gun)
    later = form.press("Spara", {"begins": (today + timedelta(days=1)).isoformat()})
    assert (later.status, later.errors) == (422, ["Löftet är uppföljt, så perioden måste ha börjat."])
    assert the_promise().begins == today


def test_nobody_publishes_words_that_they_have_not_seen(
    client: PageClient, scene: Scene, sara: Person
) -> None:
    promise = make_promise(scene.group.area)
    page = client.get(f"/promises/{promise.id}", as_=scene.gun)
    client.get(f"/promises/{promise.id}/edit", as_=sara).press("Spara", {"text": "Något annat."})
    again = page.press("Publicera för alla").follow()
    assert again.flashes == [("warn", "Någon annan ändrade löftet nyss. Läs igenom det en gång till.")]
    assert the_promise().state is PromiseState.DRAFT


def test_what_is_promised_in_two_areas_is_for_who_follows_both(
    client: PageClient, scene: Scene, sara: Person
) -> None:
    both = make_promise(scene.group.area, scene.langgatan.property.area, text="I två områden.")
    make_promise(scene.other_group.area, text="I Boda.")
    listed = client.get("/promises/edit", as_=sara)
    assert "I två områden." in listed.text
    assert "Gäller också där du inte ansvarar" in listed.text
    assert "I Boda." not in listed.text
    assert client.get(f"/promises/{both.id}", as_=sara).status == 403
    assert client.get(f"/promises/{both.id}", as_=scene.hodan).status == 404
    assert write(client, sara, areas=["hassleholmen", "norrby"]).status == 422
    assert client.get(f"/promises/{both.id}", as_=scene.gun).status == 200


def test_what_was_taken_away_comes_back_or_is_erased(client: PageClient, scene: Scene) -> None:
    promise = make_promise(scene.group.area, published=True, by=scene.gun)
    gone = client.get(f"/promises/{promise.id}", as_=scene.gun).press("Ta bort bekräfta").follow()
    assert "Inga löften är publicerade än" in client.get("/promises").text
    gone.press("Ångra")
    assert "Vi håller två träffar" in client.get("/promises").text
    client.get(f"/promises/{promise.id}", as_=scene.gun).press("Ta bort bekräfta")
    the_promise().removed_at -= timedelta(days=31)  # type: ignore[operator]  # it is removed
    db.session.commit()
    erase_all()
    assert db.session.scalars(select(Promise)).all() == []


def test_what_was_taken_away_is_listed_for_who_can_bring_it_back(
    client: PageClient, scene: Scene, sara: Person
) -> None:
    promise = make_promise(scene.group.area, published=True)
    both = make_promise(scene.group.area, scene.langgatan.property.area, text="I två områden.")
    make_promise(scene.group.area, text="Står kvar.")
    for each in (promise, both):
        client.get(f"/promises/{each.id}", as_=scene.gun).press("Ta bort bekräfta")
    assert "Borttaget (2)" in client.get("/promises/edit?q=kvar", as_=scene.gun).text
    listed = client.get("/promises/edit", as_=sara)
    assert "Borttaget (1)" in listed.text
    assert "I två områden." not in listed.text
    listed.press("Ångra Vi håller två träffar i varje hus.")
    assert "Vi håller två träffar" in client.get("/promises").text
    assert "Borttaget" not in client.get("/promises/edit", as_=sara).text


def test_an_operation_names_nobody(client: PageClient, scene: Scene) -> None:
    page = client.get("/promises/operations/new", as_=scene.gun)
    for text in ("Insats mot Anna Andersson", "Besök hos ismail i porten"):
        refused = page.press("Spara", EIGHT | {"text": text})
        assert refused.errors == [
            "Det ser ut som ett namn på en person. Skriv vad insatserna gäller, utan namn."
        ]
        assert refused.form("/promises/operations/new")["text"] == text
    for text in ("Trygghetsvandring vid Norrby torg", "Nykterhetskontroller och fotpatrull på kvällar",
                 "Kontroller av fordon, knivar och narkotika vid Hässlehuset"):  # fmt: skip
        assert page.press("Spara", EIGHT | {"text": text}).status == 303, text


def test_operations_are_a_number_and_a_text_per_area_and_period(
    client: PageClient, scene: Scene, sara: Person
) -> None:
    page = client.get("/promises/operations/new", as_=scene.gun)
    for number, typed in (("-1", {}), ("1000000000", {}), ("några", {}), ("0", {}), ("8", {"area": "boda"})):
        refused = page.press("Spara", EIGHT | {"number": number} | typed)
        said = "Välj ett område i listan." if typed else "Skriv hur många insatser det är, från 1 till 10000."
        assert (refused.status, refused.errors) == (422, [said])
        assert refused.form("/promises/operations/new")["number"] == number
    shown = page.press("Spara", EIGHT).follow()
    make_operation(scene.group.area, 3)
    make_operation(scene.other_group.area, 90)
    (eight,) = db.session.scalars(select(Operation).where(Operation.number == 8))
    assert "11 planerade insatser" in client.get("/promises/operations", as_=scene.gun).text
    assert "8 planerade insatser" in client.get("/promises/operations?area=norrby", as_=scene.gun).text
    first = client.get(f"/promises/operations/{eight.id}", as_=scene.gun)
    shown.click("Kontroller i trafiken").press("Spara", {"number": "9"})
    both = first.press("Spara", {"number": "10"})
    assert both.status == 422
    assert "Insatser 9" in both.text
    gone = both.press("Ta bort bekräfta").follow()
    assert "3 planerade insatser" in client.get("/promises/operations", as_=scene.gun).text
    assert "Borttaget (1)" not in client.get("/promises/operations", as_=sara).text
    gone.press("Ångra")
    listed = client.get("/promises/operations", as_=scene.gun)
    assert "Borttaget (1)" not in listed.text
    listed.click("Kontroller i trafiken").press("Ta bort bekräfta")
    client.get("/promises/operations", as_=scene.gun).press("Ångra Kontroller i trafiken")
    assert "12 planerade insatser" in client.get("/promises/operations", as_=scene.gun).text
