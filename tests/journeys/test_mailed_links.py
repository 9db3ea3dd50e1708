"""A program opens every mailed link and stays for a while: nothing happens until somebody presses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Phone
from tests.cast import Scene
from tests.conftest import Dump
from tests.factories import make_person, make_request
from tests.joining.test_mailed_links import PRESSES
from tests.mail.letters import LETTERS, button_of, in_language, links_in
from watch.extensions import db
from watch.models import Language

CLOSES = {"group-closed", "group-reopened", "part-ended"}  # the group, and what the other links lead to
STAYS = 15_000  # milliseconds; all at once, each in a tab of its own


@pytest.mark.long
def test_links_kept_open_for_fifteen_seconds_change_nothing_and_then_the_press_works(
    scene: Scene, dump: Dump, make_phone: Callable[..., Phone]
) -> None:
    kinds = [kind for kind in LETTERS if kind not in CLOSES]
    rows = {kind: in_language(LETTERS[kind], scene, Language.SWEDISH) for kind in kinds}
    for kind, press in PRESSES.items():
        press.before(rows[kind])
    for kind in ("join-requested", "neighbour-wrote"):
        rows[kind].person, rows[kind].mailbox = (
            scene.amina,
            scene.amina.mailbox,
        )  # Bengt is only being appointed
    waits = make_request(make_person("Sara Ny", "sara@example.org"), scene.group, scene.stairwell_3)
    for kind in ("join-requested", "join-waiting"):  # a coordinator's page opens once it is confirmed
        rows[kind].mailing.join_request = waits
    links = sorted({link for row in rows.values() for link in links_in(row)})
    confirm = button_of(rows["join-confirm"])
    db.session.commit()
    before = dump()
    machine = make_phone()
    for link in links:
        answer = machine.context.new_page().goto(link)
        assert answer
        assert answer.status == 200, (link, [kind for kind, row in rows.items() if link in links_in(row)])
    machine.page.wait_for_timeout(STAYS)
    assert dump() == before

    human = make_phone()
    human.open(confirm)
    human.press("Ja, det stämmer")
    assert human.h1 == "Din anmälan väntar på svar"
    assert dump()["join_request"] != before["join_request"]
