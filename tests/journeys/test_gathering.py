"""A gathering in a stairwell: called, answered from the mails, held and counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.post import Post
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import Answer, Counting, Meeting, MeetingAnswer, MeetingKind

DAY = (datetime.now(STOCKHOLM) + timedelta(days=9)).date()
BEGINS = datetime(DAY.year, DAY.month, DAY.day, 18, tzinfo=STOCKHOLM).astimezone(UTC)


@pytest.mark.long
def test_neighbours_answer_from_their_letters_and_nobody_comes(
    scene: Scene, post: Post, make_phone: Callable[..., Phone]
) -> None:
    aminas = make_phone()
    aminas.sign_in(scene.amina)
    _amina_calls(aminas, scene)
    everybody = [f"{name}@example.org" for name in ("amina", "bengt", "carin", "dawit")]
    assert post.deliver() == everybody
    assert _what_carin_reads(post) == ["Tvättstugan i port 3", "18.00–19.30"]

    _answer(make_phone(), post.link("carin@example.org", "/r/"), "yes", people=3)
    _answer(make_phone(), post.link("bengt@example.org", "/r/"), "maybe", people=2)
    _answer(make_phone(), post.link("amina@example.org", "/r/"), "no")
    _dawit_answers_in_arabic(make_phone(), post)
    assert _answers() == {
        "Amina Yusuf": (Answer.NO, 0),
        "Bengt Åkesson": (Answer.MAYBE, 2),
        "Carin Öberg": (Answer.YES, 3),
        "Dawit Tesfaye": (Answer.YES, 2),
    }
    meeting = db.session.scalars(select(Meeting)).one()
    aminas.open(f"/meetings/{meeting.id}")
    _a_print_holds_what_a_neighbour_should_have(aminas)
    assert _sums(aminas) == [
        "5 personer kommer", "Jag kommer 2", "Kanske 1", "Jag kan inte 1", "Har inte svarat 1",
    ]  # fmt: skip

    with time_machine.travel(BEGINS + timedelta(hours=3)):
        _it_is_too_late_to_answer(make_phone(), post.link("carin@example.org", "/r/"))
        _amina_writes_that_nobody_came(aminas, meeting)
    assert _counts() == [(MeetingKind.STAIRWELL, BEGINS, Counting.COUNTED, 0)]
    assert post.deliver() == []


def test_a_gathering_that_was_is_written_down_though_nobody_counted(
    scene: Scene, post: Post, make_phone: Callable[..., Phone]
) -> None:
    day = DAY - timedelta(days=30)
    phone = make_phone(javascript=False)
    phone.sign_in(scene.bengt)
    phone.open(f"/groups/{scene.group.id}/meetings")
    phone.follow("Lägg till en träff som har varit")
    phone.tick("Hela gruppen")
    _fill_in(phone, day.isoformat(), "På gården")
    phone.choose("Vad är det för träff?", "Årlig träff")
    phone.press("Spara träffen")
    phone.tick("Vi räknade inte")
    phone.press("Spara antalet")
    assert phone.page.get_by_role("button", name="Skriv ut").count() == 0
    assert "Ingen räknade hur många som kom." in phone.text
    begun = datetime(day.year, day.month, day.day, 18, tzinfo=STOCKHOLM).astimezone(UTC)
    assert _counts() == [(MeetingKind.ANNUAL, begun, Counting.NOT_COUNTED, None)]
    assert post.deliver() == []


def test_a_gathering_is_moved_on_a_small_phone_and_whoever_was_called_reads_old_and_new(
    scene: Scene, post: Post, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone(javascript=False, viewport={"width": 360, "height": 740})
    phone.sign_in(scene.amina)
    _amina_calls(phone, scene)
    post.deliver()
    meeting = db.session.scalars(select(Meeting)).one()
    phone.open(f"/meetings/{meeting.id}")
    phone.follow("Ändra träffen")
    phone.fill("Börjar klockan", "17:00")
    phone.fill("Plats", "Gården")
    phone.press("Granska ändringen")
    shown = phone.page.locator("#differences dd p").all_inner_texts()
    assert [" ".join(text.split()) for text in shown[2:]] == ["Förut: Tvättstugan i port 3", "Nu: Gården"]
    phone.press("Ändra och meddela 4 grannar")
    assert "Träffen är ändrad. De som har fått inbjudan får besked." in phone.text
    assert len(post.deliver()) == 4
    told = post.letters("carin@example.org")[-1].text()
    assert [words for words in ("18.00–19.30", "17.00–19.30", "Gården") if words in told] == [
        "18.00–19.30", "17.00–19.30", "Gården",
    ]  # fmt: skip
    db.session.refresh(meeting)
    assert (meeting.starts_at, meeting.sequence) == (BEGINS - timedelta(hours=1), 2)


def _amina_calls(phone: Phone, scene: Scene) -> None:
    phone.open(f"/groups/{scene.group.id}/meetings")
    phone.follow("Kalla till träff")
    phone.tick("Hela gruppen")
    _fill_in(phone, DAY.isoformat(), "Tvättstugan i port 3")
    phone.fill("Vad ska ni prata om? (frivilligt)", "Cyklarna i källaren")
    phone.press("Förhandsgranska")
    assert phone.page.locator("#reach li").all_inner_texts() == [
        "4 grannar får ett mejl.",
        "1 hushåll behöver det på papper: någon där har inte lämnat någon e-postadress.",
    ]
    phone.press("Kalla 4 grannar")
    assert "Träffen är inlagd. 4 grannar får ett mejl." in phone.text
    assert "1 av dina lägenheter behöver papper" in phone.text


def _fill_in(phone: Phone, day: str, place: str) -> None:
    phone.fill("Dag", day)
    phone.fill("Börjar klockan", "18:00")
    phone.fill("Slutar klockan (frivilligt)", "19:30")
    phone.fill("Plats", place)


def _what_carin_reads(post: Post) -> list[str]:
    """Check place and hours where they stand in her mail."""
    (letter,) = post.letters("carin@example.org")
    return [words for words in ("Tvättstugan i port 3", "18.00–19.30") if words in letter.text()]


def _answer(phone: Phone, link: str, answer: str, people: int = 1) -> None:
    """Answer by the buttons' values, because the words are in the mail's language."""
    phone.open(link)
    phone.page.locator("main input[name=people]").fill(str(people))
    phone.page.locator(f"main button[value={answer}]").click()
    phone.page.wait_for_load_state()
    phone.look()
    assert phone.page.locator("main .flash-done").count() == 1


def _dawit_answers_in_arabic(phone: Phone, post: Post) -> None:
    """His phone is in Swedish; his mails, and their pages, are in his own language."""
    (letter,) = post.letters("dawit@example.org")
    assert '<html lang="ar" dir="rtl"' in letter.text("html")
    _answer(phone, post.link("dawit@example.org", "/r/"), "yes", people=2)
    assert phone.page.evaluate(
        "[document.documentElement.lang, getComputedStyle(document.body).direction]"
    ) == ["ar", "rtl"]
    assert "Jag kommer" not in phone.text


def _a_print_holds_what_a_neighbour_should_have(phone: Phone) -> None:
    shown = phone.page.locator("#when, #sums, #on-paper, #answer-card, [data-print]")
    phone.page.emulate_media(media="print")
    printed = [each.get_attribute("id") for each in shown.all() if each.is_visible()]
    phone.page.emulate_media(media="screen")
    assert printed == ["when"]
    assert phone.page.get_by_role("link", name="Skriv ut för anslagstavlan (PDF)").is_visible()


def _sums(phone: Phone) -> list[str]:
    card = phone.page.locator("#sums")
    lines = [card.locator(".big-number").inner_text(), *card.locator("dl > *").all_inner_texts()]
    return [" ".join(line.split()) for line in lines]


def _it_is_too_late_to_answer(phone: Phone, link: str) -> None:
    phone.open(link)
    assert "Träffen har redan börjat" in phone.text
    assert phone.page.locator("main form").count() == 0


def _amina_writes_that_nobody_came(phone: Phone, meeting: Meeting) -> None:
    phone.open(f"/groups/{meeting.group_id}/house")
    phone.follow("Skriv hur många som kom på 1 träff")
    phone.follow("Skriv hur många som kom")
    phone.fill("Hur många kom?", "0")
    phone.press("Spara antalet")
    assert "0 personer kom" in phone.text


def _answers() -> dict[str, tuple[Answer, int]]:
    found = db.session.scalars(select(MeetingAnswer))
    return {each.by.name: (each.answer, each.people) for each in found if each.by}


def _counts() -> list[tuple[MeetingKind, datetime, Counting, int | None]]:
    found = db.session.scalars(select(Meeting).execution_options(populate_existing=True))
    return [(each.kind, each.starts_at, each.counting, each.head_count) for each in found]
