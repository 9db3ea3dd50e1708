"""Checks calling a meeting: the page says whom it reaches, and exactly those get it, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.factories import flat_of, make_member, make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.groups.service.members import leave
from watch.meetings.queries.calls import recipients_of_call
from watch.models import AuditEntry, Channel, Meeting, MeetingKind, MeetingPart, Notice, OutboxState, Person

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TRY = "Skicka ett provmejl till mig"
PLAN = {
    "kind": "stairwell", "day": "2026-03-12", "starts": "18.00", "ends": "19:30",
    "place": "Tvättstugan", "scope": "group",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_march() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


def test_the_whole_group_is_called_by_mail_and_on_paper(
    client: PageClient, scene: Scene, nils: Person, olga: Person, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)

    assert "Hela gruppen (4 med mejl, 2 på papper)" in page.text
    assert "Port 1 (2 med mejl, 0 på papper)" in page.text
    page = page.press("Förhandsgranska", PLAN | {"about": "Låset i porten"})
    assert "4 grannar får ett mejl." in page.text
    assert "1 hushåll behöver det på papper: någon där har inte lämnat någon e-postadress." in page.text
    assert "1 hushåll behöver det på papper: en e-postadress där fungerar inte längre." in page.text

    assert (page.buttons, outbox.rows()) == (["Kalla 4 grannar", "Ändra", TRY, "Spara utkast"], [])

    sent = page.press("Kalla 4 grannar")

    meeting = db.session.scalars(select(Meeting)).one()
    assert (sent.status, sent.location) == (303, f"/meetings/{meeting.id}")
    assert (meeting.kind, meeting.place, meeting.about) == (
        MeetingKind.STAIRWELL,
        "Tvättstugan",
        "Låset i porten",
    )
    assert meeting.starts_at == datetime(2026, 3, 12, 17, 0, tzinfo=UTC)
    assert meeting.ends_at == datetime(2026, 3, 12, 18, 30, tzinfo=UTC)
    assert sorted(outbox.addressed()) == [
        ("meeting-called", f"{name}@example.org") for name in ("amina", "bengt", "carin", "dawit")
    ]
    assert {row.not_after for row in outbox.rows() if row.channel is Channel.MAIL} == {meeting.starts_at}
    assert sorted(_flats_on_paper(outbox)) == ["1001", "1103"]
    assert [entry.what for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))] == [
        "meeting-called"
    ]
    assert sent.follow().flashes == [
        ("done", "Träffen är inlagd. 4 grannar får ett mejl. Påminnelse går ut torsdag 5 mars 2026.")
    ]


NOTICE = {"audience": "group", "level": "information", "title": "Ny lampa", "body": "Den är på plats."}


@pytest.mark.parametrize("order", [("notices", "meetings"), ("meetings", "notices")])
def test_the_key_of_another_kind_of_form_sends_nothing(
    order: tuple[str, str], client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    typed = {"notices": NOTICE, "meetings": PLAN}
    first, second = (
        client.post(f"/groups/{scene.group.id}/{kind}", typed[kind] | {"form_key": "k" * 24}, as_=scene.amina)
        for kind in order
    )
    assert (first.status, second.status, second.h1) == (303, 409, "Något har ändrats")
    assert set(outbox.names()) == {"notice" if order[0] == "notices" else "meeting-called"}
    assert db.session.scalar(select(func.count()).select_from(Meeting)) == (order[0] == "meetings")
    assert db.session.scalar(select(func.count()).select_from(Notice)) == (order[0] == "notices")


def _flats_on_paper(outbox: Outbox) -> list[str]:
    rows = [row for row in outbox.rows() if row.channel is Channel.PAPER]
    assert {row.state for row in rows} <= {OutboxState.TO_PRINT}
    return [row.household.flat.number for row in rows if row.household]


def test_one_stairwell_is_called_alone(
    client: PageClient, scene: Scene, nils: Person, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page = page.press(
        "Förhandsgranska", PLAN | {"scope": "stairwells", "stairwells": str(scene.stairwell_1.id)}
    )
    assert "För Våglängdsgatan 1" in page.text
    page.press("Kalla 2 grannar")

    assert sorted(outbox.addressed()) == [
        ("meeting-called", "amina@example.org"),
        ("meeting-called", "dawit@example.org"),
    ]
    assert _flats_on_paper(outbox) == []
    assert db.session.scalars(select(Meeting)).one().stairwells == [scene.stairwell_1]


def test_nobody_is_called_by_a_forgotten_choice_and_a_stairwells_coordinator_may_call_all(
    client: PageClient, scene: Scene
) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.bengt)
    own = {"scope": "stairwells", "stairwells": str(scene.stairwell_3.id)}

    assert {"scope", "stairwells"} & page.form().keys() == set()
    without = page.press("Förhandsgranska", {name: PLAN[name] for name in PLAN if name != "scope"})
    assert (without.status, without.errors) == (422, ["Välj vilka du kallar."])
    assert page.press("Förhandsgranska", PLAN | own).buttons[0] == "Kalla 2 grannar"
    assert page.press("Förhandsgranska", PLAN).buttons[0] == "Kalla till träff"


@pytest.mark.parametrize(
    ("scope", "ticks", "said"),
    [
        ("stairwells", 0, "Kryssa för minst en port, eller välj Hela gruppen."),
        (
            "group",
            1,
            "Du har kryssat för portar men valt Hela gruppen. Ta bort kryssen, eller välj Vissa portar.",
        ),
    ],
)
def test_what_is_chosen_of_the_house_must_be_one_thing(
    scope: str, ticks: int, said: str, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    chosen: dict[str, Any] = {"scope": scope, "stairwells": [str(scene.stairwell_3.id)] * ticks}
    page = client.post(f"/groups/{scene.group.id}/meetings", PLAN | chosen, as_=scene.amina)
    assert (page.status, page.errors, outbox.rows()) == (422, [said], [])


def test_several_stairwells_are_called_together_from_the_preview(client: PageClient, scene: Scene) -> None:
    both = [str(scene.stairwell_1.id), str(scene.stairwell_3.id)]
    some: dict[str, Any] = {"scope": "stairwells", "stairwells": both}
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page = page.press("Förhandsgranska", PLAN | some)
    assert "För Våglängdsgatan 1, Våglängdsgatan 3" in page.text
    page.press("Kalla 4 grannar")
    meeting = db.session.scalars(select(Meeting)).one()
    assert meeting.stairwells == [scene.stairwell_1, scene.stairwell_3]
    shown = client.get(f"/meetings/{meeting.id}", as_=scene.amina).text
    assert shown.count("Har inte svarat 5") == 1  # one group, however many of its ports


def test_a_meeting_may_have_no_end_and_a_link(client: PageClient, scene: Scene) -> None:
    typed = PLAN | {"ends": "", "link": "https://möten.example/Grannträff?rum=5 "}
    link = "https://xn--mten-5qa.example/Granntr%C3%A4ff?rum=5"
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page = page.press("Förhandsgranska", typed)
    assert "kl. 18.00 Var Tvättstugan" in " ".join(page.text.split())
    assert page.links[link] == link
    page = page.press("Kalla 4 grannar")
    meeting = db.session.scalars(select(Meeting)).one()
    assert (meeting.is_open_ended, meeting.link) == (True, link)
    assert meeting.ends_at - meeting.starts_at == timedelta(hours=2)
    edit = client.get(f"/meetings/{meeting.id}/edit", as_=scene.amina).form()
    assert (edit["ends"], edit["link"]) == ("", link)


@on_one_database
@pytest.mark.parametrize(
    "link",
    [
        "http://meet.example/x", "meet.example/x", "data:text/html,x", "https://", "https://localhost/x",
        "https://a:b@meet.example/x", "https://meet.example/x y", "https://meet.example/<b>", "https://[",
        "https://meet.example/x https://b.example", "https://meet.example:x/",
    ],
)  # fmt: skip
def test_a_link_that_is_none_is_refused(link: str, client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = client.post(f"/groups/{scene.group.id}/meetings", PLAN | {"link": link}, as_=scene.amina)
    said = "Länken går inte att använda. Kopiera hela adressen, den ska börja med https://."
    assert (page.status, page.errors, outbox.rows()) == (422, [said], [])


@on_one_database
@pytest.mark.parametrize(
    ("path", "is_refused"),
    [
        ("811218-9876", True), ("19811218%2D9876", True), ("Bilen-ABC123", True), ("x?bil=ABC-12D", True),
        ("Kalle-snodde-min-cykel", True), ("Grannen-i-1203-langar", True),
        ("abc-defg-hij", False), ("j/8112189876", False), ("j/98765432101?pwd=aBc12dEfG", False),
        ("port-21-och-23", False), ("2026-12-10-1800", False),
    ],
)  # fmt: skip
def test_a_link_points_at_nobody(path: str, is_refused: bool, client: PageClient, scene: Scene) -> None:
    typed = PLAN | {"link": f"https://meet.example/{path}"}
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    assert (page.press("Förhandsgranska", typed).status == 422) == is_refused


def test_back_keeps_what_was_typed(client: PageClient, scene: Scene) -> None:
    typed = PLAN | {"about": "Kom och fika", "scope": "stairwells", "stairwells": str(scene.stairwell_1.id)}
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    back = page.press("Förhandsgranska", typed).press("Ändra")
    kept = back.form()
    assert (back.status, {name: kept[name] for name in typed}) == (200, typed)


def test_who_joins_after_the_preview_makes_it_be_shown_again(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page = page.press("Förhandsgranska", PLAN)
    make_member(scene.jenny, scene.group, flat_of(scene.stairwell_3, "1203"))

    again = page.press("Kalla 4 grannar")
    assert (again.status, outbox.rows()) == (409, [])
    again.press("Kalla 5 grannar")
    assert len(outbox.rows()) == 6


def test_pressed_twice_it_is_called_once(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page = page.press("Förhandsgranska", PLAN)
    first, second = page.press("Kalla 4 grannar"), page.press("Kalla 4 grannar")

    assert (first.location, second.location) == (first.location, first.location)
    assert len(outbox.mailings()) == 1
    assert len(outbox.rows()) == 5


@pytest.mark.parametrize(
    "changed",
    [{"place": "Gården"}, {"about": "Lampan"}, {"starts": "18.30"}, {"ends": "20.30"}, {"kind": "annual"}],
)
def test_what_was_changed_by_back_after_calling_is_another_meeting(
    changed: dict[str, str], client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    written = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    before = written.press("Förhandsgranska", PLAN)
    older = written.press("Förhandsgranska", PLAN | changed)  # stands open in another window
    before.press("Kalla 4 grannar")
    meeting = db.session.scalars(select(Meeting)).one()

    again = written.press("Förhandsgranska", PLAN)
    assert again.location == f"/meetings/{meeting.id}"
    assert again.follow().flashes[-1] == ("info", "Inbjudan är redan skickad.")

    refused = older.press("Kalla 4 grannar")
    assert (refused.status, len(outbox.mailings())) == (409, 1)
    page = written.press("Förhandsgranska", PLAN | changed)
    for shown in (refused, page):
        assert "Inbjudan du skrev först är redan skickad" in shown.text
        assert shown.links["Visa träffen som grannarna har fått"] == f"/meetings/{meeting.id}"
    kept = refused.press("Ändra").form()
    assert {name: kept[name] for name in changed} == changed
    sent = page.press("Kalla 4 grannar")
    assert sent.status == 303
    assert page.press("Kalla 4 grannar").location == sent.location  # pressed twice
    assert len(outbox.mailings()) == 2


def test_a_group_without_members_is_told_that_nobody_gets_it(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.other_group.id}/meetings/new", as_=scene.ivan)
    empty = next(each for each in scene.other_group.buildings[0].stairwells if each.number == "12")
    asked = page.press("Förhandsgranska", PLAN | {"scope": "stairwells", "stairwells": str(empty.id)})
    assert "Ingen här är med i gruppen än, så ingen får inbjudan." in asked.text
    assert asked.buttons[0] == "Lägg in träffen"


def test_a_stairwell_of_another_house_is_refused(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    elsewhere = scene.other_group.buildings[0].stairwells[0]
    page = client.post(
        f"/groups/{scene.group.id}/meetings",
        PLAN | {"scope": "stairwells", "stairwells": str(elsewhere.id)},
        as_=scene.amina,
    )

    assert page.status == 422
    assert page.errors == ["Den porten finns inte i gruppen. Välj vilka träffen är för igen."]
    assert outbox.rows() == []


@on_one_database
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ends": "17.00"}, "Träffen slutar innan den börjar. Skriv en senare sluttid."),
        ({"ends": "18.00"}, "Träffen slutar innan den börjar. Skriv en senare sluttid."),
        ({"day": "2026-03-01"}, "Den dagen har redan varit. Välj en dag som kommer."),
        ({"day": "2026-03-02", "starts": "12.59"}, "Den tiden har redan varit. Skriv en senare tid."),
        ({"day": "2027-09-29"}, "Det är för långt fram. Välj en dag inom 18 månader."),
        ({"day": "9999-12-31"}, "Det är för långt fram. Välj en dag inom 18 månader."),
        ({"day": "0001-01-01"}, "Den dagen har redan varit. Välj en dag som kommer."),
        ({"day": "2026-02-31"}, "Det datumet finns inte. Skriv till exempel 2026-09-23."),
        ({"starts": "24:61"}, "Den tiden finns inte. Skriv till exempel 18.00."),
        (
            {"day": "2026-03-29", "starts": "02.30", "ends": "04.00"},
            "Den tiden finns inte den natten, klockan ställs fram. Välj en annan tid.",
        ),
        (
            {"day": "2026-03-29", "starts": "01.30", "ends": "02.30"},
            "Den tiden finns inte den natten, klockan ställs fram. Välj en annan tid.",
        ),
        ({"day": ""}, "Välj en dag."),
        ({"starts": ""}, "Skriv när träffen börjar, till exempel 18.00."),
        ({"place": ""}, "Skriv var ni ses, till exempel i trappuppgången."),
        ({"place": "x" * 121}, "Texten är för lång. Högst 120 tecken."),
        (
            {"place": "Hos 19800101-1234"},
            "Det ser ut som ett personnummer. Skriv aldrig personnummer här. Är det ett annat "
            "nummer, skriv vilket före och siffrorna i ett: OCR, bankgiro, plusgiro, kundnummer "
            "eller ärendenummer 1234567890.",
        ),
        (
            {"place": "Trappan\u202e"},
            "Här finns osynliga tecken. Det första står efter ”Trappan”: skriv om det stället.",
        ),
        ({"place": "Trappan =?UTF-8?Q?=0A?="}, "Teckenföljden =? … ?= kan inte skickas. Ta bort den."),
        (
            {"about": "x\u2066y"},
            "Här finns osynliga tecken. Det första står efter ”x”: skriv om det stället.",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_kept(
    typed: dict[str, str], said: str, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    sent = PLAN | {"about": "Kom och fika"} | typed
    address = f"/groups/{scene.group.id}/meetings"
    for page in (
        client.get(f"{address}/new", as_=scene.amina).press("Förhandsgranska", sent),
        client.post(address, sent, as_=scene.amina),
    ):
        assert (page.status, page.errors) == (422, [said])
        kept = page.form(f"{address}/preview")
        assert {name: kept[name] for name in sent} == sent
    assert (outbox.rows(), db.session.scalars(select(Meeting)).all()) == ([], [])


def test_all_that_is_wrong_is_said_at_once(client: PageClient, scene: Scene) -> None:
    typed = PLAN | {"day": "2026-03-01", "ends": "17.00", "place": ""}
    assert client.post(f"/groups/{scene.group.id}/meetings", typed, as_=scene.amina).errors == [
        "Den dagen har redan varit. Välj en dag som kommer.",
        "Träffen slutar innan den börjar. Skriv en senare sluttid.",
        "Skriv var ni ses, till exempel i trappuppgången.",
    ]


def test_an_unknown_kind_or_a_coordinators_meeting_is_not_called(client: PageClient, scene: Scene) -> None:
    for kind in ("party", "coordinators", ""):
        page = client.post(f"/groups/{scene.group.id}/meetings", PLAN | {"kind": kind}, as_=scene.amina)
        assert page.status == 422
    assert db.session.scalars(select(Meeting)).all() == []


@pytest.mark.parametrize(
    ("day", "starts", "ends", "hours", "begins"),
    [
        ("2026-03-28", "18.00", "19.00", 1, datetime(2026, 3, 28, 17, tzinfo=UTC)),
        ("2026-03-29", "01.30", "03.30", 1, datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        ("2026-03-29", "18.00", "19.00", 1, datetime(2026, 3, 29, 16, tzinfo=UTC)),
        ("2026-10-25", "01.30", "03.30", 3, datetime(2026, 10, 24, 23, 30, tzinfo=UTC)),
        ("2026-10-25", "18.00", "19.00", 1, datetime(2026, 10, 25, 17, tzinfo=UTC)),
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall(
    day: str, starts: str, ends: str, hours: int, begins: datetime, client: PageClient, scene: Scene
) -> None:
    typed = PLAN | {"day": day, "starts": starts, "ends": ends}
    page = client.post(f"/groups/{scene.group.id}/meetings", typed, as_=scene.amina)

    meeting = db.session.scalars(select(Meeting)).one()
    assert (meeting.starts_at, meeting.ends_at - meeting.starts_at) == (begins, timedelta(hours=hours))
    assert f"kl. {starts}–\u2060{ends}" in page.follow().text


def test_a_meeting_that_was_held_is_written_down_and_mails_nobody(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    held = page.click("Lägg till den här, ingen får mejl").press(
        "Spara träffen", PLAN | {"day": "2026-02-12"}
    )
    again = client.post(
        f"/groups/{scene.group.id}/meetings", PLAN | {"day": "2026-02-12", "held": "yes"}, as_=scene.amina
    )

    meeting = db.session.scalars(select(Meeting)).one()
    assert (held.location, again.location) == (f"/meetings/{meeting.id}/count",) * 2
    assert outbox.rows() == []
    counted = held.follow().press("Spara antalet", {"head_count": "0"})
    told = counted.follow().text
    assert "0 personer kom" in told
    assert "Har inte svarat" not in told


@pytest.mark.parametrize("other", [{"place": "Gården"}, {"about": "Lampan"}, {"ends": "20.30"}])
def test_a_meeting_that_is_there_with_other_words_is_not_said_to_be_saved(
    other: dict[str, str], client: PageClient, scene: Scene
) -> None:
    address, held = f"/groups/{scene.group.id}/meetings", PLAN | {"day": "2026-02-12", "held": "yes"}
    client.post(address, held, as_=scene.amina)
    meeting = db.session.scalars(select(Meeting)).one()
    page = client.post(address, held | other, as_=scene.amina)
    assert (page.status, page.links["Visa träffen som finns"]) == (409, f"/meetings/{meeting.id}")
    assert {name: page.form()[name] for name in other} == other
    assert page.press("Spara träffen", {"day": "2026-02-13"}).status == 303
    assert len(db.session.scalars(select(Meeting)).all()) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day": "2026-03-03"}, "Den dagen har inte varit än. Välj en dag som har varit."),
        ({"day": "2026-03-02"}, "Träffen har inte slutat ännu. Lägg till den när den är över."),
        ({"day": "1926-03-02"}, "Det är för länge sedan. Kontrollera årtalet."),
    ],
)
def test_only_what_has_been_can_be_written_down(
    typed: dict[str, str], said: str, client: PageClient, scene: Scene
) -> None:
    page = client.post(f"/groups/{scene.group.id}/meetings", PLAN | {"held": "yes"} | typed, as_=scene.amina)
    assert (page.status, page.errors, page.h1) == (422, [said], "Lägg till en träff som har varit")


def test_the_flats_on_paper_are_shown_to_those_who_work_with_them(
    client: PageClient, scene: Scene, nils: Person
) -> None:
    olga = make_person("Olga Lind")
    make_member(olga, scene.group, flat_of(scene.stairwell_1, "1003"), channel=Channel.PAPER)
    sent = client.post(f"/groups/{scene.group.id}/meetings", PLAN, as_=scene.amina)
    meeting = db.session.scalars(select(Meeting)).one()

    assert "3 av dina lägenheter behöver papper" in sent.follow().text
    page = client.get(f"/meetings/{meeting.id}/paper", as_=scene.bengt)
    assert "Våglängdsgatan 3 1001 Svenska Nås inte med mejl" in page.text
    assert "Våglängdsgatan 3 1103 Svenska Nås inte med mejl" in page.text
    assert "Våglängdsgatan 1 " not in page.text  # Bengt works with port 3
    assert ("house-seen", scene.bengt.id) in [
        (entry.what, entry.by_id) for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    ]


def test_no_paper_goes_to_a_household_that_has_left_since(
    client: PageClient, scene: Scene, nils: Person
) -> None:
    client.post(f"/groups/{scene.group.id}/meetings", PLAN, as_=scene.amina)
    meeting = db.session.scalars(select(Meeting)).one()
    elsas = active_membership(scene.elsa, scene.group)
    assert elsas
    leave(elsas, by=scene.bengt)
    db.session.commit()
    text = client.get(f"/meetings/{meeting.id}/paper", as_=scene.bengt).text
    assert "Våglängdsgatan 3 1103 Svenska Nås inte med mejl" in text
    assert "Våglängdsgatan 3 1001" not in text


def test_the_number_said_is_the_number_of_rows(
    scene: Scene, nils: Person, olga: Person, client: PageClient
) -> None:
    reach = recipients_of_call(Meeting(parts=[MeetingPart.of(scene.group, scene.stairwell_3)]))
    assert (reach.mail, reach.paper, reach.paper_no_address, reach.paper_dead_address) == (2, 2, 1, 1)


@on_one_database
@pytest.mark.parametrize("ends", ["24.00", "24:00", "00.00", "00:00", "0.00"])
@pytest.mark.parametrize(
    ("day", "in_utc"),
    [
        ("2026-03-12", datetime(2026, 3, 12, 23, tzinfo=UTC)),
        ("2026-03-28", datetime(2026, 3, 28, 23, tzinfo=UTC)),  # before the night in which clocks go forward
        ("2026-12-31", datetime(2026, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_meeting_may_last_until_midnight(
    client: PageClient, scene: Scene, ends: str, day: str, in_utc: datetime
) -> None:
    new = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page = new.press("Förhandsgranska", PLAN | {"day": day, "starts": "22.30", "ends": ends})
    assert "kl. 22.30–\u206024.00" in page.text
    page.press("Kalla 4 grannar")
    assert db.session.scalars(select(Meeting)).one().ends_at == in_utc


@on_one_database
@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [("23.15", "00.15", 1), ("22.00", "01.00", 3), ("18.00", "02.00", 8), ("00.30", "06.00", 5.5)],
)
def test_a_meeting_may_end_in_the_night_that_follows(
    client: PageClient, scene: Scene, starts: str, ends: str, hours: float
) -> None:
    new = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    new.press("Förhandsgranska", PLAN | {"starts": starts, "ends": ends}).press("Kalla 4 grannar")
    meeting = db.session.scalars(select(Meeting)).one()
    assert meeting.ends_at - meeting.starts_at == timedelta(hours=hours)
    page = client.get(f"/meetings/{meeting.id}/edit", as_=scene.amina)
    page.press("Granska ändringen", {"place": "Biblioteket"}).press("Ändra träffen")
    db.session.refresh(meeting)
    assert (meeting.place, meeting.ends_at - meeting.starts_at) == ("Biblioteket", timedelta(hours=hours))


@on_one_database
@pytest.mark.parametrize("ends", ["17.00", "18.00", "02.01", "10.00"])
def test_an_end_that_is_long_before_the_start_is_a_slip(client: PageClient, scene: Scene, ends: str) -> None:
    new = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page = new.press("Förhandsgranska", PLAN | {"starts": "18.00", "ends": ends})
    assert (page.status, page.form()["ends"]) == (422, ends)
    assert page.errors == ["Träffen slutar innan den börjar. Skriv en senare sluttid."]


@pytest.mark.parametrize(("starts", "ends"), [("24.00", "24.00"), ("22.30", "24.01"), ("22.30", "25.00")])
def test_only_the_end_may_be_24_and_nothing_later(
    client: PageClient, scene: Scene, starts: str, ends: str
) -> None:
    new = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page = new.press("Förhandsgranska", PLAN | {"starts": starts, "ends": ends})
    assert (page.status, page.errors) == (422, ["Den tiden finns inte. Skriv till exempel 18.00."])
    assert page.form()["ends"] == ends


def test_an_empty_line_begins_a_paragraph_on_every_page_about_it(client: PageClient, scene: Scene) -> None:
    new = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    preview = new.press("Förhandsgranska", PLAN | {"about": "Rad ett\nrad två\n\nNytt stycke"})
    shown = preview.press("Kalla 4 grannar").follow()
    for page in (preview, shown):
        assert '<p dir="auto">Rad ett<br>rad två</p><p dir="auto">Nytt stycke</p>' in page.html
