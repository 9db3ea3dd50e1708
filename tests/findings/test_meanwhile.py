"""Checks that two who write about the same finding at once both stay visible, and that nothing is undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.cast import Scene
from tests.factories import make_finding, make_finding_link, make_partner, make_person
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.findings import service
from watch.models import Finding, FindingOwner, FindingStatus, FindingStep, Person, Purpose, utcnow

MEANWHILE = "Någon annan ändrade samtidigt. Läs vad som har hänt, och spara det som stämmer."
WAITING = {"status": "in_progress", "text": "Vi väntar på elektrikern."}


def last() -> Finding:
    db.session.expire_all()
    return db.session.scalars(select(Finding).order_by(Finding.id.desc())).first() or pytest.fail("none")


@pytest.mark.parametrize("owner", [FindingOwner.COORDINATOR, FindingOwner.POLICE])
def test_a_step_from_an_older_page_undoes_nothing_and_shows_what_has_happened(
    owner: FindingOwner, client: PageClient, scene: Scene
) -> None:
    finding = make_finding(scene.group, owner=owner)
    db.session.commit()
    writer = scene.gun if owner is FindingOwner.POLICE else scene.amina
    address, day = f"/findings/{finding.id}", (utcnow() + timedelta(days=20)).date()
    stale = client.get(address, as_=writer)
    done = {"status": "done", "text": "Ny lampa sitter uppe.", "due_on": str(day)}
    assert client.get(address, as_=scene.bengt).press("Spara", done).status == 303
    refused = stale.press("Spara", WAITING)
    assert (refused.status, refused.errors) == (422, [MEANWHILE])
    assert "Klar: Ny lampa sitter uppe." in refused.text
    kept = refused.form(f"{address}/steps#report")  # a phone shows the form at once
    assert (kept["status"], kept["text"]) == (WAITING["status"], WAITING["text"])
    assert (last().status, last().outcome, last().due_on) == (
        FindingStatus.DONE, "Ny lampa sitter uppe.", day,
    )  # fmt: skip
    assert len(db.session.scalars(select(FindingStep)).all()) == 1
    assert refused.press("Spara").follow().flashes == [("done", "Sparat.")]
    assert last().status is FindingStatus.IN_PROGRESS


def test_what_a_colleague_has_changed_is_shown_beside_what_was_typed(
    client: PageClient, scene: Scene
) -> None:
    finding, day = make_finding(scene.group), (utcnow() + timedelta(days=9)).date()
    db.session.commit()
    address = f"/findings/{finding.id}/edit"
    stale = client.get(address, as_=scene.amina)
    theirs = {"what": "Lampan i tvättstugan är släckt.", "spot": "laundry", "due_on": str(day)}
    assert client.get(address, as_=scene.bengt).press("Spara", theirs).status == 303
    refused = stale.press("Spara", {"what": "Lampan i cykelrummet är släckt."})
    both = ["Någon annan ändrade samtidigt. Jämför, och spara det som stämmer."]
    assert (refused.status, refused.errors) == (422, both)
    assert "Det här har någon annan sparat Tvättstuga Lampan i tvättstugan är släckt." in refused.text
    assert refused.form(address)["what"] == "Lampan i cykelrummet är släckt."
    assert (last().what, last().due_on) == (theirs["what"], day)
    for _twice in range(2):
        assert refused.press("Spara").follow().flashes == [("done", "Åtgärden är ändrad.")]
        assert last().what == "Lampan i cykelrummet är släckt."


def test_a_day_that_a_report_has_set_is_not_undone_by_a_correction(client: PageClient, scene: Scene) -> None:
    finding, day = make_finding(scene.group), (utcnow() + timedelta(days=20)).date()
    db.session.commit()
    stale = client.get(f"/findings/{finding.id}/edit", as_=scene.amina)
    client.get(f"/findings/{finding.id}", as_=scene.bengt).press("Spara", WAITING | {"due_on": str(day)})
    assert stale.press("Spara", {"what": "Lampan är släckt."}).status == 422
    assert last().due_on == day


def test_what_was_removed_meanwhile_comes_back_only_for_whoever_has_read_so(
    client: PageClient, scene: Scene
) -> None:
    finding = make_finding(scene.group)
    db.session.commit()
    stale = client.get(f"/findings/{finding.id}/edit", as_=scene.amina)
    client.get(f"/findings/{finding.id}", as_=scene.bengt).press("Ta bort åtgärden")
    refused = stale.press("Spara", {"what": "Lampan är släckt."})
    assert refused.status == 422
    assert "Om du sparar kommer den tillbaka med det som du har skrivit." in refused.text
    assert last().removed_at is not None
    assert refused.press("Spara").status == 303
    assert (last().removed_at, last().what) == (None, "Lampan är släckt.")


TYPED = {"status": "in_progress", "text": "Elektrikern kommer.", "due_on": "2027-03-05"}
SHOWN = (
    "Det här hade du skrivit Hur går det? På gång Vad har hänt? Elektrikern kommer. "
    "När ska det vara klart? fredag 5 mars 2027"
)


def landlords_contact(scene: Scene) -> Person:
    """Return somebody at the house's landlord who has a page of their own."""
    person = make_person("Lena Lind", "lena@example.org")
    make_partner(person, scene.group.area, scene.house.property.landlord)
    return person


@pytest.mark.parametrize("reporter", ["coordinator", "officer", "landlord", "link"])
def test_what_was_typed_while_a_colleague_removed_it_is_shown_to_be_copied(
    reporter: str, client: PageClient, scene: Scene
) -> None:
    owner = FindingOwner.POLICE if reporter == "officer" else FindingOwner.LANDLORD
    finding = make_finding(scene.group, owner=owner)
    lena = landlords_contact(scene)
    link = tokens.make(Purpose.FINDING, make_finding_link(finding))
    db.session.commit()
    address, reader, status, label = {
        "coordinator": (f"/findings/{finding.id}", scene.amina, 410, "Till åtgärden"),
        "officer": (f"/findings/{finding.id}", scene.gun, 410, "Alla åtgärder"),
        "landlord": (f"/partners/findings/{finding.id}", lena, 404, "Alla åtgärder"),
        "link": (f"/f/{link}", None, 410, "Logga in"),
    }[reporter]
    stale = client.get(address, as_=reader)
    client.get(f"/findings/{finding.id}", as_=scene.bengt).press("Ta bort åtgärden")
    refused = stale.press("Spara", TYPED)
    assert (refused.status, SHOWN in refused.text) == (status, True)
    assert "Det du skrev är inte sparat" in refused.text
    assert refused.click(label).status == 200
    assert db.session.scalars(select(FindingStep)).all() == []


def test_whoever_may_bring_back_what_was_removed_does_so_from_there(client: PageClient, scene: Scene) -> None:
    finding = make_finding(scene.group)
    db.session.commit()
    stale = client.get(f"/findings/{finding.id}", as_=scene.amina)
    client.get(f"/findings/{finding.id}", as_=scene.bengt).press("Ta bort åtgärden")
    stale.press("Spara", TYPED).click("Till åtgärden").press("Ångra")
    assert stale.press("Spara", TYPED).status == 303
    assert last().status is FindingStatus.IN_PROGRESS


@pytest.mark.parametrize("reporter", ["coordinator", "landlord", "link"])
def test_what_was_typed_is_shown_also_if_it_is_removed_at_the_same_moment(
    reporter: str, client: PageClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = make_finding(scene.group)
    lena = landlords_contact(scene)
    link = tokens.make(Purpose.FINDING, make_finding_link(finding))
    db.session.commit()
    address, reader = {
        "coordinator": (f"/findings/{finding.id}", scene.amina),
        "landlord": (f"/partners/findings/{finding.id}", lena),
        "link": (f"/f/{link}", None),
    }[reporter]
    page, report = client.get(address, as_=reader), service.report

    def removed_just_before(finding: Finding, *said: Any, **more: Any) -> FindingStep:
        db.session.execute(update(Finding).values(removed_at=utcnow()))
        return report(finding, *said, **more)

    monkeypatch.setattr(service, "report", removed_just_before)
    assert SHOWN in page.press("Spara", TYPED).text


def test_a_landlord_gets_the_same_answer_for_what_is_anothers_and_what_was_never_there(
    client: PageClient, scene: Scene
) -> None:
    lena = landlords_contact(scene)
    theirs = make_finding(scene.group, owner=FindingOwner.POLICE)
    db.session.commit()
    answers = [
        client.post(f"/partners/findings/{number}", TYPED, as_=lena).text for number in (theirs.id, 999999)
    ]
    assert answers[0] == answers[1]
    assert SHOWN in answers[0]
