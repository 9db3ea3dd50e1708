"""Checks that lists and pages agree: a list offers exactly what the reader can open.

Each kind of row is compared with rows of every stairwell, of none, of another group, and of people who are no
members yet or no longer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.access import REFUSED
from tests.access._people import others
from tests.access._restoring import restorer
from tests.access._rows import more_rows
from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_contact,
    make_coordinator,
    make_invitation,
    make_meeting,
    make_member,
    make_notice,
    make_pack,
    make_person,
    make_request,
    make_visit_request,
    stairwell_of,
)
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import (
    Area,
    Building,
    ContactPerson,
    ContactRole,
    Coordinator,
    Flat,
    Group,
    Invitation,
    InvitationState,
    JoinRequest,
    Language,
    LetterPack,
    Meeting,
    Membership,
    Model,
    Notice,
    Person,
    RequestState,
    Stairwell,
    utcnow,
)

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # as in test_access


@dataclass(frozen=True)
class Kind:
    """Rows of one kind: the lists, how a list offers a row, and the row's page.

    `lists` are addresses with the names of things; `offered` is the address of a link or button there, or
    the name of a field to choose by; `also` are other such lists of the same rows. `of` says which rows are
    compared, where not all are; with `only` nothing but that status counts as opened.
    """

    model: type[Model]
    lists: tuple[str, ...]
    offered: str
    page: str
    post: bool = False
    of: Callable[[], Collection[int]] | None = None
    only: int | None = None
    also: tuple[tuple[tuple[str, ...], str], ...] = ()

    @property
    def ids(self) -> Collection[int]:
        """Return the ids of the rows to compare."""
        return self.of() if self.of else db.session.scalars(select(self.model.id)).all()


def _open_invitations() -> Collection[int]:
    is_open = Invitation.state == InvitationState.OPEN
    return db.session.scalars(select(Invitation.id).where(is_open)).all()


def _asking() -> Collection[int]:
    """Return requests that wait for an answer, or for being told at the door; lists show no others."""
    waits = JoinRequest.state == RequestState.WAITING
    to_tell = JoinRequest.wants_visit & JoinRequest.told_at.is_(None) & JoinRequest.decided_at.is_not(None)
    return db.session.scalars(select(JoinRequest.id).where(waits | to_tell)).all()


def _with_contact_details() -> Collection[int]:
    has_any = Person.mailbox_id.is_not(None) | Person.phone.is_not(None)
    return db.session.scalars(select(Membership.id).join(Membership.person).where(has_any)).all()


def _appointments() -> Collection[int]:
    return db.session.scalars(select(Coordinator.id).where(Coordinator.ended_at.is_(None))).all()


def _stairwells_of_groups() -> Collection[int]:
    """Return the stairwells with a group; elsewhere posters lead to interest."""
    with_group = select(Stairwell.id).join(Building).where(Building.group_id.is_not(None))
    return db.session.scalars(with_group).all()


def _uncounted() -> Collection[int]:
    return db.session.scalars(select(Meeting.id).where(Meeting.ends_at < utcnow())).all()


MEMBERS, MEETINGS = "/groups/{group}/members", "/groups/{group}/meetings"
INVITATIONS, LETTERS = "/groups/{group}/invitations", "/groups/{group}/letters"
TO_COUNT = r"/meetings/(\d+)/count"
KINDS = {
    "members": Kind(Membership, (MEMBERS,), r"/memberships/(\d+)/record", "/memberships/{}/record"),
    "contact details": Kind(
        Membership, (MEMBERS,), r"/memberships/(\d+)/details", "/memberships/{}/details", True,
        of=_with_contact_details,
    ),
    "members without a flat": Kind(
        Membership, (MEMBERS,), r"/memberships/(\d+)/flat", "/memberships/{}/flat", only=200
    ),
    "requests": Kind(
        JoinRequest, (MEMBERS,), r"/requests/(\d+)/(?:approve|told)", "/requests/{}", of=_asking
    ),
    "invitations": Kind(
        Invitation, (INVITATIONS,), r"/invitations/(\d+)/revoke", "/invitations/{}/revoke", True,
        of=_open_invitations,
    ),
    "addresses to mend": Kind(
        Invitation, (INVITATIONS,), r"/invitations/(\d+)/address", "/invitations/{}/address",
        of=_open_invitations,
    ),
    "stairwells": Kind(
        Stairwell, ("/groups/{group}/house",), r"/stairwells/(\d+)/house", "/stairwells/{}/house"
    ),
    "flats": Kind(
        Flat, ("/stairwells/{stairwell}/house",), r"/flats/(\d+)", "/flats/{}",
        also=(((LETTERS,), "flats"), ((INVITATIONS,), "flat")),
    ),
    "posters": Kind(
        Stairwell, ("/groups/{group}/posters",), r"/stairwells/(\d+)/poster", "/stairwells/{}/poster",
        of=_stairwells_of_groups,
    ),
    "meetings": Kind(Meeting, (MEETINGS,), r"/meetings/(\d+)", "/meetings/{}"),
    "meetings to count": Kind(Meeting, (MEETINGS,), TO_COUNT, "/meetings/{}/count", of=_uncounted),
    "meetings to cancel": Kind(
        Meeting, ("/meetings/{meeting}",), r"/meetings/(\d+)/cancel", "/meetings/{}/cancel", only=200
    ),
    "notices": Kind(
        Notice, ("/groups/{group}/notices", "/areas/{area}/notices"), r"/notices/(\d+)(?:/report)?",
        "/notices/{}",
    ),
    "reports": Kind(Notice, ("/notices/{notice}",), r"/notices/(\d+)/report", "/notices/{}/report"),
    "packs of letters": Kind(LetterPack, (LETTERS, "/areas/{area}/letters"), r"/packs/(\d+)", "/packs/{}"),
    "appointments to end": Kind(
        Coordinator, ("/groups/{group}/coordinators",), r"/coordinators/(\d+)/end", "/coordinators/{}/end",
        True, of=_appointments,
    ),
    "contacts": Kind(ContactPerson, ("/contacts/edit",), r"/contacts/(\d+)/edit", "/contacts/{}/edit"),
}  # fmt: skip


@pytest.fixture
def people(scene: Scene) -> dict[str, Person]:
    """Everybody who could have a list, in a building with every row of the matrix, and more."""
    group, stairwell_1, stairwell_3 = scene.group, scene.stairwell_1, scene.stairwell_3
    names = "amina", "bengt", "carin", "dawit", "gun", "hodan", "ivan"
    found = {name: getattr(scene, name) for name in names}
    make_coordinator(scene.dawit, group, stairwells=[stairwell_1])
    scene.dawit.language = Language.SWEDISH
    more_rows(scene)
    elsewhere = flat_of(stairwell_of(scene.other_group.buildings[0], 12), "1001")
    make_member(make_person("Sven Ek", "sven@example.org"), scene.other_group, elsewhere)
    make_invitation(group, "kim@example.org", flat=flat_of(stairwell_1, "1201"), by=scene.dawit)
    make_invitation(scene.other_group, "sara@example.org", by=scene.ivan)
    make_request(make_person("Tova", "tova@example.org"), group, stairwell_1, flat_of(stairwell_1, "1203"))
    _answer(make_visit_request("Ville", group, flat_of(stairwell_3, "1202")), by=scene.amina)
    _answer(
        make_visit_request("Wanja", group, flat_of(stairwell_3, "1103")), by=scene.dawit
    )  # when everybody was asked
    for place, by in ((group, scene.amina), (group, scene.dawit), (stairwell_1, scene.amina)):
        make_notice(place, by=by)
    make_notice(scene.other_group, by=scene.ivan)
    make_notice(group.area, by=scene.gun)
    make_notice(scene.other_group.area, by=scene.hodan)
    for stairwell, by in ((None, scene.amina), (stairwell_1, scene.dawit), (stairwell_3, scene.dawit)):
        for days in (-2, 7):
            make_meeting(group, stairwell=stairwell, by=by, starts_at=utcnow() + timedelta(days=days))
    make_meeting(scene.other_group, by=scene.ivan)
    make_pack(group, [flat_of(stairwell_3, "1201")], by=scene.bengt)
    make_pack(group.area, [flat_of(stairwell_3, "1201")], by=scene.gun, pdf=b"%PDF")
    make_contact(ContactRole.LANDLORD, "Bostäder i Borås", group.area)
    make_contact(ContactRole.POLICE, "Polisen", scene.other_group.area)
    make_contact(ContactRole.DISTURBANCE, "Störningsjouren")
    return found | others(scene)


def _answer(wish: JoinRequest, *, by: Person) -> None:
    wish.confirmed_at = wish.decided_at = utcnow()
    wish.state, wish.decided_by = RequestState.DECLINED, by


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_offers_what_can_be_opened_and_nothing_else(
    kind: str, client: PageClient, scene: Scene, people: dict[str, Person]
) -> None:
    compared, ids = KINDS[kind], KINDS[kind].ids
    opened: dict[str, set[int]] = {}
    offers = [
        {name: _offers(client, lists, pattern, person) & set(ids) for name, person in people.items()}
        for lists, pattern in ((compared.lists, compared.offered), *compared.also)
    ]
    again = restorer() if compared.post else db.session.commit
    for name, person in people.items():
        opened[name] = {number for number in ids if _opens(client, compared, number, person, again)}
    for offered in offers:
        assert offered == opened
    assert any(opened.values())
    assert any(len(each) < len(ids) for each in opened.values())


def _offers(client: PageClient, lists: Collection[str], pattern: str, person: Person) -> set[int]:
    pages = [client.get(address, as_=person) for address in _addresses(lists)]
    return {number for page in pages for number in _offered(page, pattern)}


def _addresses(patterns: Collection[str]) -> list[str]:
    """Return the addresses for every group, area, stairwell, meeting and notice."""
    models = {"group": Group.id, "area": Area.slug, "stairwell": Stairwell.id, "meeting": Meeting.id,
              "notice": Notice.id}  # fmt: skip
    found = []
    for pattern in patterns:
        name = next((each for each in models if f"{{{each}}}" in pattern), None)
        things = db.session.scalars(select(models[name])).all() if name else [""]
        found += [pattern.format(**{name or "": each}) for each in things]
    return found


def _offered(page: Page, pattern: str) -> set[int]:
    """Return the ids in the page's links and buttons, or those that this field offers."""
    if page.status != 200:
        return set()
    if pattern.isalpha():
        fields = [each for each in page.tree.iter() if each.get("name") == pattern]
        values = [each.get("value") or "" for field in fields for each in field.iter()]
        return {int(value) for value in values if value.isdigit()}
    addresses = [each.get(name) or "" for each in page.tree.iter() for name in ("href", "action")]
    return {int(found[1]) for each in addresses if (found := re.fullmatch(pattern + r"(?:[?#].*)?", each))}


def _opens(client: PageClient, kind: Kind, number: int, person: Person, again: Callable[[], None]) -> bool:
    again()
    address = kind.page.format(number)
    page = client.post(address, as_=person) if kind.post else client.get(address, as_=person)
    return page.status == kind.only if kind.only else page.status not in REFUSED


# Of these four, whom a coordinator's list has, by hand; Mona lives in no stairwell, and Olga has left.
MEMBERS_OF = {
    "amina": ["Carin Öberg", "Dawit Tesfaye", "Mona Dahl"],
    "bengt": ["Carin Öberg"],
    "dawit": ["Dawit Tesfaye"],
    "whole_house": ["Carin Öberg", "Dawit Tesfaye", "Mona Dahl"],
}


@pytest.mark.parametrize("who", MEMBERS_OF)
def test_a_search_finds_whom_the_list_has(
    who: str, client: PageClient, scene: Scene, people: dict[str, Person]
) -> None:
    found = []
    for name in ("Carin Öberg", "Dawit Tesfaye", "Mona Dahl", "Olga Lind"):
        path = f"/groups/{scene.group.id}/members"
        page = client.get(path, query_string={"q": name}, as_=people[who])
        found += [name] if "1 medlem heter så." in page.text else []
    assert found == MEMBERS_OF[who]


@pytest.mark.parametrize("who", MEMBERS_OF)
def test_what_is_counted_is_what_is_listed(
    who: str, client: PageClient, scene: Scene, people: dict[str, Person]
) -> None:
    reader, here = people[who], f"/groups/{scene.group.id}"
    members, meetings = (client.get(f"{here}/{room}", as_=reader) for room in ("members", "meetings"))
    asking = len(_offered(members, r"/requests/(\d+)/approve"))
    uncounted = len(_offered(meetings, TO_COUNT))
    house = client.get(f"{here}/house", as_=reader).text
    assert re.search(rf"\b{asking} grann(e|ar) vill gå med", house)
    assert re.search(rf"hur många som kom på {uncounted} träffar\b", house)
    assert ("1 granne med utan känd lägenhet" in house) is ("Mona Dahl" in MEMBERS_OF[who])
