"""The rows that the names in the addresses of the data files stand for."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests.access._links import links, one
from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_contact,
    make_coordinator,
    make_finding,
    make_invitation,
    make_meeting,
    make_member,
    make_notice,
    make_operation,
    make_outreach,
    make_pack,
    make_partner,
    make_person,
    make_promise,
    make_report,
    make_request,
    make_sign,
    make_visit,
    store,
)
from watch import tokens
from watch.extensions import db
from watch.models import (
    ContactPerson,
    ContactRole,
    Coordinator,
    FindingOwner,
    JoinRequest,
    ListUpload,
    Membership,
    Model,
    Partner,
    Purpose,
    Report,
    ReportIndicator,
    RequestState,
    utcnow,
)
from watch.registers.uploads import Contents, Effect, packed

AN_UPLOAD = packed(Contents(rows=[], effect=Effect(), personnummer=[]))


def rows_of_pages(scene: Scene) -> dict[str, object]:
    """Add a row for each name in the addresses of tests/access/, and return them."""
    make_coordinator(scene.dawit, scene.group, stairwells=[scene.stairwell_1])
    found = _rows(scene) | links(scene)
    db.session.commit()
    return found


def _rows(scene: Scene) -> dict[str, object]:
    group, stairwell, area = scene.group, scene.stairwell_3, scene.group.area
    invitation = make_invitation(group, "lova@example.org", flat=flat_of(stairwell, "1201"), by=scene.bengt)
    rows = {
        "group": group,
        "house": scene.house,
        "empty_house": scene.langgatan,
        "stairwell": stairwell,
        "flat": flat_of(stairwell, "1102"),
        "empty_flat": flat_of(stairwell, "1202"),
        "request": one(select(JoinRequest).where(JoinRequest.person == scene.farah)),
        **more_rows(scene),
        "invitation": invitation,
        "knock": make_visit(flat_of(stairwell, "1103"), group, by=scene.bengt),
        "membership": one(select(Membership).where(Membership.person == scene.carin)),
        "coordinator": one(select(Coordinator).where(Coordinator.person == scene.bengt)),
        "meeting": make_meeting(group, by=scene.amina),
        "stairwell_meeting": make_meeting(group, stairwell=stairwell, by=scene.bengt),
        "notice": make_notice(group, by=scene.amina),
        "area_notice": make_notice(area, by=scene.gun),
        "pack": make_pack(group, [flat_of(stairwell, "1201")], by=scene.bengt),
        "area_pack": make_pack(area, [flat_of(stairwell, "1201")], by=scene.gun, pdf=b"%PDF"),
        "sign": make_sign(scene.house),
        "upload": store(ListUpload(area=area, by_id=scene.gun.id, contents=AN_UPLOAD)),
        "outreach": make_outreach(area, place="Torget", by=scene.gun),
        "promise": make_promise(area, by=scene.gun),
        "operation": make_operation(area, by=scene.gun),
        "report": make_report(area, published=True, by=scene.gun),
        "contact": make_contact(ContactRole.LANDLORD, "Bostäder i Borås", area),
        "municipality_contact": _lena(scene),
        "partner": _lenas_page(scene),
        "police_finding": make_finding(group, "Bilar kör fort.", owner=FindingOwner.POLICE),
    }
    rows["indicator"] = _indicator(rows["report"])
    numbers: dict[str, object] = {name: row.id for name, row in rows.items()}
    link = tokens.make(Purpose.INVITATION, invitation)
    return numbers | {
        "area": area.slug,
        "report_slug": rows["report"].slug,
        "letter": "no-such-letter",
        "invitation_link": link,
    }


def _lenas_page(scene: Scene) -> Partner:
    """Add Lena's page for the municipality, and another for the landlord."""
    lena = make_person("Lena Lind", "lena@example.org")
    make_partner(lena, scene.group.area, scene.house.property.landlord)
    return make_partner(lena, scene.group.area)


def _lena(scene: Scene) -> ContactPerson:
    contact = make_contact(ContactRole.MUNICIPALITY, "Borås Stad", scene.group.area)
    contact.name, contact.email = "Lena Lind", "lena@example.org"
    return contact


def _indicator(report: Report) -> ReportIndicator:
    return store(ReportIndicator(report=report, name="Trygga", before="62 %", after="68 %", source="NTU"))


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
