"""More people and rows than the cast has: not in force yet, no longer, or without a stairwell."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from flask import current_app

from tests.access import AS
from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_coordinator,
    make_invitation,
    make_meeting,
    make_member,
    make_notice,
    make_officer,
    make_partner,
    make_person,
    make_request,
)
from watch.accounts.service.people import mailbox_at
from watch.extensions import db
from watch.models import JoinRequest, Membership, Model, Person, RequestState, utcnow


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


def more_rows(scene: Scene) -> dict[str, Model]:
    """Add rows without a stairwell, in stairwell 3 only, or in the past."""
    group, stairwell = scene.group, scene.stairwell_3
    held = make_meeting(group, stairwell=stairwell, by=scene.bengt, starts_at=utcnow() - timedelta(days=1))
    return {
        "unplaced_membership": make_member(make_person("Mona Dahl", "mona@example.org"), group, None),
        "left_membership": _left(scene),
        "bengts_open_invitation": make_invitation(group, "sara@example.org", by=scene.bengt),
        "aminas_open_invitation": make_invitation(group, "sara@example.org", by=scene.amina),
        "held_meeting": held,
        "stairwell_notice": make_notice(stairwell, by=scene.bengt),
        **_requests(scene),
    }


def _left(scene: Scene) -> Membership:
    left = make_member(
        make_person("Olga Lind", "olga@example.org"), scene.group, flat_of(scene.stairwell_3, "1003")
    )
    left.left_at = utcnow()
    return left


def _requests(scene: Scene) -> dict[str, JoinRequest]:
    """Add requests in stairwell 3: two confirmed 15 days ago, and one not confirmed."""
    states = {
        "old_request": RequestState.WAITING,
        "answered_request": RequestState.DECLINED,
        "unconfirmed_request": RequestState.UNCONFIRMED,
    }
    found = {}
    for name, state in states.items():
        person = make_person(name, f"{name}@example.org")
        request = found[name] = make_request(person, scene.group, scene.stairwell_3, state=state)
        if state is not RequestState.UNCONFIRMED:
            request.created_at = request.confirmed_at = utcnow() - timedelta(days=15)
    found["answered_request"].decided_by = scene.bengt
    return found


def restorer() -> Callable[[], None]:
    """Return a function that restores every row, so that one role's POST changes nothing for the next."""
    db.session.commit()
    path = str(db.engine.url.database)
    kept = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(path)) as live:
        live.backup(kept)

    def again() -> None:
        db.session.commit()
        with closing(sqlite3.connect(path)) as live:
            kept.backup(live)
        shutil.rmtree(current_app.config["JOURNAL"], ignore_errors=True)  # else the copy is refused as old

    return again
