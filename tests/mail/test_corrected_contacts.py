"""Officers are mailed once an hour at most about a contact that corrects itself, and never miss the last."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from tests.cast import Scene
from tests.factories import make_contact
from tests.mail.relay import Relay
from watch.contacts.entry import Correction
from watch.contacts.queries import mark_of
from watch.contacts.service import correct_card
from watch.extensions import db
from watch.mail import delivery
from watch.models import ContactPerson, ContactRole, utcnow


def correct(contact: ContactPerson, phone: str) -> None:
    said = Correction(contact.name, phone, contact.hours)
    correct_card([contact], said, seen=mark_of([contact]), by=None, today=utcnow().date())
    db.session.commit()


def texts(relay: Relay) -> list[str]:
    """Send what is due, and return the texts of what arrived since the last time."""
    delivery.run()
    arrived = [" ".join(each.text().split()) for each in relay.taken]
    relay.taken.clear()
    return arrived


def test_several_corrections_are_one_mail_an_hour(scene: Scene, relay: Relay) -> None:
    contact, start = make_contact(ContactRole.MUNICIPALITY, "Borås Stad", scene.group.area), utcnow()
    correct(contact, "+46337001122")
    correct(contact, "+46337003344")
    (told,) = texts(relay)
    assert "Förut: 033-700 00 00 Nu: 033-700 33 44" in told
    for minute, phone in ((10, "+46337005566"), (20, "+46337007788")):
        with time_machine.travel(start + timedelta(minutes=minute)):
            correct(contact, phone)
            assert texts(relay) == []
    with time_machine.travel(start + timedelta(minutes=62)):
        (told,) = texts(relay)
        assert "Förut: 033-700 00 00 Nu: 033-700 77 88" in told, "as it was when officers saw it last"
        correct(contact, "+46337009999")
        assert texts(relay) == []
    with time_machine.travel(start + timedelta(minutes=124)):
        assert len(texts(relay)) == 1
