"""Checks the register of coordinators: who is in it, what is due, and what its numbers tell."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_coordinator
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.language import local
from watch.models import Coordinator, Person, utcnow
from watch.registers.queries.coordinators import Due, RowOrder, Wanted, coordinator_ids, rows_by_id, rows_in

AMINA, BENGT = "Amina Yusuf", "Bengt Åkesson"


def today() -> date:
    return local(utcnow()).date()


def of(person: Person) -> Coordinator:
    """Return a person's appointment."""
    return db.session.scalars(select(Coordinator).where(Coordinator.person == person)).one()


def names(page: Page) -> list[str]:
    """Return whom the register lists."""
    heads = [each for each in page.tree.iter("th") if each.get("data-label") == "Namn"]
    return ["".join(each.itertext()).strip() for each in heads]


def test_who_agreed_to_be_seen_is_in_it_and_the_others_are_counted(client: PageClient, scene: Scene) -> None:
    of(scene.bengt).duty_version = "2026-1"
    db.session.commit()
    page = client.get("/coordinators", as_=scene.gun)
    assert names(page) == [AMINA]
    assert "1 kontaktombud har inte sagt ja till att synas" in page.text
    assert client.get(f"/coordinators/{of(scene.bengt).id}/register", as_=scene.gun).status == 404
    assert names(client.get("/coordinators", as_=scene.hodan)) == [scene.ivan.name]


def test_the_register_is_searched_and_filtered(client: PageClient, scene: Scene) -> None:
    of(scene.amina).trained_on = today()
    db.session.commit()
    for asked, found in (
        ("", [AMINA, BENGT]), ("q=bengt", [BENGT]), ("q=vaglangdsgatan", [AMINA, BENGT]),
        ("area=norrby", []), ("area=boda", [AMINA, BENGT]), ("show=due", [BENGT]), ("show=loaded", []),
    ):  # fmt: skip
        assert names(client.get(f"/coordinators?{asked}", as_=scene.gun)) == found, asked


def test_the_register_is_sorted(client: PageClient, scene: Scene) -> None:
    amina, bengt = of(scene.amina), of(scene.bengt)
    amina.trained_on, bengt.confirmed_on = today() - timedelta(days=9), today()
    scene.bengt.name = "Åke Bengtsson"
    scene.amina.name = "Zeinab Yusuf"
    db.session.commit()
    amina_first, bengt_first = [scene.amina.name, scene.bengt.name], [scene.bengt.name, scene.amina.name]
    for asked, found in (
        ("", amina_first), ("sort=name", amina_first), ("sort=trained", bengt_first),
        ("sort=confirmed", amina_first), ("sort=nonsense", amina_first),
    ):  # fmt: skip
        assert names(client.get(f"/coordinators?{asked}", as_=scene.gun)) == found, asked
    bengt.trained_on = today() - timedelta(days=10)
    amina.confirmed_on, bengt.confirmed_on = today(), today() - timedelta(days=1)
    db.session.commit()
    for asked in ("sort=trained", "sort=confirmed"):
        page = client.get(f"/coordinators?{asked}", as_=scene.gun)
        assert names(page) == bengt_first, asked


def test_most_households_come_first_by_what_is_shown_of_them(scene: Scene) -> None:
    make_coordinator(scene.carin, scene.other_group)
    scene.other_group.area_id = scene.group.area_id
    db.session.commit()
    ids = coordinator_ids({scene.group.area_id}, Wanted(order=RowOrder.LOAD), today())
    loads = [row.load for row in rows_by_id(ids, today())]
    assert len(set(loads)) > 1
    assert loads == sorted(loads, reverse=True)


def test_what_is_due_and_how_many_households_each_has(client: PageClient, scene: Scene) -> None:
    amina, bengt = of(scene.amina), of(scene.bengt)
    amina.accepted_at = utcnow() - timedelta(days=366)
    bengt.trained_on = today()
    db.session.commit()

    def rows() -> list[tuple[str, int, tuple[Due, ...]]]:
        listed = rows_in({scene.group.area_id}, today())
        return [(row.coordinator.person.name, row.load, row.due) for row in listed]

    assert rows() == [(AMINA, 3, (Due.TRAINING, Due.CONFIRMATION)), (BENGT, 3, ())]
    for counted, load in (
        (4, 0),
        (5, 3),
        (13, 7),
        (14, 7),
        (18, 7),
    ):  # of 18
        scene.group.counted_taking_part = counted
        db.session.commit()
        assert {row[1] for row in rows()} == {load}, counted
    client.get("/coordinators", as_=scene.gun).press("Uppdraget gäller Amina Yusuf")
    db.session.expire_all()
    assert rows()[0] == (AMINA, 7, (Due.TRAINING,))


def test_two_officers_write_at_once_and_both_are_shown(client: PageClient, scene: Scene) -> None:
    bengt = of(scene.bengt)
    page = client.get("/coordinators", as_=scene.gun).click(BENGT)
    other = client.get(f"/coordinators/{bengt.id}/register", as_=scene.gun)
    assert other.press("Spara", {"trained_on": "2026-05-02"}).status == 303
    both = page.press("Spara", {"trained_on": "2026-06-03"})
    assert (both.status, both.errors) == (
        422, ["Någon annan ändrade samtidigt. Jämför, och spara det som stämmer."]
    )  # fmt: skip
    assert "2 maj 2026" in both.text
    assert both.form()["trained_on"] == "2026-06-03"
    assert both.press("Spara").status == 303
    db.session.expire_all()
    assert str(bengt.trained_on) == "2026-06-03"
    for wrong in ((today() + timedelta(days=2)).isoformat(), "1026-06-03", "i våras"):
        refused = client.get(f"/coordinators/{bengt.id}/register", as_=scene.gun).press(
            "Spara", {"trained_on": wrong}
        )
        assert (refused.status, refused.form()["trained_on"]) == (422, wrong)
