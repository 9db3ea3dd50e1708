"""Checks who may do what: every endpoint × every role, against values written by hand in tests/access/."""

from __future__ import annotations

import importlib
import itertools
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, select, update

from tests.access import EVERYBODY, REFUSED, Expected, OneOrMore, Status, file_of, in_parts
from tests.access._rows import more_rows, others, restorer
from tests.cast import Scene
from tests.databases import empty
from tests.factories import (
    flat_of,
    make_address_change,
    make_contact,
    make_contact_question,
    make_coordinator,
    make_finding,
    make_finding_link,
    make_interest,
    make_invitation,
    make_meeting,
    make_member,
    make_message,
    make_notice,
    make_open_meeting,
    make_operation,
    make_outreach,
    make_pack,
    make_partner,
    make_person,
    make_promise,
    make_report,
    make_request,
    make_sign,
    make_verification,
    make_visit,
    store,
)
from tests.page_client import Page, PageClient
from tests.stored_scene import is_scene_alone, remember, restore
from watch import access, tokens
from watch.extensions import db
from watch.findings.mails import FINDING_UPDATED
from watch.joining.mails import JOIN_REQUESTED
from watch.mail import outbox
from watch.meetings.mails import MEETING_CALLED
from watch.meetings.service import lend
from watch.messages.mails import NEIGHBOUR_WROTE, OFFICER_WROTE_INTERESTED, OFFICER_WROTE_MEMBERS
from watch.models import (
    AddressVerification,
    CalendarFeed,
    CheckinLink,
    ContactPerson,
    ContactRole,
    Coordinator,
    FindingFollower,
    FindingOwner,
    GroupState,
    GuestAnswer,
    JoinRequest,
    ListUpload,
    Membership,
    MessageAudience,
    Model,
    Officer,
    OutboxRow,
    Partner,
    Person,
    Purpose,
    Report,
    ReportIndicator,
    RequestState,
    SignIn,
    SignInLink,
    StoppedWriter,
    utcnow,
)
from watch.registers.uploads import Contents, Effect, packed

TRACES = {"audit_entry", "audit_block", "rate_count"}
FOLDER = Path(__file__).parent / "access"
AN_UPLOAD = packed(Contents(rows=[], effect=Effect(), personnummer=[]))
pytestmark = pytest.mark.parametrize(
    "app", ["sqlite"], indirect=True
)  # permissions do not depend on the database


def collect() -> dict[str, tuple[Expected, ...]]:
    """Return every endpoint's expectations from the data files, for each kind of row."""
    found: dict[str, tuple[Expected, ...]] = {}
    for file in sorted(FOLDER.glob("[!_]*.py")):
        endpoints: dict[str, OneOrMore] = importlib.import_module(f"tests.access.{file.stem}").ENDPOINTS
        stray = [name for name in endpoints if file_of(name) != file.stem]
        assert not stray, f"{file.name} holds endpoints of another blueprint: {stray}"
        found |= {name: each if isinstance(each, tuple) else (each,) for name, each in endpoints.items()}
    return found


EXPECTED = collect()
People = Mapping[str, Person | None]
Mine = Mapping[str, Mapping[str, object]]  # by role


def test_every_endpoint_has_its_values_and_every_value_an_endpoint(app: Flask) -> None:
    endpoints = set(app.view_functions) - {"static"}
    assert sorted(endpoints - set(EXPECTED)) == [], "endpoints without values in tests/access/<blueprint>.py"
    assert sorted(set(EXPECTED) - endpoints) == [], "values in tests/access/ for endpoints that do not exist"


def test_every_endpoint_declares_its_access(app: Flask) -> None:
    assert list(access.undeclared(app)) == []


PARTS = in_parts(EXPECTED)


@pytest.mark.parametrize("part", PARTS)
def test_each_role_gets_what_permissions_say(
    part: str, app: Flask, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """Several endpoints of a file at a time, each on the same rows, which take long to make."""
    people = _people(scene)
    mine = _signed_in(client, people, things)
    again = restorer()
    before = _rows_kept()
    wrong = {}
    for endpoint, expected in ((name, each) for name in PARTS[part] for each in EXPECTED[name]):
        _is_that_endpoint(app, endpoint, expected, mine["member"])
        ask = _get_by_all if expected.get else _post_by_each
        got = ask(client, expected, people, mine, again)
        if expected.get and _rows_kept() != before:
            wrong[f"GET {expected.address}"] = "changes something"
        if got != (allowed := {role: expected.of(role) for role in EVERYBODY}):
            wrong[expected.address] = {
                role: (got[role], allowed[role]) for role in got if got[role] != allowed[role]
            }
    assert wrong == {}, "address: role: what it got, and what permissions say"


def _get_by_all(
    client: PageClient, expected: Expected, people: People, mine: Mine, again: Callable[[], None]
) -> dict[str, Status]:
    again()
    return {role: _ask(client, expected, person, mine[role]) for role, person in people.items()}


def _post_by_each(
    client: PageClient, expected: Expected, people: People, mine: Mine, again: Callable[[], None]
) -> dict[str, Status]:
    """Submit the form in every role, each on the same rows; whoever that signs out is signed in again."""
    got = {}
    for role, person in people.items():
        again()
        got[role] = _ask(client, expected, person, mine[role])
        client.give_browser(person, str(mine[role]["sign_in"]) if person else None)
    return got


def test_an_address_that_takes_a_form_answers_whoever_opens_it_anew(
    app: Flask, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """A refused form stays at its POST address, which Reload and Back open with GET."""
    readers = {"anybody": None, "lead": scene.amina, "officer": scene.gun}
    mine = _signed_in(client, readers, things)
    taking = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    addresses = {
        name: [each.address for each in rows if each.post]
        for name, rows in EXPECTED.items()
        if name in taking
    }
    assert len(taking) > 50
    assert [name for name in taking if not addresses[name]] == []
    dead, lost = [], []
    for address, role in itertools.product(itertools.chain(*addresses.values()), readers):
        page = client.get(address.format_map(mine[role]), as_=readers[role])
        following = [page, page.follow()] if page.location else [page]
        if any(each.status == 405 or each.location == each.path for each in following):
            dead.append((address, role))
        if page.location == "/" and role != "anybody":
            lost.append((address, role))
    assert dead == []
    assert lost == [], "no button of the signed-in is on the front page"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/coordinators/{coordinator}/details", "/groups/{group}/coordinators"),
        ("/coordinators/{coordinator}/duty", "/groups/{group}/coordinators"),
        ("/coordinators/{coordinator}/end", "/groups/{group}/coordinators"),
        ("/invitations/{invitation}/resend", "/groups/{group}/invitations#list"),
        ("/invitations/{invitation}/revoke", "/groups/{group}/invitations#list"),
        ("/knocks/{knock}/undo", "/groups/{group}/knock"),
        ("/language", "/me"),
        ("/logout", "/me"),
        ("/memberships/{membership}/back", "/me"),
        ("/memberships/{membership}/details", "/groups/{group}/members"),
    ],
)
def test_the_address_of_a_button_leads_to_the_page_of_the_button(
    address: str, page: str, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    opened = client.get(address.format_map(things), as_=scene.amina)
    assert opened.location == page.format_map(things)
    assert opened.follow().status == 200


FORGED = ("anybody", "member", "coordinator", "lead", "officer")
FORGEABLE = {
    "groups.choices.unsubscribe"
}  # RFC 8058: mail programs press it; its link proves itself, and it can be undone


def test_without_the_token_against_forgery_nothing_is_done_but_one_thing(
    client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """Another site can make a browser send a form. Every address that takes one is tried, in every role."""
    people = {role: person for role, person in _people(scene).items() if role in FORGED}
    mine = _signed_in(client, people, things)
    again = restorer()
    before, taken = _rows_kept(), set()
    for endpoint, expected in ((name, each) for name, rows in EXPECTED.items() for each in rows if each.post):
        again()
        statuses = {
            client.post(
                expected.address.format_map(mine[role]),
                {name: value.format_map(mine[role]) for name, value in expected.data.items()},
                as_=person,
                csrf=False,
            ).status
            for role, person in people.items()
        }
        if statuses != {400} or _rows_kept() != before:
            taken.add(endpoint)
    assert taken == FORGEABLE


BENGTS = (
    "knock", "stairwell_meeting", "held_meeting", "stairwell_notice", "answered_request", "invitation",
    "bengts_open_invitation", "pack",
)  # fmt: skip
GUNS = ("area_notice", "area_pack")


def test_what_one_did_is_out_of_reach_once_the_role_has_ended(
    client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """Bengt is no coordinator and Gun no officer any more: he is a member in stairwell 3, she nobody."""
    for role in (Coordinator, Officer):
        db.session.execute(update(role).values(ended_at=utcnow()))
    mine = _signed_in(client, {"member": scene.bengt, "stranger": scene.gun}, things)
    again = restorer()
    asked, more = 0, []
    for role, person, theirs in (("member", scene.bengt, BENGTS), ("stranger", scene.gun, GUNS)):
        for expected in (each for row in EXPECTED.values() for each in row):
            if any(f"{{{name}}}" in expected.address for name in theirs):
                again()
                asked += 1
                got = _ask(client, expected, person, mine[role])
                if got != expected.of(role):
                    more.append((role, expected.address, got))
    assert asked > 30
    own = ["/notices/{area_notice}", "/notices/{area_notice}/sheet.pdf"]  # what one has sent oneself
    assert more == [("stranger", address, 200) for address in own]


FEW_ROLES = ("member", "other_coordinator", "officer", "other_group")


@pytest.mark.parametrize("state", [GroupState.DORMANT, GroupState.CLOSED])
def test_a_group_that_rests_or_has_ended_gives_nobody_more(
    state: GroupState, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    people = {role: person for role, person in _people(scene).items() if role in FEW_ROLES}
    scene.group.state = state
    mine = _signed_in(client, people, things)
    again = restorer()
    more = []
    for expected in (each for row in EXPECTED.values() for each in row):
        again()
        for role in (each for each in people if expected.of(each) in REFUSED):
            if _ask(client, expected, people[role], mine[role]) not in REFUSED:
                more.append((role, expected.address))
    assert more == []


@pytest.mark.parametrize(
    "address",
    ["/memberships/{}/details", "/memberships/{}/receipt", "/knocks/{}/undo", "/requests/{}",
     "/requests/{}/approve", "/requests/{}/decline", "/invitations/{}/resend", "/invitations/{}/revoke",
     "/packs/{}", "/packs/{}/remove"],
)  # fmt: skip
def test_who_may_not_read_it_cannot_tell_whether_it_is_there(
    address: str, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """Neither the status nor the page with its navigation reveals a member, applicant or invitation."""
    make_coordinator(scene.carin, scene.other_group)  # so that her navigation would name the group
    numbers = [things[address.split("/")[1].removesuffix("s")], 987654]
    for person in (scene.carin, scene.dawit, scene.gun, scene.hodan, scene.ivan, scene.jenny):
        there, nowhere = (
            client.get(address.format(number), as_=person)
            if address in {"/requests/{}", "/memberships/{}/receipt", "/packs/{}"}
            else client.post(address.format(number), as_=person)
            for number in numbers
        )
        assert [there.status, nowhere.status] == [404, 404], person.name
        assert _words_and_links(there) == _words_and_links(nowhere), person.name


def _words_and_links(page: Page) -> tuple[str, list[str | None]]:
    return page.whole_text, [link.get("href") for link in page.tree.iter("a")]


def _ask(
    client: PageClient, expected: Expected, person: Person | None, things: Mapping[str, object]
) -> Status:
    address = expected.address.format_map(things)
    if expected.get:
        page = client.get(address, as_=person)
    else:
        page = client.post(address, {k: v.format_map(things) for k, v in expected.data.items()}, as_=person)
    return _status(page)


def _status(page: Page) -> Status:
    is_login = page.status in {302, 303} and (page.location or "").partition("?")[0] == "/login"
    return "login" if is_login or page.status == 401 else page.status


def _is_that_endpoint(app: Flask, endpoint: str, expected: Expected, things: Mapping[str, object]) -> None:
    """Return True if the address in the data file leads to the endpoint it is meant to test."""
    path = expected.address.format_map(things).partition("?")[0]
    found, _arguments = app.url_map.bind("127.0.0.1").match(path, method="GET" if expected.get else "POST")
    assert found == endpoint, f"{path} leads to {found}"


def _signed_in(
    client: PageClient, people: People, things: Mapping[str, object]
) -> dict[str, Mapping[str, object]]:
    """Return each role's rows, with its own sign-in among them."""
    for person in filter(None, people.values()):
        client.browser(person)
    return {role: {**things, "sign_in": sign_in_of(person)} for role, person in people.items()}


def _people(scene: Scene) -> dict[str, Person | None]:
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


def _rows_kept() -> dict[str, list[Any]]:
    """Return all that a GET must not change: every row except traces, rate limits and times of last use."""
    with closing(sqlite3.connect(str(db.engine.url.database))) as live:
        kept = {
            table.name: [column.name for column in table.columns if column.name != "last_seen_at"]
            for table in db.metadata.sorted_tables
            if table.name not in TRACES
        }
        return {
            name: live.execute(f"SELECT {', '.join(own)} FROM {name}").fetchall()
            for name, own in kept.items()
        }


@pytest.fixture
def things(scene: Scene, stored_scene: dict[str, Model]) -> dict[str, object]:
    """The rows that the names in the addresses of tests/access/ stand for, made once and then inserted."""
    if not stored_scene or not is_scene_alone():
        return rows_of_pages(scene)
    known = _known.get(db.engine.dialect.name)
    if known is None:
        known = _known[db.engine.dialect.name] = rows_of_pages(scene)
        remember({}, "things")
    else:
        db.session.commit()
        empty(db.engine)
        restore("things")
    return dict(known)


_known: dict[str, dict[str, object]] = {}  # by database


def rows_of_pages(scene: Scene) -> dict[str, object]:
    """Add a row for each name in the addresses of tests/access/, and return them."""
    make_coordinator(scene.dawit, scene.group, stairwells=[scene.stairwell_1])
    found = _rows(scene) | _links(scene)
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
        "request": _one(select(JoinRequest).where(JoinRequest.person == scene.farah)),
        **more_rows(scene),
        "invitation": invitation,
        "knock": make_visit(flat_of(stairwell, "1103"), group, by=scene.bengt),
        "membership": _one(select(Membership).where(Membership.person == scene.carin)),
        "coordinator": _one(select(Coordinator).where(Coordinator.person == scene.bengt)),
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


def _verification(scene: Scene) -> AddressVerification:
    neighbour = make_member(make_person("Greta"), scene.group, flat_of(scene.stairwell_3, "1203"))
    return make_verification(make_person("Greta", "greta@example.org"), neighbour)


def _public(scene: Scene) -> dict[str, object]:
    """Add a meeting that is open to everybody, and a stranger's answer to it."""
    meeting = make_open_meeting(scene.group.area, by=scene.gun)
    answer = store(GuestAnswer(meeting=meeting, key="0123456789abcdef01234567", people=2))
    code = tokens.show_code(meeting.code or "")
    return {"public_meeting": code, "guest": answer.key, "open_meeting": meeting.id}


def _lent(scene: Scene) -> CheckinLink:
    return lend(make_meeting(scene.group, by=scene.amina, starts_at=utcnow()), by=scene.amina)


def _links(scene: Scene) -> dict[str, object]:
    """Return valid links and codes, each for its recipient."""
    kerstin = make_person("Kerstin Ström", "kerstin@example.org")
    unconfirmed = make_request(kerstin, scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED)
    interest = make_interest(make_person("Olle Väst", "olle@example.org"), scene.langgatan, confirmed=False)
    lars = make_person("Lars Nyström", "lars@example.org")
    appointment = make_coordinator(lars, scene.group, stairwells=[scene.stairwell_1], accepted=False)
    sign_in = store(SignInLink(mailbox=scene.carin.mailbox, expires_at=utcnow() + timedelta(minutes=10)))
    changed = make_address_change(kerstin, "kerstin@home.example", confirmed=True)
    asked = _one(select(JoinRequest).where(JoinRequest.person == scene.farah))
    decide = outbox.queue(JOIN_REQUESTED, to=scene.bengt, about=asked)
    called = outbox.queue(MEETING_CALLED, to=scene.carin, about=make_meeting(scene.group, by=scene.amina))
    assert isinstance(decide, OutboxRow)
    assert isinstance(called, OutboxRow)
    wrote = outbox.queue(NEIGHBOUR_WROTE, to=scene.bengt, about=make_message(scene.carin, scene.group))
    assert isinstance(wrote, OutboxRow)
    letter = make_message(scene.gun, scene.langgatan, audience=MessageAudience.INTERESTED)
    make_interest(scene.jenny, scene.langgatan)
    unseen = outbox.queue(OFFICER_WROTE_INTERESTED, to=scene.jenny, about=letter)
    assert isinstance(unseen, OutboxRow)
    to_members = make_message(scene.gun, scene.group, audience=MessageAudience.MEMBERS)
    outbox.queue(OFFICER_WROTE_MEMBERS, to=scene.carin, about=to_members)
    return {
        **_findings(scene),
        "interested_message": letter.id,
        "members_message": to_members.id,
        "stopped_writer": store(StoppedWriter(group_id=scene.group.id, person_id=scene.elsa.id)).id,
        "to_interested": tokens.make(Purpose.REPLY, unseen),
        "poster": tokens.show_code(tokens.code(Purpose.POSTER, scene.stairwell_3.nonce)),
        "sign_in_link": tokens.make(Purpose.SIGN_IN, sign_in),
        "address_change": tokens.make(
            Purpose.CONFIRM_ADDRESS, make_address_change(lars, "lars@home.example")
        ),
        "address_undo": tokens.make(Purpose.UNDO_ADDRESS, changed),
        "verification": tokens.make(Purpose.CONFIRM_REQUEST, _verification(scene)),
        "confirm_request": tokens.make(Purpose.CONFIRM_REQUEST, unconfirmed),
        "interest": tokens.make(Purpose.CONFIRM_INTEREST, interest),
        "appointment": tokens.make(Purpose.APPOINTMENT, appointment),
        "decide": tokens.make(Purpose.DECIDE, decide),
        "answer": tokens.make(Purpose.ANSWER, called),
        "checkin_link": tokens.make(Purpose.CHECK_IN, _lent(scene)),
        "reply": tokens.make(Purpose.REPLY, wrote),
        "unsubscribe": tokens.make(Purpose.UNSUBSCRIBE, called),
        **_public(scene),
        "calendar_feed": tokens.make(Purpose.CALENDAR, store(CalendarFeed(person_id=scene.elsa.id))),
    }


def _findings(scene: Scene) -> dict[str, object]:
    """Add a finding of the group that Carin follows, with the landlord's link, and one of the area."""
    finding = make_finding(scene.group)
    store(FindingFollower(finding_id=finding.id, person_id=scene.carin.id))
    told = outbox.queue(FINDING_UPDATED, to=scene.carin, about=finding)
    return {
        "finding": finding.id,
        "area_finding": make_finding(scene.group.area).id,
        "contact_question": tokens.make(Purpose.CONTACT, make_contact_question()),
        "own_contact": make_contact(ContactRole.GROUP, "Husmötet", scene.group).id,
        "finding_link": tokens.make(Purpose.FINDING, make_finding_link(finding)),
        "told": tokens.make(Purpose.FOLLOW, told) if told else "",
    }


def _one(wanted: Select[Any]) -> Any:
    return db.session.scalars(wanted).one()
