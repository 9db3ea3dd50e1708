"""Who asks: a person for each role, with several roles, and with roles that are not in force."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from tests.access import AS
from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_coordinator,
    make_member,
    make_officer,
    make_partner,
    make_person,
)
from tests.page_client import PageClient
from watch.accounts.service.people import mailbox_at
from watch.extensions import db
from watch.models import (
    Person,
    SignIn,
    utcnow,
)

People = Mapping[str, Person | None]
Mine = Mapping[str, Mapping[str, object]]  # by role


def people_of(scene: Scene) -> dict[str, Person | None]:
    return {
        "anybody": None,
        "stranger": scene.jenny,
        "waiting": scene.farah,
        "member": scene.carin,
        "coordinator": scene.bengt,
        "other_coordinator": scene.dawit,
        "lead": scene.amina,
        "officer": scene.gun,
        "other_officer": scene.hodan,
        "other_group": scene.ivan,
        **others(scene),
    }


def sign_in_of(person: Person | None) -> str:
    """Return the id of a person's sign-in, or a word if there is none."""
    sign_ins = select(SignIn.id).where(SignIn.person_id == (person.id if person else None))
    return db.session.scalar(sign_ins) or "nobodys"


def others(scene: Scene) -> dict[str, Person]:
    """Add people with several roles, and with roles that are not in force yet or no longer."""
    group, area, stairwell = scene.group, scene.group.area, scene.stairwell_3
    names = ("whole_house", "officer_member", *AS)
    people = {name: make_person(name, f"{name}@example.org") for name in names}
    make_member(people["whole_house"], group, flat_of(stairwell, "1002"))
    make_coordinator(people["whole_house"], group)
    make_member(people["officer_member"], group, flat_of(stairwell, "1102"))
    make_coordinator(people["officer_member"], group, lead=True)
    make_officer(people["officer_member"], area, scene.langgatan.property.area)
    make_coordinator(people["officer_with_rows"], group, lead=True)
    make_officer(people["officer_with_rows"], area, scene.langgatan.property.area)
    make_member(people["asked_member"], group, flat_of(stairwell, "1102"))
    make_coordinator(people["asked_member"], group, lead=True, accepted=False)
    people["partner"].mailbox = mailbox_at("lena@example.org")  # whose card it is
    make_partner(people["partner"], area, scene.house.property.landlord)
    make_partner(people["partner"], area)
    make_partner(people["nothing_now"], area).ended_at = utcnow()
    make_coordinator(people["nothing_now"], group, lead=True).ended_at = utcnow()
    make_officer(people["nothing_now"], area)[0].ended_at = utcnow()
    make_member(people["nothing_now"], group, flat_of(stairwell, "1102")).left_at = utcnow()
    make_coordinator(people["nothing_now"], group, lead=True, accepted=False)
    db.session.commit()
    return people


def signed_in(
    client: PageClient, people: People, things: Mapping[str, object]
) -> dict[str, Mapping[str, object]]:
    """Return each role's rows, with its own sign-in among them."""
    for person in filter(None, people.values()):
        client.browser(person)
    return {role: {**things, "sign_in": sign_in_of(person)} for role, person in people.items()}
