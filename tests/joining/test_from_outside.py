"""Checks that outsiders learn nothing about an address, however they ask: every address gives the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy import delete

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_invitation, make_letter, make_person, make_request
from tests.newcomers import Fill, bytes_of, what_leaves
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import Person, RateCount, RequestState, utcnow
from watch.printing.queries import code_of
from watch.tokens import show_code

Send = Callable[[str, str], Page]


@dataclass(frozen=True)
class Applicant:
    """The address that an outsider asks for."""

    name: str
    address: str


@pytest.fixture
def everybody(scene: Scene, olga: Person, carins_husband: Person) -> Mapping[str, Applicant]:
    """Return an address of every kind of person, as one group knows them."""
    make_invitation(scene.group, "nina@example.org", by=scene.bengt)
    make_request(
        make_person("Otto", "otto@example.org"), scene.group, scene.stairwell_3, state=RequestState.DECLINED
    )
    make_request(
        make_person("Rut", "rut@example.org"), scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED
    )
    make_request(make_person("Siv", "dawit@example.org"), scene.group, scene.stairwell_1)
    db.session.commit()
    return {
        "unknown": Applicant("Lina", "lina@example.org"),
        "invited": Applicant("Nina", "nina@example.org"),
        "not confirmed": Applicant("Rut", "rut@example.org"),
        "waiting": Applicant("Farah Ahmadi", "farah@example.org"),
        "member": Applicant("Bengt Åkesson", "bengt@example.org"),
        "member under another name": Applicant("Amina", "amina@example.org"),
        "declined": Applicant("Otto", "otto@example.org"),
        "left": Applicant("Olga Lind", "olga@example.org"),
        "one of two members who share it": Applicant("Pär Öberg", "carin@example.org"),
        "one who waits where a member shares it": Applicant("Siv", "dawit@example.org"),
        "somebody elsewhere": Applicant("Jenny Älvgren", "jenny@example.org"),
    }


@pytest.fixture
def doors(client: PageClient, scene: Scene, code: str, fill: Fill) -> Mapping[str, Send]:
    """Return all forms that take a name and an address."""
    old = make_letter(flat_of(scene.stairwell_3, "1202"), scene.group, by=scene.bengt)
    old.used_at = old.ended_at = utcnow()
    by_address = f"/buildings/{scene.house.id}/join?stairwell={scene.stairwell_3.id}"
    letter = f"/j/{show_code(code_of(old))}"

    def ask(path: str, button: str) -> Send:
        return lambda name, address: client.get(path).press(button, fill(name=name, address=address))

    return {
        "poster": ask(f"/j/{code}", "Be att få gå med"),
        "address": ask(by_address, "Be att få gå med"),
        "old letter": ask(letter, "Gå med"),
        "sign in": lambda _name, address: client.get("/login").press("Skicka länken", {"email": address}),
    }


@pytest.mark.parametrize("door", ["poster", "address", "old letter", "sign in"])
def test_whoever_it_is_there_is_one_answer_and_one_mail(
    door: str, outbox: Outbox, everybody: Mapping[str, Applicant], doors: Mapping[str, Send]
) -> None:
    """A second request in a day sends nobody another mail about joining.

    (Signing in differs: members and officers need their new link.)
    """
    for time in ("first", "second"):
        answers, mails = {}, {}
        for state, who in everybody.items():
            db.session.execute(delete(RateCount))  # from another address each
            sent = doors[door](who.name, who.address)
            waiting = bytes_of(sent.follow()).replace(who.address, "")  # it shows what was typed
            answers[state] = (sent.status, sent.location, bytes_of(sent), waiting)
            mails[state] = [address for _kind, address in what_leaves()]
        assert answers == dict.fromkeys(everybody, answers["unknown"]), time
        if time == "first":
            assert mails == {state: [who.address] for state, who in everybody.items()}
        elif door != "sign in":
            assert mails == {state: [] for state in everybody}


def test_the_pages_where_one_asks_are_the_same_before_and_after(
    client: PageClient, scene: Scene, everybody: Mapping[str, Applicant], doors: Mapping[str, Send], code: str
) -> None:
    """No request changes what the next stranger sees."""
    paths = (
        f"/j/{code}",
        f"/buildings/{scene.house.id}/join?stairwell={scene.stairwell_3.id}",
        "/login",
        "/",
    )
    before = [bytes_of(client.get(path)) for path in paths]
    for who in everybody.values():
        db.session.execute(delete(RateCount))
        doors["poster"](who.name, who.address)
    assert [bytes_of(PageClient(client.app).get(path)) for path in paths] == before
