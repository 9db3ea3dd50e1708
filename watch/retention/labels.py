"""Words for a person's own data. What has none here is in the file only, not on the page."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l

from watch import language
from watch.audit.labels import event_of
from watch.exporting import WHY
from watch.models import (
    Answer,
    Channel,
    InvitationState,
    Language,
    Mailing,
    NoticeChoice,
    OutboxState,
    RequestState,
)
from watch.retention.subjects import subject_of

TABLES = {
    "person": _l("Du"),
    "mailbox": _l("Din e-postadress"),
    "address_change": _l("Byten av e-postadress"),
    "membership": _l("Där du är med"),
    "household": _l("Din lägenhet"),
    "area_opt_out": _l("Områden som du inte vill ha meddelanden till"),
    "coordinator": _l("Dina uppdrag som kontaktombud"),
    "officer": _l("Områden som du följer"),
    "partner": _l("Områden där du har en egen sida"),
    "join_request": _l("Dina anmälningar"),
    "interest": _l("Ditt intresse för en grupp"),
    "invitation": _l("Inbjudningar till dig"),
    "meeting_answer": _l("Dina svar på träffar"),
    "finding_follower": _l("Åtgärder som du följer"),
    "contact_message": _l("Det du har skrivit till andra"),
    "notice": _l("Meddelanden som du har skickat"),
    "notice_text": _l("Texterna i dina meddelanden"),
    "meeting": _l("Träffar som du har kallat till"),
    "outbox_row": _l("Mejl och papper till dig"),
    "sign_in": _l("Inloggningar"),
    "audit_entry": _l("Det som har antecknats om dig, och om det du har gjort"),
}
COLUMNS = {
    "name": _l("Namn"),
    "mailbox": _l("E-postadress"),
    "address": _l("E-postadress"),
    "old_mailbox": _l("E-postadress förut"),
    "phone": _l("Telefon"),
    "language": _l("Språk"),
    "shows_name": _l("Grannarna ser ditt namn"),
    "shows_email": _l("Grannarna ser din e-postadress"),
    "shows_phone": _l("Grannarna ser din telefon"),
    "area": _l("Område"),
    "landlord": _l("Fastighetsägare"),
    "group": _l("Grupp"),
    "building": _l("Hus"),
    "stairwell": _l("Port"),
    "flat": _l("Lägenhet"),
    "household": _l("Lägenhet"),
    "mailing": _l("Ämne"),
    "finding": _l("Åtgärd"),
    "since": _l("Från"),
    "meeting": _l("Träff"),
    "answer": _l("Svar"),
    "people": _l("Antal personer"),
    "notices": _l("Mejl som du vill ha"),
    "channel": _l("Så nås du"),
    "state": _l("Läge"),
    "device": _l("Enhet"),
    "text": _l("Det du skrev"),
    "title": _l("Rubrik"),
    "body": _l("Meddelande"),
    "place": _l("Plats"),
    "about": _l("Vad det handlar om"),
    "reason": _l("Svaret till dig"),
    "could_coordinate": _l("Kan tänka dig att vara kontaktombud"),
    "is_lead": _l("Huvudkontaktombud"),
    "sticker_given_on": _l("Fick dekal"),
    "created_at": _l("Från"),
    "at": _l("När"),
    "joined_at": _l("Gick med"),
    "left_at": _l("Lämnade"),
    "consent_at": _l("Sa ja"),
    "accepted_at": _l("Tog uppdraget"),
    "assigned_at": _l("Från"),
    "answered_at": _l("Svarade"),
    "decided_at": _l("Fick svar"),
    "sent_at": _l("Skickat"),
    "starts_at": _l("Börjar"),
    "last_seen_at": _l("Senast sedd"),
    "ended_at": _l("Slutade"),
    "what": _l("Händelse"),
    "why": _l("Skäl"),
}
CHANNELS = {
    Channel.MAIL: _l("Mejl"),
    Channel.PAPER: _l("Papper"),
}
ANSWERS = {
    Answer.YES: _l("Ja"),
    Answer.NO: _l("Nej"),
    Answer.MAYBE: _l("Kanske"),
}
CHOICES = {
    NoticeChoice.EVERYTHING: _l("Allt"),
    NoticeChoice.NOTICES: _l("Meddelanden"),
    NoticeChoice.MEETINGS: _l("Träffar"),
    NoticeChoice.NOTHING: _l("Inget"),
}
REQUESTS = {
    RequestState.UNCONFIRMED: _l("Inte bekräftad"),
    RequestState.WAITING: _l("Väntar"),
    RequestState.APPROVED: _l("Godkänd"),
    RequestState.DECLINED: _l("Nej"),
    RequestState.WITHDRAWN: _l("Återtagen"),
}
INVITATIONS = {
    InvitationState.OPEN: _l("Väntar"),
    InvitationState.ACCEPTED: _l("Du tackade ja"),
    InvitationState.DECLINED: _l("Du tackade nej"),
    InvitationState.REVOKED: _l("Återtagen"),
}
MAILS = {
    OutboxState.QUEUED: _l("Väntar"),
    OutboxState.SENDING: _l("Skickas nu"),
    OutboxState.UNCERTAIN: _l("Kanske skickat"),
    OutboxState.SENT: _l("Skickat"),
    OutboxState.BOUNCED: _l("Kom inte fram"),
    OutboxState.CANCELLED: _l("Stoppat"),
    OutboxState.EXPIRED: _l("För gammalt"),
    OutboxState.PARKED: _l("Väntar"),
    OutboxState.HELD: _l("Väntar"),
    OutboxState.TO_PRINT: _l("På papper"),
    OutboxState.PRINTED: _l("Utskrivet"),
    OutboxState.HANDED_OUT: _l("Lämnat på papper"),
}
# By the kind of value: two kinds may have a value that is written alike.
VALUES: dict[type[Enum], dict[Any, Any]] = {
    type(next(iter(words))): words
    for words in (CHANNELS, ANSWERS, CHOICES, REQUESTS, INVITATIONS, MAILS, WHY)
}


def facts_of(row: dict[str, Any]) -> list[tuple[Any, str]]:
    """Return what the page shows of a row: words and values in the reader's language."""
    said = row | ({"what": event_of(row["what"])} if "what" in row else {})
    return [(COLUMNS[name], _said(value)) for name, value in said.items() if name in COLUMNS]


def _said(value: Any) -> str:
    match value:
        case bool():
            return str(_l("Ja") if value else _l("Nej"))
        case Language():
            return language.OWN_NAMES[value]
        case Mailing():
            return subject_of(value)
        case Enum():
            return str(VALUES[type(value)][value])
        case datetime():
            return language.moment(value)
        case date():
            return language.day(value)
    return str(value)
