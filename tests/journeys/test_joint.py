"""A joint gathering of two houses: asked for, accepted, and left again, on small phones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.meetings.joint import make_solvarv
from tests.post import Post
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import Meeting

DAY = (datetime.now(STOCKHOLM) + timedelta(days=9)).date()
SMALL = {"width": 360, "height": 740}


def test_two_houses_meet_and_one_of_them_thinks_again(
    scene: Scene, post: Post, make_phone: Callable[..., Phone]
) -> None:
    solvarv = make_solvarv(scene)
    aminas, saras = make_phone(javascript=False, viewport=SMALL), make_phone(viewport=SMALL)
    aminas.sign_in(scene.amina)
    _amina_asks(aminas, scene)
    assert post.deliver() == [f"{name}@example.org" for name in ("amina", "bengt", "carin", "dawit", "sara")]

    saras.sign_in(solvarv.sara)
    saras.open(post.link("sara@example.org", "/meetings/"))
    assert saras.page.locator(f"#group-{solvarv.group.id} li").all_inner_texts() == [
        "2 grannar får ett mejl.",
        "1 hushåll behöver det på papper: någon där har inte lämnat någon e-postadress.",
    ]
    saras.press("Vi är med")
    assert "Ni är med." in saras.text
    assert post.deliver() == ["sara@example.org", "tove@example.org"]
    saras.follow("Till träffen")
    assert "1 av dina lägenheter behöver papper" in saras.text

    meeting = db.session.scalars(select(Meeting)).one()
    aminas.open(f"/meetings/{meeting.id}")
    assert "Är med Våglängdsgatan 1–3, Solvarvsgatan 2–4" in aminas.text
    saras.open(f"/groups/{solvarv.group.id}")
    saras.follow("Er grupps svar")
    saras.page.locator("summary", has_text="Vi är inte med längre").click()
    saras.press("Vi är inte med längre bekräfta")
    assert "Ni har tackat nej." in saras.text
    assert post.deliver() == ["sara@example.org", "tove@example.org"]
    assert "Er grupp är inte längre med" in post.letters("tove@example.org")[-1].text()


def _amina_asks(phone: Phone, scene: Scene) -> None:
    phone.open(f"/groups/{scene.group.id}/meetings/new")
    phone.tick("Hela gruppen, tillsammans med andra grupper")
    phone.tick("Solvarvsgatan 2–4")
    phone.fill("Dag", DAY.isoformat())
    phone.fill("Börjar klockan", "18:00")
    phone.fill("Plats", "Hässlehuset")
    phone.press("Förhandsgranska")
    assert "Tillfrågas: Solvarvsgatan 2–4." in phone.text
    phone.press("Kalla 4 grannar")
    assert "Har inte svarat än" in phone.text
