"""A member changes her own address, and a coordinator joins two records of one person, on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.addresses.test_changing import address_of, confirm_path, undo_path
from tests.browser import Phone
from tests.cast import Scene
from tests.factories import flat_of, make_member, make_person
from watch.extensions import db


@pytest.mark.parametrize("javascript", [False, True])
def test_carin_changes_her_address_and_undoes_it(
    scene: Scene, make_phone: Callable[..., Phone], javascript: bool
) -> None:
    phone = make_phone(javascript=javascript)
    phone.sign_in(scene.carin)
    phone.open("/me/settings")
    phone.follow("Byt e-postadress")
    phone.fill("Din nya e-postadress", "carin@home.example")
    phone.press("Mejla länken")
    assert "En ny adress väntar" in phone.text
    phone.open(confirm_path(scene.carin))
    phone.press("Ja, byt till den här adressen")
    assert "Adressen är bytt" in phone.text
    phone.open(undo_path(scene.carin))
    phone.press("Ångra bytet")
    assert "Bytet är ångrat" in phone.text
    assert address_of(scene.carin) == "carin@example.org"


def test_bengt_joins_a_double(scene: Scene, make_phone: Callable[..., Phone]) -> None:
    flat = flat_of(scene.stairwell_3, "1202")
    make_member(make_person("Carin på papper"), scene.group, flat)
    db.session.commit()
    phone = make_phone(javascript=False)
    phone.sign_in(scene.bengt)
    phone.open(f"/flats/{flat.id}")
    phone.follow("Rätta uppgifter Carin på papper")
    phone.follow("Samma person står två gånger")
    phone.choose("Vem är samma person?", "Carin Öberg, Våglängdsgatan 3, lägenhet 1102")
    phone.press("Visa vad som händer")
    phone.tick("Carin Öberg")
    phone.tick("Våglängdsgatan 3, 1102")
    phone.press("Slå ihop")
    assert "Nu står Carin Öberg en gång i listan." in phone.text
