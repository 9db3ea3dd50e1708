"""Addresses are pasted, previewed, corrected and invited: on a small phone, without script, in Somali."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask_babel import gettext, ngettext
from sqlalchemy import select, update

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_invitation
from tests.newcomers import link_of
from tests.post import Post
from watch import language
from watch.extensions import db
from watch.models import Invitation, InvitationState, Language, Mailing, Membership, Refusal, utcnow

SMALL = {"width": 360, "height": 740}
PASTED = "Lina Ek <lina@example.org>; kim@example.org\nmio.example.org\nlina@example.org"
LIST = "E-post;Namn;Lägenhet\nlina@example.org;Lina;1203\nkim@example.org;Kim;1299\n"


def states() -> dict[str, InvitationState]:
    """Return the state of each invitation, by address."""
    found = db.session.scalars(select(Invitation).execution_options(populate_existing=True)).all()
    said = {each.mailbox.address: each.state for each in found if each.mailbox}
    db.session.commit()
    return said


@pytest.fixture
def small(make_phone: Callable[..., Phone]) -> Callable[..., Phone]:
    """A phone of 360 pixels."""
    return lambda **more: make_phone(viewport=SMALL, **more)


@pytest.mark.parametrize(
    ("spoken", "javascript"),
    [(Language.SWEDISH, True), (Language.SWEDISH, False), (Language.SOMALI, True)],
)
def test_from_pasted_addresses_to_a_lit_window(
    spoken: Language, javascript: bool, scene: Scene, post: Post, small: Callable[..., Phone]
) -> None:
    """Three screens and two presses for the coordinator; one screen for the person invited."""

    def say(words: str) -> str:
        with language.speaking(spoken):
            return gettext(words)

    scene.bengt.language = spoken
    phone = small(language=spoken.value, javascript=javascript)
    phone.sign_in(scene.bengt)
    phone.open(f"/groups/{scene.group.id}/invitations")
    phone.fill(say("E-postadresser"), PASTED)
    phone.page.locator("#language").select_option(spoken.value)
    phone.press(say("Granska"))
    assert (phone.h1, states()) == (say("Granska innan du bjuder in"), {})
    phone.page.locator("#rows-2-address").fill("mio@example.org")
    phone.press(say("Granska igen"))
    with language.speaking(spoken):
        send = ngettext("Skicka till %(num)d granne", "Skicka till %(num)d grannar", 3)
    phone.press(send)
    readers = ["kim@example.org", "lina@example.org", "mio@example.org"]
    assert post.deliver() == readers
    assert states() == dict.fromkeys(readers, InvitationState.OPEN)
    _lina_says_yes(small(language=spoken.value, javascript=javascript), post, say)
    assert states()["lina@example.org"] is InvitationState.ACCEPTED
    assert post.deliver() == ["bengt@example.org", "lina@example.org"]
    phone.open(post.link("bengt@example.org", "/a/"))
    phone.press(say("Ja, grannen bor där"))
    assert linas_flat() == "1203"


def _lina_says_yes(phone: Phone, post: Post, say: Callable[[str], str]) -> None:
    """Her name is filled in already. She lives in flat 1203."""
    phone.open(post.link("lina@example.org", "/join/"))
    name = phone.page.get_by_label(say("Ditt namn"), exact=True)
    assert name.input_value() == "Lina Ek"
    phone.page.locator("#floor").select_option("2")
    phone.page.locator("#door").select_option("3")
    phone.tick(say("Jag vill gå med, och gruppen får spara det jag har skrivit här."))
    phone.press(say("Ja, jag vill vara med"))
    assert phone.h1 == say("Ditt fönster lyser")
    assert linas_flat() is None  # until a coordinator has said that she lives there


def linas_flat() -> str | None:
    db.session.commit()
    found = db.session.scalars(select(Membership).order_by(Membership.id.desc())).first()
    assert found is not None
    return found.household.flat.number if found.household else None


@pytest.mark.parametrize("javascript", [True, False])
def test_a_list_from_a_file_with_a_flat_that_does_not_exist(
    javascript: bool, scene: Scene, post: Post, small: Callable[..., Phone]
) -> None:
    phone = small(javascript=javascript)
    phone.sign_in(scene.bengt)
    phone.open(f"/groups/{scene.group.id}/invitations")
    chosen = {"name": "grannar.csv", "mimeType": "text/csv", "buffer": LIST.encode("cp1252")}
    phone.page.get_by_label("Eller välj en fil").set_input_files(chosen)
    phone.press("Granska")
    assert "Lägenheten finns inte i dina portar." in phone.text
    phone.page.locator("#rows-1-flat").fill("1201")
    phone.press("Skicka till 1 granne")
    assert "Listan är en annan än den du såg." in phone.text
    phone.press("Skicka till 2 grannar")
    assert post.deliver() == ["kim@example.org", "lina@example.org"]


@pytest.mark.parametrize("javascript", [True, False])
def test_those_who_have_not_answered_are_reminded_and_a_slip_is_mended(
    javascript: bool, scene: Scene, post: Post, small: Callable[..., Phone]
) -> None:
    phone = small(javascript=javascript)
    phone.sign_in(scene.bengt)
    phone.open(f"/groups/{scene.group.id}/invitations")
    phone.fill("E-postadresser", "lina@example.org, kim@exmaple.org")
    phone.press("Granska")
    phone.press("Skicka till 2 grannar")
    assert post.deliver() == ["kim@exmaple.org", "lina@example.org"]
    db.session.execute(update(Mailing).values(created_at=utcnow() - timedelta(days=4)))
    phone.open(f"/groups/{scene.group.id}/invitations")
    phone.follow("Rätta adressen kim@exmaple.org")
    phone.fill("Rätt e-postadress", "kim@example.org")
    phone.press("Skicka till den nya adressen")
    phone.follow("Påminn 1 som inte har svarat")
    if javascript:  # the number follows the ticks
        for number in "01":
            phone.page.locator("input[name=who]").click()
            assert phone.page.locator("button[name=count]").inner_text() == f"Påminn {number}"
    phone.press("Påminn 1" if javascript else "Påminn 1 granne")
    assert post.deliver() == ["kim@example.org", "lina@example.org"]


@pytest.mark.parametrize("javascript", [True, False])
def test_never_again_and_second_thoughts(javascript: bool, scene: Scene, small: Callable[..., Phone]) -> None:
    link = link_of(make_invitation(scene.group, "lina@example.org", by=scene.bengt))
    phone = small(javascript=javascript)
    phone.open(link)
    phone.tick("Fråga mig inte igen, inte heller från ett annat hus")
    phone.tick("Ja, jag vill tacka nej")
    phone.press("Nej tack")
    assert phone.h1 == "Du har tackat nej"
    assert _wishes() == 1
    phone.press("Ångra mitt nej")
    assert ("Nu får kontaktombud fråga dig igen." in phone.text, _wishes()) == (True, 0)


def _wishes() -> int:
    count = len(db.session.scalars(select(Refusal)).all())
    db.session.commit()
    return count


def test_an_invitation_that_was_passed_on(scene: Scene, post: Post, small: Callable[..., Phone]) -> None:
    """The neighbour with the link gives their own address and confirms it; nobody has to approve."""
    invitation = make_invitation(scene.group, "lina@example.org", by=scene.bengt, is_transferable=True)
    phone = small()
    phone.open(link_of(invitation))
    phone.fill("Ditt namn", "Kim")
    phone.fill("Din e-postadress", "kim@example.org")
    phone.tick("Jag vill gå med, och gruppen får spara det jag har skrivit här.")
    phone.press("Ja, jag vill vara med")
    assert phone.h1 == "Titta i din mejl"
    assert post.deliver() == ["kim@example.org"]
    phone.open(post.link("kim@example.org", "/join/confirm/"))
    phone.press("Ja, det stämmer")
    assert phone.h1 == "Ditt fönster lyser"
