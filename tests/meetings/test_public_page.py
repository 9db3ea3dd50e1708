"""The public page of a citizens' meeting, where strangers say how many they will be."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_meeting, make_open_meeting
from tests.page_client import BASE, Page, PageClient
from tests.pages_of_paper import codes_on, pages_of, words_on
from watch.extensions import db
from watch.meetings import service
from watch.meetings.queries.answers import sums
from watch.meetings.service import MOST_GUESTS
from watch.models import Answer, GuestAnswer, Meeting, utcnow
from watch.printing.queries import poster_code
from watch.tokens import show_code

LANGUAGES = ["Svenska", "English", "العربية", "Soomaali"]


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    """A citizens' meeting in Hässleholmen, called by Gun."""
    meeting = make_open_meeting(scene.group.area, by=scene.gun)
    db.session.commit()
    return meeting


def address(meeting: Meeting) -> str:
    return f"/m/{show_code(meeting.code or '')}"


def say(client: PageClient, meeting: Meeting, people: object) -> Page:
    return client.get(address(meeting)).press("Jag kommer", {"people": people})


def guests() -> list[int]:
    db.session.expire_all()
    return list(db.session.scalars(select(GuestAnswer.people).order_by(GuestAnswer.id)))


def test_a_stranger_reads_what_it_is_about_and_answers_without_a_name(
    client: PageClient, meeting: Meeting
) -> None:
    page = client.get(address(meeting))
    assert (page.status, page.h1[:13]) == (200, "Medborgarmöte")
    shown = "Öppet för alla i Hässleholmen.", "Var Hässlehuset", "Språk Svenska, العربية", "färre än 5"
    assert [each for each in shown if each not in page.text] == []
    assert "112" in page.whole_text
    answered = page.press("Jag kommer", {"people": "3"}).follow()
    assert "Jag kommer: 3 personer" in answered.text
    assert (guests(), sums(meeting).people, sums(meeting).guests) == ([3], 3, 3)


def test_a_stranger_does_not_measure_how_many_members_come(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    service.answer(meeting, scene.carin, Answer.YES, 2)
    db.session.commit()
    answered = say(client, meeting, 1).follow()
    for own in (1, 2, 3, 4, 7):
        page = answered.press("Ändra antalet", {"people": str(own)}).follow()
        assert f"Så många har sagt att de kommer: minst {own}." in page.text
    service.answer(meeting, scene.carin, Answer.YES, 6)
    db.session.commit()
    assert "Så många har sagt att de kommer: minst 12." in client.get(address(meeting)).text
    assert "Hittills kommer minst 12." in client.get(f"/meetings/{meeting.id}", as_=scene.carin).text


def test_wrong_codes_are_slowed_down_with_those_of_posters_and_an_open_page_stays_open(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    other = make_open_meeting(scene.group.area, by=scene.gun)
    db.session.commit()
    page = client.get(address(meeting))
    assert [client.get(address(meeting)).status for _ in range(12)] == [200] * 12
    tries = [client.get(f"/m/WRNG-{number:04}").status for number in range(4)]
    tries += [client.get(f"/m/WRNG-{number:04}/calendar.ics").status for number in range(3)]
    tries += [client.get(f"/j/WRNG-{number:04}").status for number in range(3)]
    tries += [client.post("/m/WRNG-0001").status, client.get("/m/WRNG-0001/x").status]
    assert tries == [404] * 10 + [429] * 2
    assert client.get(address(other)).status == 429, "or a guesser would go on after ten"
    assert client.get(address(meeting)).status == 200
    assert page.press("Jag kommer", {"people": "3"}).status == 303
    assert PageClient(client.app).get(address(other)).status == 200, "a neighbour on the same network"


def test_pressed_twice_or_sent_again_it_counts_once_with_the_last_number(
    client: PageClient, meeting: Meeting
) -> None:
    page = client.get(address(meeting))
    sent = [page.press("Jag kommer", {"people": each}) for each in ("3", "3", "5")]
    assert len({each.location for each in sent}) == 1
    assert guests() == [5]
    say(client, meeting, 2)  # another stranger, or another visit
    assert guests() == [5, 2]


def test_the_answer_is_changed_and_taken_back_by_whoever_has_its_address(
    client: PageClient, meeting: Meeting
) -> None:
    mine = say(client, meeting, 3).follow()
    other = say(client, meeting, 1).follow()
    mine.press("Ändra antalet", {"people": "4"})
    assert guests() == [4, 1]
    back = mine.press("Vi kommer inte")
    assert (back.location, guests()) == (address(meeting), [1])
    assert mine.press("Vi kommer inte").status == 303
    late = mine.press("Ändra antalet", {"people": "9"})
    assert (late.location, guests()) == (address(meeting), [1])
    assert client.get(mine.path).location == address(meeting)
    assert client.get(other.path).status == 200


@pytest.mark.parametrize("people", ["0", "-1", "21", "1.5", "två", "", "9" * 40])
def test_a_number_that_cannot_be_is_refused_and_nothing_saved(
    client: PageClient, meeting: Meeting, people: str
) -> None:
    page = say(client, meeting, people)
    assert (page.status, page.errors) == (422, ["Skriv ett antal från 1 till 20."])
    changed = say(client, meeting, 2).follow().press("Ändra antalet", {"people": people})
    assert (changed.status, guests()) == (422, [2])


def test_the_code_is_read_as_people_type_it(client: PageClient, meeting: Meeting) -> None:
    meeting.code = "HX01K29V"
    db.session.commit()
    typed = "HX01-K29V", "hx01k29v", "hxoi-k29u", "HX01 K29V", "HX01-K29V."
    found = [client.get(f"/m/{each}") for each in typed]
    pages = [each if each.status == 200 else each.follow() for each in found]
    assert {each.h1[:13] for each in pages} == {"Medborgarmöte"}
    assert (
        client.get("/", query_string={"q": "https://example.org/m/HX01-K29V"}).follow().follow().status == 200
    )
    assert client.get("/j?code=hx01k29v").follow().location == "/m/HX01-K29V"


@pytest.mark.parametrize("code", ["ABCD-EFGH", "a", "%C3%A5" * 90, "HX01K29V" * 30])
def test_a_wrong_code_says_what_to_do(client: PageClient, meeting: Meeting, code: str) -> None:
    page = client.get(f"/m/{code}")
    assert (page.status, page.h1) == (404, "Koden leder ingenstans")
    assert "Till startsidan" in page.links
    key = "a" * 24
    assert client.get(f"/m/{code}/{key}").status == 404
    posts = f"/m/{code}", f"/m/{code}/{key}", f"/m/{code}/{key}/withdraw"
    assert [client.post(each, {"people": "2"}).status for each in posts] == [404] * 3


def test_a_wrong_key_shows_the_form_anew_says_why_and_saves_nothing(
    client: PageClient, meeting: Meeting
) -> None:
    page = f"{address(meeting)}/{'a' * 24}"
    assert client.get(page).location == address(meeting)
    assert "Inget svar har den adressen." in client.get(page).follow().flashes[0][1]
    assert client.post(page, {"people": "2"}).location == address(meeting)
    assert guests() == []
    own_choice = client.post(address(meeting), {"people": "2", "form_key": "x"})
    assert own_choice.status == 303
    assert [len(each.key) for each in db.session.scalars(select(GuestAnswer))] == [24]


@pytest.mark.parametrize("after", ["", ".", "=20", "%3E", "abc"])
def test_the_address_of_an_answer_is_read_in_capitals_and_with_what_programs_add(
    client: PageClient, meeting: Meeting, after: str
) -> None:
    mine = say(client, meeting, 3).location or ""
    found = client.get(mine.upper() + after)
    page = found.follow() if found.location else found
    assert "Jag kommer: 3 personer" in page.text
    page.press("Ändra antalet", {"people": "4"})
    client.post(mine.upper(), {"people": "5"})
    assert guests() == [5]
    client.post(f"{mine.upper()}/withdraw")
    assert guests() == []


@pytest.mark.parametrize("cut", [1, 3, 23])
def test_the_address_of_an_answer_that_was_cut_off_says_so_and_shows_no_form(
    client: PageClient, meeting: Meeting, cut: int
) -> None:
    mine = (say(client, meeting, 3).location or "")[:-cut]
    pages = [client.get(mine), client.post(mine, {"people": "2"}), client.post(f"{mine}/withdraw")]
    assert [(page.status, page.h1) for page in pages] == [(410, "Länken kan ha blivit avkortad")] * 3
    assert (pages[0].buttons, guests()) == (LANGUAGES, [3])


def test_a_key_of_another_meeting_changes_neither(client: PageClient, scene: Scene, meeting: Meeting) -> None:
    other = make_open_meeting(scene.group.area)
    db.session.commit()
    mine = say(client, meeting, 3).location
    key = str(mine).rpartition("/")[2]
    client.post(address(other), {"people": "9", "form_key": key})
    assert (guests(), sums(other).guests) == ([3], 0)
    assert client.post(f"{address(other)}/{key}/withdraw").status == 303
    assert guests() == [3]


def test_a_cancelled_or_past_meeting_says_so_and_takes_no_answer(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    page, mine = client.get(address(meeting)), say(client, meeting, 2).follow()
    service.cancel(meeting, by=scene.gun, reason="Lokalen är vattenskadad.")
    db.session.commit()
    assert page.press("Jag kommer", {"people": "4"}).location == address(meeting)
    assert mine.press("Ändra antalet", {"people": "4"}).status == 303
    assert mine.press("Vi kommer inte").status == 303
    assert guests() == [2]
    for shown in (client.get(address(meeting)), client.get(mine.path)):
        assert "Lokalen är vattenskadad." in shown.text
        assert shown.buttons == LANGUAGES


@pytest.mark.parametrize(("ago", "said"), [(1, "Träffen har redan börjat"), (5, "Träffen är över")])
def test_once_it_has_begun_there_is_no_form(client: PageClient, scene: Scene, ago: int, said: str) -> None:
    begun = make_open_meeting(scene.group.area, starts_at=utcnow() - timedelta(hours=ago))
    db.session.commit()
    page = client.get(address(begun))
    assert (said in page.text, page.buttons) == (True, LANGUAGES)
    assert client.post(address(begun), {"people": "2"}).location == address(begun)
    assert guests() == []


def test_after_a_change_the_old_address_shows_what_is_now_and_what_was(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    edit = client.get(f"/meetings/{meeting.id}/edit", as_=scene.gun)
    preview = edit.press("Granska ändringen", {"place": "Biblioteket"})
    assert preview.press("Ändra och meddela dem som är kallade").status == 303
    page = client.get(address(meeting))
    assert "Förut: Hässlehuset Nu: Biblioteket" in page.text
    assert "Var Biblioteket" in page.text


def test_a_flood_raises_the_number_no_further_than_the_most(client: PageClient, meeting: Meeting) -> None:
    for place in range(MOST_GUESTS // 20):
        service.answer_as_guest(meeting, f"{place:024x}", 20)
    db.session.commit()
    assert say(client, meeting, 1).location == address(meeting)
    assert sums(meeting).guests == MOST_GUESTS
    one = f"{address(meeting)}/{0:024x}"
    assert client.post(one, {"people": "19"}).location == one  # who has answered may still come fewer
    assert sums(meeting).guests == MOST_GUESTS - 1


def test_one_network_answers_twenty_times_an_hour(client: PageClient, meeting: Meeting) -> None:
    pages = [client.post(address(meeting), {"people": "1"}) for _each in range(21)]
    assert [each.status for each in pages] == [303] * 20 + [429]
    assert guests() == [1] * 20


def test_a_draft_has_no_public_page(client: PageClient, scene: Scene, meeting: Meeting) -> None:
    meeting.called_at = None
    db.session.commit()
    assert client.get(address(meeting)).status == 404
    assert "Öppet för alla" not in client.get("/").text


def test_members_are_led_to_their_own_page_and_so_counted_once(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    page = client.get(address(meeting), as_=scene.carin)
    assert "Jag kommer" not in page.buttons
    assert page.click("Till träffen").path == f"/meetings/{meeting.id}"
    assert "Jag kommer" in client.get(address(meeting), as_=scene.ivan).buttons


def test_nothing_on_it_tells_who_is_in_the_group(client: PageClient, scene: Scene, meeting: Meeting) -> None:
    page = client.get(address(meeting))
    names = [each.name for each in (scene.amina, scene.bengt, scene.carin, scene.gun)]
    assert [each for each in (*names, scene.group.name, "Våglängdsgatan") if each in page.html] == []


def test_it_is_found_from_the_poster_the_building_and_the_front_page(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    pages = ["/", f"/buildings/{scene.house.id}", f"/j/{poster_code(scene.stairwell_3)}"]
    words = "Medborgarmöte i Hässleholmen"
    seen = [
        next((link for text, link in client.get(each).links.items() if words in text), None) for each in pages
    ]
    assert seen == [address(meeting)] * 3
    assert words not in client.get(f"/buildings/{scene.langgatan.id}").text
    service.cancel(meeting, by=scene.gun)
    db.session.commit()
    assert [each for each in pages if words in client.get(each).text] == []


def events(client: PageClient, path: str) -> list[tuple[str, str, str]]:
    answer = client.get(path)
    assert (answer.status, answer.response.mimetype) == (200, "text/calendar")
    found = icalendar.Calendar.from_ical(answer.response.data).walk("VEVENT")
    return [(str(each["SUMMARY"]), str(each["STATUS"]), str(each["URL"])) for each in found]


def test_anybodys_calendar_has_the_areas_open_meetings_and_no_others(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    make_meeting(scene.group)
    make_open_meeting(scene.other_group.area)
    db.session.commit()
    page = f"{BASE}{address(meeting)}"
    mine = [("Medborgarmöte i Hässleholmen", "CONFIRMED", page)]
    assert events(client, "/areas/hassleholmen/calendar.ics") == mine
    assert events(client, f"{address(meeting)}/calendar.ics") == mine
    service.cancel(meeting, by=scene.gun)
    db.session.commit()
    off = [("Inställd: Medborgarmöte i Hässleholmen", "CANCELLED", page)]
    assert events(client, "/areas/hassleholmen/calendar.ics") == off
    assert client.get("/areas/nowhere/calendar.ics").status == 404
    assert events(client, "/areas/norrby/calendar.ics") == []


def test_the_sheet_for_notice_boards_leads_to_the_public_page(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    page = client.get(f"/meetings/{meeting.id}", as_=scene.gun)
    assert f'value="{BASE}{address(meeting)}"' in page.html
    pdf = client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.gun)
    (paper,) = pages_of(pdf.response.data)
    words = " ".join(words_on(paper).split())
    assert codes_on(paper) == [f"{BASE}{address(meeting)}"]
    shown = "Öppet för alla i Hässleholmen", "Kommer du? Rikta telefonens kamera hit", "Språk: Svenska"
    assert [each for each in shown if each not in words] == []
