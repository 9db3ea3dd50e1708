"""Checks that printed letters count as asked once somebody says that they lie in the letterboxes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.cast import Scene
from tests.factories import flat_of, make_invitation
from tests.page_client import Page, PageClient
from watch import language
from watch.canvassing.queries import flats_to_visit
from watch.extensions import db
from watch.groups.queries.flats import status_of
from watch.groups.queries.households import counts_of_group
from watch.invitations.service import inviting
from watch.models import Coordinator, HouseholdStatus, Language, Letter, Person, utcnow
from watch.printing.service import delivery
from watch.printing.service.delivery import NothingToAnswer
from watch.printing.service.letters import print_letters

DECLINED, INVITED, NOT_CONTACTED = (
    HouseholdStatus.DECLINED,
    HouseholdStatus.INVITED,
    HouseholdStatus.NOT_CONTACTED,
)


def path(scene: Scene) -> str:
    return f"/groups/{scene.group.id}/letters"


def printed(scene: Scene, *numbers: str, by: Person | None = None) -> list[Letter]:
    """Print letters to flats of stairwell 3."""
    flats = [flat_of(scene.stairwell_3, number) for number in numbers]
    letters = print_letters(scene.group, flats, by=by or scene.bengt)
    db.session.commit()
    return letters


def statuses(scene: Scene, *numbers: str) -> list[HouseholdStatus]:
    db.session.expire_all()
    return [status_of(flat_of(scene.stairwell_3, number)) for number in numbers]


def say(client: PageClient, scene: Scene, answer: str, *, as_: Person, **ticked: list[int]) -> Page:
    through = db.session.scalar(db.select(db.func.max(Letter.id))) or 0
    sent = {"answer": answer, "through": through, **ticked}
    return client.post(f"{path(scene)}/letterboxes", sent, as_=as_)


def due(scene: Scene) -> set[str]:
    now = utcnow()
    doors = flats_to_visit(scene.group, {scene.stairwell_3.id})
    return {door.flat.number for door in doors if door.is_due(now)}


def test_fetching_the_letters_asks_nobody_and_saying_that_they_are_out_does(
    client: PageClient, scene: Scene
) -> None:
    before = counts_of_group(scene.group.id).asked
    sent = {"flats": [flat_of(scene.stairwell_3, each).id for each in ("1103", "1202")], "languages": ["sv"]}
    assert client.post(path(scene), sent, as_=scene.bengt).status == 200
    assert statuses(scene, "1103", "1202") == [NOT_CONTACTED] * 2
    assert counts_of_group(scene.group.id).asked == before
    assert {"1103", "1202"} <= due(scene)

    house = client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt)
    assert "2 brev är utskrivna. Är de i brevlådorna?" in house.text
    assert "Skriv ut brev till" in house.text  # the button stays
    page = client.get(path(scene), as_=scene.bengt)
    assert "1202 (brev utskrivet" in page.text
    said = page.press("Ja, alla 2").follow()
    assert "2 lägenheter har fått frågan." in said.text
    assert statuses(scene, "1103", "1202") == [INVITED] * 2
    assert counts_of_group(scene.group.id).asked == before + 2
    assert not {"1103", "1202"} & due(scene)
    assert "Är de i brevlådorna?" not in client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt).text


def test_some_of_them_and_the_rest_did_not_come_out(client: PageClient, scene: Scene) -> None:
    letters = printed(scene, "1103", "1201", "1202")
    nobody = say(client, scene, "some", as_=scene.bengt)
    assert (nobody.status, nobody.errors) == (422, ["Kryssa för minst en lägenhet."])
    say(client, scene, "some", as_=scene.bengt, letters=[letters[0].id])
    assert statuses(scene, "1103", "1201", "1202") == [INVITED, NOT_CONTACTED, NOT_CONTACTED]
    page = client.get(path(scene), as_=scene.bengt)
    page.press("Nej, de kom inte ut")
    assert statuses(scene, "1103", "1201", "1202") == [INVITED, NOT_CONTACTED, NOT_CONTACTED]
    after = client.get(path(scene), as_=scene.bengt)
    assert "Är breven i brevlådorna?" not in after.text
    assert "1 brev lades i brevlådan" in after.text
    assert "2 brev kom inte ut" in after.text
    assert all(letter.ended_at is None for letter in letters)  # who has one is let in


def test_it_is_taken_back_from_those_who_were_asked_by_the_letter_alone(
    client: PageClient, scene: Scene
) -> None:
    letters = printed(scene, "1103", "1201", "1202", "1203")
    inviting.invite(
        scene.group, "kim@example.org", flat=letters[1].flat, name=None, language=Language.SWEDISH,
        is_transferable=False, by=scene.amina, days=30,
    )  # fmt: skip
    say(client, scene, "all", as_=scene.bengt)
    make_invitation(scene.group, "lo@example.org", flat=letters[2].flat, by=scene.bengt)  # invited afterwards
    db.session.commit()
    assert statuses(scene, "1103", "1201", "1202") == [INVITED] * 3
    client.get(path(scene), as_=scene.bengt).press("Ångra")
    assert statuses(scene, "1103", "1201", "1202") == [NOT_CONTACTED, INVITED, INVITED]
    assert "Är breven i brevlådorna?" in client.get(path(scene), as_=scene.bengt).text


def test_a_press_twice_says_it_once_and_letters_printed_since_are_not_answered_for(
    client: PageClient, scene: Scene
) -> None:
    (first,) = printed(scene, "1103")
    page = client.get(path(scene), as_=scene.bengt)
    (second,) = printed(scene, "1202")
    page.press("Ja")
    again = page.press("Ja").follow()
    assert "Det är redan besvarat." in again.text
    assert statuses(scene, "1103", "1202") == [INVITED, NOT_CONTACTED]
    with pytest.raises(NothingToAnswer):
        delivery.put_in_letterboxes(scene.group, [first], by=scene.bengt)
    with pytest.raises(NothingToAnswer):
        delivery.take_back(scene.group, [second], by=scene.bengt)


def test_a_no_stays_a_no_and_who_takes_part_goes_on_doing_so(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1201")
    client.post(f"/flats/{flat.id}/answer", {"answer": "declined"}, as_=scene.bengt)
    printed(scene, "1201", "1102")
    say(client, scene, "all", as_=scene.bengt)
    assert statuses(scene, "1201", "1102") == [DECLINED, HouseholdStatus.TAKES_PART]


def test_each_coordinator_answers_for_their_own_stairwells(client: PageClient, scene: Scene) -> None:
    elsewhere = flat_of(scene.stairwell_1, "1203")
    print_letters(scene.group, [elsewhere], by=scene.amina)
    printed(scene, "1202")
    assert "1 brev är utskrivet. Är det i brevlådan?" in (
        client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt).text
    )
    letters = db.session.scalars(db.select(Letter)).all()
    say(client, scene, "some", as_=scene.bengt, letters=[each.id for each in letters])
    assert status_of(elsewhere) is NOT_CONTACTED
    assert statuses(scene, "1202") == [INVITED]
    say(client, scene, "all", as_=scene.amina)
    own = db.session.scalars(db.select(Letter).where(Letter.flat_id == elsewhere.id)).one()
    client.post(f"{path(scene)}/letterboxes/undo", {"letter": own.id}, as_=scene.bengt)
    db.session.expire_all()
    assert own.delivered_at is not None


def test_a_letter_printed_again_is_asked_about_again_and_one_delivered_is_not(
    client: PageClient, scene: Scene
) -> None:
    out, left = printed(scene, "1103", "1202")
    delivery.put_in_letterboxes(scene.group, [out], by=scene.bengt)
    delivery.leave_out(scene.group, [left], by=scene.bengt)
    db.session.commit()
    printed(scene, "1103", "1202")
    db.session.expire_all()
    assert (out.delivered_at is None, left.discarded_at) == (False, None)
    assert "Är brevet i brevlådan?" in client.get(path(scene), as_=scene.bengt).text


def test_what_came_of_a_letter_stands_in_the_history_of_its_flat(client: PageClient, scene: Scene) -> None:
    (letter,) = printed(scene, "1202")
    say(client, scene, "all", as_=scene.bengt)
    client.get(path(scene), as_=scene.bengt).press("Ångra")
    say(client, scene, "none", as_=scene.bengt)
    history = client.get(f"/flats/{letter.flat_id}", as_=scene.bengt).text
    order = ["Brevet kom inte ut", "Svaret om brevet togs tillbaka", "Brevet lades i brevlådan",
             "Ett brev skrevs ut"]  # fmt: skip
    places = [history.index(words) for words in order]
    assert places == sorted(places)


def test_letters_that_ran_out_or_were_used_are_not_asked_about(client: PageClient, scene: Scene) -> None:
    used, over = printed(scene, "1103", "1202")
    used.used_at = used.ended_at = utcnow()
    over.expires_at = utcnow()
    db.session.commit()
    assert "i brevlådan?" not in client.get(path(scene), as_=scene.bengt).text


@pytest.fixture
def alone(scene: Scene) -> Scene:
    """The same house without any coordinator."""
    db.session.execute(db.update(Coordinator).values(ended_at=utcnow()))
    db.session.commit()
    return scene


def test_the_police_contact_answers_where_nobody_else_can_and_is_shown_whole_stairwells(
    client: PageClient, alone: Scene
) -> None:
    everybody = [flat.number for flat in alone.stairwell_3.flats]
    letters = printed(alone, *everybody, by=alone.gun)
    before = client.get(path(alone), as_=alone.gun)
    assert "Ja, alla 9" in before.text
    assert "1202" not in before.text
    letters[0].used_at = letters[0].ended_at = utcnow()
    db.session.commit()
    assert client.get(path(alone), as_=alone.gun).text == before.text
    nothing = say(client, alone, "some", as_=alone.gun)
    assert (nothing.status, nothing.errors) == (422, ["Kryssa för minst en port."])
    say(client, alone, "some", as_=alone.gun, whole_stairwells=[alone.stairwell_3.id])
    assert statuses(alone, "1202", "1102") == [INVITED, HouseholdStatus.TAKES_PART]
    assert "9 brev lades i brevlådorna" in client.get(path(alone), as_=alone.gun).text
    client.get(path(alone), as_=alone.gun).press("Ångra")
    assert statuses(alone, "1202", "1102") == [NOT_CONTACTED, HouseholdStatus.TAKES_PART]


def test_where_there_is_a_coordinator_it_is_their_task_whoever_printed(
    client: PageClient, scene: Scene
) -> None:
    printed(scene, *[flat.number for flat in scene.stairwell_3.flats], by=scene.gun)
    assert "i brevlådorna?" not in client.get(path(scene), as_=scene.gun).text
    say(client, scene, "all", as_=scene.gun)
    assert statuses(scene, "1202") == [NOT_CONTACTED]
    assert "9 brev är utskrivna" in client.get(path(scene), as_=scene.bengt).text


def test_the_police_contact_is_not_shown_what_a_former_coordinator_printed(
    client: PageClient, alone: Scene
) -> None:
    printed(alone, "1202", by=alone.bengt)
    assert "i brevlådan?" not in client.get(path(alone), as_=alone.gun).text


def test_revoking_an_invitation_leaves_a_flat_asked_that_has_a_letter(
    client: PageClient, scene: Scene
) -> None:
    (letter,) = printed(scene, "1202")
    invitation = make_invitation(scene.group, "kim@example.org", flat=letter.flat, by=scene.bengt)
    say(client, scene, "all", as_=scene.bengt)
    client.post(f"/invitations/{invitation.id}/revoke", {}, as_=scene.bengt)
    assert statuses(scene, "1202") == [INVITED]


def test_a_list_says_which_flat_got_what_when(client: PageClient, scene: Scene) -> None:
    out, _left = printed(scene, "1202", "1203")
    invited, knocked = (flat_of(scene.stairwell_3, number) for number in ("1103", "1201"))
    make_invitation(scene.group, "kim@example.org", flat=invited, by=scene.bengt)
    delivery.put_in_letterboxes(scene.group, [out], by=scene.bengt)
    db.session.commit()
    client.post(f"/flats/{knocked.id}/knock/not-home", {"after": 0}, as_=scene.bengt)
    elsewhere = flat_of(scene.stairwell_1, "1203")
    print_letters(scene.group, [elsewhere], by=scene.amina)
    db.session.commit()

    first = client.get(f"/groups/{scene.group.id}/invitations", as_=scene.bengt)
    assert "2 lägenheter har fått brev utskrivna. 1 av dem är i brevlådan." in first.text
    page = first.click("Se hur varje lägenhet har fått frågan")
    today = language.short_day(utcnow())
    asked = f"Våglängdsgatan 3, 1202 inbjuden utskrivet {today}, i brevlådan {today} – –"
    assert asked in page.text
    not_asked = page.click("Inte tillfrågade 5")
    for words in (
        f"Våglängdsgatan 3, 1203 ej kontaktad utskrivet {today} – –",
        f"Våglängdsgatan 3, 1103 ej kontaktad – inbjuden {today} –",
        f"Våglängdsgatan 3, 1201 ej kontaktad – – ej hemma {today}",
    ):
        assert words in not_asked.text
    for each in (page, not_asked):
        assert "Våglängdsgatan 1" not in each.text.split("Här står bara dina portar.")[1]


def test_where_letters_are_out_nobody_is_told_that_nobody_is_invited(
    client: PageClient, scene: Scene
) -> None:
    (letter,) = printed(scene, "1202")
    delivery.put_in_letterboxes(scene.group, [letter], by=scene.bengt)
    page = client.get(f"/groups/{scene.group.id}/invitations", as_=scene.bengt)
    assert "1 lägenhet har fått ett brev utskrivet. 1 av dem är i brevlådan." in page.text
    assert "Ingen är bjuden med mejl än" in page.text


def test_the_police_contact_finds_the_houses_whose_letters_nobody_else_can_answer_for(
    client: PageClient, alone: Scene
) -> None:
    printed(alone, *[flat.number for flat in alone.stairwell_3.flats], by=alone.gun)
    page = client.get("/areas/hassleholmen/letters", as_=alone.gun)
    assert "Våglängdsgatan 1–3 9 brev" in page.text
    client.get(page.links["Våglängdsgatan 1–3"], as_=alone.gun).press("Ja, alla 9")
    assert "Är breven i brevlådorna?" not in client.get("/areas/hassleholmen/letters", as_=alone.gun).text


def test_once_all_are_asked_the_first_action_is_to_knock_and_says_from_which_day(
    client: PageClient, scene: Scene
) -> None:
    everywhere = [flat for each in (scene.stairwell_1, scene.stairwell_3) for flat in each.flats]
    letters = print_letters(scene.group, everywhere, by=scene.amina)
    delivery.put_in_letterboxes(scene.group, letters, by=scene.amina)
    db.session.commit()
    day = language.short_day(utcnow() + timedelta(days=7))
    house = f"/groups/{scene.group.id}/house"
    assert f"Knacka på hos 13 som inte har svarat, från {day}" in client.get(house, as_=scene.amina).links
    with time_machine.travel(utcnow() + timedelta(days=8)):
        links = client.get(house, as_=scene.amina).links
    assert "Knacka på hos 13 som inte har svarat" in links
