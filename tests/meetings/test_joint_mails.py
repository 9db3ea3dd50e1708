"""Checks that mails of a joint gathering say whose house invites, and who has said no."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import Scene
from tests.mail.relay import Relay, Taken
from tests.mail.test_word_of_meetings import send, to
from tests.meetings.joint import PLAN, make_solvarv, say
from tests.page_client import PageClient
from watch.extensions import db
from watch.models import Meeting, utcnow


def words_of(mail: Taken) -> str:
    return " ".join(mail.text().split())


def test_members_of_another_group_read_whose_house_invites_and_that_their_own_has_said_no(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    solvarv = make_solvarv(scene)
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    plan = PLAN | {
        "day": (utcnow() + timedelta(days=9)).date().isoformat(),
        "others": [str(solvarv.group.id)],
    }
    page.press("Förhandsgranska", plan).press("Kalla 4 grannar")
    meeting = db.session.query(Meeting).one()
    send(relay)
    say(client, meeting, solvarv.sara, "Vi är med")
    (called,) = to("tove", send(relay))
    assert "Du är bjuden på gemensam träff med fler hus. Våglängdsgatan 1–3 bjuder in." in words_of(called)
    assert "Från: huvudkontaktombudet i Våglängdsgatan 1–3" in words_of(called)
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    (left,) = to("tove", send(relay))
    for text in (words_of(left), left.text("html")):
        assert "Huvudkontaktombudet i Våglängdsgatan 1–3 bjuder in till den" in text
        assert "kontaktombuden i er grupp har svarat att ni inte är med." in text
        assert "Från: kontaktombuden i er grupp" in text
        assert "Från: huvudkontaktombudet" not in text
