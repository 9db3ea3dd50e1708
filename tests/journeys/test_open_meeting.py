"""A citizens' meeting at 360 pixels: called, answered by a stranger without script, moved and called off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.post import Post
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.meetings.queries.public import public_address
from watch.models import GuestAnswer, Meeting

DAY = (datetime.now(STOCKHOLM) + timedelta(days=9)).date()
SMALL = {"width": 360, "height": 740}


def test_a_stranger_without_script_answers_a_citizens_meeting(
    scene: Scene, post: Post, make_phone: Callable[..., Phone]
) -> None:
    guns = make_phone(viewport=SMALL)
    guns.sign_in(scene.gun)
    _gun_calls(guns)
    meeting = db.session.scalars(select(Meeting)).one()
    db.session.commit()
    assert post.deliver() == [f"{name}@example.org" for name in ("amina", "bengt", "carin", "dawit")]
    for kind in ("plain", "html"):
        mail = " ".join(post.letters("carin@example.org")[-1].text(kind).split())
        said = (
            "Alla får komma, också de som inte är med.",
            public_address(meeting),
            "Språk: Svenska, Soomaali",
        )
        assert [each for each in said if each not in mail] == []

    strangers = make_phone(javascript=False, viewport=SMALL)
    strangers.open("/")
    strangers.follow("Medborgarmöte i Hässleholmen")
    _the_stranger_says_how_many(strangers)
    assert _guests() == [4]

    guns.open(f"/meetings/{meeting.id}")
    assert "Från den öppna sidan 4" in guns.text
    address = guns.page.get_by_label("Adress att skicka vidare").input_value()
    assert address == public_address(meeting)
    _gun_moves_it(guns)
    strangers.open(strangers.path)
    assert "Förut: Hässlehuset" in strangers.text
    guns.follow("Ställ in träffen")
    guns.fill("Varför blir den inte av? (frivilligt)", "Lokalen är vattenskadad.")
    guns.press("Ställ in träffen")
    strangers.open(strangers.path)
    strangers.look()
    assert "Träffen är inställd" in strangers.text
    assert "Lokalen är vattenskadad." in strangers.text
    assert strangers.page.get_by_role("button", name="Ändra antalet").count() == 0


def _gun_calls(phone: Phone) -> None:
    phone.open("/areas/hassleholmen/meetings")
    phone.follow("Kalla till träff")
    phone.tick("Alla i området, också de som inte är med")
    phone.tick("Soomaali")
    phone.fill("Dag", DAY.isoformat())
    phone.fill("Börjar klockan", "18:00")
    phone.fill("Plats", "Hässlehuset")
    phone.look()
    phone.press("Förhandsgranska")
    phone.look()
    phone.press("Kalla minst 5 hushåll")
    phone.look()


def _the_stranger_says_how_many(phone: Phone) -> None:
    phone.look()
    assert "Svenska, Soomaali" in phone.text
    phone.fill("Hur många kommer ni?", "3")
    phone.press("Jag kommer")
    phone.look()
    assert "Jag kommer: 3 personer" in phone.text
    phone.fill("Hur många kommer ni?", "4")
    phone.press("Ändra antalet")
    assert "Jag kommer: 4 personer" in phone.text


def _gun_moves_it(phone: Phone) -> None:
    phone.follow("Ändra träffen")
    phone.fill("Plats", "Biblioteket")
    phone.press("Granska ändringen")
    phone.press("Ändra och meddela dem som är kallade")


def _guests() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(GuestAnswer.people)))
