"""A gathering and a notice for the same neighbours give the same numbers: in the form, before and after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_coordinator, make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.models import Channel, Membership, NoticeChoice, Person, utcnow

DAY = (utcnow() + timedelta(days=20)).date().isoformat()
PLAN = {"day": DAY, "starts": "18.00", "ends": "19.30", "place": "Tvättstugan", "scope": "group"}
TEXT = {"title": "Ny lampa", "body": "Den sitter i cykelrummet."}


@pytest.fixture
def others(scene: Scene, nils: Person, olga: Person) -> Person:
    """Add a coordinator who is no member and gets neither; return a member who has declined both."""
    make_coordinator(make_person("Tage i ettan", "tage@example.org"), scene.group)
    (declined,) = [active_membership(scene.dawit, scene.group)]
    assert declined is not None
    declined.notices = NoticeChoice.NOTHING
    db.session.commit()
    return scene.dawit


@pytest.mark.parametrize(
    ("stairwell", "label", "mail", "paper", "declined"),
    [("", "Hela gruppen", 3, 2, 1), ("stairwell_1", "Port 1", 1, 0, 1), ("stairwell_3", "Port 3", 2, 2, 0)],
)
def test_both_forms_previews_and_results_count_alike(
    stairwell: str, label: str, mail: int, paper: int, declined: int,
    client: PageClient, scene: Scene, others: Person, outbox: Outbox,
) -> None:  # fmt: skip
    """Whoever sends is counted and gets it too, if they are a member."""
    here = f"/groups/{scene.group.id}"
    number = getattr(scene, stairwell).id if stairwell else None
    said = f"{label} ({mail} med mejl, {paper} på papper"
    said += f", {declined} har valt bort det)" if declined else ")"
    gathering = client.get(f"{here}/meetings/new", as_=scene.amina)
    notice = client.get(f"{here}/notices/new", as_=scene.amina)
    assert said in gathering.text
    assert said in notice.text
    gathering = gathering.press(
        "Förhandsgranska", PLAN | ({"scope": "stairwells", "stairwells": str(number)} if number else {})
    )
    chosen = f"stairwell-{number}" if number else "group"
    notice = notice.press("Förhandsgranska", TEXT | {"audience": chosen})
    (call,) = [button for button in gathering.buttons if button.startswith("Kalla")]
    (send,) = [button for button in notice.buttons if button.startswith("Skicka till")]
    assert (call.split()[1], send.split()[2]) == (str(mail), str(mail))
    for page in (gathering, notice):
        assert ("har valt bort sådana mejl" in page.text) is bool(declined)
    gathering.press(call)
    called = _sent(outbox)
    notice.press(send)
    both = _sent(outbox)
    assert called == (mail, paper)
    assert both == (2 * mail, 2 * paper)


def test_whoever_wants_one_of_the_two_is_said_to_decline_the_other(client: PageClient, scene: Scene) -> None:
    carins = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    carins.notices = NoticeChoice.NOTICES
    db.session.commit()
    here = f"/groups/{scene.group.id}"
    gathering = client.get(f"{here}/meetings/new", as_=scene.amina).text
    assert "Hela gruppen (3 med mejl, 1 på papper, 1 har valt bort det)" in gathering
    notice = client.get(f"{here}/notices/new", as_=scene.amina).text
    assert "Hela gruppen (4 med mejl, 1 på papper)" in notice


def _sent(outbox: Outbox) -> tuple[int, int]:
    rows = outbox.rows()
    return sum(row.channel is Channel.MAIL for row in rows), sum(row.channel is Channel.PAPER for row in rows)
