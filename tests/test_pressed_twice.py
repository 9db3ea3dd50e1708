"""Every button is pressed twice, the first answer being lost: the second does what one press does.

The buttons are found by walking: from the pages of tests/access/ that somebody may read, by what one press
leads to, and on from there. A new button is pressed by itself; an address that takes a form and is not
reached fails the last test. Each is pressed as a browser without JavaScript would: once with the cookies of
the first press, whose answer never came, and once with those that its answer brought.
"""

from __future__ import annotations

import copy
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from tests.access._rows import restorer
from tests.cast import Scene
from tests.factories import flat_of, make_interest, make_person, make_visit_request, store
from tests.page_client import Page, PageClient, fields
from tests.page_contract import text_of
from tests.test_access import EXPECTED, rows_of_pages, sign_in_of
from watch import tokens
from watch.extensions import db
from watch.models import (
    AuditEntry,
    Mailbox,
    Mailing,
    Model,
    OutboxRow,
    OutboxState,
    Partner,
    Person,
    Purpose,
    RequestState,
    SignIn,
    utcnow,
)

pytestmark = pytest.mark.timeout(300)
DEPTH = 6  # presses behind a page
LEFT_OUT = {"rate_count", "audit_entry", "audit_block", "journal_state", "journal_host"}
LOOKS = {
    "letters-printed",
    "invitations-previewed",
    "outreach-exported",
    "places-exported",
    "groups-exported",
    "coordinators-exported",
    "contacts-exported",
    "findings-exported",
    "signs-exported",
    "audit-exported",
    "est-exported",
}  # in the audit trail: done as often as one looks, prints or downloads
DAY = (utcnow() + timedelta(days=20)).date()
TYPED = {  # into empty fields, by their name
    "name": "Lina", "address": "lina@example.org", "email": "lina@example.org", "place": "Tvättstugan",
    "lead-address": "lina@example.org", "addresses": "Olle Ek <olle.ek@example.org>", "title": "Ny lampa",
    "day": DAY.isoformat(), "starts": "18.00", "ends": "19.00", "body": "Den sitter i cykelrummet.",
    "organisation": "Husmötet", "phone": "070-123 45 67", "people": "1", "head_count": "7",
    "what": "Lampan vid trappan är släckt.", "doors_knocked": "18", "doors_opened": "11",
    "text": "Två träffar i varje hus.", "begins": DAY.isoformat(), "number": "8", "outcome": "Det blev bra.",
    "reason": "Huset byggs om.", "rest-reason": "Lugnt just nu.",
}  # fmt: skip
INSTEAD: dict[str, dict[str, str]] = {  # of what the page has, by endpoint
    "joining.verify_address": {"floor": "2"},
    "joining.change_address": {"address": "lina.ek@example.org"},
    "invitations.correct": {"address": "sara.ek@example.org"},
    "meetings.write_count": {"not_counted": ""},
    "meetings.preview": {"scope": "stairwells"},
    "meetings.save_draft": {"scope": "stairwells"},
    "outreach.create": {"place": ""},
    "outreach.change": {"building": ""},
    "promises.create": {"ends": DAY.isoformat()},
    "promises.create_operation": {"ends": DAY.isoformat()},
    "report.add_indicator": {"before": "62 %", "after": "68 %", "source": "NTU 2025"},
}
# Strangers may ask about any address. Their statements are the same for each, so a mail too many is queued as
# cancelled or expired, and only those meant to leave are compared.
ASK = {
    "accounts.send_link", "interest.leave", "joining.ask_by_poster", "joining.send_request",
    "joining.change_address",
}  # fmt: skip
# Whose buttons these readers' pages hold, beside those of the readers before
REACHED = {
    "anybody": {
        "addresses.confirm_change", "addresses.undo_change",
        "accounts.choose_language", "accounts.send_link", "accounts.sign_in", "accounts.sign_out",
        "groups.choices.choose", "groups.choices.leave", "groups.choices.moved", "groups.choices.take_back",
        "groups.coordinators.accept", "groups.coordinators.decline", "interest.confirm", "interest.join",
        "interest.leave", "interest.show_again", "interest.take_back_name", "interest.tell_name",
        "interest.withdraw",
        "joining.accept", "joining.approve_by_mail", "joining.ask_again", "joining.ask_by_poster",
        "joining.change_address",
        "joining.confirm_address", "joining.decline_by_mail", "joining.decline_invitation",
        "joining.forget", "joining.send_request", "joining.take_back_no", "joining.verify_address",
        "joining.withdraw", "meetings.answer_by_mail", "meetings.press_at_door",
        "meetings.answer_publicly", "meetings.change_public_answer", "meetings.withdraw_public_answer",
        "findings.end_by_mail", "findings.follow_by_mail", "findings.report_by_link",
        "contacts.confirm", "contacts.correct", "contacts.resign",
    },
    "carin": {
        "accounts.end_all", "accounts.end_sign_in", "accounts.save_settings", "groups.choices.save",
        "findings.follow", "findings.unfollow",
        "groups.leave", "groups.take_back", "meetings.answer", "addresses.cancel", "addresses.send_link",
        "meetings.end_feed", "meetings.make_feed", "meetings.renew_feed",
    },
    "bengt": {
        "registers.give_sticker",
        "contacts.group_bring_back", "contacts.group_check", "contacts.group_create",
        "contacts.group_remove", "contacts.group_save",
        "canvassing.join", "canvassing.not_home", "canvassing.say_moved", "canvassing.say_no",
        "findings.bring_back", "findings.change", "findings.remove", "findings.renew_link",
        "findings.report", "findings.create",
        "groups.house.undo_move_out",
        "canvassing.undo", "groups.coordinators.end", "groups.house.add_on_paper", "groups.house.details",
        "groups.house.move_out", "groups.house.note_answer", "invitations.correct", "invitations.preview",
        "invitations.resend", "invitations.revoke", "invitations.send", "joining.approve",
        "joining.decline", "joining.tell", "meetings.call", "meetings.cancel", "meetings.preview",
        "meetings.save_draft",
        "meetings.choose_reminders", "meetings.preview_change",
        "meetings.close_checkin", "meetings.end_links", "meetings.lend", "meetings.press",
        "meetings.save_notes", "meetings.skip_notes", "meetings.correct", "meetings.remove",
        "meetings.write_count", "notices.preview", "notices.send", "printing.print_letters",
        "printing.remove_pack", "printing.renew_poster", "groups.coordinators.details",
        "records.cancel_address", "records.correct", "records.correct_flat", "records.end",
        "records.record_address", "records.take_back",
    },
    "amina": {
        "groups.house.place", "groups.tasks.bring_back",
        "groups.tasks.set_aside",
    },
    "gun": {
        "closing.close", "closing.tick", "closing.undo", "closing.untick",
        "contacts.bring_back", "contacts.check", "contacts.create", "contacts.remove", "contacts.save",
        "findings.area_create",
        "groups.coordinators.appoint_lead", "lifecycle.create", "lifecycle.rest", "lifecycle.tick",
        "lifecycle.untick", "lifecycle.wake", "meetings.area_call", "meetings.area_preview",
        "meetings.area_save_draft", "meetings.area_throw_away",
        "notices.area_preview", "notices.area_send", "printing.ask_for_letters",
        "partners.end", "partners.give", "partners.give_again",
        "audit.export", "audit.export_of_group", "outreach.bring_back", "outreach.change",
        "outreach.create", "outreach.remove", "outreach.take_out",
        "promises.bring_back", "promises.change", "promises.create", "promises.publish",
        "promises.remove", "promises.take_back", "promises.bring_back_operation", "promises.change_operation",
        "est.take_out", "promises.create_operation", "promises.remove_operation",
        "report.add_indicator", "report.bring_back", "report.change", "report.change_indicator",
        "report.create", "report.publish", "report.remove", "report.remove_contact",
        "report.remove_indicator", "report.save_text", "report.show_again", "report.withdraw",
        "registers.bring_back_sign", "registers.confirm", "registers.save_days",
        "registers.change", "registers.change_address", "registers.change_property", "registers.change_sign",
        "registers.change_target", "registers.check_sign", "registers.order", "registers.remove_sign",
        "registers.take_out",
    },
    "lena": {"partners.report", "partners.save"},
}  # fmt: skip
ELSEWHERE = {  # and why the walk does not come by them
    "registers.take_back_sticker": "once a sticker is given, see tests/registers",
    "registers.upload": "needs a file, see tests/registers",
    "registers.apply": "once a list is uploaded, see tests/registers",
    "registers.discard": "once a list is uploaded, see tests/registers",
    "meetings.area_remove": "once a joint gathering is written down, see test_joint_held",
    "est.preview": "shows a file, see tests/est",
    "est.apply": "after a file was shown, see tests/est",
    "promises.follow_up": "once a promise is published, see tests/promises",
    "groups.choices.subscribe_again": "after leaving a list, see test_choices",
    "groups.choices.unsubscribe": "mail programs press it, see test_choices",
    "groups.coordinators.appoint": "asked once more before, see test_coordinators",
    "groups.coordinators.accept_new_duty": "after a duty has changed, see test_contact_details",
    "handouts.tick_meeting": "once paper is needed, see test_handing_out",
    "meetings.choose_languages": "of a meeting for everybody, see test_open",
    "meetings.answer_joint": "once another group asks, see test_joint",
    "meetings.write_down_in_area": "needs two groups, see test_joint_held",
    "meetings.expect_notes": "once it was said that there will be none, see test_notes",
    "meetings.publish_notes": "once a draft is previewed, see test_notes",
    "findings.renew_by_link": "once the link has expired, see test_findings",
    "findings.undo_step": "once there is a step, see test_findings",
    "handouts.tick_notes": "once paper is needed, see test_notes",
    "handouts.tick_notice": "once paper is needed, see test_handing_out",
    "meetings.start_preview": "needs somebody interested, see test_start_meeting",
    "meetings.start_save_draft": "needs somebody interested, see test_area_drafts",
    "meetings.start_call": "needs somebody interested, see test_start_meeting",
    "meetings.throw_away": "once a draft is saved, see test_drafts",
    "meetings.change": "once something is different, see test_changing_meetings",
    "messages.answer": "needs a text, see tests/messages",
    "messages.write": "needs a text, see tests/messages",
    "messages.write_interested": "needs a text, see tests/messages",
    "messages.write_members": "needs a group without coordinator, see tests/messages",
    "messages.preview_interested": "needs somebody interested, see tests/messages",
    "messages.preview_members": "needs a group without coordinator, see tests/messages",
    "messages.stop_interested": "while the mails wait, see tests/messages",
    "messages.stop_writer": "needs a tick and a message, see tests/messages",
    "messages.take_back_writer": "once a writer is stopped, see tests/messages",
    "messages.stop_members": "while the mails wait, see tests/messages",
    "printing.say_delivered": "once letters are printed, see test_letterboxes",
    "printing.take_back_delivered": "once letters are delivered, see test_letterboxes",
    "records.address_works": "at an address that bounced, see tests/records",
    "records.ask_person": "between two addresses, see tests/records",
    "records.merge": "of two records of one person, see tests/records",
    "lifecycle.ask_candidate": "once somebody has offered to coordinate a resting group, see test_waking",
    "lifecycle.add_building": "where a building has no group, see tests/lifecycle/test_buildings.py",
    "lifecycle.take_out": "where a building came to a group today, see tests/lifecycle/test_buildings.py",
    "lifecycle.split_off": "where a group has several buildings, see tests/lifecycle/test_buildings.py",
    "lifecycle.start_again": "a month after a group was closed, see tests/closing",
    "lifecycle.activate": "once all steps are ticked and somebody coordinates, see test_start",
    "invitations.remind": "a day after the invitation, see test_reminding",
    "notices.stop": "while a notice is being sent, see test_stopping",
    "printing.try_again": "when letters could not be made, see test_packs",
}


@dataclass(frozen=True)
class Button:
    """A button of a page: where its form is sent, with what."""

    endpoint: str
    words: str
    address: str
    data: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """What is met only once: the button, whatever row it is about. The steps of a start are several."""
        return self.endpoint, self.address if "lifecycle" in self.endpoint else self.words


@dataclass
class Walk:
    """One reader's walk over all pages, which presses each button twice where it meets it first."""

    app: Flask
    client: PageClient
    reader: Person | None
    pressed: set[tuple[str, str]] = field(default_factory=set)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def endpoints(self) -> set[str]:
        return {endpoint for endpoint, _which in self.pressed}

    def visit(self, page: Page, depth: int = 0) -> None:
        """Press each button of a page that was not met before, in the state in which the page was read."""
        new = {each.key: each for each in self._buttons(page) if self._is_new(each)}
        again = restorer() if new else None
        for button in new.values():
            if again and self._is_new(button):
                again()
                self._press_twice(button, depth)

    def _is_new(self, button: Button) -> bool:
        return button.key not in self.pressed and self.refused[button.key] < 3

    def _press_twice(self, button: Button, depth: int) -> None:
        browser = self.client.browser(self.reader)
        before = copy.deepcopy(browser._cookies)
        first = self._press(button)
        if first.status >= 400:
            self.refused[button.key] += 1
            return
        self.pressed.add(button.key)
        onwards = first.follow() if first.location else first
        after, rows = copy.deepcopy(browser._cookies), rows_kept(button.endpoint)
        for cookies in (before, after):
            browser._cookies = copy.deepcopy(cookies)
            second = self._press(button)
            browser_is_led = second.follow() if second.location else second
            if second.status != first.status or browser_is_led.status >= 400:
                self.wrong.append(f"{button}: {second.status} {second.location} {browser_is_led.text[:90]}")
            now = rows_kept(button.endpoint)
            if changed := [name for name in rows if rows[name] != now[name]]:
                self.wrong.append(f"{button}: {changed} are not as after one press")
        browser._cookies = after
        if depth < DEPTH:
            self.visit(onwards, depth + 1)
        browser._cookies = before

    def _press(self, button: Button) -> Page:
        return self.client.post(button.address, button.data, as_=self.reader, csrf=False)

    def _buttons(self, page: Page) -> Iterator[Button]:
        forms = page.tree.iter("form") if page.response.mimetype == "text/html" else ()
        for form in forms:
            if (form.get("method") or "").lower() != "post":
                continue
            address = urljoin(page.path, form.get("action") or page.path)
            for button in form.iter("button"):
                sent = {button.get("name") or "": button.get("value") or ""} if button.get("name") else {}
                endpoint, words = endpoint_of(self.app, address), (button.text or "").strip()
                data = filled(form) | sent | INSTEAD.get(endpoint, {})
                if endpoint != "accounts.choose_language" or text_of(button) == "Svenska":
                    yield Button(endpoint, words, address, data)


def endpoint_of(app: Flask, address: str) -> str:
    """Return the endpoint that a form is sent to."""
    try:
        found, _arguments = app.url_map.bind("127.0.0.1").match(address.partition("?")[0], method="POST")
    except HTTPException:
        return "nowhere"
    return str(found)


def filled(form: Element) -> dict[str, Any]:
    """Return what the form sends when its empty fields are filled in and its boxes ticked."""
    data = fields(form)
    for each in form.iter():
        name, kind = each.get("name") or "", each.get("type")
        if each.tag == "input" and kind in {"radio", "checkbox"} and not data.get(name):
            data[name] = each.get("value") or "on"
        elif each.tag == "select" and not data.get(name):
            values = (option.get("value") for option in each.iter("option"))
            data[name] = next(filter(None, values), "")
        elif each.tag in {"input", "textarea"} and name in data and not data[name]:
            data[name] = TYPED.get(name, "")
    return data


def rows_kept(endpoint: str) -> dict[str, list[str]]:
    """Return every row, and what the audit trail says was done; of asking only the mails that will leave."""
    db.session.rollback()
    if endpoint in ASK:
        leaving = select(Mailing.kind, Mailbox.address).join(OutboxRow.mailing).join(OutboxRow.mailbox)
        is_meant = OutboxRow.state == OutboxState.QUEUED, OutboxRow.not_after > utcnow()
        rows = {"mails": sorted(map(str, db.session.execute(leaving.where(*is_meant))))}
    else:
        rows = {
            table.name: sorted(
                str([value for name, value in row._mapping.items() if name != "last_seen_at"])
                for row in db.session.execute(select(table))
            )
            for table in Model.metadata.sorted_tables
            if table.name not in LEFT_OUT
        }
    done = sorted(db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)))
    db.session.rollback()
    return rows | {"audit trail": [what for what in done if not what.endswith("-seen") and what not in LOOKS]}


def more_pages(scene: Scene) -> list[str]:
    """Add rows that tests/access/ does not need, and return the pages that it does not name."""
    told = make_visit_request("Wanja", scene.group, flat_of(scene.stairwell_3, "1201"))
    told.state, told.decided_by, told.decided_at = RequestState.DECLINED, scene.bengt, utcnow()
    store(SignIn(id=secrets.token_urlsafe(24), person=scene.carin, device="Chrome/Android"))
    interest = make_interest(make_person("Ulla Ny", "ulla@example.org"), scene.house)
    db.session.commit()
    return [
        f"/buildings/{scene.house.id}/join?stairwell={scene.stairwell_3.id}",
        f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest)}",
    ]


WHO = ("anybody", "carin", "bengt", "amina", "gun", "lena")


@pytest.mark.long
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # rows are restored by copying the file
@pytest.mark.parametrize("who", WHO)
def test_pressed_twice_a_button_does_what_it_does_once(
    who: str, app: Flask, client: PageClient, scene: Scene
) -> None:
    things, pages = rows_of_pages(scene), more_pages(scene)
    lena = select(Person).join(Partner).limit(1)  # at the landlord, and at the municipality
    reader = db.session.scalar(lena) if who == "lena" else getattr(scene, who, None)
    client.browser(reader)
    again, walk = restorer(), Walk(app, client, reader)
    mine = {**things, "sign_in": sign_in_of(reader)}
    pages += [
        each.address.format_map(mine) for endpoints in EXPECTED.values() for each in endpoints if each.get
    ]
    for address in pages:
        again()
        page = client.get(address, as_=reader)
        if page.status == 200:
            walk.visit(page)
    assert walk.wrong == []
    assert REACHED[who] - walk.endpoints == set()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_address_that_takes_a_form_is_reached(app: Flask) -> None:
    taking = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert taking == set().union(*REACHED.values()) | set(ELSEWHERE)
