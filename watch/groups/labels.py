"""What states, steps and flats are called on the screen, and names in Swedish order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import lazy_gettext as _l

from watch.groups.errors import AlreadyMember, FlatTaken, TooLateToUndo
from watch.groups.queries.households import FlatState
from watch.models import ConsentChannel, GroupState, NoticeChoice

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
ASKED_MANY = _l("Du har frågat många i dag. Fråga igen i morgon.")
OFFICERS_NEVER_COORDINATE = _l(
    "Den som är kommunpolis eller grannsamverkansansvarig kan inte vara kontaktombud, för de ser aldrig "
    "vilka som är med. Fråga någon annan."
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
        _l("Gruppen får spara det jag har lämnat: namn, lägenhet, språk och e-post om jag har gett den."),
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
    "household-not-contacted": _l("Blev ej kontaktad igen"),
    "household-moved-out": _l("Flyttade ut"),
    "household-not-home": _l("Var inte hemma"),
    "household-undone": _l("Det senaste togs tillbaka"),
    "household-got-paper": _l("Fick ett papper"),
    "household-lacks-paper": _l("Papperet togs tillbaka"),
    "letter-printed": _l("Ett brev skrevs ut"),
}

_SWEDISH_ORDER = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})


def name_key(name: str) -> str:
    """Where a name stands in Swedish order: å, ä, ö after z."""
    return name.casefold().translate(_SWEDISH_ORDER)


def tile(moment: datetime) -> tuple[str, str]:
    """Day and short month of a moment, for a tile."""
    return format_datetime(moment, "d"), format_datetime(moment, "MMM").rstrip(".")
