"""Checks that programs may open every mailed link any number of times, and the person's POST still works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Scene
from tests.conftest import Dump
from tests.mail.letters import LETTERS, button_of, in_language, links_in
from tests.page_client import PageClient
from watch.extensions import db
from watch.mail.kinds import KINDS
from watch.models import Coordinator, Language, Meeting, OutboxRow, RequestState, utcnow


@dataclass(frozen=True)
class Press:
    """What a person presses on the page of a mail's button, and what it changes."""

    button: str
    changes: str
    data: Mapping[str, Any] = field(default_factory=dict)
    before: Callable[[OutboxRow], None] = lambda _row: None
    by_reader: bool = False  # signed in, because the mail alone is not enough


def unconfirmed(row: OutboxRow) -> None:
    """Undo the confirmation of the applicant's address."""
    request = row.mailing.join_request
    assert request
    request.state, request.confirmed_at = RequestState.UNCONFIRMED, None


def unaccepted(row: OutboxRow) -> None:
    """Undo the acceptance of the appointment."""
    assert isinstance(row.mailing.about, Coordinator)
    row.mailing.about.accepted_at = row.mailing.about.duty_version = None


def coming(row: OutboxRow) -> None:
    """Move the meeting to next week."""
    assert isinstance(row.mailing.about, Meeting)
    row.mailing.about.starts_at = utcnow() + timedelta(days=7)
    row.mailing.about.ends_at = utcnow() + timedelta(days=7, minutes=90)


PRESSES = {
    "sign-in": Press("Logga in", "sign_in"),
    "address-change": Press("Ja, byt till den här adressen", "person"),
    "address-changed": Press("Ångra bytet", "person"),
    "join-confirm": Press("Ja, det stämmer", "join_request", before=unconfirmed),
    "address-recorded": Press("Ja, det är min adress", "address_verification", {"floor": "1"}),
    "join-requested": Press("Ja, välkommen in", "membership"),
    "join-waiting": Press("Ja, välkommen in", "membership"),
    "invitation": Press("Ja, jag vill vara med", "membership", {"name": "Lina", "consent": "y"}),
    "invitation-reminder": Press("Ja, jag vill vara med", "membership", {"name": "Lina", "consent": "y"}),
    "interest-confirm": Press("Ja, det var jag", "interest"),
    "interest-ended": Press("Ångra", "interest"),
    "coordinator-appointed": Press("Jag åtar mig uppdraget", "coordinator", before=unaccepted),
    "meeting-called": Press("Jag kommer", "meeting_answer", {"people": "1"}, before=coming),
    "meeting-changed": Press("Jag kommer", "meeting_answer", {"people": "1"}, before=coming),
    "meeting-reminder": Press("Jag kommer", "meeting_answer", {"people": "1"}, before=coming),
}
PRESSES |= {
    "finding-updated": Press("Jag vill inte veta mer", "finding_follower"),
    "contact-asked": Press("Ja, det stämmer", "contact_person"),
    "finding-assigned": Press("Spara", "finding", {"status": "done", "text": "Ny lampa sitter uppe."}),
}
_ANSWER = Press("Skicka svaret", "contact_message", {"text": "Tack!"})
PRESSES |= {"message-answered": _ANSWER, "neighbour-wrote": replace(_ANSWER, by_reader=True)}
LEAD_ELSEWHERE = {  # to a page that asks to sign in, or that everybody can read
    "sign-in-unknown", "join-approved", "join-declined", "join-already-member", "lead-asked",
    "lead-asked-in-area", "group-started", "coordinator-ended", "meeting-cancelled", "notice",
    "join-unanswered", "officer-wrote-interested", "officer-wrote-members", "address-change-undone",
    "record-corrected", "membership-ended", "membership-left", "unsubscribed", "paper-to-hand-out", "trial",
    "notes-published", "notes-missing", "joint-invited", "meeting-left", "part-ended",
    "coordinator-accepted", "finding-removed",
    "flatmate-joined", "group-closed", "group-reopened", "group-split", "group-merged",
    "group-buildings",
    "coordinator-unreached", "officers-week", "partner-assigned", "contact-corrected",
}  # fmt: skip


def test_every_kind_of_mail_is_pressed_or_leads_elsewhere() -> None:
    assert PRESSES.keys() | LEAD_ELSEWHERE == set(KINDS)
    assert PRESSES.keys() & LEAD_ELSEWHERE == set()


@pytest.mark.parametrize("kind", KINDS)
def test_opened_five_times_nothing_changes_and_then_the_press_works(
    kind: str, client: PageClient, scene: Scene, dump: Dump
) -> None:
    row = in_language(LETTERS[kind], scene, Language.SWEDISH)
    press = PRESSES.get(kind)
    if press:
        press.before(row)
    db.session.commit()
    links = links_in(row)
    assert links, "a mail without a single link of ours, not even to how data is protected"
    before = dump()
    for link in links:
        seen = {PageClient(client.app).get(link).status for _ in range(5)}
        assert seen <= {200, 302}, link
    assert dump() == before
    if press:
        button = button_of(row)
        assert button in links
        reader = row.person if press.by_reader else None
        done = client.get(button, as_=reader).press(press.button, dict(press.data))
        assert done.status == 303
        assert dump()[press.changes] != before[press.changes]
