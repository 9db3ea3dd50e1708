"""Checks that no part of a mail between neighbours tells the other's address, or even its provider."""

from __future__ import annotations

import quopri

from tests.addresses.test_changing import change
from tests.cast import Scene
from tests.mail.relay import Relay, Taken
from tests.messages.test_writing import NEAR, QUESTION, link_to, page_of
from tests.page_client import PageClient
from watch.extensions import db
from watch.mail import delivery
from watch.models import Person


def sent_to(relay: Relay, person: Person) -> Taken:
    delivery.run()
    db.session.expire_all()
    assert person.mailbox
    return next(each for each in reversed(relay.taken) if each.recipients == [person.mailbox.address])


def test_no_header_and_no_word_tells_where_the_other_reads_mail(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    change(client, scene.carin, "carin.privat@small-provider.example")
    change(client, scene.bengt, "b.akesson@other-provider.example")
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    asked = sent_to(relay, scene.bengt)
    client.get(link_to(scene.bengt), as_=scene.bengt).press("Skicka svaret", {"text": "På torsdag."})
    answered = sent_to(relay, scene.carin)
    for letter, secrets in (
        (asked, ("small-provider", "carin.privat")), (answered, ("other-provider", "akesson")),
    ):  # fmt: skip
        whole = (
            letter.wire.decode().lower() + quopri.decodestring(letter.wire).decode("utf-8", "replace").lower()
        )
        assert [secret for secret in secrets if secret in whole] == []
        assert {"received", "reply-to", "sender", "x-originating-ip"}.isdisjoint(
            name.lower() for name in letter.mail if "provider" in str(letter.mail[name])
        )
        assert "provider" not in letter.sender  # where a bounce goes
