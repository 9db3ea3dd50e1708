"""The people whose sign-in links are printed, with their notices and contact persons."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update

from watch.extensions import db
from watch.groups.service.households import note_household
from watch.groups.service.members import CONSENT_VERSION, admit
from watch.language import STOCKHOLM
from watch.meetings import service as meetings
from watch.models import (
    Answer,
    Area,
    Audience,
    Building,
    ConsentChannel,
    ContactPerson,
    ContactRole,
    ContactScope,
    Flat,
    Group,
    Household,
    HouseholdStatus,
    JoinRequest,
    Landlord,
    Language,
    MeetingKind,
    Notice,
    NoticeText,
    Officer,
    Organisation,
    OutboxRow,
    OutboxState,
    Partner,
    Person,
    Property,
    RequestState,
    utcnow,
)
from watch.ops.demo.groups import HOUSE_OF_THE_CAST
from watch.ops.demo.people import building_of, flats_of, make_coordinator, make_person


def make_officers(areas: dict[str, Area]) -> tuple[Person, Person]:
    """Add Gun, police contact of all areas, and Hodan, the municipality's officer of Boda."""
    gun = make_person("Gun Sandberg", "gun@example.org", shows_name=True)
    hodan = make_person("Hodan Warsame", "hodan@example.org", shows_name=True)
    for area in areas.values():
        db.session.add(Officer(area=area, person=gun, organisation=Organisation.POLICE))
    db.session.add(Officer(area=areas["boda"], person=hodan, organisation=Organisation.MUNICIPALITY))
    return gun, hodan


def make_partners(area: Area) -> None:
    """Add Lars at the landlord of an area, with his entry among the contacts and a page of his own."""
    here = select(Landlord).join(Property).where(Property.area_id == area.id).order_by(Landlord.name)
    landlord = db.session.scalars(here.limit(1)).one()
    lars = make_person("Lars Lindqvist", "lars@example.org", shows_name=True)
    db.session.add(Partner(area=area, landlord=landlord, person=lars))
    db.session.add(
        ContactPerson(
            role=ContactRole.LANDLORD,
            organisation=landlord.name,
            name="Lars Lindqvist, förvaltare",
            email="lars@example.org",
            hours="vardagar 8–16",
            checked_on=utcnow().date() - timedelta(days=90),
            reach=ContactScope.LANDLORD,
            landlord=landlord,
        )
    )


def _free_flat(building: Building, stairwell: int) -> Flat:
    taken = set(db.session.scalars(select(Household.flat_id).where(Household.is_current)))
    flats = [flat for flat in flats_of(building) if flat.stairwell is building.stairwells[stairwell]]
    return next(flat for flat in flats if flat.id not in taken)


def make_cast() -> None:
    """Add Amina (lead), Bengt (coordinator), Carin and Dawit (members) and Farah (applicant)."""
    building = building_of(HOUSE_OF_THE_CAST)
    group = db.session.get_one(Group, building.group_id)
    amina = make_person("Amina Hassan", "amina@example.org", shows_name=True)
    bengt = make_person("Bengt Öberg", "bengt@example.org", shows_name=True)
    carin = make_person("Carin Åkesson", "carin@example.org", shows_name=True)
    dawit = make_person("داويت", "dawit@example.org", Language.ARABIC)
    for person, stairwell in ((amina, 0), (bengt, 1), (carin, 0), (dawit, 2)):
        flat = _free_flat(building, stairwell)
        admit(person, group, stairwell=flat.stairwell, flat=flat)
    make_coordinator(amina, group, lead=True)
    make_coordinator(bengt, group, stairwells=building.stairwells[1:2])
    _farah_asks(group, _free_flat(building, 0))
    _next_meeting(group, amina, carin)
    _notice_of_the_light(group, amina)
    _ivan(building_of("Svängrummet 2"))


def _farah_asks(group: Group, flat: Flat) -> None:
    farah = make_person("Farah Nur", "farah@example.org", Language.SOMALI)
    note_household(flat, HouseholdStatus.WANTS_TO_JOIN, by=None)
    db.session.add(
        JoinRequest(
            group=group,
            person=farah,
            stairwell=flat.stairwell,
            flat=flat,
            state=RequestState.WAITING,
            confirmed_at=utcnow(),
            consent_version=CONSENT_VERSION,
            consent_channel=ConsentChannel.POSTER,
        )
    )


def _ivan(building: Building) -> None:
    ivan = make_person("Ivan Petrov", "ivan@example.org", shows_name=True)
    group = db.session.get_one(Group, building.group_id)
    flat = _free_flat(building, 0)
    admit(ivan, group, stairwell=flat.stairwell, flat=flat)
    make_coordinator(ivan, group, lead=True)


def _next_meeting(group: Group, by: Person, comes: Person) -> None:
    """Add a gathering to which the neighbours were called: their mails have gone, and somebody comes."""
    day = datetime.combine(utcnow().date() + timedelta(days=9), time(18), STOCKHOLM)
    plan = meetings.Plan(MeetingKind.STAIRWELL, day, day + timedelta(hours=1), "I trappuppgången, entréplan")
    meeting = meetings.call(meetings.planned(group, plan, group.buildings[0].stairwells[:1]), by=by)
    waits = OutboxRow.state == OutboxState.QUEUED
    gone = {"state": OutboxState.SENT, "next_at": None, "settled_at": utcnow()}
    db.session.execute(update(OutboxRow).where(waits).values(gone))
    meetings.answer(meeting, comes, Answer.YES, 2)


def _notice_of_the_light(group: Group, by: Person) -> None:
    notice = Notice(
        audience=Audience.GROUP,
        group=group,
        by=by,
        organisation=group.name,
        sent_at=utcnow() - timedelta(days=4),
    )
    notice.texts.append(
        NoticeText(
            language=Language.SWEDISH,
            title="Ny belysning vid cykelrummet",
            body="Nu lyser det igen vid cykelrummet. Tack till alla som felanmälde.",
        )
    )
    notice.texts.append(
        NoticeText(
            language=Language.ENGLISH,
            title="New light by the bicycle room",
            body="The light by the bicycle room works again. Thanks to everyone who reported it.",
        )
    )
    db.session.add(notice)


def _landlords(checked: date) -> None:
    """Add the landlords' contacts. All numbers of the sample are ones that PTS reserves for fiction."""
    for number, landlord in enumerate(db.session.scalars(select(Landlord))):
        for role, last, hours in (
            (ContactRole.FAULT_REPORT, 600 + number, "vardagar 8–16"),
            (ContactRole.DISTURBANCE, 610 + number, "alla kvällar 18–04"),
        ):
            db.session.add(
                ContactPerson(
                    role=role,
                    organisation=landlord.name,
                    phone=f"+46313900{last}",
                    hours=hours,
                    checked_on=checked,
                    reach=ContactScope.LANDLORD,
                    landlord=landlord,
                )
            )


def make_contacts(areas: dict[str, Area]) -> None:
    """Add contacts for police, landlords and municipality, each with a phone; the last is long unchecked."""
    checked = utcnow().date() - timedelta(days=90)
    for area in areas.values():
        db.session.add(
            ContactPerson(
                role=ContactRole.POLICE,
                organisation="Polisen i Borås",
                name="Gun Sandberg, kommunpolis",
                phone="+46313900620",
                email="gun@example.org",
                checked_on=checked,
                reach=ContactScope.AREA,
                area=area,
            )
        )
    _landlords(checked)
    db.session.add(
        ContactPerson(
            role=ContactRole.MUNICIPALITY,
            organisation="Borås Stad",
            name="Hodan Warsame, grannsamverkansansvarig",
            phone="+46313900621",
            email="hodan@example.org",
            checked_on=checked - timedelta(days=400),
            reach=ContactScope.EVERYWHERE,
        )
    )


def make_area_notice(area: Area, by: Person) -> None:
    """Add a notice from the police to all members of an area."""
    notice = Notice(
        audience=Audience.AREA_MEMBERS,
        area=area,
        by=by,
        organisation=Organisation.POLICE.value,
        source="Polisen",
        sent_at=utcnow() - timedelta(days=18),
    )
    notice.texts.append(
        NoticeText(
            language=Language.SWEDISH,
            title="Lås källare och cykelrum",
            body="Flera cyklar har försvunnit ur olåsta cykelrum. Se att dörren går i lås efter dig.",
        )
    )
    db.session.add(notice)
