"""Sample data: the three areas, groups in different states, interest in Norrby, and a cast at example.org."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select

from watch.accounts.service import mailbox_at
from watch.extensions import db
from watch.groups.service.coordinators import DUTY_VERSION
from watch.groups.service.households import note_household
from watch.groups.service.members import admit
from watch.groups.service.start import recount_groups
from watch.language import STOCKHOLM
from watch.models import (
    Area,
    Audience,
    Building,
    Channel,
    ChecklistItem,
    ContactPerson,
    ContactRole,
    Coordinator,
    Counting,
    Flat,
    Group,
    GroupState,
    GroupTransition,
    Household,
    HouseholdStatus,
    Interest,
    JoinRequest,
    Landlord,
    Language,
    Meeting,
    MeetingKind,
    Notice,
    NoticeText,
    Officer,
    Organisation,
    Person,
    Property,
    Reach,
    RequestState,
    Stairwell,
    StartStep,
    utcnow,
)
from watch.places import landlord_list
from watch.places.service import import_landlord_list

SAMPLE = Path(__file__).parent / "sample" / "fastigheter-boras.csv"
SEED = 2019  # the same people at every start
NAMES = [
    "Ahmed",
    "Aisha",
    "Alva",
    "Anders",
    "Asha",
    "Astrid",
    "Bashir",
    "Birgitta",
    "Börje",
    "Carlos",
    "Deeqa",
    "Ebba",
    "Edith",
    "Elin",
    "Emir",
    "Erik",
    "Fatima",
    "Gunilla",
    "Göran",
    "Hamza",
    "Hanna",
    "Håkan",
    "Ibrahim",
    "Ingrid",
    "Jamila",
    "Jelena",
    "Karin",
    "Khalid",
    "Lars",
    "Layla",
    "Lena",
    "Luul",
    "Mahad",
    "Maja",
    "Marek",
    "Maryam",
    "Mikael",
    "Nadia",
    "Nils",
    "Noor",
    "Olga",
    "Osman",
    "Per",
    "Rahma",
    "Reza",
    "Sahra",
    "Samir",
    "Selma",
    "Sven",
    "Thanh",
    "Ulla",
    "Viktor",
    "Yusuf",
    "Zahra",
    "Åke",
    "Åsa",
    "Örjan",
]
INITIALS = "ABDEFGHJKLMNOPRSTÅÄÖ"


@dataclass(frozen=True)
class SampleGroup:
    """A group of the sample: where, how far, and which share of its flats has come how far."""

    designation: str
    state: GroupState
    taking_part: float
    invited: float
    declined: float


GROUPS = (
    SampleGroup("Våglängden 3", GroupState.ACTIVE, 0.46, 0.20, 0.05),
    SampleGroup("Våglängden 5", GroupState.ACTIVE, 0.30, 0.15, 0.08),
    SampleGroup("Solvarvet 2", GroupState.ACTIVE, 0.62, 0.10, 0.04),
    SampleGroup("Kapplandet 1", GroupState.STARTING, 0.12, 0.30, 0.0),
    SampleGroup("Marklandet 2", GroupState.DORMANT, 0.25, 0.0, 0.10),
    SampleGroup("Svängrummet 2", GroupState.ACTIVE, 0.55, 0.15, 0.05),
    SampleGroup("Svängrummet 9", GroupState.ACTIVE, 0.40, 0.20, 0.0),
    SampleGroup("Svängrummet 14", GroupState.STARTING, 0.0, 0.25, 0.0),
)
INTERESTED = {"Skomakaren 3": 9, "Skomakaren 9": 6, "Verkmästaren 4": 7, "Kronängen 2": 3}


def is_empty() -> bool:
    """Whether there is nothing here yet."""
    return db.session.scalar(select(Area.id).limit(1)) is None


def seed() -> None:
    """Fill an empty database; adds, does not commit."""
    import_landlord_list(landlord_list.read(SAMPLE.read_bytes()))
    db.session.flush()
    chance = random.Random(SEED)
    areas = {area.slug: area for area in db.session.scalars(select(Area))}
    for slug, groups in (("hassleholmen", 12), ("boda", 6), ("norrby", 15)):
        areas[slug].target_groups = groups
        areas[slug].target_by = date(utcnow().year + 1, 12, 31)
    officers = _officers(areas)
    for sample in GROUPS:
        _group(sample, officers[0], chance)
    _the_cast(officers[0])
    for designation, count in INTERESTED.items():
        _interest(_building(designation), count, chance)
    _contacts(areas)
    _area_notice(areas["hassleholmen"], officers[0])
    db.session.flush()
    recount_groups(utcnow())


def _person(
    name: str, address: str | None = None, language: Language = Language.SWEDISH, **more: bool
) -> Person:
    person = Person(name=name, language=language, **more)
    if address:
        person.mailbox = mailbox_at(address)
        person.address_confirmed_at = utcnow()
    db.session.add(person)
    return person


def _stranger(chance: random.Random, address: str | None) -> Person:
    languages = chance.choices(list(Language), weights=(60, 12, 16, 12))
    name = f"{chance.choice(NAMES)} {chance.choice(INITIALS)}"
    return _person(name, address, languages[0], shows_name=chance.random() < 0.4)


def _building(designation: str) -> Building:
    return db.session.scalars(
        select(Building).join(Property).where(Property.designation == designation)
    ).one()


def _flats(building: Building) -> list[Flat]:
    of_building = select(Flat).join(Stairwell).where(Stairwell.building_id == building.id)
    return list(db.session.scalars(of_building.order_by(Stairwell.sort_key, Flat.number)))


def _officers(areas: dict[str, Area]) -> tuple[Person, Person]:
    gun = _person("Gun Sandberg", "gun@example.org", shows_name=True)
    hodan = _person("Hodan Warsame", "hodan@example.org", shows_name=True)
    for area in areas.values():
        db.session.add(Officer(area=area, person=gun, organisation=Organisation.POLICE))
    db.session.add(Officer(area=areas["boda"], person=hodan, organisation=Organisation.MUNICIPALITY))
    return gun, hodan


def _group(sample: SampleGroup, officer: Person, chance: random.Random) -> None:
    building = _building(sample.designation)
    started = utcnow() - timedelta(days=chance.randint(300, 900))
    group = Group(area=building.property.area, name=building.address, state=sample.state, started_at=started)
    db.session.add(group)
    db.session.flush()
    building.group_id = group.id
    group.transitions.append(GroupTransition(state=GroupState.STARTING, at=started, by_id=officer.id))
    if sample.state is not GroupState.STARTING:
        group.transitions.append(GroupTransition(state=GroupState.ACTIVE, at=started + timedelta(days=60)))
        for number, step in enumerate(StartStep):
            done = (started + timedelta(days=10 * number)).date()
            db.session.add(ChecklistItem(group=group, step=step, done_on=done, by_id=officer.id))
    if sample.state is GroupState.DORMANT:
        group.transitions.append(GroupTransition(state=GroupState.DORMANT, at=utcnow() - timedelta(days=40)))
    _households(group, _flats(building), sample, chance)
    if sample.state is GroupState.ACTIVE:
        _meetings(group, chance)


def _households(group: Group, flats: list[Flat], sample: SampleGroup, chance: random.Random) -> None:
    chance.shuffle(flats)
    joined, invited, declined = (
        round(share * len(flats)) for share in (sample.taking_part, sample.invited, sample.declined)
    )
    for number, flat in enumerate(flats):
        if number < joined:
            on_paper = chance.random() < 0.15
            address = None if on_paper else f"boende{group.id}-{number}@example.org"
            person = _stranger(chance, address)
            channel = Channel.PAPER if on_paper else Channel.MAIL
            admit(person, group, stairwell=flat.stairwell, flat=flat, channel=channel)
        elif number < joined + invited:
            note_household(flat, HouseholdStatus.INVITED, by=None)
        elif number < joined + invited + declined:
            note_household(flat, HouseholdStatus.DECLINED, by=None)


def _meetings(group: Group, chance: random.Random) -> None:
    for ago, came in ((420, 3), (240, 7), (60, 11)):
        day = datetime.combine((utcnow() - timedelta(days=ago)).date(), time(18), STOCKHOLM)
        db.session.add(
            Meeting(
                group=group,
                kind=MeetingKind.ANNUAL,
                starts_at=day,
                ends_at=day + timedelta(hours=1),
                place="Trapphuset",
                counting=Counting.COUNTED,
                head_count=came + chance.randint(0, 3),
            )  # fmt: skip
        )


def _coordinator(
    person: Person, group: Group, *, lead: bool = False, stairwells: list[Stairwell] | None = None
) -> None:
    db.session.add(
        Coordinator(
            person=person,
            group=group,
            is_lead=lead,
            stairwells=stairwells or [],
            accepted_at=utcnow(),
            duty_version=DUTY_VERSION,
        )  # fmt: skip
    )


def _free_flat(building: Building, stairwell: int) -> Flat:
    taken = set(db.session.scalars(select(Household.flat_id).where(Household.ended_at.is_(None))))
    flats = [flat for flat in _flats(building) if flat.stairwell is building.stairwells[stairwell]]
    return next(flat for flat in flats if flat.id not in taken)


def _the_cast(officer: Person) -> None:
    """Those whose sign-in links are printed: Amina leads, Bengt helps, Carin is a neighbour, Farah waits."""
    building = _building("Våglängden 3")
    group = db.session.get_one(Group, building.group_id)
    amina = _person("Amina Hassan", "amina@example.org", shows_name=True)
    bengt = _person("Bengt Öberg", "bengt@example.org", shows_name=True)
    carin = _person("Carin Åkesson", "carin@example.org", shows_name=True)
    dawit = _person("داويت", "dawit@example.org", Language.ARABIC)
    for person, port in ((amina, 0), (bengt, 1), (carin, 0), (dawit, 2)):
        flat = _free_flat(building, port)
        admit(person, group, stairwell=flat.stairwell, flat=flat)
    _coordinator(amina, group, lead=True)
    _coordinator(bengt, group, stairwells=building.stairwells[1:2])
    farah = _person("Farah Nur", "farah@example.org", Language.SOMALI)
    flat = _free_flat(building, 0)
    note_household(flat, HouseholdStatus.WANTS_TO_JOIN, by=None)
    db.session.add(
        JoinRequest(
            group=group,
            person=farah,
            stairwell=flat.stairwell,
            flat=flat,
            state=RequestState.WAITING,
            confirmed_at=utcnow(),
        )  # fmt: skip
    )
    _next_meeting(group, amina)
    ivan = _person("Ivan Petrov", "ivan@example.org", shows_name=True)
    other = db.session.get_one(Group, _building("Svängrummet 2").group_id)
    flat = _free_flat(_building("Svängrummet 2"), 0)
    admit(ivan, other, stairwell=flat.stairwell, flat=flat)
    _coordinator(ivan, other, lead=True)


def _next_meeting(group: Group, by: Person) -> None:
    day = datetime.combine(utcnow().date() + timedelta(days=9), time(18), STOCKHOLM)
    db.session.add(
        Meeting(
            group=group,
            kind=MeetingKind.STAIRWELL,
            stairwell=group.buildings[0].stairwells[0],
            called_by=by,
            starts_at=day,
            ends_at=day + timedelta(hours=1),
            place="I trappuppgången, entréplan",
        )  # fmt: skip
    )
    notice = Notice(
        audience=Audience.GROUP,
        group=group,
        by=by,
        organisation="Kontaktombudet",
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


def _interest(building: Building, count: int, chance: random.Random) -> None:
    for number in range(count):
        person = _stranger(chance, f"intresserad{building.id}-{number}@example.org")
        named = utcnow() if number in {0, 3} else None
        db.session.add(
            Interest(
                building=building,
                person=person,
                could_coordinate=number % 3 == 0,
                confirmed_at=utcnow(),
                named_at=named,
            )
        )


def _contacts(areas: dict[str, Area]) -> None:
    """Numbers from the series that no subscriber has (PTS: numbers for use in fiction)."""
    checked = utcnow().date() - timedelta(days=90)
    landlords = {landlord.name: landlord for landlord in db.session.scalars(select(Landlord))}
    for area in areas.values():
        db.session.add(
            ContactPerson(
                role=ContactRole.POLICE,
                organisation="Polisen i Borås",
                name="Gun Sandberg, kommunpolis",
                email="gun@example.org",
                checked_on=checked,
                reach=Reach.AREA,
                area=area,
            )  # fmt: skip
        )
    for number, landlord in enumerate(landlords.values()):
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
                    reach=Reach.LANDLORD,
                    landlord=landlord,
                )  # fmt: skip
            )
    db.session.add(
        ContactPerson(
            role=ContactRole.MUNICIPALITY,
            organisation="Borås Stad",
            name="Hodan Warsame, grannsamverkansansvarig",
            email="hodan@example.org",
            checked_on=checked - timedelta(days=400),
            reach=Reach.EVERYWHERE,
        )  # fmt: skip
    )


def _area_notice(area: Area, by: Person) -> None:
    notice = Notice(
        audience=Audience.AREA_MEMBERS, area=area, by=by, organisation="Polisen i Borås", source="Polisen",
        sent_at=utcnow() - timedelta(days=18),
    )  # fmt: skip
    notice.texts.append(
        NoticeText(
            language=Language.SWEDISH,
            title="Lås källare och cykelrum",
            body="Flera cyklar har försvunnit ur olåsta cykelrum. Kontrollera att dörren går i lås efter dig.",
        )
    )
    db.session.add(notice)
