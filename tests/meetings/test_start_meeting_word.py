"""Checks who hears of a start meeting: the interested, those who come later, join, or take it back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_coordinator,
    make_group,
    make_interest,
    make_person,
    make_request,
    stairwell_of,
)
from tests.mail.relay import Relay
from tests.mail.test_word_of_meetings import ONE_CLICK, send, to
from tests.meetings.starting import answer_link, call_to_start, interest_of, names, way_out
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.groups.service.members import admit, leave
from watch.interest import service as interest_service
from watch.meetings import service
from watch.meetings.queries.answers import sums
from watch.meetings.queries.coming import called_people
from watch.models import (
    Answer,
    Building,
    Group,
    GroupState,
    Meeting,
    MeetingAnswer,
    NoticeChoice,
    Person,
    Purpose,
    RequestState,
    utcnow,
)


def cancel(relay: Relay, meeting: Meeting, scene: Scene) -> list[str]:
    """Cancel the meeting; return who is told."""
    service.cancel(meeting, by=scene.gun)
    return names(send(relay))


def start(building: Building) -> Group:
    group = make_group(building, GroupState.STARTING)
    db.session.commit()
    return group


def test_a_change_and_a_reminder_reach_the_interested_and_no_reminder_who_said_no(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting = call_to_start(scene)
    assert names(send(relay)) == ["jenny", "lo"]
    service.answer(meeting, scene.jenny, Answer.NO)
    db.session.commit()
    page = client.get(f"/meetings/{meeting.id}/edit", as_=scene.gun)
    preview = page.press("Granska ändringen", {"place": "Biblioteket"})
    assert "De som är kallade får besked" in preview.text
    preview.press("Ändra och meddela dem som är kallade")
    changed = send(relay)
    assert names(changed) == ["jenny", "lo"]
    assert "Biblioteket" in client.get(answer_link(to("lo", changed)[0])).text
    service.remind(meeting.starts_at - timedelta(days=6, hours=1))
    assert names(send(relay)) == ["lo"]


def test_the_cancelling_is_told_without_a_number_and_its_link_shows_why(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting = call_to_start(scene)
    send(relay)
    asked = client.get(f"/meetings/{meeting.id}/cancel", as_=scene.gun)
    assert "grann" not in asked.text.partition("Ställa in")[2].partition("Det går inte")[0].replace(
        "grannsamverkan", ""
    )
    done = asked.press("Ställ in träffen", {"reason": "Lokalen är stängd."}).follow()
    assert done.flashes == [("done", "Träffen är inställd. De som har fått inbjudan får besked.")]
    (told,) = to("lo", send(relay))
    page = client.get(answer_link(told))
    assert "Lokalen är stängd." in page.text
    assert page.buttons == []


def test_whoever_shows_interest_later_is_called_by_the_clock_once(
    scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting = call_to_start(scene)
    send(relay)
    make_interest(make_person("Mia", "mia@example.org"), scene.langgatan)
    make_interest(make_person("Ove", "ove@example.org"), scene.langgatan, confirmed=False)
    for _twice in range(2):
        service.call_latecomers(utcnow())
    assert names(send(relay)) == ["mia"]
    assert cancel(relay, meeting, scene) == ["jenny", "lo", "mia"]


def test_whoever_withdraws_hears_no_more_is_not_counted_and_their_answer_is_gone(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting = call_to_start(scene)
    (mail,) = to("jenny", send(relay))
    service.answer(meeting, scene.jenny, Answer.YES, 2)
    service.answer(meeting, interested[1], Answer.YES, 3)
    db.session.commit()
    interest_service.withdraw(interest_of(scene.jenny))
    db.session.commit()
    assert (sums(meeting).people, sums(meeting).yes) == (3, 1)
    answered = db.session.scalars(select(MeetingAnswer)).all()
    assert [each.person_id for each in answered] == [interested[1].id]
    assert client.get(answer_link(mail)).status == 410
    assert "tagit bort ditt intresse" in PageClient(client.app).get(f"/r/{'0' * 32}").text
    service.call_latecomers(utcnow())
    send(relay)
    assert cancel(relay, meeting, scene) == ["lo"]


def test_one_click_ends_the_interest_says_so_and_it_can_be_shown_again(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting = call_to_start(scene)
    (mail,) = to("lo", send(relay))
    before = client.get(way_out(mail))
    assert "Du får mejlen för att du är intresserad av en grupp i huset." in before.text
    assert before.click("Ditt intresse för grannsamverkan").status == 200
    for _twice in range(2):
        pressed = client.post(way_out(mail), ONE_CLICK, csrf=False)
        assert pressed.status == 200
        assert "Ditt intresse för grannsamverkan är borttaget" in pressed.html
    after = client.get(way_out(mail))
    assert "Det kommer inga fler mejl om det." in after.text
    assert [interest_of(each).ended_at is None for each in interested] == [True, False]
    (told,) = send(relay)
    assert (told.mail["Subject"], told.recipients) == ("Du får färre mejl nu", ["lo@example.org"])
    assert "kanske" not in told.text()
    assert cancel(relay, meeting, scene) == ["jenny"]
    interest_of(interested[1]).ended_at = utcnow() - timedelta(days=7)
    late = client.get(way_out(mail))
    assert late.click("Anmäl intresse igen").path == f"/buildings/{scene.langgatan.id}/interest"


@pytest.mark.parametrize("link", ["the mail that told", "the mail that called"])
def test_one_click_is_taken_back_by_one_press(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay, link: str
) -> None:
    meeting = call_to_start(scene)
    (mail,) = to("lo", send(relay))
    client.post(way_out(mail), ONE_CLICK, csrf=False)
    (told,) = send(relay)
    found = re.search(r"/interest/[0-9a-v]{32}", told.text())
    assert found
    page = client.get(found[0] if link == "the mail that told" else way_out(mail))
    page.press("Ångra").follow()
    assert client.get(answer_link(mail)).status == 200
    service.call_latecomers(utcnow())
    assert names(send(relay)) == []
    assert cancel(relay, meeting, scene) == ["jenny", "lo"]


@pytest.mark.parametrize("said", [Answer.YES, Answer.MAYBE])
def test_whoever_comes_hears_of_the_meeting_after_one_click_and_of_no_other(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay, said: Answer
) -> None:
    meeting, lo = call_to_start(scene), interested[1]
    (mail,) = to("lo", send(relay))
    client.get(answer_link(mail)).press("Jag kommer" if said is Answer.YES else "Kanske", {"people": "2"})
    client.post(way_out(mail), ONE_CLICK, csrf=False)
    (told,) = send(relay)
    assert "Har du svarat ja eller kanske" in told.text()
    assert "så du påminns om den" in client.get(way_out(mail)).text
    assert (sums(meeting).people, client.get(answer_link(mail)).status) == (2 * (said is Answer.YES), 200)
    service.remind(meeting.starts_at - timedelta(days=6, hours=1))
    assert names(send(relay)) == ["jenny", "lo"]
    page = client.get(f"/meetings/{meeting.id}/edit", as_=scene.gun)
    page.press("Granska ändringen", {"place": "Biblioteket"}).press("Ändra och meddela dem som är kallade")
    assert names(send(relay)) == ["jenny", "lo"]
    call_to_start(scene, days=20)
    assert names(send(relay)) == ["jenny"]
    assert cancel(relay, meeting, scene) == ["jenny", "lo"]
    assert lo.id not in db.session.scalars(called_people(call_to_start(scene, days=30))).all()


def test_whoever_comes_after_one_click_and_then_says_no_hears_no_more(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting = call_to_start(scene)
    (mail,) = to("lo", send(relay))
    client.get(answer_link(mail)).press("Jag kommer", {"people": "2"})
    client.post(way_out(mail), ONE_CLICK, csrf=False)
    send(relay)
    client.get(answer_link(mail)).press("Jag kan inte")
    assert "Det kommer inga fler mejl om det." in client.get(way_out(mail)).text
    assert cancel(relay, meeting, scene) == ["jenny"]


def test_of_two_who_share_a_mailbox_the_page_names_both(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    make_interest(make_person("Per", "lo@example.org"), scene.langgatan)
    call_to_start(scene)
    (mail,) = to("lo", send(relay))
    page = client.get(way_out(mail))
    assert [name in page.text for name in ("Lo", "Per", "Jenny")] == [True, True, False]
    client.post(way_out(mail), ONE_CLICK, csrf=False)
    assert [each.recipients for each in send(relay)] == [["lo@example.org"]] * 2
    left = client.get(way_out(mail))
    left.press("Ångra Per, Norrby Långgata 21–27")
    assert [each.startswith("Ångra") for each in client.get(way_out(mail)).buttons].count(True) == 1


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (RequestState.WAITING, ["jenny", "lo"]),
        (RequestState.DECLINED, ["jenny"]),
        (RequestState.WITHDRAWN, ["jenny"]),
    ],
)
def test_whoever_asks_to_join_hears_on_until_they_have_an_answer(
    scene: Scene, interested: list[Person], relay: Relay, state: RequestState, told: list[str]
) -> None:
    meeting, lo = call_to_start(scene), interested[1]
    send(relay)
    group = start(scene.langgatan)
    interest_of(lo).ended_at = utcnow()
    make_request(lo, group, stairwell_of(scene.langgatan, 21), state=state)
    assert cancel(relay, meeting, scene) == told


def test_whoever_asks_to_join_by_their_interest_can_end_its_mails(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting, lo = call_to_start(scene), interested[1]
    (mail,) = to("lo", send(relay))
    group = start(scene.langgatan)
    make_coordinator(scene.ivan, group)
    interest_service.join_from_interest(interest_of(lo), stairwell_of(scene.langgatan, 21), flat=None)
    db.session.commit()
    assert lo.id in db.session.scalars(called_people(meeting)).all()
    assert "Tills du har fått svar får du besked" in client.get(way_out(mail)).text
    client.post(way_out(mail), ONE_CLICK, csrf=False)
    assert "Det kommer inga fler mejl om det." in client.get(way_out(mail)).text
    assert "lo" in names(send(relay))
    assert cancel(relay, meeting, scene) == ["jenny"]


def test_whoever_joins_is_told_once_and_after_leaving_no_more(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting, lo = call_to_start(scene), interested[1]
    (mail,) = to("lo", send(relay))
    service.answer(meeting, lo, Answer.YES, 2)
    group, stairwell = start(scene.langgatan), stairwell_of(scene.langgatan, 21)
    joined = admit(lo, group, stairwell=stairwell, flat=flat_of(stairwell, "1001"))
    db.session.commit()
    assert interest_of(lo).ended_at is not None
    service.call_latecomers(utcnow())
    assert names(send(relay)) == [], "they were called before"
    assert (sums(meeting).people, client.get(answer_link(mail)).status) == (2, 200)
    assert client.get(f"/meetings/{meeting.id}", as_=lo).status == 200
    service.remind(meeting.starts_at - timedelta(days=6, hours=1))
    assert names(send(relay)) == ["jenny", "lo"]
    leave(joined)
    db.session.commit()
    assert client.get(f"/meetings/{meeting.id}", as_=lo).status == 404
    assert cancel(relay, meeting, scene) == ["jenny"]


def test_members_of_a_starting_group_are_called_too_and_choose_for_themselves(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    group = start(scene.langgatan)
    for name, choice in (("Mia", NoticeChoice.EVERYTHING), ("Ove", NoticeChoice.NOTICES)):
        member = admit(
            make_person(name, f"{name.lower()}@example.org"), group,
            stairwell=stairwell_of(scene.langgatan, 23),
        )  # fmt: skip
        member.notices = choice
    page = client.get(f"/buildings/{scene.langgatan.id}/meetings/new", as_=scene.gun)
    plan = {"day": (utcnow() + timedelta(days=9)).date().isoformat(), "starts": "18.00", "place": "Gården"}
    preview = page.press("Förhandsgranska", plan)
    assert "De som redan är med i gruppen bjuds också in." in preview.text
    preview.press("Kalla dem som är intresserade")
    mails = send(relay)
    assert names(mails) == ["jenny", "lo", "mia"]
    (mias,) = to("mia", mails)
    assert "eller är med där" in mias.text().replace("\n", " ")
    client.post(way_out(mias), ONE_CLICK, csrf=False)
    send(relay)
    meeting = db.session.scalars(select(Meeting)).one()
    assert cancel(relay, meeting, scene) == ["jenny", "lo"]


def test_the_houses_of_one_group_have_one_start_meeting(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    group, house = start(scene.langgatan), scene.langgatan
    beside = Building(property=house.property, name="Hus 2", address="Magasinsgatan 2", sort_key="m")
    group.buildings, group.name = [house, beside], "Norrby Långgata 21–27 och Magasinsgatan 2"
    make_interest(make_person("Mia", "mia@example.org"), beside)
    db.session.commit()
    meeting = call_to_start(scene)
    mails = send(relay)
    assert names(mails) == ["jenny", "lo", "mia"]
    assert "uppstartsmöte för Norrby Långgata 21–27 och Magasinsgatan 2" in mails[-1].text().replace(
        "\n", " "
    )
    mia = db.session.scalars(select(Person).order_by(Person.id.desc())).first()
    assert mia is not None
    link = f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest_of(mia))}"
    assert "Norrbyhuset" in client.get(link).text
    assert "Ett uppstartsmöte är planerat" in client.get(f"/buildings/{beside.id}").text
    assert cancel(relay, meeting, scene) == ["jenny", "lo", "mia"]
