"""Labels of levels, audiences, senders and reasons."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from watch import language
from watch.models import Audience, LeftOut, Level, Organisation

LEVELS = {
    Level.INFORMATION: _l("Information"),
    Level.IMPORTANT: _l("Viktigt"),
    Level.URGENT: _l("Brådskande"),
}
AREA_AUDIENCES = {
    Audience.AREA_MEMBERS: _l("Alla som är med"),
    Audience.AREA_COORDINATORS: _l("Bara kontaktombuden"),
    Audience.AREA_GROUP: _l("En enda grupp"),
}
LEFT_OUT = {  # each is shown in a row below their total
    LeftOut.OVER: _l("Varav stoppade"),
    LeftOut.READER: _l("Varav har lämnat gruppen eller sagt nej till mejl"),
    LeftOut.ADDRESS: _l("Varav har en adress som inte gäller längre"),
    LeftOut.TOO_LATE: _l("Varav för sent"),
}
SENDERS: dict[str, LazyString] = {
    Organisation.POLICE: _l("Polisen"),
    Organisation.MUNICIPALITY: _l("Kommunen"),
}
OFFICERS: dict[str, LazyString] = {  # by an officer's organisation
    Organisation.POLICE: _l("Kommunpolisen i %(area)s"),
    Organisation.MUNICIPALITY: _l("Kommunens samordnare i %(area)s"),
}


def area_said(name: str, households: int, coordinators: int) -> str:
    """Return an area with how many a notice to it reaches, as an officer may know it."""
    said = _("%(area)s: %(count)s kontaktombud", area=name, count=language.number(coordinators))
    if not households:
        return said
    return language.listed([said, _("minst %(count)s hushåll", count=language.number(households))])
