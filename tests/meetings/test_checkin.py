"""Checks counting at the door of a meeting: each press counts once, and a lent link shows no name."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.cast import Scene
from tests.factories import flat_of, make_meeting, make_member, make_person
from tests.page_client import Page, PageClient
from tests.pages_of_paper import codes_on, pages_of, words_on
from watch import tokens
from watch.extensions import db
from watch.language import local
from watch.meetings.errors import CheckinClosed
from watch.meetings.queries import checkin as doors
from watch.meetings.queries.checkin import door_of, heads_at
from watch.meetings.service import checkin as counting
from watch.meetings.service import close_checkin, lend, press, read_press, write_count
from watch.models import (
    AuditEntry,
    CheckinLink,
    Coordinator,
    Counting,
    Meeting,
    MeetingPress,
    Purpose,
    utcnow,
)
from watch.retention.service import traces
from watch.retention.service.people import persons

YEAR = timedelta(days=365)


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    """A meeting of the whole group that began ten minutes ago."""
    meeting = make_meeting(scene.group, by=scene.amina, starts_at=utcnow() - timedelta(minutes=10))
    db.session.commit()
    return meeting


def everywhere(scene: Scene) -> dict[int, None]:
    return {scene.group.id: None}


def pressed(meeting: Meeting, scene: Scene, *written: str) -> int:
    """Send presses as one phone does, and return how many have come."""
    presses = [each for each in map(read_press, written) if each]
    assert len(presses) == len(written)
    press(meeting, presses, everywhere(scene))
    db.session.commit()
    return heads_at(meeting)


def rows() -> int:
    return db.session.scalar(select(func.count(MeetingPress.id))) or 0


def link_of(link: CheckinLink) -> str:
    return f"/door/{tokens.make(Purpose.CHECK_IN, link)}"


def buttons(html: str) -> dict[str, str]:
    """Return what each button sends, by what it is for and its sign."""
    values = re.findall(r'name="press" value="([^"]+)"', html)
    return {value.partition(".")[2]: value for value in values}


def test_bengt_counts_names_flats_and_a_number_without_javascript(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    page = client.get(f"/meetings/{meeting.id}", as_=scene.bengt).click("Räkna vid dörren")
    flat = flat_of(scene.stairwell_3, "1203")
    for what in (
        f"person-{scene.carin.id}+",
        f"flat-{flat.id}+",
        f"flat-{flat.id}+",
        "head+",
        "head+",
        "head-",
    ):
        page = client.post(page.path, {"press": buttons(page.html)[what]}, as_=scene.bengt).follow()
    assert "4 är här" in page.text
    assert "Klart, 4 kom" in page.buttons
    door = door_of(meeting, everywhere(scene))
    assert (door.heads, door.others) == (4, 1)
    assert [(each.name, each.heads) for each in door.names] == [("Carin Öberg", 1)]
    assert {f.number: f.heads for each in door.stairwells for f in each.flats if f.heads} == {"1203": 2}

    done = page.press("Klart, 4 kom").follow()
    assert done.flashes == [("done", "Klart. 4 kom.")]
    assert (meeting.counting, meeting.head_count) == (Counting.COUNTED, 4)
    assert "Räkningen är klar" in client.get(page.path, as_=scene.bengt).text


def test_names_are_of_those_who_show_them_in_ones_own_stairwells(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    make_member(make_person("Hidde Nilsson", shows_name=True), scene.group, None)
    make_member(make_person("Yusra Lind", shows_name=True), scene.group, flat_of(scene.stairwell_1, "1003"))
    db.session.commit()
    address = f"/meetings/{meeting.id}/checkin"
    bengts, aminas = (client.get(address, as_=each) for each in (scene.bengt, scene.amina))
    for name in ("Dawit", "Elsa", "Hidde", "Yusra"):
        assert name not in bengts.text
    assert "Carin Öberg 1102" in bengts.text
    assert "Port Våglängdsgatan 1 " not in bengts.text
    assert "Yusra Lind Våglängdsgatan 1, 1003" in aminas.text
    assert "Carin Öberg Våglängdsgatan 3, 1102" in aminas.text
    assert "Hidde" not in aminas.text
    every = {flat.number for flat in scene.stairwell_3.flats}  # also who does not take part
    assert every <= set(re.findall(r"\b\d{4}\b", bengts.text))


def test_a_press_counts_once_however_often_it_is_sent(scene: Scene, meeting: Meeting) -> None:
    one, other = "a" * 16 + ".head+", "b" * 16 + ".head+"
    assert pressed(meeting, scene, one, one, other) == 2
    assert pressed(meeting, scene, one) == 2
    assert (pressed(meeting, scene, "a" * 16 + ".head-"), rows()) == (1, 3)


def test_two_phones_that_tick_the_same_name_count_one(scene: Scene, meeting: Meeting) -> None:
    carin = f".person-{scene.carin.id}"
    assert pressed(meeting, scene, "a" * 16 + carin + "+") == 1
    assert pressed(meeting, scene, "b" * 16 + carin + "+") == 1
    assert pressed(meeting, scene, "c" * 16 + carin + "-") == 0
    assert pressed(meeting, scene, "b" * 16 + carin + "+") == 0  # the same press, late
    assert pressed(meeting, scene, "d" * 16 + carin + "+") == 1


def test_a_minus_where_nobody_is_counted_takes_nobody_away(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    flat, other = (flat_of(scene.stairwell_3, number).id for number in ("1203", "1001"))
    carin = f"person-{scene.carin.id}"
    assert pressed(meeting, scene, *(f"{'a' * 16}.{of}+" for of in (carin, f"flat-{flat}"))) == 2
    for number, of in enumerate(["head", "head", f"flat-{other}", f"person-{scene.bengt.id}"]):
        assert pressed(meeting, scene, f"{'b' * 15}{number}.{of}-") == 2
    page = client.get(f"/meetings/{meeting.id}/checkin", as_=scene.amina)
    assert "Bara ett antal − 0 +" in page.text
    assert pressed(meeting, scene, "c" * 16 + ".head+", "d" * 16 + ".head-", "e" * 16 + ".head+") == 3


def test_a_lent_phone_takes_away_nobody_whom_others_ticked(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    gone = flat_of(scene.stairwell_1, "1003").id
    pressed(meeting, scene, f"{'a' * 16}.person-{scene.carin.id}+", f"{'a' * 16}.flat-{gone}+")
    client.get(f"/meetings/{meeting.id}/checkin/link", as_=scene.bengt).press("Gör en länk")
    door = client.get(link_of(db.session.scalars(select(CheckinLink)).one()))
    assert "Bara ett antal − 0 + 2 till är räknade av någon annan." in door.text
    for what in ("head-", f"flat-{flat_of(scene.stairwell_3, '1001').id}-"):
        door = client.post(door.path, {"press": buttons(door.html)[what]}).follow()
    assert heads_at(meeting) == 2


def test_what_is_not_at_this_door_is_counted_as_a_number(scene: Scene, meeting: Meeting) -> None:
    elsewhere = flat_of(scene.other_group.buildings[0].stairwells[0], "1001")
    sent = [f"person-{scene.dawit.id}+", f"flat-{elsewhere.id}+", "flat-999999+", f"person-{scene.ivan.id}+"]
    assert pressed(meeting, scene, *(f"{'a' * 16}.{each}" for each in sent)) == 4
    kept = db.session.execute(select(MeetingPress.flat_id, MeetingPress.person_id)).all()
    assert {tuple(each) for each in kept} == {(None, None)}


@pytest.mark.parametrize(
    "wrong", ["", "head+", "a.head+", f"{'a' * 16}.head", f"{'a' * 16}.head++", f"{'a' * 16}.flat-+",
              f"{'a' * 16}.flat-1", f"{'a' * 16}.flat-1234567890+", f"{'ä' * 16}.head+", f"{'a' * 41}.head+",
              f"{'a' * 16}.flat-٣+", f"{'a' * 16}.head+\n"],
)  # fmt: skip
def test_what_is_no_press_is_none(wrong: str) -> None:
    assert read_press(wrong) is None


def test_a_late_press_counts_after_the_count_was_saved_unless_it_was_corrected(
    scene: Scene, meeting: Meeting
) -> None:
    pressed(meeting, scene, "a" * 16 + ".head+")
    assert close_checkin(meeting, by=scene.amina) == 1
    pressed(meeting, scene, "b" * 16 + ".head+")
    assert meeting.head_count == 2
    write_count(meeting, 7, by=scene.amina)
    pressed(meeting, scene, "c" * 16 + ".head+")
    assert (meeting.head_count, heads_at(meeting)) == (7, 3)
    assert close_checkin(meeting, by=scene.bengt) == 7  # pressed on the other phone: a correction stays


def test_what_a_colleague_saved_stands_and_whoever_presses_done_learns_of_it(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    pressed(meeting, scene, *(f"{each * 16}.head+" for each in "abc"))
    db.session.commit()
    door, count = f"/meetings/{meeting.id}/checkin", f"/meetings/{meeting.id}/count"
    old = client.get(door, as_=scene.bengt)
    client.get(count, as_=scene.amina).press("Spara antalet", {"head_count": "10"})
    told = "Det är redan sparat att 10 kom. Inget är ändrat: rätta antalet om det är fel."
    assert old.press("Klart, 3 kom").follow().flashes == [("warn", told)]
    assert (meeting.counting, meeting.head_count) == (Counting.COUNTED, 10)

    client.get(count, as_=scene.amina).press("Spara antalet", {"head_count": "", "not_counted": "y"})
    fresh = client.get(door, as_=scene.bengt)
    assert "Det är sparat att ni inte räknade." in fresh.text
    assert not any(each.startswith("Klart") for each in fresh.buttons)
    told = "Det är redan sparat att ni inte räknade. Inget är ändrat: rätta antalet om det är fel."
    assert old.press("Klart, 3 kom").follow().flashes == [("warn", told)]
    assert (meeting.counting, meeting.head_count) == (Counting.NOT_COUNTED, None)

    write_count(meeting, 3, by=scene.amina)
    db.session.commit()
    assert old.press("Klart, 3 kom").follow().flashes == [("done", "Klart. 3 kom.")]


def test_nobody_counts_too_early_or_too_late_or_at_a_cancelled_meeting(
    app: Flask, scene: Scene, meeting: Meeting
) -> None:
    address, one = f"/meetings/{meeting.id}/checkin", "a" * 16 + ".head+"
    for moment in (meeting.starts_at - timedelta(hours=2, seconds=1), meeting.ends_at + timedelta(hours=24)):
        with time_machine.travel(moment, tick=False):
            with pytest.raises(CheckinClosed):
                pressed(meeting, scene, one)
            db.session.rollback()
            client = PageClient(app)  # signed in then
            assert client.get(address, as_=scene.amina).status == 303
            assert client.post(address, {"press": one}, as_=scene.amina).location == f"/meetings/{meeting.id}"
    for moment in (meeting.starts_at - timedelta(hours=2), meeting.ends_at + timedelta(hours=23, minutes=59)):
        with time_machine.travel(moment, tick=False):
            assert PageClient(app).get(address, as_=scene.amina).status == 200
            pressed(meeting, scene, one)
    meeting.cancelled_at = utcnow()
    db.session.commit()
    assert PageClient(app).get(address, as_=scene.amina).status == 303
    assert rows() == 1


def test_at_the_door_of_a_cancelled_meeting_one_reads_that_it_is_off(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    meeting.cancelled_at = utcnow()
    db.session.commit()
    address = f"/meetings/{meeting.id}/checkin"
    assert client.get(address, as_=scene.amina).follow().flashes == [("info", "Träffen är inställd.")]
    press = client.post(address, {"press": "a" * 16 + ".head+"}, as_=scene.amina)
    assert press.follow().flashes == [("warn", "Träffen är inställd.")]
    lend = client.post(f"{address}/link", as_=scene.amina)
    assert lend.follow().flashes == [("warn", "Träffen är inställd.")]
    assert rows() == 0


def test_before_the_start_nobody_says_that_all_have_come(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    with time_machine.travel(meeting.starts_at - timedelta(minutes=5)):
        page = client.get(f"/meetings/{meeting.id}/checkin", as_=scene.amina)
        assert "Klart" not in " ".join(page.buttons)
        told = client.post(f"/meetings/{meeting.id}/checkin/close", as_=scene.amina).follow()
    assert told.flashes == [("warn", "Det går att skriva hur många som kom när träffen har börjat.")]
    assert meeting.counting is Counting.NOT_YET


def test_the_sum_of_the_door_is_proposed_where_nobody_saved_it(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    pressed(meeting, scene, "a" * 16 + ".head+", "b" * 16 + ".head+")
    assert client.get(f"/meetings/{meeting.id}/count", as_=scene.amina).form()["head_count"] == "2"


def test_a_lent_link_counts_at_this_door_and_shows_no_name(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    page = client.get(f"/meetings/{meeting.id}/checkin/link", as_=scene.bengt)
    shown = page.press("Gör en länk").follow()
    assert "<svg" in shown.html
    page.press("Gör en länk")  # twice is once
    link = db.session.scalars(select(CheckinLink)).one()
    door = client.get(link_of(link))
    assert door.status == 200
    for name in ("Carin", "Bengt", "Amina"):
        assert name not in door.text
    assert "Klart" not in " ".join(door.buttons)
    assert {each for each in buttons(door.html) if "person" in each} == set()
    numbers = {f"flat-{flat.id}+" for flat in scene.stairwell_3.flats}
    assert {each for each in buttons(door.html) if "flat" in each and "+" in each} == numbers
    once = {"press": buttons(door.html)["head+"]}
    assert "1 är här" in client.post(door.path, once).follow().text
    ticked = {"press": f"{'a' * 16}.person-{scene.carin.id}+"}
    client.post(door.path, ticked)
    assert heads_at(meeting) == 2
    assert db.session.scalar(select(func.count(MeetingPress.person_id))) == 0
    assert client.get(f"/meetings/{meeting.id}").status == 302  # nothing else opens


def test_a_lent_link_shows_from_which_flats_only_what_came_by_itself(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    """Whoever has the code could otherwise read after the meeting which flats take part."""
    mine, theirs = flat_of(scene.stairwell_3, "1203"), flat_of(scene.stairwell_3, "1102")
    first, second = (link_of(lend(meeting, by=each)) for each in (scene.bengt, scene.amina))
    pressed(meeting, scene, f"{'a' * 16}.flat-{theirs.id}+", f"{'b' * 16}.head+", f"{'c' * 16}.head+")
    client.post(second, {"press": f"{'d' * 16}.flat-{theirs.id}+"})
    client.post(first, {"press": [f"{'e' * 16}.flat-{mine.id}+", f"{'f' * 16}.head+"]})

    def shown(page: Page) -> dict[str, str]:
        heads = re.findall(r'data-heads="([^"]+)">(\d+)<', page.html)
        return {of: number for of, number in heads if number != "0"}

    door = client.get(first)
    assert "6 är här" in door.text  # the sum says nothing of the flats
    assert shown(door) == {"head": "1", f"flat-{mine.id}": "1"}
    whole = client.get(f"/meetings/{meeting.id}/checkin", as_=scene.bengt)
    assert shown(whole) == {"head": "3", f"flat-{mine.id}": "1", f"flat-{theirs.id}": "2"}


def test_a_lent_link_adds_no_more_than_its_limit_and_takes_nothing_of_others(
    client: PageClient, scene: Scene, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where in (counting, doors):
        monkeypatch.setattr(where, "MOST_LENT_HEADS", 3)
    link = link_of(lend(meeting, by=scene.bengt))
    pressed(meeting, scene, "a" * 16 + ".head+", "b" * 16 + ".head+")
    client.post(link, {"press": [f"{n:016}.head-" for n in range(3)]})
    assert heads_at(meeting) == 2  # the coordinators' are not taken away
    client.post(link, {"press": [f"{n:016}.head+" for n in range(5)]})
    door = client.get(link)
    assert heads_at(meeting) == 5
    assert "Fler går inte att räkna med en lånad länk. Be ett kontaktombud räkna vidare." in door.text
    assert pressed(meeting, scene, "c" * 16 + ".head+") == 6
    client.post(link, {"press": "d" * 16 + ".head-"})
    assert heads_at(meeting) == 5
    assert "Fler går inte" not in client.get(link).text


def test_a_flooded_link_leaves_the_coordinators_door_and_other_links_counting(
    client: PageClient, scene: Scene, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_PRESSES", 3)
    flooded, other = (link_of(lend(meeting, by=each)) for each in (scene.bengt, scene.amina))
    for press_ in range(6):
        client.post(flooded, {"press": f"{press_:016}.head+"})
    assert heads_at(meeting) == 4
    client.post(other, {"press": "a" * 16 + ".head+"})
    assert pressed(meeting, scene, "b" * 16 + ".head+") == 6


def test_once_a_link_is_erased_its_presses_still_count(scene: Scene, meeting: Meeting) -> None:
    link = lend(meeting, by=scene.bengt)
    press(meeting, [each for each in [read_press("a" * 16 + ".head+")] if each], everywhere(scene), link)
    db.session.commit()
    traces.checkin_links(meeting.ends_at + timedelta(days=1, seconds=1))
    db.session.commit()
    assert (heads_at(meeting), rows(), db.session.scalars(select(MeetingPress.link_id)).all()) == (
        1, 1, [None],
    )  # fmt: skip


def test_a_lent_link_opens_an_hour_before_and_ends_at_night(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    address = link_of(lend(meeting, by=scene.bengt))
    db.session.commit()
    one = {"press": "a" * 16 + ".head+"}
    for moment, status, came in (
        (meeting.starts_at - timedelta(hours=1, seconds=1), 200, 0),
        (meeting.starts_at - timedelta(hours=1), 200, 1),
        (meeting.ends_at + timedelta(hours=2, minutes=59), 200, 1),
        (meeting.ends_at + timedelta(hours=3), 410, 1),
    ):
        with time_machine.travel(moment, tick=False):
            client.post(address, one)
            page = client.get(address)
            assert (page.status, heads_at(meeting)) == (status, came), moment
            assert ("Räkningen har inte börjat" in page.text) == (came == 0)
            if page.status == 200 and came:
                ends = f"{local(meeting.ends_at + timedelta(hours=3)):%H.%M}"
                assert f"Länken gäller till klockan {ends}." in page.text


def test_a_lent_link_ends_when_it_is_taken_back_or_its_lender_may_not_count(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    bengts, aminas = (link_of(lend(meeting, by=each)) for each in (scene.bengt, scene.amina))
    db.session.commit()
    assert [client.get(each).status for each in (bengts, aminas)] == [200, 200]
    db.session.scalars(select(Coordinator).where(Coordinator.person == scene.bengt)).one().ended_at = utcnow()
    db.session.commit()
    assert [client.get(each).status for each in (bengts, aminas)] == [410, 200]
    page = client.get(f"/meetings/{meeting.id}/checkin/link", as_=scene.amina)
    assert "2 länkar är utlånade till träffen." in page.text
    page.press("Ta tillbaka")
    assert client.get(aminas).status == 410
    assert client.post(aminas, {"press": "a" * 16 + ".head+"}).status == 410
    again = link_of(lend(meeting, by=scene.amina))
    assert again != aminas
    assert (client.get(again).status, heads_at(meeting)) == (200, 0)
    noted = Counter(db.session.scalars(select(AuditEntry.what).where(AuditEntry.what.startswith("checkin"))))
    assert noted == {"checkin-lent": 3, "checkin-links-ended": 1}


def test_a_door_stops_counting_when_it_is_flooded(
    client: PageClient, scene: Scene, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_PRESSES", 3)
    pressed(meeting, scene, *(f"{n:016}.head+" for n in range(4)))
    page = client.post(f"/meetings/{meeting.id}/checkin", {"press": "b" * 16 + ".head+"}, as_=scene.amina)
    assert page.follow().flashes[0][0] == "warn"
    assert rows() == 4


def test_who_came_is_forgotten_with_the_person_or_a_year_later_and_the_number_stays(
    scene: Scene, meeting: Meeting
) -> None:
    yusra = make_person("Yusra Lind", "yusra@example.org", shows_name=True)
    membership = make_member(yusra, scene.group, flat_of(scene.stairwell_1, "1003"))
    sent = [
        f"person-{scene.carin.id}+",
        f"person-{yusra.id}+",
        f"flat-{flat_of(scene.stairwell_1, '1001').id}+",
    ]
    assert pressed(meeting, scene, *(f"{'a' * 16}.{each}" for each in sent)) == 3

    def named() -> set[int | None]:
        return set(
            db.session.scalars(select(MeetingPress.person_id).where(MeetingPress.person_id.is_not(None)))
        )

    scene.carin.shows_name = False
    db.session.delete(membership)
    yusra.created_at = utcnow() - timedelta(days=31)
    db.session.commit()
    persons(utcnow())
    assert named() == {scene.carin.id}
    traces.meeting_presses(utcnow())
    assert (named(), heads_at(meeting)) == (set(), 3)
    close_checkin(meeting, by=scene.amina)
    traces.meeting_presses(meeting.ends_at + YEAR)
    assert rows() == 3
    traces.meeting_presses(meeting.ends_at + YEAR + timedelta(seconds=1))
    assert (rows(), meeting.head_count) == (0, 3)


def test_a_key_says_nothing_of_whom_it_was_pressed_for(scene: Scene, meeting: Meeting) -> None:
    pressed(meeting, scene, f"{'a' * 16}.person-{scene.carin.id}+")
    key = db.session.scalars(select(MeetingPress.key)).one()
    assert re.fullmatch(r"[0-9a-f]{32}", key)


def test_the_sheet_at_the_door_asks_for_no_name(client: PageClient, scene: Scene, meeting: Meeting) -> None:
    answer = client.get(f"/meetings/{meeting.id}/signin.pdf", as_=scene.bengt)
    (page,) = pages_of(answer.response.data)
    words = " ".join(words_on(page).split())
    for said in (
        "Namn behövs inte.",
        "No name is needed.",
        "Magac looma baahna.",
        "Port och lägenhet, om ni vill",
    ):
        assert said in words
    assert [code.partition("/meetings")[2] for code in codes_on(page)] == [f"/{meeting.id}/checkin"]
    for name in ("Carin", "Bengt", "Amina"):
        assert name not in words
    assert client.get(f"/meetings/{meeting.id}/signin.pdf", as_=scene.carin).status == 403


PRESSES = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["head", "flat"]), st.sampled_from("+-")),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=PRESSES, batch=st.integers(1, 5), again=st.randoms(use_true_random=False))
def test_however_often_presses_come_each_counts_once_and_no_row_goes_below_0(
    scene: Scene, meeting: Meeting, sent: list[tuple[str, str, str]], batch: int, again: object
) -> None:
    flat = flat_of(scene.stairwell_1, "1001").id
    written = [
        f"{letter * 16}.{'head' if of == 'head' else f'flat-{flat}'}{sign}" for letter, of, sign in sent
    ]
    arriving = written * 2
    again.shuffle(arriving)  # type: ignore[attr-defined]  # a random.Random of hypothesis
    db.session.execute(MeetingPress.__table__.delete())
    for start in range(0, len(arriving), batch):
        pressed(meeting, scene, *arriving[start : start + batch])
    came: dict[str, int] = {}
    for each in dict.fromkeys(arriving):
        of = each.partition(".")[2][:-1]
        came[of] = max(0, came.get(of, 0) + (1 if each.endswith("+") else -1))
    assert (heads_at(meeting), rows()) == (sum(came.values()), len(set(written)))
