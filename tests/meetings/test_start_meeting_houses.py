"""Checks that whoever was called to a start meeting hears of it also when their house gets another group."""

from __future__ import annotations

import pytest

from tests.cast import Scene
from tests.factories import make_coordinator, make_group, make_interest, make_person
from tests.mail.relay import Relay
from tests.mail.test_word_of_meetings import send, to
from tests.meetings.starting import answer_link, call_to_start, interest_of, names, way_out
from tests.page_client import PageClient
from watch.extensions import db
from watch.interest import service as interest_service
from watch.lifecycle import service as lifecycle
from watch.meetings import service
from watch.meetings.queries.answers import sums
from watch.models import Answer, Building, Group, GroupState, Meeting, Person


@pytest.fixture
def beside(scene: Scene, interested: list[Person]) -> Building:
    """A house that came today to the group that starts in Norrby Långgata, where Mia is interested."""
    group, house = make_group(scene.langgatan, GroupState.STARTING), scene.langgatan
    beside = Building(property=house.property, name="Hus 2", address="Magasinsgatan 2", sort_key="m")
    db.session.add(beside)
    make_interest(make_person("Mia", "mia@example.org"), beside)
    db.session.commit()
    lifecycle.add_building(group, beside, by=scene.gun)
    db.session.commit()
    return beside


def take_out(scene: Scene, building: Building) -> Group:
    group = db.session.get_one(Group, building.group_id)
    own = lifecycle.take_out(group, building, by=scene.gun)
    db.session.commit()
    return own


@pytest.mark.parametrize("called_in", ["the house that stays", "the house that is taken out"])
def test_whoever_was_called_hears_of_a_change_and_that_it_is_off(
    client: PageClient, scene: Scene, beside: Building, relay: Relay, called_in: str
) -> None:
    meeting = call_to_start(scene, scene.langgatan if called_in == "the house that stays" else beside)
    called = send(relay)
    assert names(called) == ["jenny", "lo", "mia"]
    take_out(scene, beside)
    send(relay)
    page = client.get(f"/meetings/{meeting.id}/edit", as_=scene.gun)
    page.press("Granska ändringen", {"place": "Biblioteket"}).press("Ändra och meddela dem som är kallade")
    changed = send(relay)
    assert names(changed) == ["jenny", "lo", "mia"]
    answer = client.get(answer_link(to("mia", called)[0]))
    assert "Biblioteket" in answer.text
    answer.press("Jag kommer", {"people": "2"})
    assert sums(meeting).people == 2
    service.cancel(meeting, by=scene.gun)
    off = send(relay)
    assert names(off) == ["jenny", "lo", "mia"]
    assert client.get(answer_link(to("mia", off)[0])).status == 200


def test_the_page_of_the_house_names_the_meeting_and_ending_the_interest_ends_its_mails(
    client: PageClient, scene: Scene, beside: Building, relay: Relay
) -> None:
    meeting = call_to_start(scene)
    (mail,) = to("mia", send(relay))
    mia = next(each for each in db.session.query(Person) if each.name == "Mia")
    service.answer(meeting, mia, Answer.YES, 2)
    own = take_out(scene, beside)
    assert "Ett uppstartsmöte är planerat" in client.get(f"/buildings/{beside.id}").text
    assert "intresserad av en grupp i huset" in client.get(way_out(mail)).text
    make_coordinator(scene.ivan, own)
    db.session.commit()
    assert client.get(f"/meetings/{meeting.id}", as_=scene.ivan).status == 200
    assert client.get(f"/meetings/{meeting.id}/joint", as_=scene.ivan).status in {403, 404}
    shown = client.get(f"/meetings/{meeting.id}", as_=scene.gun).text
    assert "Norrby Långgata 21–27, Magasinsgatan 2" in shown
    interest_service.withdraw(interest_of(mia))
    db.session.commit()
    assert sums(meeting).people == 0
    send(relay)
    service.cancel(db.session.get_one(Meeting, meeting.id), by=scene.gun)
    assert names(send(relay)) == ["jenny", "lo"]
