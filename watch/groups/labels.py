"""What states, steps and flats are called on the screen, and names in Swedish order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch import language
from watch.bands import banded, banded_share
from watch.groups.errors import AlreadyMember, FlatTaken, TooLateToUndo
from watch.groups.queries.households import FlatState
from watch.groups.queries.members import MemberKind, appointment_of, organisation_of
from watch.models import (
    Area,
    ConsentChannel,
    Group,
    GroupState,
    Invitation,
    JoinRequest,
    Meeting,
    Membership,
    Model,
    NoticeChoice,
    Organisation,
    RequestState,
    Task,
)

GROUP_STATES = {
    GroupState.STARTING: _l("Under uppstart"),
    GroupState.ACTIVE: _l("Aktiv grupp"),
    GroupState.DORMANT: _l("Vilande grupp"),
    GroupState.CLOSED: _l("Avslutad grupp"),
}
GROUP_STATE_KINDS = {
    GroupState.STARTING: "lamp",
    GroupState.ACTIVE: "ok",
    GroupState.DORMANT: "warn",
    GroupState.CLOSED: "neutral",
}
SET_ASIDE = {
    Task.POSTERS: _l("Bra! Affischerna sitter uppe."),
    Task.FIRST_STEPS: _l("De första stegen visas inte mer."),
    Task.MORE_COORDINATORS: _l("Portarna utan eget kontaktombud visas inte mer."),
    Task.LIST_CHECKED: _l("Tack! Hushållslistan är genomgången. Om ett år frågar vi igen."),
}
MEMBER_KINDS = {
    MemberKind.ON_PAPER: _l("På papper"),
    MemberKind.NOT_REACHED: _l("Mejlen kommer inte fram"),
    MemberKind.NO_FLAT: _l("Okänd lägenhet"),
}
FLAT_STATES = {
    FlatState.TAKES_PART: _l("deltar"),
    FlatState.ON_PAPER: _l("deltar, nås på papper"),
    FlatState.BOUNCED: _l("deltar, mejlen kommer inte fram"),
    FlatState.INVITED: _l("inbjuden"),
    FlatState.WANTS_TO_JOIN: _l("vill gå med"),
    FlatState.DECLINED: _l("tackat nej"),
    FlatState.NOT_CONTACTED: _l("ej kontaktad"),
}
WELCOME_BACK = _l("Välkommen tillbaka! Du är med i gruppen igen.")
_TOO_LATE = _l("Det går inte att ångra längre. Prata med ett kontaktombud, eller be att få gå med igen.")
NOT_BACK = dict.fromkeys((FlatTaken, AlreadyMember, TooLateToUndo), _TOO_LATE)
COORDINATOR_LIVES_THERE = _l(
    "Här bor ett kontaktombud. Be ombudet självt eller ett huvudkontaktombud att avsluta uppdraget först. "
    "Ett huvudkontaktombuds uppdrag kan också kommunpolisen avsluta."
)
GROUP_IS_CLOSED = _l("Gruppen är avslutad. Öppna den igen, eller starta den på nytt.")
ASKED_MANY = _l("Du har frågat många i dag. Fråga igen i morgon.")
OFFICERS_NEVER_COORDINATE = _l(
    "Den som är kommunpolis eller grannsamverkansansvarig, eller har fastighetsägarens eller kommunens sida, "
    "kan inte vara kontaktombud, för de ser aldrig vilka som är med. Fråga någon annan."
)
NOTICE_CHOICES = {
    NoticeChoice.EVERYTHING: _l("Allt"),
    NoticeChoice.NOTICES: _l("Bara meddelanden"),
    NoticeChoice.MEETINGS: _l("Bara träffar"),
    NoticeChoice.NOTHING: _l("Inget"),
}
AREA_CHOICES: dict[str, Any] = {"yes": _l("Ja, skicka dem"), "no": _l("Nej, inte till mig")}
# What one says yes to, by version; a new wording is a new version, and the old one stays.
CONSENTS = {
    "2026-1": (
        _l("Jag vill vara med i grannsamverkan i mitt hus."),
        _l(
            "Gruppen får spara det jag har lämnat: namn, lägenhet, språk och e-postadress om jag har gett "
            "den."
        ),
    ),
}
CONSENT_CHANNELS = {
    ConsentChannel.WEB: _l("på webbplatsen"),
    ConsentChannel.POSTER: _l("med affischens kod"),
    ConsentChannel.LETTER: _l("med brevets kod"),
    ConsentChannel.MAIL: _l("med inbjudan i mejlet"),
    ConsentChannel.DOORSTEP: _l("vid dörren"),
    ConsentChannel.PAPER: _l("på papper"),
}
EVENTS = {
    "household-takes-part": _l("Gick med"),
    "household-invited": _l("Bjöds in"),
    "household-wants-to-join": _l("Ville gå med"),
    "household-declined": _l("Tackade nej"),
    "household-not-contacted": _l("Sattes tillbaka till ej kontaktad"),
    "household-moved-out": _l("Flyttade ut"),
    "household-not-home": _l("Var inte hemma"),
    "household-undone": _l("Det senaste togs tillbaka"),
    "household-invited-by-mail": _l("Bjöds in med mejl"),
    "household-letter-delivered": _l("Brevet lades i brevlådan"),
    "household-letter-left-out": _l("Brevet kom inte ut"),
    "household-letter-taken-back": _l("Svaret om brevet togs tillbaka"),
    "household-address-changed": _l("Någon bytte e-postadress"),
    "household-address-asked": _l("En e-postadress skrevs upp"),
    "household-address-dropped": _l("En e-postadress ströks"),
    "household-corrected": _l("Uppgifterna rättades"),
    "household-merged": _l("Två uppgifter om samma person slogs ihop"),
    "household-member-joined": _l("En till gick med"),
    "household-member-ended": _l("En person är inte med längre"),
    "household-member-back": _l("En person är med igen"),
    "household-address-works": _l("Någons e-postadress fungerar igen"),
    "household-got-paper": _l("Fick ett papper"),
    "household-lacks-paper": _l("Papperet togs tillbaka"),
    "letter-printed": _l("Ett brev skrevs ut"),
}


@dataclass(frozen=True)
class HouseholdsSaid:
    """How many of a house's households take part, as a reader is told: `part` of `total`.

    `share` is the width of a meter, 0–1, that shows no more than `part`. `of_last_night` is true unless the
    number is the present one.
    """

    part: str
    total: int
    share: float
    of_last_night: bool = False

    @classmethod
    def exactly(cls, count: int, flats: int) -> HouseholdsSaid:
        """Return the present number, for coordinators of the whole house."""
        return cls(language.number(count), flats, min(count / flats, 1) if flats else 0)

    @classmethod
    def roughly(cls, counted: int, flats: int) -> HouseholdsSaid:
        """Return last night's number in bands, for everybody else."""
        return cls(banded(counted, flats), flats, banded_share(counted, flats), of_last_night=True)

    @classmethod
    def of_group(cls, group: Group, flats: int) -> HouseholdsSaid:
        """Return last night's number of a group that has so many flats, in bands."""
        return cls.roughly(group.counted_taking_part, group.flats_told(flats))


def recipients_said(mail: int, paper: int, unreached: int, declined: int) -> str:
    """Return whom a message reaches, and whom it does not and why, for a choice of recipients."""
    said = [
        _("%(mail)s med mejl, %(paper)s på papper", mail=language.number(mail), paper=language.number(paper))
    ]
    if unreached:
        said.append(_("%(number)s nås inte", number=language.number(unreached)))
    if declined:
        said.append(_("%(number)s har valt bort det", number=language.number(declined)))
    return ", ".join(said)


DECIDED = (RequestState.APPROVED, RequestState.DECLINED)  # whoever decided a request signs its mail


def tile(moment: datetime) -> tuple[str, str]:
    """Day and short month of a moment, for a tile."""
    return format_datetime(moment, "d"), format_datetime(moment, "MMM").rstrip(".")


def signature(about: Model) -> str | None:
    """Return who sends a mail about this, in the current language; None if nobody in particular does."""
    match about:
        case Meeting() if about.group:
            return _callers_signature(about, about.group)
        case Meeting() if about.area:
            return officers_signature(about.called_by_id, about.area)
        case Invitation():
            return coordinators_signature(about.by_id, about.group)
        case Membership():
            return coordinators_signature(about.admitted_by_id, about.group)
        case JoinRequest() if about.state in DECIDED:
            return coordinators_signature(about.decided_by_id, about.group)
    return None


def _callers_signature(meeting: Meeting, group: Group) -> str | None:
    """Return who calls a group's meeting, with the group if others are asked to come too."""
    signed = coordinators_signature(meeting.called_by_id, group)
    if signed is None or all(each.group_id == group.id for each in meeting.parts):
        return signed
    return _("%(who)s i %(group)s", who=signed, group=group.name)


def officers_signature(person_id: int | None, area: Area) -> str | None:
    """Return the authority that an area's officer works for, or None if they are its officer no more."""
    organisation = organisation_of(person_id, area) if person_id else None
    return str(OFFICERS[organisation]) if organisation else None


OFFICERS = {Organisation.POLICE: _l("Polisen"), Organisation.MUNICIPALITY: _l("Kommunen")}


def coordinators_signature(person_id: int | None, group: Group) -> str | None:
    """Return "Gun, huvudkontaktombud"; without the name if neighbours may not see it.

    None if the person is erased or coordinates no more.
    """
    appointment = appointment_of(person_id, group.id) if person_id else None
    if appointment is None:
        return None
    if not appointment.person.shows_name:
        return str(_l("huvudkontaktombudet") if appointment.is_lead else _l("ett kontaktombud"))
    role = _l("%(name)s, huvudkontaktombud") if appointment.is_lead else _l("%(name)s, kontaktombud")
    return str(role) % {"name": appointment.person.name}
