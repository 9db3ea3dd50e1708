"""Checks that mails in a mailbox that a person has left, or never had, open nothing of theirs."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.addresses.test_changing import NEW, YES, address_of, ask, change, confirm_path, undo_path
from tests.cast import Scene
from tests.conftest import Dump, Outbox
from tests.joining.test_mailed_links import PRESSES
from tests.mail.letters import LETTERS, button_of, in_language, links_in
from tests.messages.test_writing import NEAR, QUESTION, link_to, page_of
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.mail.kinds import KINDS
from watch.models import Coordinator, Language, Purpose, SignInLink

TO_AN_ADDRESS = {  # whoever reads it, not to a person who may leave it
    "sign-in", "sign-in-unknown", "address-change", "address-changed", "address-change-undone",
    "address-recorded", "invitation", "invitation-reminder", "finding-assigned",
    "contact-asked",
}  # fmt: skip
SHOWN = {200, 302}  # pages for everybody, and those that ask to sign in


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TO_AN_ADDRESS])
def test_what_was_mailed_before_the_change_opens_and_presses_nothing(
    kind: str, client: PageClient, scene: Scene, dump: Dump
) -> None:
    """Somebody else reads the old mailbox: a colleague, or a partner of before."""
    row = in_language(LETTERS[kind], scene, Language.SWEDISH)
    press = PRESSES.get(kind)
    if press:
        press.before(row)
    db.session.commit()
    links, button, reader = links_in(row), button_of(row), row.person
    assert reader
    change(client, reader, NEW)
    before = dump()
    stranger = PageClient(client.app)
    seen = {link: stranger.get(link) for link in links}
    if press:
        assert seen[button].status == 410
        assert stranger.post(button, {"text": "Ja", "consent": "y", "answer": "yes"}).status in {
            404,
            405,
            410,
        }
    for page in seen.values():
        assert page.status in SHOWN | {410}
        assert not (page.status == 200 and reader.name.split()[0] in page.whole_text)
    assert dump() == before


def test_what_a_coordinator_was_asked_is_answered_from_the_new_mailbox(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    appointment = Coordinator(group=scene.group, person=scene.carin, stairwells=[scene.stairwell_3])
    db.session.add(appointment)
    db.session.commit()
    first = f"/appointment/{tokens.make(Purpose.APPOINTMENT, appointment)}"
    change(client, scene.carin)
    assert ("coordinator-appointed", NEW) in outbox.addressed()
    assert PageClient(client.app).get(first).status == 410
    db.session.refresh(appointment)
    again = PageClient(client.app).get(f"/appointment/{tokens.make(Purpose.APPOINTMENT, appointment)}")
    assert again.press("Jag åtar mig uppdraget").status == 303


def test_what_was_written_is_still_answered_by_its_reader_when_signed_in(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    path = link_to(scene.bengt)
    client.get(path, as_=scene.bengt).press("Skicka svaret", {"text": "På torsdag."})
    path = link_to(scene.carin)
    change(client, scene.carin)
    assert PageClient(client.app).get(path).status == 410
    assert PageClient(client.app).get(path, as_=scene.dawit).status == 410
    read = client.get(path, as_=scene.carin)
    assert read.press("Skicka svaret", {"text": "Tack!"}).status == 303
    assert outbox.addressed()[-1] == ("message-answered", "bengt@example.org")


@pytest.mark.parametrize("name", ["carin", "bengt", "gun"])
def test_a_sign_in_link_of_before_lets_nobody_in(name: str, client: PageClient, scene: Scene) -> None:
    """Also not its own reader: somebody else may have the mailbox by now."""
    person = getattr(scene, name)
    stranger = PageClient(client.app)
    stranger.get("/login").press("Skicka länken", {"email": f"{name}@example.org"})
    newest = db.session.scalars(select(SignInLink).order_by(SignInLink.id.desc()).limit(1)).one()
    kept = f"/login/{tokens.make(Purpose.SIGN_IN, newest)}"
    change(client, person)
    stranger.get(kept)
    assert stranger.post(kept, {"person": str(person.id)}).status == 410
    assert stranger.get("/me").status == 302


# A mistyped address


def test_a_mistyped_address_takes_nothing_from_its_owner(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """Whoever has the mistyped address may ask for links, but they sign in as nobody."""
    ask(client, scene.carin, "carinn@home.example")
    stranger = PageClient(client.app)
    stranger.get("/login").press("Skicka länken", {"email": "carinn@home.example"})
    assert outbox.addressed()[-1] == ("sign-in-unknown", "carinn@home.example")
    client.get("/login").press("Skicka länken", {"email": "carin@example.org"})
    assert outbox.addressed()[-1] == ("sign-in", "carin@example.org")
    assert address_of(scene.carin) == "carin@example.org"


def test_a_stranger_who_presses_the_mistyped_link_is_put_out_again(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    ask(client, scene.carin, "carinn@home.example")
    stranger = PageClient(client.app)
    stranger.get(confirm_path(scene.carin)).press(YES)
    assert stranger.get("/me").status == 302  # the press signs nobody in
    assert outbox.addressed()[-1] == ("address-changed", "carin@example.org")
    stranger.get("/login").press("Skicka länken", {"email": "carinn@home.example"})
    newest = db.session.scalars(select(SignInLink).order_by(SignInLink.id.desc()).limit(1)).one()
    kept = f"/login/{tokens.make(Purpose.SIGN_IN, newest)}"
    client.get(undo_path(scene.carin)).press("Ångra bytet")
    assert address_of(scene.carin) == "carin@example.org"
    stranger.get(kept)
    assert stranger.post(kept, {"person": str(scene.carin.id)}).status == 410
    assert stranger.get("/me").status == 302
