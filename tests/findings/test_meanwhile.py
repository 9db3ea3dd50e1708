"""Checks that two who write about the same finding at once both stay visible, and that nothing is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_finding
from tests.page_client import PageClient
from watch.extensions import db
from watch.models import Finding, FindingOwner, FindingStatus, FindingStep, utcnow

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
