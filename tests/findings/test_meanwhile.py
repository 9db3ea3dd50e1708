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
    kept = refused.form(f"{address}/steps")
    assert (kept["status"], kept["text"]) == (WAITING["status"], WAITING["text"])
    assert (last().status, last().outcome, last().due_on) == (
        FindingStatus.DONE, "Ny lampa sitter uppe.", day,
    )  # fmt: skip
    assert len(db.session.scalars(select(FindingStep)).all()) == 1
    assert refused.press("Spara").follow().flashes == [("done", "Sparat.")]
    assert last().status is FindingStatus.IN_PROGRESS
