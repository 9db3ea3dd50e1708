"""Functions that add complete rows to the database, as the services would. Each flushes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import select

from watch import tokens
from watch.accounts.service.people import mailbox_at
from watch.extensions import db
from watch.groups.queries.answered import household_of
from watch.language import STOCKHOLM, local
from watch.meetings.service import Plan, planned_for_everybody
from watch.models import (
    AddressChange,
    AddressVerification,
    Answer,
    Area,
    AreaMonth,
    Audience,
    Building,
    Channel,
    ConsentChannel,
    ContactMessage,
    ContactPerson,
    ContactQuestion,
    ContactRole,
    ContactScope,
    Coordinator,
    Finding,
    FindingLink,
    FindingOwner,
    Flat,
    Group,
    GroupState,
    GroupTransition,
    Household,
    HouseholdStatus,
    Interest,
    Invitation,
    JoinRequest,
    Landlord,
    Language,
    Letter,
    LetterPack,
    Meeting,
    MeetingAnswer,
    MeetingKind,
    MeetingPart,
    Membership,
    MessageAudience,
    Model,
    Notice,
    NoticeText,
    Officer,
    Operation,
    Organisation,
    Outcome,
    OutreachEntry,
    OutreachKind,
    Partner,
    Person,
    Promise,
    Property,
    Purpose,
    Report,
    RequestState,
    Spot,
    Stairwell,
    Visit,
    WatchSign,
    utcnow,
)
from watch.printing.service import packs
from watch.report import service as reports
from watch.report.content import content_of, mark_of

Thing = TypeVar("Thing", bound=Model)
FLATS = tuple(f"{floor}0{place}" for floor in (10, 11, 12) for place in (1, 2, 3))  # 1001 … 1203


def store(thing: Thing) -> Thing:
    """Add and flush, so that the row has its id and its constraints are checked."""
    db.session.add(thing)
    db.session.flush()
    return thing


def sort_key(text: str) -> str:
    """Return a key for Swedish order: å ä ö last, numbers by value."""
    last = str.maketrans({"å": "z1", "ä": "z2", "ö": "z3"})
    return re.sub(r"\d+", lambda number: number[0].zfill(5), text.casefold()).translate(last)


def make_area(slug: str, name: str) -> Area:
    return store(Area(slug=slug, name=name, sort_key=sort_key(name)))


def make_landlord(name: str = "AB Bostäder i Borås") -> Landlord:
    return store(Landlord(name=name))


def make_building(
    area: Area,
    landlord: Landlord,
    street: str,
    numbers: Iterable[int],
    *,
    designation: str | None = None,
    flats: Iterable[str] = FLATS,
) -> Building:
    """Add a building with its property, a stairwell per street number, the same flats in each."""
    numbers, flats = list(numbers), list(flats)
    address = f"{street} {numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else f"{street} {numbers[0]}"
    land = Property(area=area, landlord=landlord, designation=designation or f"{street.upper()} {numbers[0]}")
    building = Building(property=land, name=f"Hus {numbers[0]}", address=address, sort_key=sort_key(address))
    for number in numbers:
        stairwell = Stairwell(
            street=street,
            number=str(number),
            postcode="504 50",
            city="Borås",
            sort_key=sort_key(f"{street} {number}"),
        )
        stairwell.flats = [Flat(number=flat) for flat in flats]
        building.stairwells.append(stairwell)
    store(building)
    for stairwell in building.stairwells:
        code = tokens.code(Purpose.POSTER, stairwell.nonce)
        stairwell.poster_index = tokens.code_index(Purpose.POSTER, code)
    db.session.flush()
    return building


def stairwell_of(building: Building, number: int) -> Stairwell:
    """Return the stairwell with that street number."""
    return next(stairwell for stairwell in building.stairwells if stairwell.number == str(number))


def flat_of(stairwell: Stairwell, number: str) -> Flat:
    """Return the flat with that lägenhetsnummer."""
    return next(flat for flat in stairwell.flats if flat.number == number)


def make_person(
    name: str,
    address: str | None = None,
    *,
    language: Language = Language.SWEDISH,
    phone: str | None = None,
    shows_name: bool = False,
) -> Person:
    """Add a person. An address is confirmed."""
    return store(
        Person(
            name=name,
            mailbox=mailbox_at(address) if address else None,
            phone=phone,
            language=language,
            shows_name=shows_name,
            address_confirmed_at=utcnow() if address else None,
        )
    )


def make_group(building: Building, state: GroupState = GroupState.ACTIVE) -> Group:
    """Add a group to a building, with the dated steps of its start."""
    group = Group(area=building.property.area, name=building.address, state=state, counted_at=utcnow())
    steps = [GroupState.STARTING] + ([state] if state is not GroupState.STARTING else [])
    group.transitions = [GroupTransition(state=step) for step in steps]
    group.buildings = [building]
    return store(group)


def make_household(flat: Flat, status: HouseholdStatus = HouseholdStatus.TAKES_PART) -> Household:
    """Add the current household of a flat."""
    return store(Household(flat=flat, status=status))


def _home_in(flat: Flat) -> Household:
    """Return the household of a flat, made if new, as taking part."""
    known = select(Household).where(Household.flat_id == flat.id, Household.is_current)
    household = db.session.scalar(known) or make_household(flat)
    household.status = HouseholdStatus.TAKES_PART
    return household


def empty_flats(*stairwells: Stairwell) -> list[Flat]:
    """Return the flats without a household."""
    taken = set(db.session.scalars(select(Household.flat_id)))
    return [flat for stairwell in stairwells for flat in stairwell.flats if flat.id not in taken]


def make_member(
    person: Person,
    group: Group,
    flat: Flat | None,
    *,
    channel: Channel = Channel.MAIL,
    by: Person | None = None,
) -> Membership:
    """Add a member from a flat. With None, neither flat nor stairwell is known."""
    now = utcnow()
    membership = Membership(
        group=group,
        person=person,
        stairwell=flat.stairwell if flat else None,
        household=_home_in(flat) if flat else None,
        channel=channel,
        admitted_by_id=by.id if by else None,
        joined_at=now,
        consent_at=now,
        consent_version="2026-1",
        consent_channel=ConsentChannel.DOORSTEP if channel is Channel.PAPER else ConsentChannel.WEB,
    )
    return store(membership)


def make_coordinator(
    person: Person,
    group: Group,
    *,
    lead: bool = False,
    stairwells: Iterable[Stairwell] = (),
    accepted: bool = True,
) -> Coordinator:
    """Add a coordinator: the lead, of some stairwells, or without stairwells of the whole group."""
    return store(
        Coordinator(
            group=group,
            person=person,
            is_lead=lead,
            stairwells=list(stairwells),
            accepted_at=utcnow() if accepted else None,
            duty_version="2026-01" if accepted else None,
        )
    )


def make_message(
    sender: Person,
    to: Group | Building,
    text: str = "När är nästa träff?",
    *,
    answers: ContactMessage | None = None,
    audience: MessageAudience = MessageAudience.COORDINATORS,
) -> ContactMessage:
    """Add a message, by default to the coordinators, or a coordinator's answer; no mail is queued."""
    return store(
        ContactMessage(
            audience=MessageAudience.MEMBER if answers else audience,
            group=to if isinstance(to, Group) else None,
            building=to if isinstance(to, Building) else None,
            sender=sender,
            answers=answers,
            text=text,
        )
    )


def make_officer(
    person: Person, *areas: Area, organisation: Organisation = Organisation.POLICE
) -> list[Officer]:
    """Add a police contact or municipal officer of areas."""
    return [store(Officer(area=area, person=person, organisation=organisation)) for area in areas]


def make_partner(person: Person, area: Area, landlord: Landlord | None = None) -> Partner:
    """Give somebody at a landlord, or else at the municipality, a page of their own for an area."""
    return store(Partner(area=area, landlord=landlord, person=person))


def make_request(
    person: Person,
    group: Group,
    stairwell: Stairwell,
    flat: Flat | None = None,
    state: RequestState = RequestState.WAITING,
) -> JoinRequest:
    """Add a request to join whose address is confirmed."""
    is_decided = state in {RequestState.APPROVED, RequestState.DECLINED, RequestState.WITHDRAWN}
    return store(
        JoinRequest(
            group=group,
            person=person,
            stairwell=stairwell,
            flat=flat,
            state=state,
            confirmed_at=None if state is RequestState.UNCONFIRMED else utcnow(),
            decided_at=utcnow() if is_decided else None,
            consent_version="2026-1",
        )
    )


def make_verification(person: Person, membership: Membership) -> AddressVerification:
    """The address of that person was recorded at the door of a neighbour who takes part on paper."""
    return store(AddressVerification(person=person, membership=membership))


def make_visit_request(name: str, group: Group, flat: Flat) -> JoinRequest:
    """Somebody without e-mail asks for a knock on the door; the flat wants to join."""
    request = make_request(make_person(name), group, flat.stairwell, flat)
    request.wants_visit, request.consent_channel = True, ConsentChannel.POSTER
    make_household(flat, HouseholdStatus.WANTS_TO_JOIN)
    return store(request)


def make_visit(flat: Flat, group: Group, outcome: Outcome = Outcome.NOT_HOME, *, by: Person) -> Visit:
    """What came of a knock on a door, at a household that was not contacted before."""
    home = make_household(flat, HouseholdStatus.NOT_CONTACTED)
    return store(
        Visit(
            group=group, flat=flat, household=home, by=by, outcome=outcome,
            status_before=home.status, status_before_at=home.status_at,
        )
    )  # fmt: skip


def make_address_change(person: Person, address: str, *, confirmed: bool = False) -> AddressChange:
    """Add a change of a person's address: asked for in some browser, or confirmed just now."""
    change = store(AddressChange(person=person, mailbox=mailbox_at(address)))
    if confirmed:
        change.confirmed_at, change.old_mailbox, person.mailbox = utcnow(), person.mailbox, change.mailbox
    return store(change)


def make_invitation(
    group: Group,
    address: str,
    *,
    flat: Flat | None = None,
    by: Person | None = None,
    is_transferable: bool = False,
) -> Invitation:
    """Add an open invitation to an address."""
    ends = utcnow() + timedelta(days=30)
    invitation = Invitation(group=group, mailbox=mailbox_at(address), flat=flat, by=by, expires_at=ends)
    invitation.is_transferable = is_transferable
    return store(invitation)


def make_letter(flat: Flat, group: Group, *, by: Person | None = None) -> Letter:
    """Add an open paper letter to a flat."""
    now = utcnow()
    letter = store(
        Letter(group=group, flat=flat, by_id=by.id if by else None, expires_at=now + timedelta(days=30))
    )
    letter.code_index = tokens.code_index(Purpose.LETTER, tokens.code(Purpose.LETTER, letter.nonce, 12))
    return store(letter)


def make_pack(
    where: Group | Area, flats: Iterable[Flat], *, by: Person, pdf: bytes | None = None
) -> LetterPack:
    """Add a pack of letters in Swedish. With a PDF, its first file is made."""
    pack = packs.ask_for_letters(where, list(flats), [Language.SWEDISH], by=by)
    if pdf:
        packs.keep_file(pack.files[0].id, pdf)
    return pack


def make_interest(
    person: Person, building: Building, *, confirmed: bool = True, named: bool = False
) -> Interest:
    """Add interest in a group, confirmed two days ago and so counted; or unconfirmed, since now."""
    since = utcnow() - timedelta(days=2)
    return store(
        Interest(
            building=building,
            person=person,
            created_at=since if confirmed else utcnow(),
            confirmed_at=since if confirmed else None,
            named_at=since if named else None,
        )
    )


def make_meeting(
    group: Group,
    *,
    starts_at: datetime | None = None,
    place: str = "Tvättstugan i port 3",
    kind: MeetingKind = MeetingKind.STAIRWELL,
    stairwell: Stairwell | None = None,
    stairwells: Sequence[Stairwell] = (),
    by: Person | None = None,
) -> Meeting:
    """Add a meeting of an hour and a half, by default in a week at six in the evening."""
    evening = datetime.combine(local(utcnow()).date() + timedelta(days=7), time(18), STOCKHOLM)
    begins = starts_at or evening
    return store(
        Meeting(
            group=group,
            parts=[MeetingPart.of(group, each) for each in stairwells or [stairwell]],
            called_at=utcnow(),
            kind=kind,
            starts_at=begins.astimezone(UTC),
            ends_at=begins.astimezone(UTC) + timedelta(minutes=90),
            place=place,
            called_by=by,
        )
    )


def make_open_meeting(
    area: Area, *, starts_at: datetime | None = None, place: str = "Hässlehuset", by: Person | None = None
) -> Meeting:
    """Add a citizens' meeting of two hours, by default in ten days at six. Nobody is mailed."""
    evening = datetime.combine(local(utcnow()).date() + timedelta(days=10), time(18), STOCKHOLM)
    begins = (starts_at or evening).astimezone(UTC)
    plan = Plan(MeetingKind.CITIZENS, begins, begins + timedelta(hours=2), place)
    meeting = planned_for_everybody(area, plan, [Language.SWEDISH, Language.ARABIC])
    meeting.called_at, meeting.called_by = utcnow(), by
    return store(meeting)


def make_finding(
    where: Group | Area,
    what: str = "Lampan vid källartrappan är släckt.",
    *,
    owner: FindingOwner = FindingOwner.LANDLORD,
    due_on: date | None = None,
    by: Person | None = None,
) -> Finding:
    """Add an open finding of a group or an area; nobody is mailed."""
    finding = Finding(spot=Spot.LIGHTING, what=what, owner=owner, due_on=due_on, by_id=by.id if by else None)
    finding.group, finding.area = (where, None) if isinstance(where, Group) else (None, where)
    return store(finding)


def make_outreach(
    area: Area,
    building: Building | None = None,
    *,
    place: str | None = None,
    day: date | None = None,
    kind: OutreachKind = OutreachKind.DOOR_KNOCKING,
    knocked: int | None = 18,
    opened: int | None = 11,
    by: Person | None = None,
) -> OutreachEntry:
    """Add an entry of the outreach log: the police and volunteers, four people, without material."""
    entry = OutreachEntry(area=area, building=building, place=place, kind=kind, people=4)
    entry.day, entry.by_id = day or local(utcnow()).date(), by.id if by else None
    entry.with_police = entry.with_volunteers = True
    entry.doors_knocked, entry.doors_opened = knocked, opened
    return store(entry)


def make_promise(
    *areas: Area,
    text: str = "Vi håller två träffar i varje hus.",
    year: int = 2026,
    target: int | None = None,
    published: bool = False,
    by: Person | None = None,
) -> Promise:
    """Add a promise of the police and the municipality for a year: a draft, unless it is published."""
    promise = Promise(begins=date(year, 1, 1), ends=date(year, 12, 31), text=text, areas=list(areas))
    promise.by_police = promise.by_municipality = True
    promise.target, promise.unit = target, "träffar" if target is not None else ""
    promise.published_at, promise.by_id = utcnow() if published else None, by.id if by else None
    return store(promise)


def make_operation(
    area: Area, number: int = 8, text: str = "Planerade insatser", *, by: Person | None = None
) -> Operation:
    """Add planned operations of the police in 2026."""
    operation = Operation(area=area, begins=date(2026, 1, 1), ends=date(2026, 12, 31), text=text)
    operation.number, operation.by_id = number, by.id if by else None
    return store(operation)


def make_month(area: Area, month: date, taking_part: int | None, flats: int | None) -> AreaMonth:
    """Add an area's month in which nothing was counted but its households."""
    none = dict.fromkeys(("starting", "active", "dormant", "closed", "meetings", "counted", "came"), 0)
    return store(AreaMonth(area=area, month=month, taking_part=taking_part, flats=flats, **none))


def make_report(
    *areas: Area,
    since: date = date(2025, 1, 1),
    until: date = date(2025, 12, 31),
    title: str = "Så blev det 2025",
    published: bool = False,
    by: Person,
) -> Report:
    """Add a report of a year, whose contact person is Gun; published if wanted."""
    plan = reports.Plan(
        title, areas, since, until, Language.SWEDISH, "Gun Sandberg, kommunpolis", "114 14", "gun@example.org"
    )
    report = reports.begin(plan, by=by)
    if published:
        publish_report(report, by=by)
    db.session.commit()
    return report


def publish_report(report: Report, *, by: Person) -> None:
    """Publish a report as it stands, as if it had been read."""
    reports.publish(report, seen=mark_of(report, content_of(report, utcnow())), by=by)


def make_sign(building: Building, stairwell: Stairwell | None = None, **days: date | None) -> WatchSign:
    """Add a sign that was ordered on 1 March 2026, and put up on the 20th unless given."""
    values: dict[str, date | None] = {"ordered_on": date(2026, 3, 1), "up_on": date(2026, 3, 20)} | days
    return store(WatchSign(building=building, stairwell=stairwell, **values))


def make_finding_link(finding: Finding, address: str = "forvaltare@example.org") -> FindingLink:
    """Add a link of the landlord's contact person, who is made, too."""
    contact = make_contact(ContactRole.LANDLORD, "Bostäder i Borås")
    contact.email = address
    link = FindingLink(finding=finding, contact=contact, mailbox=mailbox_at(address))
    link.expires_at = utcnow() + timedelta(days=90)
    return store(link)


def make_contact_question(*contacts: ContactPerson, address: str = "ring@example.org") -> ContactQuestion:
    """Add the yearly question to a contact person, by default to a new one, with its link."""
    asked = contacts or (make_contact(ContactRole.DISTURBANCE, "Bostäder i Borås"),)
    question = ContactQuestion(mailbox=mailbox_at(address), expires_at=utcnow() + timedelta(days=90))
    for contact in asked:
        contact.email, contact.question, contact.asked_at = address, question, utcnow()
    return store(question)


def make_answer(
    meeting: Meeting, person: Person, answer: Answer = Answer.YES, people: int = 1, *, alone: bool = False
) -> MeetingAnswer:
    """Add a person's answer to a meeting, for their household; `alone`, or without a flat, for themselves."""
    db.session.flush()
    home = None if alone else household_of(meeting, person)
    given = MeetingAnswer(meeting=meeting, answer=answer, people=people, household=home)
    given.by, given.person = (person, None) if home else (None, person)
    return store(given)


def make_notice(
    where: Group | Stairwell | Area,
    title: str = "Ny lampa i cykelrummet",
    body: str = "Den är på plats.",
    *,
    by: Person,
) -> Notice:
    """Add a notice to a group, a stairwell or all members of an area."""
    notice = Notice(organisation="Kontaktombuden", by=by)
    if isinstance(where, Area):
        notice.audience, notice.area = Audience.AREA_MEMBERS, where
    elif isinstance(where, Group):
        notice.audience, notice.group = Audience.GROUP, where
    else:
        notice.audience, notice.stairwell = Audience.STAIRWELL, where
        notice.group_id = where.building.group_id
    notice.texts = [NoticeText(language=Language.SWEDISH, title=title, body=body)]
    return store(notice)


def make_contact(
    role: ContactRole,
    organisation: str,
    where: Group | Building | Landlord | Area | None = None,
    *,
    phone: str = "+46337000000",
) -> ContactPerson:
    """Add a contact person, by default for all areas."""
    contact = ContactPerson(
        role=role,
        organisation=organisation,
        phone=phone,
        checked_on=date(2026, 5, 4),
        reach=ContactScope.EVERYWHERE,
    )
    match where:
        case Group():
            contact.reach, contact.group = ContactScope.GROUP, where
        case Building():
            contact.reach, contact.building = ContactScope.BUILDING, where
        case Landlord():
            contact.reach, contact.landlord = ContactScope.LANDLORD, where
        case Area():
            contact.reach, contact.area = ContactScope.AREA, where
    return store(contact)
