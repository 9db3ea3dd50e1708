"""Visits all pages reachable by links, and fills a house so that every kind of page has content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from html import unescape
from typing import Any
from urllib.parse import urldefrag, urljoin

from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_address_change,
    make_answer,
    make_building,
    make_contact,
    make_coordinator,
    make_finding,
    make_group,
    make_interest,
    make_invitation,
    make_meeting,
    make_member,
    make_message,
    make_notice,
    make_open_meeting,
    make_operation,
    make_outreach,
    make_partner,
    make_person,
    make_promise,
    make_report,
    make_request,
    make_sign,
    make_verification,
    stairwell_of,
)
from watch import tokens
from watch.extensions import db
from watch.followup.service.months import count_months
from watch.groups.queries.households import paper_households
from watch.groups.queries.members import active_member_ids
from watch.joining.mails import JOIN_REQUESTED
from watch.mail import outbox
from watch.mail.kinds import Mail
from watch.meetings.mails import MEETING_CALLED
from watch.meetings.service import lend
from watch.messages.mails import NEIGHBOUR_WROTE, OFFICER_WROTE_INTERESTED
from watch.models import (
    Answer,
    ContactRole,
    GroupState,
    JoinRequest,
    Mailing,
    Meeting,
    Membership,
    MessageAudience,
    Model,
    Notice,
    OutboxRow,
    Person,
    Purpose,
    ReportIndicator,
    RequestState,
    utcnow,
)
from watch.notices.mails import NOTICE

START = ("/", "/me", "/?q=V%C3%A5gl%C3%A4ngdsgatan", "/?q=Norrby+L%C3%A5nggata", "/about")
MOST_PAGES = 400
LINK = re.compile(r'(?:href|hx-get)="([^"]+)"')
TRACES = {"audit_entry", "audit_block", "rate_count"}


@dataclass(frozen=True)
class Seen:
    """A page as the browser got it, and the page that linked to it."""

    path: str
    status: int
    source: str
    linked_from: str

    @cached_property
    def said(self) -> str:
        """Its source without CSRF tokens and form keys."""
        return re.sub(r'name="(?:csrf_token|form_key)"[^>]*|[^<>]*value="[\w.-]{60,}"', "", self.source)


def crawl(phone: Phone, *starts: str) -> list[Seen]:
    """Return every page reachable by links, with the phone's cookies; only by GET."""
    db.session.commit()
    home = phone.server.url
    waiting = dict.fromkeys([*START, *starts], "an address")
    seen: dict[str, Seen] = {}
    while waiting:
        path, linked_from = next(iter(waiting.items()))
        del waiting[path]
        answer = phone.context.request.get(home + path)
        seen[path] = page = Seen(path, answer.status, answer.text(), linked_from)
        assert len(seen) <= MOST_PAGES, "the pages have no end"
        for link in LINK.findall(page.source):
            whole = urldefrag(urljoin(answer.url, unescape(link))).url
            found = whole.removeprefix(home)
            if whole.startswith(home) and _is_page(found) and found not in seen:
                waiting.setdefault(found, path)
    return list(seen.values())


def _is_page(path: str) -> bool:
    """Return False for static files and PDFs."""
    return not path.startswith("/static") and not path.endswith(".pdf")


def rows_kept() -> dict[str, list[str]]:
    """Return every row of the database except audit entries, rate limits, and when somebody was last seen."""
    db.session.commit()
    rows = {
        table.name: sorted(
            str([value for name, value in row._mapping.items() if name != "last_seen_at"])
            for row in db.session.execute(select(table))
        )
        for table in Model.metadata.sorted_tables
        if table.name not in TRACES
    }
    db.session.commit()  # so that the server can write again
    return rows


def fill(scene: Scene) -> dict[str, str]:
    """Add one of everything. Returns the address of each page that only a mail or a poster leads to."""
    group, stairwell, area = scene.group, scene.stairwell_3, scene.group.area
    landlord = scene.house.property.landlord
    coming = make_meeting(group, by=scene.amina)
    make_answer(coming, scene.dawit, Answer.YES, 3)
    make_meeting(group, stairwell=stairwell, by=scene.bengt)
    make_meeting(group, starts_at=utcnow() - timedelta(days=3), by=scene.amina)
    make_open_meeting(area, by=scene.gun)
    going_on = make_meeting(group, starts_at=utcnow() - timedelta(minutes=10), by=scene.amina)
    lent = lend(going_on, by=scene.amina)
    make_finding(group, by=scene.amina)
    make_finding(area, by=scene.gun)
    make_outreach(area, scene.house, by=scene.gun)
    count_months(utcnow())
    make_sign(scene.house)
    make_outreach(area, place="a" * 100, by=scene.gun)
    make_promise(area, by=scene.gun)
    make_promise(area, text="a" * 300, target=16, published=True, by=scene.gun)
    make_operation(area, by=scene.gun)
    report = make_report(area, title="Så blev det 2025: " + "a" * 100, published=True, by=scene.gun)
    report.indicators = [ReportIndicator(name="Trygga", before="62 %", after="68 %", source="NTU 2025")]
    notices = [
        make_notice(group, by=scene.amina),
        make_notice(stairwell, "Porten lagas", "Lås den " + "a" * 200, by=scene.bengt),
        make_notice(area, "Inbrott i källare", by=scene.gun),
    ]
    told: list[Meeting | Notice] = [coming, *notices]
    for about in told:
        mail: Mail[Any] = MEETING_CALLED if about is coming else NOTICE
        mailing = outbox.queue_many(mail, people=active_member_ids(group), about=about)
        outbox.queue_paper(mailing, paper_households(group))
    dawits = select(OutboxRow).join(Mailing).where(Mailing.meeting == coming)
    answer = db.session.scalars(dawits.where(OutboxRow.person_id == scene.dawit.id)).one()
    dawits_membership = db.session.scalars(
        select(Membership.id).where(Membership.person_id == scene.dawit.id)
    ).one()
    invitation = make_invitation(group, "lova@example.org", flat=flat_of(stairwell, "1201"), by=scene.bengt)
    make_contact(ContactRole.DISTURBANCE, "Bostäders störningsjour", landlord)
    make_contact(ContactRole.FAULT_REPORT, "Bostäders felanmälan", landlord)
    make_contact(ContactRole.POLICE, "Kommunpolisen", area)
    make_contact(ContactRole.GROUP, "Husmötet", group)
    make_contact(ContactRole.LANDLORD, "Bostäder", landlord).email = "lena@example.org"
    make_partner(make_person("Lena Lind", "lena@example.org"), area, landlord)
    make_group(
        make_building(scene.langgatan.property.area, landlord, "Ryssnäsgatan", (2, 4)), GroupState.STARTING
    )
    interest = make_interest(scene.jenny, scene.langgatan)
    make_interest(make_person("Kerstin Lövgren", "kerstin@example.org"), scene.langgatan, named=True)
    decide = outbox.queue(JOIN_REQUESTED, to=scene.bengt, about=_request_of(scene.farah))
    assert decide
    unconfirmed = make_request(
        make_person("Per Ny", "per@example.org"), group, stairwell, state=RequestState.UNCONFIRMED
    )
    make_request(make_person("Sara Ny", "sara@example.org"), group, stairwell)
    neighbour = make_member(make_person("Greta"), group, flat_of(stairwell, "1201"))
    recorded = make_verification(make_person("Greta", "greta@example.org"), neighbour)
    appointment = make_coordinator(scene.dawit, group, stairwells=[scene.stairwell_1], accepted=False)
    asked = outbox.queue(NEIGHBOUR_WROTE, to=scene.bengt, about=make_message(scene.carin, group))
    unseen = make_message(scene.gun, scene.langgatan, audience=MessageAudience.INTERESTED)
    told_unseen = outbox.queue(OFFICER_WROTE_INTERESTED, to=scene.jenny, about=unseen)
    assert asked
    assert told_unseen
    olle = make_person("Olle Väst", "olle.vast@example.org")
    changed = make_address_change(olle, "olle@home.example", confirmed=True)
    changing = make_address_change(olle, "olle@work.example")
    code = tokens.show_code(tokens.code(Purpose.POSTER, stairwell.nonce))
    other = stairwell_of(scene.langgatan, 23)
    waiting_code = tokens.show_code(tokens.code(Purpose.POSTER, other.nonce))
    db.session.commit()
    return {
        "poster": f"/j/{code}",
        "poster without a group": f"/j/{waiting_code}",
        "interest": f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest)}",
        "invitation": f"/join/{tokens.make(Purpose.INVITATION, invitation)}",
        "address": f"/join/confirm/{tokens.make(Purpose.CONFIRM_REQUEST, recorded)}/floor",
        "confirm": f"/join/confirm/{tokens.make(Purpose.CONFIRM_REQUEST, unconfirmed)}",
        "new address": f"/email/{tokens.make(Purpose.CONFIRM_ADDRESS, changing)}",
        "old address": f"/email/undo/{tokens.make(Purpose.UNDO_ADDRESS, changed)}",
        "appointment": f"/appointment/{tokens.make(Purpose.APPOINTMENT, appointment)}",
        "decide": f"/a/{tokens.make(Purpose.DECIDE, decide)}",
        "message": f"/messages/{tokens.make(Purpose.REPLY, asked)}",
        "message to the interested": f"/messages/interest/{tokens.make(Purpose.REPLY, told_unseen)}",
        "door": f"/door/{tokens.make(Purpose.CHECK_IN, lent)}",
        "answer": f"/r/{tokens.make(Purpose.ANSWER, answer)}",
        "not you": "/r/not-you",
        "choices": f"/u/{tokens.make(Purpose.UNSUBSCRIBE, answer)}",
        "moved": f"/u/{tokens.make(Purpose.UNSUBSCRIBE, answer)}/{dawits_membership}/moved",
        "leaving": f"/u/{tokens.make(Purpose.UNSUBSCRIBE, answer)}/{dawits_membership}/leave",
        "sent": "/login?sent=yes",
        "asked": "/join/sent",
        "interest left": f"/buildings/{scene.langgatan.id}/interest/sent",
        "dead link": "/login/nonsense",
        "unknown": "/nothing-here",
    }


def _request_of(person: Person) -> JoinRequest:
    return db.session.scalars(select(JoinRequest).where(JoinRequest.person_id == person.id)).one()
