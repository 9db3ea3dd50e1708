"""Checks joining, leaving and moving out, and what becomes of the flat."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of, make_coordinator, make_invitation, make_member, make_person
from tests.page_client import PageClient
from watch import language
from watch.extensions import db
from watch.groups.errors import AlreadyMember, AlreadyPlaced
from watch.groups.queries import households
from watch.groups.queries import members as members_queries
from watch.groups.queries.households import Counts, FlatState
from watch.groups.service import choices as choices_service
from watch.groups.service import households as households_service
from watch.groups.service import members as members_service
from watch.groups.service.recounting import recount_groups
from watch.models import (
    AuditEntry,
    Channel,
    ConsentChannel,
    Flat,
    Group,
    Household,
    HouseholdStatus,
    InvitationState,
    Language,
    Membership,
    Person,
    Stairwell,
    Suppression,
    utcnow,
)
from watch.records.service import correcting as records_service


def state_of(flat: Flat) -> FlatState:
    return next(each.state for each in households.households_of(flat.stairwell) if each.flat_id == flat.id)


def test_a_flat_is_lit_when_somebody_there_is_let_in(
    group: Group, stairwell_3: Stairwell, amina: Person
) -> None:
    flat = flat_of(stairwell_3, "1202")
    membership = members_service.admit(make_person("Fia"), group, stairwell=stairwell_3, flat=flat, by=amina)
    assert state_of(flat) is FlatState.ON_PAPER
    assert (membership.stairwell, membership.admitted_by_id) == (stairwell_3, amina.id)
    assert (membership.consent_version, membership.consent_channel) == (
        members_service.CONSENT_VERSION, ConsentChannel.WEB
    )  # fmt: skip


def test_nobody_is_a_member_twice(group: Group, carin: Person, stairwell_3: Stairwell) -> None:
    flat = flat_of(stairwell_3, "1202")
    with pytest.raises(AlreadyMember) as already:
        members_service.admit(carin, group, stairwell=stairwell_3, flat=flat)
    assert already.value.membership == db.session.scalars(select(Membership)).one()
    assert state_of(flat) is FlatState.NOT_CONTACTED


def test_two_in_one_flat_are_one_household(group: Group, carin: Person, stairwell_3: Stairwell) -> None:
    flat = flat_of(stairwell_3, "1102")
    members_service.admit(make_person("Cesar"), group, stairwell=stairwell_3, flat=flat)
    assert [each.person.name for each in members_queries.members_of(group)] == ["Carin Öberg", "Cesar"]
    assert households.counts_of_group(group.id) == Counts(flats=18, takes_part=1, not_contacted=17)


def test_a_neighbour_on_paper_agreed_at_the_door(
    client: PageClient, bengt: Person, group: Group, stairwell_3: Stairwell
) -> None:
    flat = flat_of(stairwell_3, "1202")
    page = client.get(f"/flats/{flat.id}", as_=bengt).click("Lägg till en granne utan e-postadress")
    refused = page.press("Lägg till grannen", {"name": "Greta"})
    assert refused.errors == ["Fråga grannen först, och kryssa i rutan när svaret är ja."]
    assert "Greta" in refused.html
    done = page.press("Lägg till grannen", {"name": "Greta", "language": "so", "consent": "y"}).follow()
    assert done.flashes == [("done", "Greta är med. Meddelanden kommer på papper.")]
    greta = next(each for each in members_queries.members_of(group) if each.person.name == "Greta")
    assert (greta.channel, greta.consent_channel, greta.person.language, greta.admitted_by_id) == (
        Channel.PAPER, ConsentChannel.DOORSTEP, Language.SOMALI, bengt.id,
    )  # fmt: skip
    assert state_of(flat) is FlatState.ON_PAPER
    assert greta.household_id in db.session.scalars(households.paper_households(group, stairwell_3)).all()


def test_whoever_leaves_is_out_at_once_and_an_empty_flat_falls_back(
    client: PageClient, carin: Person, amina: Person, group: Group, stairwell_3: Stairwell
) -> None:
    page = client.get(f"/groups/{group.id}", as_=carin).click("Lämna gruppen")
    done = page.press("Lämna gruppen").follow()
    assert done.flashes == [("done", "Du har lämnat gruppen. Dina uppgifter raderas inom 30 dagar.")]
    assert "Du är inte med i någon grupp just nu" in done.text
    assert client.get(f"/groups/{group.id}", as_=carin).status == 404
    assert state_of(flat_of(stairwell_3, "1102")) is FlatState.NOT_CONTACTED


def test_the_flat_stays_lit_while_somebody_is_left(
    carin: Person, group: Group, stairwell_3: Stairwell
) -> None:
    flat = flat_of(stairwell_3, "1102")
    second = members_service.admit(
        make_person("Cesar", "cesar@example.org"), group, stairwell=stairwell_3, flat=flat
    )
    members_service.leave(second)
    assert state_of(flat) is FlatState.TAKES_PART


def test_the_flat_and_its_history_follow_whoever_comes_and_goes(client: PageClient, scene: Scene) -> None:
    flat, bengt = flat_of(scene.stairwell_3, "1001"), scene.bengt  # Elsa's
    page = client.get(f"/flats/{flat.id}", as_=bengt).click("Lägg till en granne utan e-postadress")
    page.press("Lägg till grannen", {"name": "Sixten", "consent": "y"})
    elsa, sixten = sorted(_in_flat(flat), key=lambda each: each.person.name)
    assert _history(client, flat, bengt).count("En till gick med") == 1
    records_service.end_membership(sixten, by=bengt)
    db.session.commit()
    assert state_of(flat) is FlatState.ON_PAPER
    assert _history(client, flat, bengt).count("En person är inte med längre") == 1
    assert "Sattes tillbaka" not in _history(client, flat, bengt)
    records_service.end_membership(elsa, by=bengt)
    db.session.commit()
    assert state_of(flat) is FlatState.NOT_CONTACTED
    history = _history(client, flat, bengt)
    assert history.count("En person är inte med längre") == 2
    assert history.count("Sattes tillbaka till ej kontaktad") == 1
    assert "En till gick med" in history
    choices_service.take_back(elsa, by=scene.elsa)
    db.session.commit()
    assert state_of(flat) is FlatState.ON_PAPER
    assert "En person är med igen" in _history(client, flat, bengt)


def test_a_flat_where_nobody_takes_part_is_set_back_to_not_contacted(
    client: PageClient, scene: Scene
) -> None:
    flat = flat_of(scene.stairwell_3, "1201")
    for said, word in (("Har fått frågan", "Bjöds in"), ("Har tackat nej", "Tackade nej")):
        client.get(f"/flats/{flat.id}", as_=scene.bengt).press(f"{said} lägenhet 1201")
        assert word in _history(client, flat, scene.bengt)
        client.get(f"/flats/{flat.id}", as_=scene.bengt).press("Ej kontaktad lägenhet 1201")
        assert state_of(flat) is FlatState.NOT_CONTACTED
        assert word in _history(client, flat, scene.bengt)
    assert _history(client, flat, scene.bengt).count("Sattes tillbaka till ej kontaktad") == 2
    takes_part = client.get(f"/flats/{flat_of(scene.stairwell_3, '1102').id}", as_=scene.bengt)
    assert "Ej kontaktad" not in takes_part.text


def _in_flat(flat: Flat) -> list[Membership]:
    db.session.rollback()
    here = select(Membership).join(Household, Household.id == Membership.household_id)
    return list(db.session.scalars(here.where(Household.flat_id == flat.id, Membership.is_current)))


def _history(client: PageClient, flat: Flat, by: Person) -> str:
    return client.get(f"/flats/{flat.id}", as_=by).text.partition("Vad som har hänt")[2]


def test_who_has_left_is_named_on_no_page_of_the_house(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1102")  # Carin's, who stays
    cesar = make_person("Cesar", "cesar@example.org")
    left = members_service.admit(cesar, scene.group, stairwell=scene.stairwell_3, flat=flat)
    paths = (
        f"/flats/{flat.id}", f"/flats/{flat.id}/moved-out", f"/groups/{scene.group.id}/members",
        f"/groups/{scene.group.id}/house", f"/stairwells/{scene.stairwell_3.id}/house",
        f"/groups/{scene.group.id}/knock",
    )  # fmt: skip

    def named() -> list[bool]:
        return ["Cesar" in client.get(path, as_=scene.bengt).html for path in paths]

    assert named() == [True, True, True, False, False, False]
    members_service.leave(left)
    assert named() == [False] * 6
    assert client.post(f"/memberships/{left.id}/details", as_=scene.bengt).status == 404
    assert client.get(f"/memberships/{left.id}/receipt", as_=scene.bengt).status == 404


def test_the_last_coordinator_does_not_leave(client: PageClient, amina: Person, group: Group) -> None:
    answer = client.post(f"/groups/{group.id}/leave", as_=amina)
    assert answer.location == f"/groups/{group.id}/coordinators"
    assert answer.follow().flashes == [("warn", "Du är gruppens enda kontaktombud. Utse en ersättare först.")]
    assert [each.person for each in members_queries.members_of(group)] == [amina]


def test_leaving_says_how_long_it_can_be_undone_and_is_undone_on_the_next_page(
    client: PageClient, scene: Scene
) -> None:
    until = f"Du kan ångra dig till och med {language.day(utcnow() + timedelta(days=7))}."
    asked = client.get(f"/groups/{scene.group.id}/leave", as_=scene.carin)
    assert until in asked.text
    left = asked.press("Lämna gruppen").follow()
    assert until in left.text
    back = left.press("Ångra Våglängdsgatan 1–3").follow()
    assert back.flashes == [("done", "Välkommen tillbaka! Du är med i gruppen igen.")]
    assert "Ångra Våglängdsgatan 1–3" not in back.buttons
    assert scene.carin.id in db.session.scalars(members_queries.active_member_ids(scene.group))


def test_only_ones_own_leaving_is_undone_and_for_a_week(client: PageClient, scene: Scene) -> None:
    membership = members_queries.active_membership(scene.carin, scene.group)
    assert membership
    client.post(f"/groups/{scene.group.id}/leave", as_=scene.carin)
    assert client.post(f"/memberships/{membership.id}/back", as_=scene.bengt).status == 404
    membership.left_at = utcnow() - timedelta(days=7, minutes=1)
    db.session.commit()
    late = client.post(f"/memberships/{membership.id}/back", as_=scene.carin).follow()
    kind, text = late.flashes[-1]
    assert kind == "warn"
    assert "Det går inte att ångra längre." in text
    assert members_queries.active_membership(scene.carin, scene.group) is None
    assert "Ångra Våglängdsgatan 1–3" not in client.get("/me", as_=scene.carin).buttons


def test_a_coordinator_who_leaves_ends_the_appointment(amina: Person, bengt: Person, group: Group) -> None:
    membership = members_queries.active_membership(bengt, group)
    assert membership
    members_service.leave(membership, by=bengt)
    assert [each.person for each in members_queries.coordinators_of(group)] == [amina]


def test_moving_out_ends_all_that_was_theirs(
    client: PageClient, bengt: Person, carin: Person, amina: Person, group: Group, stairwell_3: Stairwell
) -> None:
    flat = flat_of(stairwell_3, "1102")
    invitation = make_invitation(group, "barn@example.org", flat=flat, by=bengt)
    page = client.get(f"/flats/{flat.id}", as_=bengt).click("Hushållet har flyttat")
    assert "1 person är inte med i gruppen längre: Carin Öberg." in page.text
    page.press("Ja, hushållet har flyttat")
    db.session.refresh(invitation)
    assert invitation.state is InvitationState.REVOKED
    assert state_of(flat) is FlatState.NOT_CONTACTED
    assert carin not in [each.person for each in members_queries.members_of(group)]
    assert client.get(f"/groups/{group.id}", as_=carin).status == 404
    history = _history(client, flat, bengt)
    assert "Flyttade ut" in history
    assert "Carin" not in history


def test_the_only_coordinators_household_does_not_move_unseen(
    client: PageClient, amina: Person, stairwell_1: Stairwell
) -> None:
    flat = flat_of(stairwell_1, "1001")
    answer = client.post(f"/flats/{flat.id}/moved-out", as_=amina).follow()
    assert answer.flashes == [("warn", "Gruppens enda kontaktombud bor här. Utse en ersättare först.")]
    assert state_of(flat) is FlatState.TAKES_PART


def test_a_no_is_noted_and_a_flat_that_takes_part_stays_lit(
    client: PageClient, bengt: Person, carin: Person, stairwell_3: Stairwell
) -> None:
    empty, lit = flat_of(stairwell_3, "1202"), flat_of(stairwell_3, "1102")
    client.post(f"/flats/{empty.id}/answer", {"answer": "declined"}, as_=bengt)
    assert state_of(empty) is FlatState.DECLINED
    kept = client.post(f"/flats/{lit.id}/answer", {"answer": "declined"}, as_=bengt).follow()
    assert kept.flashes[-1][0] == "warn"
    assert state_of(lit) is FlatState.TAKES_PART
    for nonsense in ("takes_part", "wants_to_join", "x", ""):
        client.post(f"/flats/{empty.id}/answer", {"answer": nonsense}, as_=bengt)
    assert state_of(empty) is FlatState.DECLINED
    text = client.get(f"/flats/{empty.id}", as_=bengt).text
    assert "Tackade nej" in text


def test_the_sums_add_up_whatever_happens(scene: Scene) -> None:
    group, stairwell = scene.group, scene.stairwell_3
    flats = {number: flat_of(stairwell, number) for number in ("1101", "1103", "1201", "1202", "1203")}
    households_service.note_household(flats["1101"], HouseholdStatus.INVITED, by=scene.bengt)
    households_service.note_household(flats["1103"], HouseholdStatus.DECLINED, by=scene.bengt)
    households_service.note_household(flats["1203"], HouseholdStatus.WANTS_TO_JOIN, by=None)
    households_service.note_household(flats["1201"], HouseholdStatus.NOT_CONTACTED, by=scene.bengt)
    members_service.admit(make_person("Lova"), group, stairwell=None)
    households_service.move_out(flat_of(stairwell, "1102"), by=scene.bengt)
    scene.dawit.mailbox.suppression, scene.dawit.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    db.session.flush()
    counts = households.counts_of_group(group.id)
    assert counts == Counts(
        flats=18, takes_part=4, invited=1, wants_to_join=1, declined=1, not_contacted=11, without_flat=1
    )
    assert households.sums(households.households_of(group), without_flat=1) == counts
    assert counts.group == 5
    recount_groups(utcnow())
    db.session.expire_all()
    assert (group.counted_taking_part, scene.other_group.counted_taking_part) == (5, 1)


def test_a_flat_whose_mail_comes_back_is_reached_on_paper(scene: Scene) -> None:
    def on_paper() -> list[int]:
        return sorted(db.session.scalars(households.paper_households(scene.group)))

    (elsas,) = [
        each.household_id for each in members_queries.members_of(scene.group) if each.person == scene.elsa
    ]
    (dawits,) = [
        each.household_id for each in members_queries.members_of(scene.group) if each.person == scene.dawit
    ]
    assert on_paper() == [elsas]
    scene.dawit.mailbox.suppression, scene.dawit.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    db.session.flush()
    assert on_paper() == sorted([elsas, dawits])
    assert state_of(flat_of(scene.stairwell_1, "1101")) is FlatState.BOUNCED


def test_a_member_whose_flat_is_unknown_is_placed_by_a_coordinator(client: PageClient, scene: Scene) -> None:
    lova = members_service.admit(make_person("Lova"), scene.group, stairwell=scene.stairwell_3)
    house = client.get(f"/groups/{scene.group.id}/house", as_=scene.amina)
    members = house.click("Av dem är 1 granne med utan känd lägenhet.")
    page = members.click("Välj lägenhet Lova")
    empty = page.press("Spara lägenheten")
    assert (empty.status, empty.errors) == (422, ["Välj en lägenhet i listan."])
    flat = flat_of(scene.stairwell_3, "1202")
    done = page.press("Spara lägenheten", {"flat": str(flat.id)}).follow()
    assert done.flashes == [("done", "Lägenheten är sparad.")]
    db.session.refresh(lova)
    assert (lova.household.flat, lova.stairwell, state_of(flat)) == (
        flat,
        scene.stairwell_3,
        FlatState.ON_PAPER,
    )
    traces = select(AuditEntry.what).where(AuditEntry.about_id == lova.id, AuditEntry.by_id == scene.amina.id)
    assert "member-placed" in db.session.scalars(traces).all()
    other = flat_of(scene.stairwell_3, "1203")
    client.post(f"/memberships/{lova.id}/flat", {"flat": str(other.id)}, as_=scene.amina)
    db.session.refresh(lova)
    assert (lova.household.flat, state_of(other)) == (flat, FlatState.NOT_CONTACTED)


def test_a_coordinator_places_only_those_of_the_own_stairwells_and_only_there(
    client: PageClient, scene: Scene
) -> None:
    """Bengt coordinates stairwell 3."""
    lova = members_service.admit(make_person("Lova"), scene.group, stairwell=scene.stairwell_3)
    elsewhere = [
        members_service.admit(make_person("Måns"), scene.group, stairwell=scene.stairwell_1),
        members_service.admit(make_person("Nora"), scene.group, stairwell=None),
    ]
    theirs, foreign = flat_of(scene.stairwell_1, "1202"), scene.langgatan.stairwells[0].flats[0]
    mine = flat_of(scene.stairwell_3, "1202")
    for flat in (theirs, foreign):
        answer = client.post(f"/memberships/{lova.id}/flat", {"flat": str(flat.id)}, as_=scene.bengt)
        assert (answer.status, state_of(flat)) == (422, FlatState.NOT_CONTACTED)
    for member in elsewhere:
        address = f"/memberships/{member.id}/flat"
        assert client.get(address, as_=scene.bengt).status == 404
        assert client.post(address, {"flat": str(mine.id)}, as_=scene.bengt).status == 404
    members_service.leave(lova)
    assert client.post(f"/memberships/{lova.id}/flat", {"flat": str(mine.id)}, as_=scene.amina).status == 404
    assert state_of(mine) is FlatState.NOT_CONTACTED


def test_a_second_flat_for_the_same_member_is_refused(scene: Scene) -> None:
    lova = members_service.admit(make_person("Lova"), scene.group, stairwell=scene.stairwell_3)
    members_service.place(lova, flat_of(scene.stairwell_3, "1202"), by=scene.bengt)
    with pytest.raises(AlreadyPlaced):
        members_service.place(lova, flat_of(scene.stairwell_3, "1203"), by=scene.bengt)


def test_members_are_counted_by_stairwell(scene: Scene) -> None:
    everybody = {scene.amina.id, scene.bengt.id, scene.carin.id, scene.dawit.id, scene.elsa.id}
    assert set(db.session.scalars(members_queries.active_member_ids(scene.group))) == everybody
    in_stairwell_1 = set(
        db.session.scalars(members_queries.active_member_ids(scene.group, scene.stairwell_1))
    )
    assert in_stairwell_1 == {scene.amina.id, scene.dawit.id}


def test_a_request_concerns_the_nearest_coordinators(scene: Scene) -> None:
    assert members_queries.coordinators_for(scene.stairwell_3) == [scene.bengt]
    assert members_queries.coordinators_for(scene.stairwell_1) == [scene.amina]
    make_coordinator(scene.dawit, scene.group)
    assert members_queries.coordinators_for(scene.stairwell_3) == [scene.bengt, scene.dawit]
    assert members_queries.coordinators_for(scene.stairwell_1) == [scene.dawit]
    make_coordinator(scene.carin, scene.group, stairwells=[scene.stairwell_1], accepted=False)
    assert members_queries.coordinators_for(scene.stairwell_1) == [scene.dawit]


@pytest.mark.parametrize("typed", ["akesson", "ÅKESSON", "A\u030akesson", "bengt  åk", "åkesson bengt"])
def test_a_member_is_found_without_rings_dots_and_single_spaces(
    typed: str, client: PageClient, scene: Scene
) -> None:
    page = client.get(f"/groups/{scene.group.id}/members", query_string={"q": typed}, as_=scene.amina)
    assert scene.bengt.name == "Bengt Åkesson"
    assert scene.bengt.name in page.text
    assert scene.dawit.name not in page.text


def test_members_are_found_by_how_mail_reaches_them(client: PageClient, scene: Scene) -> None:
    address = f"/groups/{scene.group.id}/members"
    assert "Okänd lägenhet" not in client.get(address, as_=scene.amina).links
    make_member(make_person("Mona på papper"), scene.group, None)
    assert scene.dawit.mailbox
    scene.dawit.mailbox.suppression, scene.dawit.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    db.session.commit()
    page = client.get(address, as_=scene.amina)
    assert page.links["Mejlen kommer inte fram 1"] == f"{address}?kind=not_reached"
    dead = page.click("Mejlen kommer inte fram 1")
    assert (scene.dawit.name in dead.text, scene.carin.name in dead.text) == (True, False)
    unplaced = page.click("Okänd lägenhet 1")
    assert ("Mona på papper" in unplaced.text, scene.dawit.name in unplaced.text) == (True, False)
    assert "Kontaktuppgifter Mona på papper" not in unplaced.buttons  # there is none
    assert client.get(f"{address}?kind=nonsense", as_=scene.amina).text == page.text


def test_of_a_kind_one_sees_no_more_than_of_all(client: PageClient, scene: Scene) -> None:
    make_member(make_person("Mona på papper"), scene.group, flat_of(scene.stairwell_1, "1201"))
    page = client.get(f"/groups/{scene.group.id}/members?kind=paper", as_=scene.bengt)  # of port 3
    assert "Mona på papper" not in page.text
